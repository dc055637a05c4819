//! The last dry run of each workload, and what is different from the one before it.
//!
//! Not here: when they are made (`rehearse`, `contract`), what they look at (`migration`).
//! Invariant: what was said of a dry run stays said when the one before it is gone from the hub.
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use havenmeester_api::migration::{FindingStatus, MigrationStatus};
use havenmeester_api::workload::{DryRunChange, LastDryRun};
use havenmeester_api::{Migration, condition};
use havenmeester_placement::WorkloadId;
use havenmeester_portability::image::ImageName;

use crate::scene::{Scene, workload_of};

/// The most findings that are named as new, and as gone.
const NAMED: usize = 20;

/// Dry runs that came to a verdict, by workload, the oldest first.
pub(super) fn of_workloads(scene: &Scene) -> BTreeMap<WorkloadId, Vec<&Arc<Migration>>> {
    let mut all: BTreeMap<WorkloadId, Vec<&Arc<Migration>>> = BTreeMap::new();
    for migration in scene.migrations.values().filter(|m| m.spec.dry_run) {
        if read(migration).is_some() {
            all.entry(workload_of(migration)).or_default().push(migration);
        }
    }
    for runs in all.values_mut() {
        runs.sort_by_key(|run| read(run).map(|run| (run.at.0, run.migration)));
    }
    all
}

/// The newest of one workload's. Of one that was told before the rest is as it was told.
pub(super) fn last(runs: &[&Arc<Migration>], told: Option<&LastDryRun>) -> Option<LastDryRun> {
    let (newest, earlier) = runs.split_last()?;
    let mut run = read(newest)?;
    if let Some(told) = told.filter(|told| told.migration == run.migration && told.at == run.at) {
        return Some(told.clone());
    }
    let before = earlier
        .iter()
        .rev()
        .find(|one| one.spec.target == newest.spec.target);
    run.since = before.and_then(|before| change(before, newest));
    Some(run)
}

fn read(migration: &Migration) -> Option<LastDryRun> {
    let status = migration.status.as_ref()?;
    let complete = condition::get(&status.conditions, condition::COMPLETE)?;
    Some(LastDryRun {
        migration: migration.metadata.name.clone()?,
        target: migration.spec.target.clone(),
        verdict: status.verdict?,
        at: complete.last_transition_time.clone(),
        registries: registries(status),
        since: None,
    })
}

fn registries(status: &MigrationStatus) -> Vec<String> {
    let hosts = status.images.iter().filter_map(|one| {
        if let Some(mirror) = &one.mirror {
            return Some(mirror.clone());
        }
        let name = ImageName::parse(&one.image).ok()?;
        Some(name.registry().to_owned())
    });
    let hosts: BTreeSet<String> = hosts.collect();
    hosts.into_iter().collect()
}

fn change(before: &Migration, now: &Migration) -> Option<DryRunChange> {
    let (was, is) = (before.status.as_ref()?, now.status.as_ref()?);
    let (had, has) = (noted(&was.findings), noted(&is.findings));
    let only = |of: &BTreeMap<Noted<'_>, &FindingStatus>, not_in: &BTreeMap<Noted<'_>, &FindingStatus>| {
        let all = of.iter().filter(|(what, _)| !not_in.contains_key(*what));
        all.map(|(_, finding)| sentence(finding)).take(NAMED).collect()
    };
    Some(DryRunChange {
        migration: before.metadata.name.clone()?,
        verdict: was.verdict?,
        new: only(&has, &had),
        gone: only(&had, &has),
    })
}

/// What makes two findings the same: not their words, in which there are numbers that change each time.
type Noted<'f> = (&'f str, &'f str, Option<&'f str>, Option<&'f str>);

fn noted(findings: &[FindingStatus]) -> BTreeMap<Noted<'_>, &FindingStatus> {
    let told = findings.iter().filter(|one| one.severity != "Pass");
    told.map(|one| {
        let what = (
            one.severity.as_str(),
            one.question.as_str(),
            one.object.as_deref(),
            one.field.as_deref(),
        );
        (what, one)
    })
    .collect()
}

fn sentence(finding: &FindingStatus) -> String {
    let object = finding.object.as_deref().unwrap_or("the target");
    format!(
        "{} {}: {object}: {}",
        finding.severity, finding.question, finding.message
    )
}

#[cfg(test)]
mod tests;
