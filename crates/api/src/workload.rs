//! The unit that is placed and moved: a namespace on the members, discovered by its labels or written.
use std::collections::BTreeMap;

use k8s_openapi::apimachinery::pkg::apis::meta::v1::{Condition, Time};
use kube::{CustomResource, KubeSchema};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Criticality, Sensitivity, migration::Verdict};

/// What it is and how much it matters.
#[derive(Clone, CustomResource, Debug, Deserialize, Eq, KubeSchema, PartialEq, Serialize)]
#[kube(
    group = "havenmeester.dev",
    version = "v1alpha1",
    kind = "Workload",
    plural = "workloads",
    shortname = "hmw",
    category = "havenmeester",
    namespaced,
    status = "WorkloadStatus",
    derive = "PartialEq",
    doc = "An application that is placed and moved as one. One Workload is one identity across the fleet.",
    printcolumn(name = "Criticality", type_ = "string", json_path = ".status.criticality"),
    printcolumn(name = "Sensitivity", type_ = "string", json_path = ".status.sensitivity"),
    printcolumn(name = "Cluster", type_ = "string", json_path = ".status.cluster"),
    printcolumn(name = "Must Be", type_ = "string", json_path = ".status.desired.cluster"),
    printcolumn(
        name = "Compliant",
        type_ = "string",
        json_path = ".status.conditions[?(@.type=='Compliant')].status"
    ),
    printcolumn(name = "Dry Run", type_ = "string", json_path = ".status.lastDryRun.verdict"),
    printcolumn(name = "Rehearsed", type_ = "date", json_path = ".status.lastDryRun.at"),
    printcolumn(name = "Age", type_ = "date", json_path = ".metadata.creationTimestamp")
)]
#[serde(rename_all = "camelCase")]
#[x_kube(validation = ("self.target == oldSelf.target", "spec.target cannot be changed: it is the workload's identity; make another Workload"))]
pub struct WorkloadSpec {
    /// Where it lives on the members.
    pub target: Target,
    /// How critical it is; the stricter of this and the namespace's label counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub criticality: Option<Criticality>,
    /// How sensitive its data is; the stricter of this and the namespace's label counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sensitivity: Option<Sensitivity>,
    /// Whether two copies may be active at once; the stricter of this and the namespace's label counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mode: Option<Mode>,
    /// Its layer in the Common Ground architecture; policies can choose by it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub layer: Option<Layer>,
    /// The Workloads whose data it uses. It counts as at least as sensitive as each of them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 32))]
    pub uses: Vec<Use>,
    /// Workloads of the same namespace on the hub that may not all be lost with one provider: it is placed with another
    /// provider than they are, and one of another owner, where there is a choice.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 32))]
    #[schemars(extend("x-kubernetes-list-type" = "set"))]
    pub apart_from: Vec<String>,
}

/// The five layers of Common Ground (VNG Realisatie), from people to data.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, JsonSchema, Ord, PartialEq, PartialOrd, Serialize)]
pub enum Layer {
    /// What people see.
    Interaction,
    /// What the steps are.
    Process,
    /// Where systems meet.
    Integration,
    /// What gives access to data.
    Services,
    /// The data itself.
    Data,
}

/// Data of another Workload.
#[derive(Clone, Debug, Deserialize, Eq, KubeSchema, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "camelCase")]
#[x_kube(validation = ("!has(self.withinMilliseconds) || self.within != 'Cluster'", "withinMilliseconds adds nothing to within: Cluster; leave one of the two out"))]
pub struct Use {
    /// That Workload: NAME in the same namespace, or NAMESPACE/NAME.
    #[schemars(length(min = 1, max = 317))]
    pub workload: String,
    /// How near to it this one must stand. Absent = anywhere.
    #[serde(default)]
    pub within: Within,
    /// How long it may take to go to the cluster on which that data stands and back, in milliseconds, by `spec.latency` of
    /// the two MemberClusters; a time that neither says is too long. Absent = any time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 60_000))]
    pub within_milliseconds: Option<i32>,
}

/// How near a workload must stand to its data.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, JsonSchema, Ord, PartialEq, PartialOrd, Serialize)]
pub enum Within {
    /// It does not matter.
    #[default]
    Anywhere,
    /// On a cluster of the same region.
    Region,
    /// On the same cluster.
    Cluster,
}

/// Where a workload lives on the members.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Target {
    /// The namespace, the same on each member.
    #[schemars(
        length(min = 1, max = 63),
        regex(pattern = r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?$")
    )]
    pub namespace: String,
    /// Only the objects that carry these labels; absent = all of the namespace.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub match_labels: BTreeMap<String, String>,
}

/// Whether two copies may be active at once.
#[derive(
    Clone, Copy, Debug, Default, Deserialize, Eq, Hash, JsonSchema, Ord, PartialEq, PartialOrd, Serialize,
)]
pub enum Mode {
    /// Two copies may be active for a while: it keeps no state of its own.
    Replicable,
    /// Never two active copies.
    #[default]
    Exclusive,
}

/// Where it runs, where it must run, and why.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct WorkloadStatus {
    /// The generation of the spec that this speaks of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub observed_generation: Option<i64>,
    /// The level that counts: the stricter of the spec and the namespace's label.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub criticality: Option<Criticality>,
    /// The level that counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sensitivity: Option<Sensitivity>,
    /// The sensitivity that counts for where it may stand, when that is higher because of data that it uses.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub processes: Option<Processes>,
    /// The mode that counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mode: Option<Mode>,
    /// Where the copy that counts stands: the last place at which it was seen active, or to which it was moved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cluster: Option<String>,
    /// The plan generation of the move that brought it there; absent = it was found there. A move with a lower one
    /// is history and says nothing of where it stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plan_generation: Option<i64>,
    /// Every copy that is known of, those on lost clusters included.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(extend("x-kubernetes-list-type" = "map", "x-kubernetes-list-map-keys" = ["cluster"]))]
    pub copies: Vec<WorkloadCopy>,
    /// What it asks of a cluster, as it was last seen where it stands; absent = never seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub demand: Option<WorkloadDemand>,
    /// Where it must stand.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub desired: Option<Desired>,
    /// What somebody must approve before it goes there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approval: Option<AskedApproval>,
    /// Where room is kept for it, when a policy asks for a standby.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub standby: Option<String>,
    /// Why it may not stand at each of the other clusters.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(extend("x-kubernetes-list-type" = "map", "x-kubernetes-list-map-keys" = ["cluster"]))]
    pub rejected: Vec<Rejected>,
    /// What policies forbid where it stands now.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub violations: Vec<Violation>,
    /// The last capture in the store.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub capture: Option<CaptureStatus>,
    /// The last dry run that came to a verdict.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_dry_run: Option<LastDryRun>,
    /// The Migration that is under way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub migration: Option<String>,
    /// Valid, Compliant, SingleCopy, Captured, FailoverReady, Serving.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub conditions: Vec<Condition>,
}

/// What a workload processes.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Processes {
    /// How sensitive it is.
    pub sensitivity: Sensitivity,
    /// Whose data it is (namespace/name on the hub).
    pub through: String,
}

/// What a workload asks of a cluster: the requests of its Pods, by their controllers' templates and replicas, and the
/// sizes of its claims.
#[derive(Clone, Debug, Default, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct WorkloadDemand {
    /// Processor time, in thousandths of a core.
    #[schemars(range(min = 0))]
    pub cpu_milli: i64,
    /// Memory, in MiB.
    #[schemars(range(min = 0))]
    pub memory_mib: i64,
    /// Pods.
    #[schemars(range(min = 0))]
    pub pods: i64,
    /// Extended resources such as GPUs, and storage by class.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(extend("x-kubernetes-list-type" = "map", "x-kubernetes-list-map-keys" = ["resource"]))]
    pub others: Vec<OtherDemand>,
}

/// How much of one resource is asked.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct OtherDemand {
    /// As in `room.headroom[].resource` of a MemberCluster.
    pub resource: String,
    /// Pieces; MiB of storage.
    #[schemars(range(min = 0))]
    pub amount: i64,
}

/// One copy of a workload.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct WorkloadCopy {
    /// Where.
    pub cluster: String,
    /// Whether anything of it runs, or would run.
    pub state: CopyState,
    /// How many objects it has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub objects: Option<i32>,
}

/// What a copy is doing.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, JsonSchema, Ord, PartialEq, PartialOrd, Serialize)]
pub enum CopyState {
    /// It runs.
    Active,
    /// It is there, stopped: staged before a move, or kept after one.
    Stopped,
    /// Its cluster is lost; what it does is not known.
    Unknown,
}

/// Where a workload must stand.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Desired {
    /// There.
    pub cluster: String,
    /// One sentence.
    pub because: String,
    /// The score it won with; the parts are in `explain`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub score: Option<i64>,
}

/// A move that waits until somebody approves it.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AskedApproval {
    /// The hash of what is asked: what an Approval names in `spec.plan`.
    pub plan: String,
    /// Where it would go.
    pub cluster: String,
    /// Why somebody must agree, per reason one sentence.
    pub because: Vec<String>,
    /// The last day on which it may stand there; absent: no end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<crate::Date>,
    /// Whether the council is to be informed: the move goes to a hyperscaler that is not autonomous.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub inform_council: bool,
}

/// Why a cluster was not chosen.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Rejected {
    /// Which.
    pub cluster: String,
    /// The rule, the value seen and the value wanted, per reason one sentence.
    pub because: Vec<String>,
}

/// What a policy forbids.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Violation {
    /// The policy; absent for rules that hold without one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy: Option<String>,
    /// A CamelCase word of a closed set, the same as the Compliant condition's reason.
    pub rule: String,
    /// For people.
    pub message: String,
}

/// The last capture of a workload.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CaptureStatus {
    /// Its content address.
    pub id: String,
    /// From which cluster.
    pub cluster: String,
    /// When it was taken; the copy has not changed since, as long as the cluster is reachable.
    pub taken_at: Time,
    /// How many objects it holds.
    pub objects: i32,
}

/// The last dry run that came to a verdict.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LastDryRun {
    /// The Migration that was the dry run.
    pub migration: String,
    /// To where.
    pub target: String,
    /// What came of it.
    pub verdict: Verdict,
    /// When.
    pub at: Time,
    /// Hosts of the registries from which its images would come.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 200))]
    #[schemars(extend("x-kubernetes-list-type" = "set"))]
    pub registries: Vec<String>,
    /// What is different from the dry run before it; absent = there was none to the same cluster.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<DryRunChange>,
}

/// What is different between two dry runs of a workload to the same cluster.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DryRunChange {
    /// The Migration that was the dry run before it.
    pub migration: String,
    /// What came of that one.
    pub verdict: Verdict,
    /// Findings that it did not have, as sentences: at most 20, passes left out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 20))]
    pub new: Vec<String>,
    /// Findings that it had and that are gone: at most 20.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 20))]
    pub gone: Vec<String>,
}
