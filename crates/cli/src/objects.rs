//! All objects of ours at one moment, from the hub or from files.
use std::collections::BTreeMap;

use havenmeester_api::{
    Approval, AutonomyStandard, Contract, Drill, Exemption, ExternalApplication, MemberCluster, Migration,
    PlacementPolicy, Provider, Workload,
};
use kube::ResourceExt;

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
    pub(crate) externals: Vec<ExternalApplication>,
    pub(crate) approvals: Vec<Approval>,
}

impl Objects {
    /// Others in the place of those of the same kind and name, and beside the rest.
    pub(crate) fn with(self, others: Self) -> Self {
        Self {
            providers: merged(self.providers, others.providers),
            members: merged(self.members, others.members),
            workloads: merged(self.workloads, others.workloads),
            policies: merged(self.policies, others.policies),
            migrations: merged(self.migrations, others.migrations),
            contracts: merged(self.contracts, others.contracts),
            drills: merged(self.drills, others.drills),
            standards: merged(self.standards, others.standards),
            exemptions: merged(self.exemptions, others.exemptions),
            externals: merged(self.externals, others.externals),
            approvals: merged(self.approvals, others.approvals),
        }
    }
}

fn merged<K: ResourceExt>(objects: Vec<K>, others: Vec<K>) -> Vec<K> {
    let named = objects.into_iter().chain(others).map(|object| {
        let name = (object.namespace(), object.name_any());
        (name, object)
    });
    let by_name: BTreeMap<_, _> = named.collect();
    by_name.into_values().collect()
}
