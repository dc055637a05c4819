//! How near to its data a workload must stand.
//!
//! Where the data stands counts, not where it ought to: an application does not go ahead of its data. Only while data
//! moves, or has lost its cluster, it is where it goes.
//! Invariant: of data that stands nowhere that is known nothing follows; `problems` tells of it.
use std::collections::BTreeSet;

use havenmeester_api::workload::Within;

use crate::decision::Refusal;
use crate::latency::round_trip;
use crate::place::Place;
use crate::request::{Request, Using, WorkloadId, WorkloadView};

/// One workload must stand near another.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Bound {
    /// Whose data it is.
    pub data: WorkloadId,
    /// The region or the cluster.
    pub near: Near,
}

/// Where.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Near {
    /// In this region.
    Region(String),
    /// On this cluster.
    Cluster(String),
    /// So near to this cluster.
    RoundTrip {
        /// Where the data stands.
        cluster: String,
        /// There and back, in milliseconds.
        at_most: i64,
    },
}

/// All that a workload is bound to.
pub(crate) fn bounds(request: &Request, workload: &WorkloadView) -> BTreeSet<Bound> {
    let mut bounds = BTreeSet::new();
    for using in workload.uses.iter().filter(|using| binds(using)) {
        let data = request.workloads.get(&using.workload);
        let Some(cluster) = data.and_then(|data| stands_at(request, data)) else {
            continue;
        };
        let view = request.fleet.clusters.get(cluster);
        let beside = match using.within {
            Within::Region => view.map(|view| Near::Region(view.region.clone())),
            Within::Cluster => Some(Near::Cluster(cluster.to_owned())),
            Within::Anywhere => None,
        };
        let in_time = using.milliseconds.filter(|_| view.is_some());
        let in_time = in_time.map(|at_most| Near::RoundTrip {
            cluster: cluster.to_owned(),
            at_most,
        });
        bounds.extend(beside.into_iter().chain(in_time).map(|near| Bound {
            data: using.workload.clone(),
            near,
        }));
    }
    bounds
}

/// Whether a workload is bound to any data, wherever that stands.
pub(crate) fn is_bound(workload: &WorkloadView) -> bool {
    workload.uses.iter().any(binds)
}

/// Whether it matters how near the data is.
fn binds(using: &Using) -> bool {
    using.within != Within::Anywhere || using.milliseconds.is_some()
}

/// Where data stands, or goes while it cannot stay.
pub(crate) fn stands_at<'a>(request: &'a Request, data: &'a WorkloadView) -> Option<&'a str> {
    if let Some(moving) = &data.moving {
        return Some(&moving.target);
    }
    let home = data.home.as_deref()?;
    let lost = request
        .fleet
        .clusters
        .get(home)
        .is_some_and(|view| view.contact.is_lost());
    if lost {
        data.previous.as_deref()
    } else {
        Some(home)
    }
}

/// Why a place is too far from data.
pub(crate) fn refusals(bounds: &BTreeSet<Bound>, place: &Place<'_>) -> impl Iterator<Item = Refusal> {
    bounds.iter().filter_map(|bound| {
        let (seen, wanted) = match &bound.near {
            Near::Region(region) => (place.view.region.as_str(), region),
            Near::Cluster(cluster) => (place.name, cluster),
            Near::RoundTrip { cluster, at_most } => return slow(&bound.data, cluster, *at_most, place),
        };
        (seen != wanted).then(|| Refusal::AwayFromData {
            data: bound.data.clone(),
            seen: seen.to_owned(),
            wanted: wanted.clone(),
        })
    })
}

/// Why it takes too long to go to data and back.
fn slow(data: &WorkloadId, cluster: &str, at_most: i64, place: &Place<'_>) -> Option<Refusal> {
    let there = place.fleet.clusters.get(cluster)?;
    let seen = round_trip((place.name, place.view), (cluster, there));
    seen.is_none_or(|seen| seen > at_most)
        .then(|| Refusal::SlowToData {
            data: data.clone(),
            cluster: cluster.to_owned(),
            seen,
            wanted: at_most,
        })
}

#[cfg(test)]
mod tests;
