//! How near to its data a workload must stand.
//!
//! Where the data stands counts, not where it ought to: an application does not go ahead of its data. Only while data
//! moves, or has lost its cluster, it is where it goes.
//! Invariant: of data that stands nowhere that is known nothing follows; `problems` tells of it.
use std::collections::BTreeSet;

use havenmeester_api::workload::Within;

use crate::decision::Refusal;
use crate::fleet::Contact;
use crate::place::Place;
use crate::request::{Request, WorkloadId, WorkloadView};

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
}

/// All that a workload is bound to.
pub(crate) fn bounds(request: &Request, workload: &WorkloadView) -> BTreeSet<Bound> {
    let near = workload
        .uses
        .iter()
        .filter(|using| using.within != Within::Anywhere);
    near.filter_map(|using| {
        let cluster = stands_at(request, request.workloads.get(&using.workload)?)?;
        let near = match using.within {
            Within::Region => Near::Region(request.fleet.clusters.get(cluster)?.region.clone()),
            Within::Cluster | Within::Anywhere => Near::Cluster(cluster.to_owned()),
        };
        Some(Bound {
            data: using.workload.clone(),
            near,
        })
    })
    .collect()
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
        .is_some_and(|view| matches!(view.contact, Contact::Lost { .. }));
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
        };
        (seen != wanted).then(|| Refusal::AwayFromData {
            data: bound.data.clone(),
            seen: seen.to_owned(),
            wanted: wanted.clone(),
        })
    })
}

#[cfg(test)]
mod tests;
