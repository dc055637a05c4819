//! Whether a cluster is near enough to the data that a workload uses.
//!
//! Invariant: knows nothing of `bound` and `latency`; asks each use by itself.
use havenmeester_api::workload::Within;

use crate::fleet::ClusterView;
use crate::request::{Request, WorkloadView};

/// The rules by which it is not.
pub(super) fn broken(request: &Request, workload: &WorkloadView, cluster: &str) -> Vec<&'static str> {
    let clusters = &request.fleet.clusters;
    let region = |name: &str| clusters.get(name).map(|view| &view.region);
    let (mut away, mut slow) = (false, false);
    for using in &workload.uses {
        let data = request.workloads.get(&using.workload);
        let Some(at) = data.and_then(|data| place(request, data)) else {
            continue;
        };
        away |= match using.within {
            Within::Anywhere => false,
            Within::Cluster => at != cluster,
            Within::Region => region(at).is_some_and(|wanted| region(cluster) != Some(wanted)),
        };
        slow |= using.milliseconds.is_some_and(|most| {
            let longest = longest(request, cluster, at);
            cluster != at && clusters.contains_key(at) && longest.is_none_or(|longest| most < longest)
        });
    }
    let told = [(away, "data"), (slow, "latency")];
    told.into_iter()
        .filter(|(broken, _)| *broken)
        .map(|(_, told)| told)
        .collect()
}

/// Where data stands, or goes while it moves or has lost its cluster.
fn place<'a>(request: &'a Request, data: &'a WorkloadView) -> Option<&'a String> {
    let clusters = &request.fleet.clusters;
    let lost = |home: &String| {
        let view = clusters.get(home);
        view.is_some_and(|view| view.contact.is_lost())
    };
    match (&data.moving, &data.home) {
        (Some(moving), _) => Some(&moving.target),
        (None, Some(home)) if lost(home) => data.previous.as_ref(),
        (None, home) => home.as_ref(),
    }
}

/// The longest time that either of two clusters says of the other.
fn longest(request: &Request, one: &str, other: &str) -> Option<i64> {
    let says = |view: &ClusterView, of: &str| {
        if let Some(time) = view.latency.clusters.get(of) {
            return Some(*time);
        }
        let region = &request.fleet.clusters.get(of)?.region;
        view.latency.regions.get(region).copied()
    };
    let both = [(one, other), (other, one)];
    let said = both
        .iter()
        .filter_map(|(here, there)| says(request.fleet.clusters.get(*here)?, there));
    said.max()
}
