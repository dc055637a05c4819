//! What a round wants written on the hub, in the order in which it is written.
//!
//! Invariant: a quarantine is written before the failover that calls for it, and the log before both.
use std::sync::Arc;

use havenmeester_api::{
    Approval, AutonomyStandard, Contract, Criticality, Drill, Exemption, ExternalApplication, MemberCluster,
    Migration, PlacementPolicy, Provider, Workload,
};
use havenmeester_ledger::Entry;

/// One object with the status that it should have; the resourceVersion in it is that which was seen.
#[derive(Clone, Debug)]
pub(crate) enum StatusWrite {
    Provider(Box<Provider>),
    Member(Box<MemberCluster>),
    Workload(Box<Workload>),
    Policy(Box<PlacementPolicy>),
    Contract(Box<Contract>),
    Drill(Box<Drill>),
    Standard(Box<AutonomyStandard>),
    Exemption(Box<Exemption>),
    External(Box<ExternalApplication>),
    Approval(Box<Approval>),
}

/// A move to be made.
#[derive(Clone, Debug)]
pub(crate) struct NewMigration {
    pub(crate) criticality: Criticality,
    pub(crate) object: Box<Migration>,
}

/// Something that people should see in `kubectl describe`.
#[derive(Clone, Debug)]
pub(crate) struct Notice {
    pub(crate) about: About,
    pub(crate) warning: bool,
    /// CamelCase.
    pub(crate) reason: &'static str,
    pub(crate) note: String,
}

/// What a notice is about.
#[derive(Clone, Debug)]
pub(crate) enum About {
    Member(Arc<MemberCluster>),
    Workload(Arc<Workload>),
    Contract(Arc<Contract>),
    Exemption(Arc<Exemption>),
    External(Arc<ExternalApplication>),
    Approval(Arc<Approval>),
    Drill(Arc<Drill>),
}

/// All that one round wants.
#[derive(Clone, Debug, Default)]
pub(crate) struct Intents {
    /// Into the decision log, first.
    pub(crate) log: Vec<Entry>,
    /// Members and drills: bars and cut-offs stand before anything moves.
    pub(crate) first: Vec<StatusWrite>,
    /// Discovered Workloads.
    pub(crate) discovered: Vec<Workload>,
    /// Moves, the most critical first.
    pub(crate) migrations: Vec<NewMigration>,
    /// Rehearsals that later ones took the place of, to be deleted.
    pub(crate) outdated: Vec<Arc<Migration>>,
    /// Every other status.
    pub(crate) statuses: Vec<StatusWrite>,
    /// Events, last.
    pub(crate) notices: Vec<Notice>,
}
