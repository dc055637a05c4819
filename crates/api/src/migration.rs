//! One move of one workload, or a rehearsal of it.
//!
//! Invariant: what it moves, from where and to where never changes; only `abort` can be set afterwards.
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{Condition, Time};
use kube::{CustomResource, KubeSchema};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Span;

/// What is moved from where to where.
#[derive(Clone, CustomResource, Debug, Deserialize, Eq, KubeSchema, PartialEq, Serialize)]
#[kube(
    group = "havenmeester.dev",
    version = "v1alpha1",
    kind = "Migration",
    plural = "migrations",
    shortname = "hmm",
    category = "havenmeester",
    namespaced,
    status = "MigrationStatus",
    derive = "PartialEq",
    doc = "One move of one workload to another cluster, or a dry run of it.",
    printcolumn(name = "Workload", type_ = "string", json_path = ".spec.workload"),
    printcolumn(name = "Kind", type_ = "string", json_path = ".spec.kind"),
    printcolumn(name = "Dry", type_ = "boolean", json_path = ".spec.dryRun"),
    printcolumn(name = "From", type_ = "string", json_path = ".spec.source"),
    printcolumn(name = "To", type_ = "string", json_path = ".spec.target"),
    printcolumn(name = "Step", type_ = "string", json_path = ".status.step"),
    printcolumn(name = "Verdict", type_ = "string", json_path = ".status.verdict"),
    printcolumn(
        name = "Complete",
        type_ = "string",
        json_path = ".status.conditions[?(@.type=='Complete')].status"
    ),
    printcolumn(
        name = "Waiting For",
        type_ = "string",
        json_path = ".status.waitingFor",
        priority = 1
    ),
    printcolumn(name = "Age", type_ = "date", json_path = ".metadata.creationTimestamp")
)]
#[serde(rename_all = "camelCase")]
#[x_kube(
    validation = ("!has(self.source) || self.source != self.target", "spec.target: the workload stands there already; name another cluster"),
    validation = ("has(self.source) || (has(self.dryRun) && self.dryRun)", "spec.source is required: name the cluster that the workload leaves"),
    validation = ("self.workload == oldSelf.workload && self.kind == oldSelf.kind && self.target == oldSelf.target && has(self.source) == has(oldSelf.source) && (!has(self.source) || self.source == oldSelf.source) && has(self.dryRun) == has(oldSelf.dryRun) && (!has(self.dryRun) || self.dryRun == oldSelf.dryRun) && has(self.pinDigests) == has(oldSelf.pinDigests) && (!has(self.pinDigests) || self.pinDigests == oldSelf.pinDigests)", "a migration cannot be changed, only aborted; make another"),
    validation = ("!(has(oldSelf.abort) && oldSelf.abort) || (has(self.abort) && self.abort)", "spec.abort cannot be taken back"),
    validation = ("!(has(self.dryRun) && self.dryRun) || self.kind == 'Relocate'", "spec.kind: a dry run is of kind Relocate")
)]
pub struct MigrationSpec {
    /// The Workload, in the same namespace.
    #[schemars(length(min = 1, max = 253))]
    pub workload: String,
    /// What kind of move.
    pub kind: MoveKind,
    /// The cluster that it leaves. A dry run without one takes the cluster on which the workload stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 253))]
    pub source: Option<String>,
    /// The cluster that it goes to.
    #[schemars(length(min = 1, max = 253))]
    pub target: String,
    /// Only answer whether it could be done; nothing is written on either cluster.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub dry_run: bool,
    /// The target gets every image by the digest that its name led to when the move began.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub pin_digests: bool,
    /// How long the stopped source is kept after the move. Absent = 24h.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rollback_window: Option<Span>,
    /// Recovery time to measure against.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rto: Option<Span>,
    /// Recovery point to measure against.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rpo: Option<Span>,
    /// Who or what asked for it, and why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 1000))]
    pub reason: Option<String>,
    /// Stop, and go back where that is still possible.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub abort: bool,
}

/// What kind of move it is.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, JsonSchema, Ord, PartialEq, PartialOrd, Serialize)]
pub enum MoveKind {
    /// Both clusters answer; nothing is lost.
    Relocate,
    /// The source is lost: from the last capture, without asking it for anything.
    Failover,
    /// Back to where it stood before a failover; both clusters answer.
    Failback,
}

impl MoveKind {
    /// Whether the source can be asked and told: it is, in all but a failover.
    pub fn source_answers(self) -> bool {
        match self {
            Self::Relocate | Self::Failback => true,
            Self::Failover => false,
        }
    }
}

/// What a move consists of. Which steps, and in which order, depends on the kind and on the workload's mode.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, JsonSchema, Ord, PartialEq, PartialOrd, Serialize)]
pub enum Step {
    /// Take a fresh capture of the source, or (failover) find the last one.
    Capture,
    /// Ask the target whether it would take every object.
    Preflight,
    /// Create the objects on the target, ready to run.
    Create,
    /// Create the objects on the target, stopped.
    CreateStopped,
    /// Stop the source, and see it stopped.
    StopSource,
    /// Start the target's copy.
    Start,
    /// Wait until the target serves.
    AwaitServing,
    /// Compare object by object what stands on the target with what was sent.
    Verify,
    /// Keep the stopped source for the rollback window.
    Retain,
    /// Delete the stopped source.
    CleanUp,
    /// Going back: start the source again, and see it serve.
    RestartSource,
    /// Going back: delete what this move created on the target.
    RemoveTarget,
}

/// How a step stands.
#[derive(
    Clone, Copy, Debug, Default, Deserialize, Eq, Hash, JsonSchema, Ord, PartialEq, PartialOrd, Serialize,
)]
pub enum StepState {
    /// Not begun.
    #[default]
    Pending,
    /// Begun.
    Running,
    /// Seen done.
    Done,
    /// Not possible, or its deadline passed.
    Failed,
    /// Will not be done; the message says why.
    NotExecuted,
}

/// How one step stands.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct StepStatus {
    /// Which.
    pub name: Step,
    /// How it stands.
    pub state: StepState,
    /// When it began.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started_at: Option<Time>,
    /// When it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finished_at: Option<Time>,
    /// When it is stuck.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deadline: Option<Time>,
    /// What it waits for, or what came of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// The message in Dutch, of the steps of a dry run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dutch: Option<String>,
}

/// What comes of a dry run. Unknown is never a pass.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, JsonSchema, Ord, PartialEq, PartialOrd, Serialize)]
pub enum Verdict {
    /// Nothing stands in the way.
    Ready,
    /// It would go, with something to know.
    ReadyWithWarnings,
    /// Something could not be seen.
    Unknown,
    /// It would fail.
    Blocked,
}

/// What a dry run must answer, in the order in which a report lists it.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, JsonSchema, Ord, PartialEq, PartialOrd, Serialize)]
pub enum Question {
    /// Is the target there, not older than the source, and is its clock right?
    Reachable,
    /// Does the target serve every kind in its version?
    Served,
    /// May we do all that a move and its rollback need?
    Access,
    /// Does the target's own server-side dry run accept each object, and keep every field?
    DryRun,
    /// Do Pod Security, quota, limit ranges, webhooks, policies and classes let it in?
    Admission,
    /// Is everything that the objects refer to there?
    References,
    /// Is there room, and a node for each Pod?
    Capacity,
    /// Can every image be pulled from a registry that survives the cut-off?
    Images,
    /// Does the target have the storage that is asked for?
    Storage,
    /// How much data goes, and does it arrive in time?
    Transfer,
    /// Is the source healthy and its capture recent?
    SourceHealth,
    /// What is tied to one provider?
    LockIn,
    /// What stands on the target under the same name?
    Collisions,
    /// Which delivery controller owns it, and can it be suspended?
    Delivery,
    /// Are host names free there, and do their records and certificates follow?
    Dns,
    /// Does it call what stays behind?
    Egress,
    /// Can a Job or `CronJob` run twice?
    Once,
    /// Can the source be stopped and the move undone?
    Fencing,
}

impl Question {
    /// All eighteen, in report order.
    pub const ALL: [Self; 18] = [
        Self::Reachable,
        Self::Served,
        Self::Access,
        Self::DryRun,
        Self::Admission,
        Self::References,
        Self::Capacity,
        Self::Images,
        Self::Storage,
        Self::Transfer,
        Self::SourceHealth,
        Self::LockIn,
        Self::Collisions,
        Self::Delivery,
        Self::Dns,
        Self::Egress,
        Self::Once,
        Self::Fencing,
    ];
}

/// What the answer to a question comes to: that of its worst finding.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, JsonSchema, Ord, PartialEq, PartialOrd, Serialize)]
pub enum Answer {
    /// Looked at and good.
    Pass,
    /// The move works, with a difference that somebody should know.
    Warn,
    /// Could not be looked at, or was not. Never counts as a pass.
    Unknown,
    /// The move would fail.
    Block,
}

/// How one question was answered. A question that was not asked is Unknown.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct QuestionStatus {
    /// Which.
    pub question: Question,
    /// The answer; its evidence stands in the findings of this question.
    pub answer: Answer,
    /// When what it rests on was seen; from here its age counts. Absent = nothing was seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen_at: Option<Time>,
}

/// One thing that a dry run found.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FindingStatus {
    /// Which question of the preflight: a CamelCase word of a closed set.
    pub question: String,
    /// Pass, Warn, Unknown or Block.
    pub severity: String,
    /// The object, as Kind namespace/name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub object: Option<String>,
    /// The field in it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// What was seen.
    pub message: String,
    /// What to do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remedy: Option<String>,
    /// The same in Dutch. Absent = only the English is there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dutch: Option<FindingWords>,
}

/// The sentences of a finding in another language.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FindingWords {
    /// What was seen.
    pub message: String,
    /// What to do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remedy: Option<String>,
}

/// One image as its registry had it.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ImageStatus {
    /// As it is named in what the target is sent.
    pub image: String,
    /// The digest to which the name led; absent = it could not be resolved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<String>,
    /// The host of the target's mirror from which it comes; absent = from the registry in its name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mirror: Option<String>,
}

/// How far the move is.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct MigrationStatus {
    /// The generation of the spec that this speaks of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub observed_generation: Option<i64>,
    /// The hash of what was planned: workload, clusters, capture, steps.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plan_hash: Option<String>,
    /// The generation of the plan: the later of two moves of a workload has the higher one, and the earlier stops.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plan_generation: Option<i64>,
    /// The step that is under way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<Step>,
    /// What it waits for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waiting_for: Option<String>,
    /// Every step, those not executed too.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(extend("x-kubernetes-list-type" = "map", "x-kubernetes-list-map-keys" = ["name"]))]
    pub steps: Vec<StepStatus>,
    /// The capture that is moved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub capture: Option<String>,
    /// How many objects are moved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub objects: Option<i32>,
    /// What a dry run, or the Preflight step, came to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verdict: Option<Verdict>,
    /// Each of the eighteen questions with its answer, once the target was asked. The worst answer is the verdict.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 18))]
    #[schemars(extend("x-kubernetes-list-type" = "map", "x-kubernetes-list-map-keys" = ["question"]))]
    pub questions: Vec<QuestionStatus>,
    /// What it found: worst first, at most 200.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 200))]
    pub findings: Vec<FindingStatus>,
    /// The images that the target needs, as their registries had them: at most 200. Absent = not asked.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 200))]
    #[schemars(extend("x-kubernetes-list-type" = "map", "x-kubernetes-list-map-keys" = ["image"]))]
    pub images: Vec<ImageStatus>,
    /// The moments that count.
    #[serde(default)]
    pub measured: Measured,
    /// Complete, Failed, Stuck.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub conditions: Vec<Condition>,
}

/// The moments of a move, from which its times follow.
#[derive(Clone, Debug, Default, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Measured {
    /// The source was last seen to answer (failover) or was stopped (relocation): from here it is down.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub down_at: Option<Time>,
    /// The loss of the source was seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detected_at: Option<Time>,
    /// The move was decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decided_at: Option<Time>,
    /// The last object was created on the target.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_at: Option<Time>,
    /// The target was seen to serve.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub serving_at: Option<Time>,
    /// The moment of which the moved state is: the capture was known to be current then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state_of: Option<Time>,
}
