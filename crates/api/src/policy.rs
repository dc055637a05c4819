//! Where which workload may stand, and what happens by itself.
//!
//! All policies that match apply together and the strictest wins: one can never loosen another.
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Condition;
use kube::{CustomResource, KubeSchema};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::member::Scope;
use crate::provider::{Category, Objective};
use crate::require::{Floors, HavenRule, Ineligible, JurisdictionRule, StandbyRule};
use crate::route::Route;
use crate::workload::Layer;
use crate::{Criticality, Sensitivity, Span};

/// Reads as a sentence: these workloads require that, prefer this, and are moved so.
#[derive(Clone, CustomResource, Debug, Deserialize, Eq, KubeSchema, PartialEq, Serialize)]
#[kube(
    group = "havenmeester.dev",
    version = "v1alpha1",
    kind = "PlacementPolicy",
    plural = "placementpolicies",
    shortname = "hmp",
    category = "havenmeester",
    status = "PlacementPolicyStatus",
    derive = "PartialEq",
    doc = "Where which workloads may stand, which places are better, and what happens by itself.",
    printcolumn(name = "Workloads", type_ = "integer", json_path = ".status.workloads"),
    printcolumn(name = "Violations", type_ = "integer", json_path = ".status.violations"),
    printcolumn(name = "Migration", type_ = "string", json_path = ".spec.migration.mode"),
    printcolumn(name = "Failover", type_ = "string", json_path = ".spec.failover.mode"),
    printcolumn(
        name = "Valid",
        type_ = "string",
        json_path = ".status.conditions[?(@.type=='Valid')].status"
    ),
    printcolumn(name = "Age", type_ = "date", json_path = ".metadata.creationTimestamp")
)]
#[serde(rename_all = "camelCase")]
pub struct PlacementPolicySpec {
    /// To which workloads it applies.
    #[serde(default)]
    pub workloads: Selector,
    /// What a cluster must be.
    #[serde(default)]
    pub require: Require,
    /// What makes one cluster better than another.
    #[serde(default)]
    pub prefer: Prefer,
    /// How fast, and with how much loss, a workload must be back.
    #[serde(default)]
    pub objectives: Objectives,
    /// What happens when a workload stands where it may not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub migration: Option<MigrationRule>,
    /// What happens when its cluster is lost.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failover: Option<FailoverRule>,
    /// Ways to an autonomous place over less autonomous ones. Only taken when no cluster that is allowed has room, and
    /// only after an Approval of each step.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 16))]
    #[schemars(extend("x-kubernetes-list-type" = "map", "x-kubernetes-list-map-keys" = ["name"]))]
    pub routes: Vec<Route>,
    /// Dry runs that are made by themselves. Absent = none, unless another policy asks for them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rehearse: Option<Rehearse>,
}

/// Dry runs by themselves: on a schedule, and sooner when the workload, the target, a policy or our rules changed.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Rehearse {
    /// The longest time between two dry runs of a workload to the same cluster. Less than 1h counts as 1h. The shortest
    /// of all policies wins.
    pub every: Span,
    /// To these clusters. Absent = to where it must stand, or, where it stands there already, to the best place at
    /// another provider. Of several policies all are rehearsed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 8), inner(length(min = 1, max = 253)))]
    #[schemars(extend("x-kubernetes-list-type" = "set"))]
    pub to: Vec<String>,
}

/// Chooses workloads.
#[derive(Clone, Debug, Default, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Selector {
    /// A workload that meets one of these is chosen; none = every workload.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 64))]
    pub any_of: Vec<Term>,
}

/// A workload meets a term when it has all that the term names.
#[derive(Clone, Debug, Default, Deserialize, Eq, KubeSchema, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[x_kube(validation = ("has(self.criticality) || has(self.sensitivity) || has(self.namespace) || has(self.layer)", "a term names at least one of criticality, sensitivity, namespace and layer"))]
pub struct Term {
    /// This criticality.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub criticality: Option<Criticality>,
    /// This sensitivity.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sensitivity: Option<Sensitivity>,
    /// This namespace on the members.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 63))]
    pub namespace: Option<String>,
    /// This layer of Common Ground.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub layer: Option<Layer>,
}

impl Selector {
    /// Whether a workload is chosen.
    pub fn matches(
        &self,
        criticality: Criticality,
        sensitivity: Sensitivity,
        namespace: &str,
        layer: Option<Layer>,
    ) -> bool {
        self.any_of.is_empty()
            || self.any_of.iter().any(|term| {
                term.criticality.is_none_or(|c| c == criticality)
                    && term.sensitivity.is_none_or(|s| s == sensitivity)
                    && term.namespace.as_deref().is_none_or(|n| n == namespace)
                    && (term.layer.is_none() || term.layer == layer)
            })
    }
}

/// Hard requirements: a cluster that does not meet one is out.
#[derive(Clone, Debug, Default, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Require {
    /// The provider is of one of these categories; none = any.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 8))]
    pub categories: Vec<Category>,
    /// The SEAL level reached.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seal: Option<SealRule>,
    /// Whose laws may reach it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jurisdictions: Option<JurisdictionRule>,
    /// The region is one of these; none = any.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 64))]
    pub regions: Vec<String>,
    /// The cluster is one of these; none = any.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 64))]
    pub clusters: Vec<String>,
    /// It is Haven compliant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub haven: Option<HavenRule>,
    /// It serves all of these: a component (`cert-manager`, `cnpg`, ...) or an API group (`example.org`).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 32), inner(length(min = 1, max = 253)))]
    #[schemars(extend("x-kubernetes-list-type" = "set"))]
    pub components: Vec<String>,
    /// Its nodes stand in at least so many zones.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 20))]
    pub zones_at_least: Option<i32>,
    /// How far credentials reach there: a whole cluster, or only namespaces of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<Scope>,
    /// The least of each core value.
    #[serde(default, skip_serializing_if = "Floors::is_empty")]
    pub core_values: Floors,
    /// Providers for which these workloads are not eligible in law, and until when.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 32))]
    pub not_eligible: Vec<Ineligible>,
    /// There is another cluster that may take it, with room kept for it, and apart from where it stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub standby: Option<StandbyRule>,
}

/// SEAL levels of the EU Cloud Sovereignty Framework: the overall level is the minimum over the objectives.
#[derive(Clone, Debug, Deserialize, Eq, KubeSchema, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[x_kube(validation = ("!has(self.objectives) || self.objectives.all(a, self.objectives.exists_one(b, b.objective == a.objective))", "each objective may stand once"))]
pub struct SealRule {
    /// The overall level, 0 to 4.
    #[serde(default)]
    #[schemars(range(min = 0, max = 4))]
    pub at_least: i32,
    /// Levels of single objectives.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 8))]
    pub objectives: Vec<ObjectiveLevel>,
}

/// The level of one objective.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ObjectiveLevel {
    /// Which.
    pub objective: Objective,
    /// The level, 0 to 4.
    #[schemars(range(min = 0, max = 4))]
    pub at_least: i32,
}

/// Soft preferences: they rank what the requirements let through.
#[derive(Clone, Debug, Default, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Prefer {
    /// Weights of the city's seven core values.
    #[serde(default)]
    pub core_values: Weights,
}

/// Weights of the seven core values, 0 (does not count) to 10. Absent = 1.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Weights {
    /// Autonomy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0, max = 10))]
    pub autonomy: Option<i32>,
    /// Quality.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0, max = 10))]
    pub quality: Option<i32>,
    /// Cost.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0, max = 10))]
    pub cost: Option<i32>,
    /// Security and resilience.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0, max = 10))]
    pub security: Option<i32>,
    /// Innovation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0, max = 10))]
    pub innovation: Option<i32>,
    /// Sustainability.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0, max = 10))]
    pub sustainability: Option<i32>,
    /// Transparency.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0, max = 10))]
    pub transparency: Option<i32>,
}

/// How fast, and with how much loss.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Objectives {
    /// Recovery time: from the loss of the cluster until it serves again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rto: Option<Span>,
    /// Recovery point: how old the state may be with which it comes back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rpo: Option<Span>,
}

/// Who starts a move.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, JsonSchema, Ord, PartialEq, PartialOrd, Serialize)]
pub enum Trigger {
    /// The daemon.
    Automatic,
    /// The daemon, once somebody has approved of this very plan (see Approval).
    Approval,
    /// A person, by making a Migration.
    #[default]
    Manual,
}

/// What happens when a workload stands where it may not.
#[derive(Clone, Copy, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct MigrationRule {
    /// Who starts the move. Of policies that differ the strictest wins: Manual, then Approval, then Automatic.
    pub mode: Trigger,
    /// How long the stopped source is kept after a move. The longest wins. Absent = 24h.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rollback_window: Option<Span>,
    /// How long before a dated change (a take-over, another operator, a jurisdiction that becomes adverse, the end of an
    /// exemption) makes a place forbidden its workloads leave, and nothing new is sent there. The longest wins. Absent = 30d; at most 366d.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lead_time: Option<Span>,
    /// The target gets every image by the digest that its name led to when the move began. One policy that asks for it
    /// is enough. A failover keeps names: it may not wait for a registry.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub pin_digests: bool,
}

/// What happens when a cluster is lost.
#[derive(Clone, Copy, Debug, Deserialize, Eq, KubeSchema, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FailoverRule {
    /// Who starts the failover. Of policies that differ the strictest wins: Manual, then Approval, then Automatic.
    pub mode: Trigger,
    /// How long a cluster is lost before its workloads go. The longest wins. Absent = 30s.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<Span>,
}

/// What the policy does.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PlacementPolicyStatus {
    /// The generation of the spec that this speaks of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub observed_generation: Option<i64>,
    /// To how many workloads it applies.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub workloads: Option<i32>,
    /// How many of them stand where it forbids.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub violations: Option<i32>,
    /// Valid.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub conditions: Vec<Condition>,
}
