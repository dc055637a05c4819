//! Whether a workload's images are still there when its cluster is lost.
//!
//! Known from the registries that its last dry run named; without one nothing is known, and nothing is said.
use havenmeester_api::workload::LastDryRun;
use havenmeester_placement::{WorkloadId, registry_lost, registry_owner};

use crate::turn::Turn;

/// Why they are not, in one sentence: a failover would come up without them.
pub(super) fn lost(turn: &Turn, id: &WorkloadId, home: &str, run: Option<&LastDryRun>) -> Option<String> {
    let run = run.filter(|run| !run.registries.is_empty())?;
    let fleet = &turn.request.fleet;
    let source = &fleet.clusters.get(home)?.provider;
    let owned = run.registries.iter().filter_map(|host| {
        let owner = registry_owner(&fleet.providers, host)?;
        Some((host, owner))
    });
    let owned: Vec<(&String, &str)> = owned.collect();
    if owned.is_empty() {
        return None;
    }
    let asked = turn.reasons.requirements(id);
    owned.into_iter().find_map(|(host, owner)| {
        let why = registry_lost(turn.timeline.today(), owner, source, asked)?;
        Some(format!(
            "images come from {host} of {owner}, and {why}; dry run {} tells how to mirror them",
            run.migration
        ))
    })
}
