//! All objects of ours at one moment, from the hub or from files.
use havenmeester_api::{
    AutonomyStandard, Contract, Drill, Exemption, MemberCluster, Migration, PlacementPolicy, Provider,
    Workload,
};

/// Every object of every kind.
#[derive(Clone, Debug, Default)]
pub(crate) struct Objects {
    pub(crate) providers: Vec<Provider>,
    pub(crate) members: Vec<MemberCluster>,
    pub(crate) workloads: Vec<Workload>,
    pub(crate) policies: Vec<PlacementPolicy>,
    pub(crate) migrations: Vec<Migration>,
    pub(crate) contracts: Vec<Contract>,
    pub(crate) drills: Vec<Drill>,
    pub(crate) standards: Vec<AutonomyStandard>,
    pub(crate) exemptions: Vec<Exemption>,
}
