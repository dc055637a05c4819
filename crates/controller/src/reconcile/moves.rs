//! From decisions to Migrations.
//!
//! Invariant: one move of a workload at a time; the same turn names the same Migration, so that a replica that is
//! behind makes nothing twice.
use std::collections::BTreeMap;

use havenmeester_api::member::Cause;
use havenmeester_api::migration::{MigrationSpec, MoveKind};
use havenmeester_api::{Migration, condition, labels};
use havenmeester_placement::{Action, Decision, Paused, Plan, WorkloadId};
use jiff::{SignedDuration, Timestamp};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Condition;
use kube::ResourceExt as _;

use super::drill;
use crate::intent::{About, Intents, NewMigration, Notice};
use crate::log_entry;
use crate::scene::{Scene, failed};
use crate::turn::Turn;

/// How long a failed move by itself is left before it is tried again: 5 minutes, doubled each time, at most an hour.
/// Sooner would hammer a target that refuses; later would leave a mended one unused.
const RETRY_AFTER: SignedDuration = SignedDuration::from_mins(5);
const RETRY_AT_MOST: SignedDuration = SignedDuration::from_hours(1);

pub(super) fn reconcile(turn: &Turn, intents: &mut Intents) {
    for (id, decision) in &turn.plan.decisions {
        let Some(wanted) = wanted(turn, id, decision) else {
            continue;
        };
        let name = next_name(turn, id);
        let migration = migration(turn, id, &name, decision, &wanted);
        intents
            .log
            .push(log_entry::decided(turn, id, decision, &migration));
        if let Some(workload) = turn.scene.workloads.get(id) {
            intents.notices.push(Notice {
                about: About::Workload(workload.clone()),
                warning: wanted.kind == MoveKind::Failover,
                reason: "Moving",
                note: format!("{name}: {}", wanted.reason),
            });
        }
        intents.migrations.push(NewMigration {
            criticality: decision.criticality,
            object: Box::new(migration),
        });
    }
    // The most critical first; the names keep the order within a level.
    intents
        .migrations
        .sort_by_key(|m| std::cmp::Reverse(m.criticality));
}

/// A move that the plan calls for.
struct Wanted {
    kind: MoveKind,
    source: String,
    target: String,
    reason: String,
    drill: Option<String>,
}

fn wanted(turn: &Turn, id: &WorkloadId, decision: &Decision) -> Option<Wanted> {
    let wanted = match &decision.action {
        Action::Stay | Action::Wait(_) => return None,
        Action::Relocate { source, target } => Wanted {
            kind: MoveKind::Relocate,
            source: source.clone(),
            target: target.clone(),
            reason: decision
                .violations
                .first()
                .map_or_else(|| "placement".to_owned(), ToString::to_string)
                + &approved(decision),
            drill: None,
        },
        Action::FailOver { source, .. } if is_echo(turn.scene, source) => return None,
        Action::FailOver { source, target, .. } => {
            let drill = drill::cutting(turn.scene, source);
            if let Some(drill) = drill
                && !drill::takes_part(drill, id)
            {
                return None; // its absence is a rehearsal in which this workload has no part
            }
            Wanted {
                kind: MoveKind::Failover,
                source: source.clone(),
                target: target.clone(),
                reason: format!("{source} is lost{}", approved(decision)),
                drill: drill.and_then(|d| d.metadata.name.clone()),
            }
        }
    };
    left_alone(turn.scene, id, wanted.kind, &wanted.target)
        .is_none()
        .then_some(wanted)
}

/// Who agreed to it, where somebody had to.
fn approved(decision: &Decision) -> String {
    let given = decision.approval.as_ref().and_then(|asked| asked.given.as_ref());
    given.map_or_else(String::new, |given| {
        format!("; approved by {} (Approval {})", given.approver, given.approval)
    })
}

/// Whether a cluster is silent only because a drill that is over kept us away from it: it was not asked since.
fn is_echo(scene: &Scene, cluster: &str) -> bool {
    drill::cutting(scene, cluster).is_none()
        && scene
            .fleet
            .get(cluster)
            .is_some_and(|view| view.reachability.cause == Some(Cause::Drill))
}

/// The moves of a plan that are left alone for now, since the same ones failed.
pub fn paused(scene: &Scene, plan: &Plan) -> BTreeMap<WorkloadId, Paused> {
    let of = |(id, decision): (&WorkloadId, &Decision)| {
        let (kind, target) = match &decision.action {
            Action::Relocate { target, .. } => (MoveKind::Relocate, target),
            Action::FailOver { target, .. } => (MoveKind::Failover, target),
            Action::Stay | Action::Wait(_) => return None,
        };
        Some((id.clone(), left_alone(scene, id, kind, target)?))
    };
    plan.decisions.iter().filter_map(of).collect()
}

/// The same move, which failed so recently that it is left alone.
fn left_alone(scene: &Scene, id: &WorkloadId, kind: MoveKind, target: &str) -> Option<Paused> {
    let same = scene.moves_of(id).iter();
    let same = same.filter(|m| failed(m) && m.spec.target == target && m.spec.kind == kind);
    let failures: Vec<(Timestamp, &Condition, String)> = same
        .filter_map(|m| {
            let condition = condition::get(&m.status.as_ref()?.conditions, condition::FAILED)?;
            Some((condition.last_transition_time.0, condition, m.name_any()))
        })
        .collect();
    let (last, condition, migration) = failures.iter().max_by_key(|(at, ..)| *at)?;
    let doublings = u32::try_from(failures.len() - 1).unwrap_or(u32::MAX).min(8);
    let pause = RETRY_AFTER.saturating_mul(1 << doublings).min(RETRY_AT_MOST);
    let why = if condition.message.is_empty() {
        &condition.reason
    } else {
        &condition.message
    };
    (scene.now.duration_since(*last) < pause).then(|| Paused {
        migration: migration.clone(),
        target: target.to_owned(),
        why: why.clone(),
        again: last.saturating_add(pause).unwrap_or(Timestamp::MAX),
    })
}

/// `WORKLOAD-N`, with N one more than that of any such name so far, whatever bears it: a person may have given it to
/// a dry run, and a name that is taken would keep the move from ever being made.
fn next_name(turn: &Turn, id: &WorkloadId) -> String {
    let prefix = format!("{}-", id.name);
    let last = turn
        .scene
        .migrations
        .range((id.namespace.clone(), prefix.clone())..)
        .map_while(|((namespace, name), _)| {
            let theirs = name.strip_prefix(&prefix)?;
            (*namespace == id.namespace).then_some(theirs)
        })
        .filter_map(|number| number.parse::<u64>().ok())
        .max()
        .unwrap_or(0);
    format!("{prefix}{}", last + 1)
}

/// Whether a policy asks for digests. A failover keeps names: it may not wait for a registry.
fn pins(turn: &Turn, decision: &Decision, kind: MoveKind) -> bool {
    let policies = &turn.scene.policies;
    let mut rules = decision
        .rules
        .policies
        .iter()
        .filter_map(|name| policies.get(name)?.spec.migration);
    kind.source_answers() && rules.any(|rule| rule.pin_digests)
}

fn migration(turn: &Turn, id: &WorkloadId, name: &str, decision: &Decision, wanted: &Wanted) -> Migration {
    let mut migration = Migration::new(
        name,
        MigrationSpec {
            workload: id.name.clone(),
            kind: wanted.kind,
            source: Some(wanted.source.clone()),
            target: wanted.target.clone(),
            dry_run: false,
            pin_digests: pins(turn, decision, wanted.kind),
            rollback_window: Some(decision.rules.rollback_window),
            rto: decision.rules.rto,
            rpo: decision.rules.rpo,
            reason: Some(wanted.reason.chars().take(1000).collect()),
            abort: false,
        },
    );
    migration.metadata.namespace = Some(id.namespace.clone());
    let mut tags = BTreeMap::from([(labels::WORKLOAD.to_owned(), id.name.clone())]);
    if let Some(drill) = &wanted.drill {
        tags.insert(labels::DRILL.to_owned(), drill.clone());
    }
    migration.metadata.labels = Some(tags);
    migration
}

#[cfg(test)]
mod tests;
