//! All that one round may know: the hub's objects, the fleet, the time.
//!
//! Invariant: immutable. What a round writes shows in the next one.
use std::collections::BTreeMap;
use std::sync::Arc;

use havenmeester_api::migration::StepState;
use havenmeester_api::standard::{self, AutonomyStandardSpec};
use havenmeester_api::{
    Approval, AutonomyStandard, Contract, Drill, Exemption, ExternalApplication, MemberCluster, Migration,
    PlacementPolicy, Provider, Workload, condition,
};
use havenmeester_fleet::MemberView;
use havenmeester_placement::WorkloadId;
use jiff::Timestamp;

use crate::observe::Hub;
use crate::shelf::Key;

/// One moment.
#[derive(Clone, Debug, Default)]
pub struct Scene {
    /// Now.
    pub now: Timestamp,
    /// By name.
    pub providers: BTreeMap<String, Arc<Provider>>,
    /// By name; only the one named `default` counts.
    pub standards: BTreeMap<String, Arc<AutonomyStandard>>,
    /// By name.
    pub members: BTreeMap<String, Arc<MemberCluster>>,
    /// By namespace and name.
    pub workloads: BTreeMap<WorkloadId, Arc<Workload>>,
    /// By name.
    pub policies: BTreeMap<String, Arc<PlacementPolicy>>,
    /// By namespace and name.
    pub exemptions: BTreeMap<WorkloadId, Arc<Exemption>>,
    /// By namespace and name.
    pub externals: BTreeMap<Key, Arc<ExternalApplication>>,
    /// By namespace and name.
    pub approvals: BTreeMap<WorkloadId, Arc<Approval>>,
    /// By namespace and name.
    pub migrations: BTreeMap<Key, Arc<Migration>>,
    /// By namespace and name.
    pub contracts: BTreeMap<Key, Arc<Contract>>,
    /// By namespace and name.
    pub drills: BTreeMap<Key, Arc<Drill>>,
    /// The moves of each workload, dry runs left out, the lowest plan generation first.
    pub moves: BTreeMap<WorkloadId, Vec<Arc<Migration>>>,
    /// What is seen of each member.
    pub fleet: BTreeMap<String, Arc<MemberView>>,
}

impl Scene {
    pub(crate) fn observe(hub: &Hub, fleet: BTreeMap<String, Arc<MemberView>>, now: Timestamp) -> Self {
        let by_name = |key: Key| key.1;
        let migrations = hub.migrations.all();
        Self {
            now,
            providers: rekey(hub.providers.all(), by_name),
            standards: rekey(hub.standards.all(), by_name),
            members: rekey(hub.members.all(), by_name),
            workloads: rekey(hub.workloads.all(), |(namespace, name)| WorkloadId {
                namespace,
                name,
            }),
            policies: rekey(hub.policies.all(), by_name),
            exemptions: rekey(hub.exemptions.all(), |(namespace, name)| WorkloadId {
                namespace,
                name,
            }),
            externals: hub.externals.all(),
            approvals: rekey(hub.approvals.all(), |(namespace, name)| WorkloadId {
                namespace,
                name,
            }),
            moves: moves(&migrations),
            migrations,
            contracts: hub.contracts.all(),
            drills: hub.drills.all(),
            fleet,
        }
    }

    /// By what measure autonomy is judged.
    pub(crate) fn standard(&self) -> AutonomyStandardSpec {
        let standard = self.standards.get(standard::NAME);
        standard.map(|standard| standard.spec.clone()).unwrap_or_default()
    }

    /// The moves of one workload, dry runs left out, the lowest plan generation first.
    pub(crate) fn moves_of(&self, id: &WorkloadId) -> &[Arc<Migration>] {
        self.moves.get(id).map_or(&[], Vec::as_slice)
    }
}

pub(crate) fn moves(migrations: &BTreeMap<Key, Arc<Migration>>) -> BTreeMap<WorkloadId, Vec<Arc<Migration>>> {
    let mut moves: BTreeMap<WorkloadId, Vec<Arc<Migration>>> = BTreeMap::new();
    for migration in migrations.values().filter(|m| !m.spec.dry_run) {
        moves
            .entry(workload_of(migration))
            .or_default()
            .push(Arc::clone(migration));
    }
    for all in moves.values_mut() {
        // A move without a generation has not begun: it is the newest.
        all.sort_by_key(|m| generation(m).unwrap_or(i64::MAX));
    }
    moves
}

fn rekey<A, B: Ord, V>(from: BTreeMap<A, V>, key: impl Fn(A) -> B) -> BTreeMap<B, V> {
    from.into_iter().map(|(k, v)| (key(k), v)).collect()
}

/// The workload of a Migration.
pub(crate) fn workload_of(migration: &Migration) -> WorkloadId {
    WorkloadId {
        namespace: migration.metadata.namespace.clone().unwrap_or_default(),
        name: migration.spec.workload.clone(),
    }
}

/// Whether a move has come to its end, well or badly.
pub(crate) fn ended(migration: &Migration) -> bool {
    migration
        .status
        .as_ref()
        .is_some_and(|s| condition::is_true(&s.conditions, condition::COMPLETE) || failed(migration))
}

/// Whether a move could not do what it should.
pub(crate) fn failed(migration: &Migration) -> bool {
    migration
        .status
        .as_ref()
        .is_some_and(|s| condition::is_true(&s.conditions, condition::FAILED))
}

/// Whether nothing is left to do: every step has come to its end.
pub(crate) fn finished(migration: &Migration) -> bool {
    ended(migration)
        && migration.status.as_ref().is_some_and(|s| {
            s.steps.iter().all(|st| match st.state {
                StepState::Done | StepState::Failed | StepState::NotExecuted => true,
                StepState::Pending | StepState::Running => false,
            })
        })
}

/// The generation of a move's plan; `None` before its first step.
pub(crate) fn generation(migration: &Migration) -> Option<i64> {
    migration.status.as_ref().and_then(|s| s.plan_generation)
}
