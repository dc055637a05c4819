//! The name of a plan, and the order of plans.
//!
//! Pure. Invariant: the same plan has the same hash; the later of two plans of a workload has the higher generation.

use havenmeester_api::{Migration, condition, migration::Step};
use kube::ResourceExt as _;
use sha2::{Digest as _, Sha256};

use crate::{moving::Moving, reason::Reason, steps};

/// The hash of what is planned: workload, clusters, kind, mode, capture and steps. `sha256-` and 64 digits.
pub(crate) fn hash(moving: &Moving, capture: &str) -> String {
    let list: Vec<Step> = steps::steps(moving.kind, moving.mode, moving.dry_run);
    let text = serde_json::json!([
        moving.workload,
        moving.place,
        moving.source,
        moving.target,
        moving.kind,
        moving.mode,
        moving.dry_run,
        capture,
        list,
    ])
    .to_string();
    format!("sha256-{}", hex::encode(Sha256::digest(text.as_bytes())))
}

/// The generation of a new plan: one more than that of any other move of the workload.
pub(crate) fn next_generation(others: &[Migration], workload: &str, me: &str) -> i64 {
    rivals(others, workload, me)
        .map(generation)
        .max()
        .unwrap_or(0)
        .saturating_add(1)
}

/// The move of the same workload that has taken over from one of this generation.
pub(crate) fn superseding<'m>(
    others: &'m [Migration],
    workload: &str,
    me: &str,
    mine: i64,
) -> Option<&'m Migration> {
    newer(others, workload, me, mine).max_by_key(|other| generation(other))
}

/// What later moves of a workload mean for one that has moved it, and has its stopped source to keep and to clear away.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) enum Later {
    /// There is none.
    #[default]
    None,
    /// This one brings the workload back to where the source is: what is left there is its business.
    Needs(String),
    /// This one has not come to its end: until it is known where the workload stands, nothing is cleared away.
    UnderWay(String),
    /// The workload stands on this cluster by now.
    StandsOn(String),
}

/// What later moves mean for one of this generation whose stopped source is on this cluster.
pub(crate) fn later(others: &[Migration], workload: &str, me: &str, mine: i64, source: &str) -> Later {
    let back = newer(others, workload, me, mine).filter(|other| other.spec.target == source);
    if let Some(back) = back.max_by_key(|other| generation(other)) {
        return Later::Needs(back.name_any());
    }
    let Some(newest) = superseding(others, workload, me, mine) else {
        return Later::None;
    };
    let complete = newest
        .status
        .as_ref()
        .and_then(|status| condition::get(&status.conditions, condition::COMPLETE));
    let ended = |reason: Reason| complete.is_some_and(|c| c.status == "True" && c.reason == reason.as_str());
    match (&newest.spec.source, &newest.spec.target) {
        (_, target) if ended(Reason::Moved) => Later::StandsOn(target.clone()),
        (Some(source), _) if ended(Reason::RolledBack) => Later::StandsOn(source.clone()),
        _ => Later::UnderWay(newest.name_any()),
    }
}

fn newer<'m>(
    others: &'m [Migration],
    workload: &str,
    me: &str,
    mine: i64,
) -> impl Iterator<Item = &'m Migration> + use<'m> {
    rivals(others, workload, me).filter(move |other| generation(other) > mine && !came_to_nothing(other))
}

/// Dry runs write nothing: they neither supersede nor are superseded.
fn rivals<'m>(
    others: &'m [Migration],
    workload: &str,
    me: &str,
) -> impl Iterator<Item = &'m Migration> + use<'m> {
    let wanted = (workload.to_owned(), me.to_owned());
    others.iter().filter(move |other| {
        other.spec.workload == wanted.0 && other.name_any() != wanted.1 && !other.spec.dry_run
    })
}

/// Whether it ended before it did anything on a member.
fn came_to_nothing(migration: &Migration) -> bool {
    let conditions = migration
        .status
        .as_ref()
        .map(|status| status.conditions.as_slice());
    let complete = conditions.and_then(|all| condition::get(all, condition::COMPLETE));
    complete.is_some_and(|c| c.status == "True" && c.reason == Reason::NotMoved.as_str())
}

fn generation(migration: &Migration) -> i64 {
    migration
        .status
        .as_ref()
        .and_then(|status| status.plan_generation)
        .unwrap_or(0)
}

#[cfg(test)]
mod tests;
