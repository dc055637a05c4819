//! Which moves may run now.
//!
//! Invariant: failovers before everything else, the most critical first; a failover never runs before the quarantine
//! of its source is written.
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use havenmeester_api::migration::{MigrationStatus, MoveKind};
use havenmeester_api::{Criticality, Migration, condition};
use havenmeester_placement::WorkloadId;

use crate::identity::Identity;
use crate::intent::NewMigration;
use crate::scene::{Scene, ended, finished, workload_of};
use crate::shelf::{Key, key_of};

/// The moves that must be driven.
pub(crate) struct Queue {
    /// In the order in which they should start.
    pub(crate) moves: Vec<(Key, Arc<Migration>)>,
    /// Whether there are failovers among them whose objects do not stand yet.
    pub(crate) urgent: bool,
}

/// Whether a move brings back what is lost.
pub(crate) fn is_urgent(migration: &Migration) -> bool {
    !migration.spec.kind.source_answers() && !migration.spec.dry_run
}

/// The moves that must be driven, and whether it is urgent. `coming` are those that are not seen on the hub yet.
pub(crate) fn runnable(
    scene: &Scene,
    identities: &BTreeMap<WorkloadId, Identity>,
    coming: &[&Migration],
) -> Queue {
    let mut queue: Vec<(Rank, &Key, &Arc<Migration>)> = scene
        .migrations
        .iter()
        .filter(|(_, m)| !finished(m))
        .filter(|(_, m)| m.spec.kind != MoveKind::Failover || m.spec.dry_run || is_barred(scene, m))
        .map(|(key, m)| (rank(identities, m), key, m))
        .collect();
    queue.sort_by(|a, b| a.0.cmp(&b.0).then_with(|| a.1.cmp(b.1)));
    let seen = queue.iter().map(|(_, _, m)| m.as_ref());
    let most_urgent = seen
        .chain(coming.iter().copied())
        // One whose Workload is not there cannot begin: nobody waits for it.
        .filter(|m| !created(m) && identities.contains_key(&workload_of(m)))
        .map(|m| rank(identities, m))
        .filter(|rank| rank.order == Order::Failover)
        .min();
    let moves = queue
        .into_iter()
        .filter(|(rank, _, m)| waits_for_none(rank, m, most_urgent.as_ref()))
        .map(|(_, key, m)| (key.clone(), Arc::clone(m)))
        .collect();
    Queue {
        moves,
        urgent: most_urgent.is_some(),
    }
}

/// Those of the moves to be made that others wait for: all but what the hub has just refused. The moves of one round
/// are written side by side, so that a less critical one may be seen first.
pub(crate) fn coming<'a>(wanted: &'a [NewMigration], refused: &BTreeSet<Key>) -> Vec<&'a Migration> {
    let moves = wanted.iter().map(|wanted| wanted.object.as_ref());
    moves
        .filter(|m| !refused.contains(&key_of(&m.metadata)))
        .collect()
}

#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
struct Rank {
    order: Order,
    criticality: std::cmp::Reverse<Criticality>,
}

#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
enum Order {
    Failover,
    Move,
    DryRun,
}

fn rank(identities: &BTreeMap<WorkloadId, Identity>, migration: &Migration) -> Rank {
    let order = match (migration.spec.dry_run, migration.spec.kind) {
        (true, _) => Order::DryRun,
        (false, MoveKind::Failover) => Order::Failover,
        (false, MoveKind::Relocate | MoveKind::Failback) => Order::Move,
    };
    let criticality = identities
        .get(&workload_of(migration))
        .map_or(Criticality::default(), |i| i.criticality);
    Rank {
        order,
        criticality: std::cmp::Reverse(criticality),
    }
}

/// What has not begun waits while a more critical failover has not created its objects; what has begun goes on.
fn waits_for_none(rank: &Rank, migration: &Migration, most_urgent: Option<&Rank>) -> bool {
    begun(migration) || most_urgent.is_none_or(|urgent| rank <= urgent)
}

fn begun(migration: &Migration) -> bool {
    migration.status.as_ref().is_some_and(|s| !s.steps.is_empty())
}

/// Whether a failover no longer holds up others: its objects stand, or it cannot go on.
fn created(migration: &Migration) -> bool {
    let done = |s: &MigrationStatus| {
        s.measured.created_at.is_some() || condition::is_true(&s.conditions, condition::STUCK)
    };
    ended(migration) || migration.status.as_ref().is_some_and(done)
}

fn is_barred(scene: &Scene, migration: &Migration) -> bool {
    let Some(source) = migration.spec.source.as_deref() else {
        return false;
    };
    let id = workload_of(migration).to_string();
    ended(migration)
        || scene
            .members
            .get(source)
            .and_then(|m| m.status.as_ref()?.quarantine.as_ref())
            .is_some_and(|q| q.stale.contains(&id))
        || begun(migration)
}

#[cfg(test)]
mod tests;
