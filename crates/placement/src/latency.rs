//! How long data takes from one cluster to another and back, as their MemberClusters say it.
//!
//! Not here: who asks for how little (`bound`).
//! Invariant: what neither of two says is unknown, and near to nothing. Of two that differ the larger counts, so that
//! nobody brings another nearer by what it says itself.
use std::collections::BTreeMap;

use havenmeester_api::latency::{LatencySpec, RoundTrip};

use crate::fleet::ClusterView;

/// What one cluster says, in milliseconds there and back.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Latency {
    /// To single clusters, by name.
    pub clusters: BTreeMap<String, i64>,
    /// To every other cluster of a region that is not named by itself.
    pub regions: BTreeMap<String, i64>,
}

impl From<&LatencySpec> for Latency {
    /// Of a name that a file says twice the larger counts; what is below nought says nothing.
    fn from(spec: &LatencySpec) -> Self {
        let said = |all: &[RoundTrip]| {
            let mut said: BTreeMap<String, i64> = BTreeMap::new();
            for trip in all.iter().filter(|trip| trip.milliseconds >= 0) {
                let longest = said.entry(trip.name.clone()).or_default();
                *longest = (*longest).max(i64::from(trip.milliseconds));
            }
            said
        };
        Self {
            clusters: said(&spec.clusters),
            regions: said(&spec.regions),
        }
    }
}

impl Latency {
    fn to(&self, name: &str, view: &ClusterView) -> Option<i64> {
        let region = || self.regions.get(&view.region);
        self.clusters.get(name).or_else(region).copied()
    }
}

/// From one cluster to another and back, in milliseconds; `None`: neither says it.
pub(crate) fn round_trip(here: (&str, &ClusterView), there: (&str, &ClusterView)) -> Option<i64> {
    if here.0 == there.0 {
        return Some(0);
    }
    let forth = here.1.latency.to(there.0, there.1);
    forth.max(there.1.latency.to(here.0, here.1))
}

#[cfg(test)]
mod tests;
