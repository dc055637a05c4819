//! All that one decision may know.
use std::collections::{BTreeMap, BTreeSet};

use havenmeester_api::exemption::ExemptionSpec;
use havenmeester_api::policy::PlacementPolicySpec;
use havenmeester_api::workload::{Layer, Mode, Target, Within};
use havenmeester_api::{Criticality, Sensitivity};
use jiff::Timestamp;

use crate::approval::ApprovalView;
use crate::fleet::{Demand, FleetView};

/// A Workload on the hub, as `namespace/name`.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, serde::Serialize)]
#[serde(into = "String")]
pub struct WorkloadId {
    /// The namespace on the hub.
    pub namespace: String,
    /// The name.
    pub name: String,
}

impl std::fmt::Display for WorkloadId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.namespace, self.name)
    }
}

impl From<WorkloadId> for String {
    fn from(id: WorkloadId) -> Self {
        id.to_string()
    }
}

/// One moment of the world.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Request {
    /// The clusters and the entities behind them.
    pub fleet: FleetView,
    /// All policies, by name.
    pub policies: BTreeMap<String, PlacementPolicySpec>,
    /// All workloads.
    pub workloads: BTreeMap<WorkloadId, WorkloadView>,
    /// All exemptions, in force or not: the day says which count.
    pub exemptions: BTreeMap<WorkloadId, ExemptionSpec>,
    /// All approvals, of whatever plan: the hash says of which, the day whether a move may begin under it.
    pub approvals: BTreeMap<WorkloadId, ApprovalView>,
    /// Now.
    pub now: Timestamp,
    /// How hard, and from which seed, better plans are looked for.
    pub search: Search,
}

/// How hard better plans are looked for. No clock: the same numbers give the same plan on any machine.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Search {
    /// All chance follows from it.
    pub seed: u64,
    /// How many changes are weighed for each workload that must go. 0 = each takes the best place that is left.
    /// More finds better plans where room is tight, and takes longer: about 10 ns each.
    pub work: u32,
}

impl Default for Search {
    fn default() -> Self {
        Self { seed: 1, work: 150 }
    }
}

/// One workload, as the hub knows it.
#[derive(Clone, Debug, PartialEq)]
pub struct WorkloadView {
    /// Where it lives on members.
    pub target: Target,
    /// The level that counts.
    pub criticality: Criticality,
    /// The level that counts.
    pub sensitivity: Sensitivity,
    /// The mode that counts.
    pub mode: Mode,
    /// What it asks of a cluster.
    pub demand: Demand,
    /// Where the copy that counts stands, as the hub persisted it. `None`: never seen.
    pub home: Option<String>,
    /// Where it was to stand by the decision before this one: the same place wins a tie.
    pub previous: Option<String>,
    /// Where room was kept for it by the decision before this one.
    pub standby: Option<String>,
    /// The move that is under way: it is left to end.
    pub moving: Option<Moving>,
    /// Whether a capture of it from its home is in the store. Without one there is nothing to fail over from.
    pub captured: bool,
    /// Its layer, when it says one.
    pub layer: Option<Layer>,
    /// The workloads whose data it uses: it wants to stand near them.
    pub uses: BTreeSet<Using>,
    /// Whose data raised its sensitivity, when that is so: see [`crate::flow`].
    pub through: Option<WorkloadId>,
    /// Those that may not all be lost with one provider: it wants to stand with another.
    pub apart: BTreeSet<WorkloadId>,
}

/// Data of another workload.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Using {
    /// Whose.
    pub workload: WorkloadId,
    /// How near to it one must stand.
    pub within: Within,
    /// How long it may take to go to where it stands and back, in milliseconds; `None` = any time.
    pub milliseconds: Option<i64>,
}

/// A move that is under way.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Moving {
    /// The Migration.
    pub migration: String,
    /// Where it goes.
    pub target: String,
}
