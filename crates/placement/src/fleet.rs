//! The fleet as it was seen at one moment: all that a decision may know of clusters.
//!
//! Not here: how it was seen (the `fleet` crate).
//! Invariant: immutable, ordered, each fact with its freshness.
use std::collections::{BTreeMap, BTreeSet};

use havenmeester_api::labels::Tags;
use havenmeester_api::member::Capacity;
use havenmeester_api::provider::ProviderSpec;
use havenmeester_api::standard::AutonomyStandardSpec;
use havenmeester_api::workload::{CopyState, OtherDemand, WorkloadDemand};
use jiff::Timestamp;

use crate::Fact;
use crate::latency::Latency;
use crate::resource::Resource;
use crate::tariff::Price;
use crate::traits::Traits;

/// All clusters and all legal entities.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FleetView {
    /// By the name of the MemberCluster.
    pub clusters: BTreeMap<String, ClusterView>,
    /// By the name of the Provider; also those that run no cluster but own one that does.
    pub providers: BTreeMap<String, ProviderSpec>,
    /// By what measure their autonomy is judged.
    pub standard: AutonomyStandardSpec,
}

/// One cluster.
#[derive(Clone, Debug, PartialEq)]
pub struct ClusterView {
    /// The Provider that runs it.
    pub provider: String,
    /// The provider's name of the region.
    pub region: String,
    /// Where the hardware stands; `None` = the provider's country.
    pub country: Option<String>,
    /// Whether it answers.
    pub contact: Contact,
    /// Why it may not be given workloads: quarantine after it was lost. `None` = it may.
    pub barred: Option<Bar>,
    /// How far our credentials reach.
    pub reach: Reach,
    /// What its nodes offer and what is asked of them. Requests of the workloads that run there are included.
    pub capacity: Fact<Capacity>,
    /// How much of a resource is kept free, in per cent of all of it.
    pub headroom: BTreeMap<Resource, i64>,
    /// How long data takes to other clusters and back, as it says.
    pub latency: Latency,
    /// What it costs; `None`: not known.
    pub price: Option<Price>,
    /// The tagged namespaces and the namespaces of known Workloads that are there, by name.
    /// Of a lost cluster: the last that was seen.
    pub copies: Fact<BTreeMap<String, CopyView>>,
    /// What it was seen to be and to have.
    pub traits: Traits,
}

/// A quarantine.
#[derive(Clone, Copy, Debug, Eq, PartialEq, serde::Serialize)]
pub struct Bar {
    /// Since when.
    pub since: Timestamp,
    /// How many stale copies are not yet seen stopped; `None`: nobody has counted them.
    pub stale: Option<usize>,
}

impl std::fmt::Display for Bar {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "in quarantine since {:.0}", self.since)?;
        match self.stale {
            Some(stale) => write!(f, ": {stale} stale copies are not yet seen stopped"),
            None => Ok(()),
        }
    }
}

/// Whether a cluster answers.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Contact {
    /// Not yet asked, or its connection cannot be made at all since we know it.
    Unknown,
    /// It answers.
    Reachable,
    /// A heartbeat failed; too early to call it lost.
    Suspect {
        /// Since its last good heartbeat.
        since: Timestamp,
    },
    /// Silent for too long.
    Lost {
        /// Its last good heartbeat.
        last_heartbeat: Timestamp,
        /// When it was called lost.
        detected_at: Timestamp,
    },
}

impl Contact {
    /// Whether it has been silent for too long.
    pub fn is_lost(&self) -> bool {
        matches!(self, Self::Lost { .. })
    }
}

/// How far our credentials reach.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Reach {
    /// The whole cluster.
    Cluster,
    /// Only these namespaces, and nothing cluster-scoped.
    Namespaces(BTreeSet<String>),
}

/// One namespace on one cluster.
#[derive(Clone, Debug, PartialEq)]
pub struct CopyView {
    /// What it says of itself; `None`: untagged, or its labels cannot be read with our credentials.
    pub tags: Option<Tags>,
    /// Whether anything in it runs or would run.
    pub state: CopyState,
    /// How many objects of it are captured.
    pub objects: usize,
    /// What its pods ask for, by their controllers' templates and replicas (before they were stopped).
    pub demand: Demand,
}

/// What a workload asks of a cluster.
#[derive(Clone, Debug, Default, Eq, PartialEq, serde::Serialize)]
pub struct Demand {
    /// Thousandths of a core.
    pub cpu_milli: i64,
    /// MiB.
    pub memory_mib: i64,
    /// Pods.
    pub pods: i64,
    /// GPUs and the like, and storage; never cpu, memory or pods.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub others: BTreeMap<Resource, i64>,
}

impl Demand {
    /// As a Workload's status has it.
    pub fn told(&self) -> WorkloadDemand {
        let others = self.others.iter().map(|(resource, amount)| OtherDemand {
            resource: resource.to_string(),
            amount: *amount,
        });
        WorkloadDemand {
            cpu_milli: self.cpu_milli,
            memory_mib: self.memory_mib,
            pods: self.pods,
            others: others.collect(),
        }
    }

    /// The storage in it, in MiB, of whatever class.
    pub fn storage_mib(&self) -> i64 {
        let stored = self
            .others
            .iter()
            .filter(|(resource, _)| matches!(resource, Resource::Storage(_)));
        stored.fold(0, |sum, (_, mib)| sum.saturating_add(*mib))
    }
}

impl From<&WorkloadDemand> for Demand {
    fn from(told: &WorkloadDemand) -> Self {
        let others = told.others.iter();
        Self {
            cpu_milli: told.cpu_milli,
            memory_mib: told.memory_mib,
            pods: told.pods,
            others: others
                .map(|other| (Resource::named(&other.resource), other.amount))
                .collect(),
        }
    }
}
