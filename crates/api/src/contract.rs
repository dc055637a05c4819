//! Until when a provider serves us, and when we rehearse leaving it.
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{Condition, Time};
use kube::{CustomResource, KubeSchema};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Date;

/// The term, and the lead times of the dry runs.
#[derive(Clone, CustomResource, Debug, Deserialize, Eq, KubeSchema, PartialEq, Serialize)]
#[kube(
    group = "havenmeester.dev",
    version = "v1alpha1",
    kind = "Contract",
    plural = "contracts",
    shortname = "hmct",
    category = "havenmeester",
    status = "ContractStatus",
    derive = "PartialEq",
    doc = "A contract with a provider: when it ends, and how many days before that leaving is rehearsed.",
    printcolumn(name = "Provider", type_ = "string", json_path = ".spec.provider"),
    printcolumn(name = "End", type_ = "string", json_path = ".spec.end"),
    printcolumn(name = "Days Left", type_ = "integer", json_path = ".status.daysLeft"),
    printcolumn(name = "Ready", type_ = "integer", json_path = ".status.exitReadiness.ready"),
    printcolumn(
        name = "Warnings",
        type_ = "integer",
        json_path = ".status.exitReadiness.withWarnings"
    ),
    printcolumn(
        name = "Blocked",
        type_ = "integer",
        json_path = ".status.exitReadiness.blocked"
    ),
    printcolumn(
        name = "Unknown",
        type_ = "integer",
        json_path = ".status.exitReadiness.unknown"
    ),
    printcolumn(name = "Age", type_ = "date", json_path = ".metadata.creationTimestamp")
)]
#[serde(rename_all = "camelCase")]
#[x_kube(
    validation = ("self.start < self.end", "spec.end: the contract ends before it starts; end must be later than start"),
    validation = ("!has(self.dryRunsBeforeEndDays) || self.dryRunsBeforeEndDays.all(d, self.dryRunsBeforeEndDays.exists_one(e, e == d))", "spec.dryRunsBeforeEndDays: each number may stand once")
)]
pub struct ContractSpec {
    /// The Provider that it is with. All its clusters are in scope.
    #[schemars(length(min = 1, max = 253))]
    pub provider: String,
    /// The first day.
    pub start: Date,
    /// The last day.
    pub end: Date,
    /// How many days before the end notice must be given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0, max = 3650))]
    pub notice_days: Option<i32>,
    /// How many days before the end every workload in scope is dry-run. Absent = 180, 90 and 30.
    #[serde(default = "default_leads")]
    #[schemars(length(max = 16), inner(range(min = 0, max = 3650)))]
    pub dry_runs_before_end_days: Vec<i32>,
}

fn default_leads() -> Vec<i32> {
    vec![180, 90, 30]
}

/// How ready we are to leave.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ContractStatus {
    /// The generation of the spec that this speaks of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub observed_generation: Option<i64>,
    /// Days until the last day; negative after it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub days_left: Option<i64>,
    /// The last day on which notice can be given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notice_by: Option<Date>,
    /// How many workloads could leave, by the last dry run of each.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exit_readiness: Option<ExitReadiness>,
    /// Each round of dry runs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(extend("x-kubernetes-list-type" = "map", "x-kubernetes-list-map-keys" = ["leadDays"]))]
    pub rounds: Vec<Round>,
    /// Valid, DryRunDue, ExitReady.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub conditions: Vec<Condition>,
}

/// Counts of workloads by the verdict of their last dry run.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ExitReadiness {
    /// Ready.
    pub ready: i32,
    /// Ready, with something to know.
    pub with_warnings: i32,
    /// Would fail.
    pub blocked: i32,
    /// Not known: never dry-run, or something could not be seen.
    pub unknown: i32,
}

/// One round of dry runs.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Round {
    /// So many days before the end.
    pub lead_days: i32,
    /// The day on which it is due.
    pub due: Date,
    /// When its dry runs were made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started_at: Option<Time>,
    /// When the last of them came to a verdict.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finished_at: Option<Time>,
    /// Why it did not run; for rounds that were overtaken by a later one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub skipped: Option<String>,
}
