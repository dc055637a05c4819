//! A rehearsed cut-off: what would happen, or what does happen, when a provider is lost.
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{Condition, Time};
use kube::{CustomResource, KubeSchema};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Span;
use crate::policy::Selector;

/// What is cut off, for which workloads, within which bounds.
#[derive(Clone, CustomResource, Debug, Deserialize, Eq, KubeSchema, PartialEq, Serialize)]
#[kube(
    group = "havenmeester.dev",
    version = "v1alpha1",
    kind = "Drill",
    plural = "drills",
    shortname = "hmd",
    category = "havenmeester",
    namespaced,
    status = "DrillStatus",
    derive = "PartialEq",
    doc = "An exercise in which a provider is cut off and workloads fail over by themselves.",
    printcolumn(name = "Mode", type_ = "string", json_path = ".spec.mode"),
    printcolumn(
        name = "Provider",
        type_ = "string",
        json_path = ".spec.scenario.cutOff.provider"
    ),
    printcolumn(name = "Workloads", type_ = "integer", json_path = ".status.total"),
    printcolumn(name = "Serving", type_ = "integer", json_path = ".status.serving"),
    printcolumn(
        name = "Complete",
        type_ = "string",
        json_path = ".status.conditions[?(@.type=='Complete')].status"
    ),
    printcolumn(name = "Age", type_ = "date", json_path = ".metadata.creationTimestamp")
)]
#[serde(rename_all = "camelCase")]
#[x_kube(
    validation = ("self.scenario == oldSelf.scenario && self.mode == oldSelf.mode && has(self.workloads) == has(oldSelf.workloads) && (!has(self.workloads) || self.workloads == oldSelf.workloads)", "a drill cannot be changed, only aborted; make another"),
    validation = ("!(has(oldSelf.abort) && oldSelf.abort) || (has(self.abort) && self.abort)", "spec.abort cannot be taken back")
)]
pub struct DrillSpec {
    /// What happens.
    pub scenario: Scenario,
    /// How real it is.
    pub mode: DrillMode,
    /// Which of the workloads that stand there take part.
    #[serde(default)]
    pub workloads: Selector,
    /// What must never be exceeded.
    #[serde(default)]
    pub guards: Guards,
    /// When it ends at the latest, from its start. Absent = 2h.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deadline: Option<Span>,
    /// End it now: contact is restored, and what was moved is left where it serves.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub abort: bool,
}

/// What happens in a drill.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Scenario {
    /// Clusters vanish.
    pub cut_off: CutOff,
}

/// Which clusters vanish.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CutOff {
    /// All clusters of this Provider.
    #[schemars(length(min = 1, max = 253))]
    pub provider: String,
}

/// How real a drill is.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, JsonSchema, PartialEq, Serialize)]
pub enum DrillMode {
    /// Only decide and report; nothing is written on any member.
    Simulate,
    /// The daemon itself stops talking to the clusters in scope; everything else is real.
    Live,
}

/// What must never be exceeded.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Guards {
    /// The drill does not begin when more workloads than this would take part. Absent = 25.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 1000))]
    pub max_workloads: Option<i32>,
}

/// How the drill went.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DrillStatus {
    /// The generation of the spec that this speaks of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub observed_generation: Option<i64>,
    /// When contact was broken (live) or the decision taken (simulate).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started_at: Option<Time>,
    /// When the loss was seen by the same means as a real one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detected_at: Option<Time>,
    /// When contact was restored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Time>,
    /// Which clusters were cut off.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub clusters: Vec<String>,
    /// How many workloads take part.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub total: Option<i32>,
    /// How many of them serve elsewhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub serving: Option<i32>,
    /// Each workload that takes part.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(extend("x-kubernetes-list-type" = "map", "x-kubernetes-list-map-keys" = ["workload"]))]
    pub workloads: Vec<DrillWorkload>,
    /// Complete, Failed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub conditions: Vec<Condition>,
}

/// What became of one workload in a drill.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DrillWorkload {
    /// namespace/name on the hub.
    pub workload: String,
    /// The Migration that failed it over; absent when none was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub migration: Option<String>,
    /// Where it goes, or (simulate) would go.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<String>,
    /// Why it was not failed over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_executed: Option<String>,
}
