//! A rehearsed cut-off: who takes part, when it begins and when it ends.
//!
//! Invariant: contact is broken only after who takes part is persisted, and restored as soon as the end is.
use std::collections::BTreeSet;
use std::sync::Arc;

use havenmeester_api::condition::{self, State};
use havenmeester_api::drill::{DrillMode, DrillStatus, DrillWorkload};
use havenmeester_api::{Drill, Span};
use havenmeester_placement::{Action, Contact, Decision, Waiting, WorkloadId};
use jiff::SignedDuration;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Time;

use crate::identity::has_arrived;
use crate::intent::{About, Intents, Notice, StatusWrite};
use crate::log_entry;
use crate::scene::{Scene, failed};
use crate::turn::Turn;

/// When a drill ends at the latest, where it does not say.
const DEADLINE: Span = Span::hours(2);
/// How many workloads may take part, where the drill does not say.
const MOST_WORKLOADS: i32 = 25;

pub(super) fn reconcile(turn: &Turn, intents: &mut Intents) {
    let mut began: Option<String> = None; // the live drill that begins in this very turn
    for drill in turn.scene.drills.values() {
        let old = drill.status.clone().unwrap_or_default();
        if condition::is_true(&old.conditions, condition::COMPLETE) {
            continue; // history
        }
        let mut new = old.clone();
        new.observed_generation = drill.metadata.generation;
        if old.started_at.is_none() {
            begin(turn, drill, began.as_deref(), &mut new);
            if drill.spec.mode == DrillMode::Live && new.started_at.is_some() {
                began.clone_from(&drill.metadata.name);
            }
        } else {
            follow(turn, drill, &mut new);
        }
        if new == old {
            continue;
        }
        tell(turn, intents, drill, &old, &new);
        let mut object = Drill::clone(drill);
        object.status = Some(new);
        intents.first.push(StatusWrite::Drill(Box::new(object)));
    }
}

/// The live drill that cuts off a cluster now.
pub(crate) fn cutting<'a>(scene: &'a Scene, cluster: &str) -> Option<&'a Arc<Drill>> {
    scene
        .drills
        .values()
        .find(|d| running(d).is_some_and(|s| s.clusters.iter().any(|c| c == cluster)))
}

/// Every cluster that must not be talked to now.
pub(crate) fn cut_off(scene: &Scene) -> BTreeSet<String> {
    scene
        .drills
        .values()
        .filter_map(running)
        .flat_map(|s| s.clusters.iter().cloned())
        .collect()
}

/// Whether a workload takes part in a drill.
pub(crate) fn takes_part(drill: &Drill, id: &WorkloadId) -> bool {
    let id = id.to_string();
    drill
        .status
        .as_ref()
        .is_some_and(|s| s.workloads.iter().any(|w| w.workload == id))
}

/// The status of a live drill that has begun and not ended.
fn running(drill: &Arc<Drill>) -> Option<&DrillStatus> {
    let status = drill.status.as_ref()?;
    let live = drill.spec.mode == DrillMode::Live;
    (live && status.started_at.is_some() && status.ended_at.is_none()).then_some(status)
}

fn begin(turn: &Turn, drill: &Drill, began: Option<&str>, status: &mut DrillStatus) {
    let provider = &drill.spec.scenario.cut_off.provider;
    let clusters: Vec<String> = turn
        .scene
        .members
        .iter()
        .filter(|(_, m)| m.spec.provider == *provider)
        .map(|(name, _)| name.clone())
        .collect();
    let workloads = participants(turn, drill, &clusters);
    let most = drill.spec.guards.max_workloads.unwrap_or(MOST_WORKLOADS);
    let count = i32::try_from(workloads.len()).unwrap_or(i32::MAX);
    if drill.spec.abort {
        return end(turn, status, "Aborted", "aborted before it began", false);
    }
    if clusters.is_empty() {
        let why = format!("spec.scenario.cutOff.provider: no MemberCluster has the provider {provider:?}");
        return end(turn, status, "NothingInScope", &why, true);
    }
    if count > most {
        let why = format!(
            "spec.guards.maxWorkloads is {most}, and {count} workloads would take part; raise it or narrow spec.workloads"
        );
        return end(turn, status, "GuardExceeded", &why, true);
    }
    let why = match drill.spec.mode {
        DrillMode::Live => not_now(turn, drill, began, &clusters),
        DrillMode::Simulate => not_asked(turn),
    };
    if let Some(why) = why {
        set(turn, status, condition::COMPLETE, State::False, "Waiting", &why);
        return;
    }
    status.started_at = Some(Time(turn.scene.now));
    status.clusters = clusters;
    status.total = Some(count);
    status.serving = Some(0);
    status.workloads = workloads
        .into_iter()
        .map(|id| DrillWorkload {
            workload: id.to_string(),
            migration: None,
            target: None,
            not_executed: None,
        })
        .collect();
    match drill.spec.mode {
        DrillMode::Live => set(turn, status, condition::COMPLETE, State::False, "CutOff", ""),
        DrillMode::Simulate => simulate(turn, status),
    }
}

/// Why a live drill must not begin at this moment.
fn not_now(turn: &Turn, drill: &Drill, began: Option<&str>, clusters: &[String]) -> Option<String> {
    let mut others = turn
        .scene
        .drills
        .values()
        .filter(|d| d.metadata.uid != drill.metadata.uid && running(d).is_some());
    let other = others.next().and_then(|d| d.metadata.name.as_deref());
    if let Some(name) = other.or(began) {
        return Some(format!("drill {name} is under way; one at a time"));
    }
    let down = turn.scene.fleet.iter().find(|(name, view)| {
        !matches!(view.cluster.contact, Contact::Reachable)
            || bars(turn.scene, name) && !clusters.contains(name)
    });
    down.map(|(name, _)| {
        format!("MemberCluster {name} does not answer or is in quarantine: a real incident goes first")
    })
}

/// Why even a simulation would tell nothing true yet: a cluster that was not asked takes nobody.
fn not_asked(turn: &Turn) -> Option<String> {
    let unasked = turn.scene.fleet.iter().find(|(_, view)| {
        matches!(view.cluster.contact, Contact::Unknown) && view.reachability.cause.is_none()
    });
    unasked.map(|(name, _)| format!("MemberCluster {name} was not asked yet"))
}

fn bars(scene: &Scene, cluster: &str) -> bool {
    scene
        .members
        .get(cluster)
        .and_then(|m| m.status.as_ref())
        .is_some_and(|s| s.quarantine.is_some())
}

fn participants(turn: &Turn, drill: &Drill, clusters: &[String]) -> Vec<WorkloadId> {
    turn.identities
        .iter()
        .filter(|(id, identity)| {
            let there = identity
                .home
                .as_ref()
                .is_some_and(|h| clusters.contains(&h.cluster));
            let chosen = drill.spec.workloads.matches(
                identity.criticality,
                identity.sensitivity,
                &identity.target.namespace,
                turn.scene
                    .workloads
                    .get(id)
                    .and_then(|workload| workload.spec.layer),
            );
            there && chosen && turn.plan.decisions.contains_key(id)
        })
        .map(|(id, _)| id.clone())
        .collect()
}

/// Nothing is written on any member: the same decision, taken as if the clusters had been lost long enough ago.
fn simulate(turn: &Turn, status: &mut DrillStatus) {
    let mut request = turn.request.clone();
    let long_ago = turn.scene.now - SignedDuration::from_hours(24);
    for cluster in &status.clusters {
        if let Some(view) = request.fleet.clusters.get_mut(cluster) {
            view.contact = Contact::Lost {
                last_heartbeat: long_ago,
                detected_at: long_ago,
            };
        }
    }
    let plan = havenmeester_placement::decide(&request);
    for entry in &mut status.workloads {
        let decision = plan
            .decisions
            .iter()
            .find(|(id, _)| id.to_string() == entry.workload);
        if let Some((_, decision)) = decision {
            describe(decision, entry);
        }
    }
    status.detected_at = Some(Time(turn.scene.now));
    end(
        turn,
        status,
        "Simulated",
        "nothing was written on any member",
        false,
    );
}

fn describe(decision: &Decision, entry: &mut DrillWorkload) {
    entry.not_executed = None; // what stood in the way before may be gone
    match &decision.action {
        Action::FailOver { target, .. } | Action::Relocate { target, .. } => {
            entry.target = Some(target.clone());
        }
        Action::Wait(Waiting::FailoverDelay { target, .. }) => entry.target = Some(target.clone()),
        Action::Wait(waiting @ (Waiting::Moving { .. } | Waiting::SharesNamespace { .. })) => {
            // A move under way is not a reason to report: it ends in a moment.
            if entry.migration.is_none() {
                entry.not_executed = Some(waiting.to_string());
            }
        }
        Action::Wait(waiting) => entry.not_executed = Some(waiting.to_string()),
        Action::Stay => {}
    }
}

fn follow(turn: &Turn, drill: &Drill, status: &mut DrillStatus) {
    let started = status.started_at.as_ref().map_or(turn.scene.now, |t| t.0);
    let lost = |cluster: &String| {
        turn.scene
            .fleet
            .get(cluster)
            .is_some_and(|v| v.cluster.contact.is_lost())
    };
    if status.detected_at.is_none() && status.clusters.iter().all(lost) {
        status.detected_at = Some(Time(turn.scene.now));
    }
    let name = drill.metadata.name.clone().unwrap_or_default();
    let (mut serving, mut settled) = (0, 0);
    let clusters = status.clusters.clone();
    for entry in &mut status.workloads {
        let standing = settle(turn, &name, &clusters, entry);
        serving += i32::from(standing == Standing::Serving);
        settled += i32::from(standing != Standing::UnderWay);
    }
    status.serving = Some(serving);
    let all = i32::try_from(status.workloads.len()).unwrap_or(i32::MAX);
    let deadline = drill.spec.deadline.unwrap_or(DEADLINE);
    if drill.spec.abort {
        end(turn, status, "Aborted", "aborted; contact is restored", true);
    } else if settled == all && status.detected_at.is_some() {
        let message = format!("{serving} of {all} workloads serve elsewhere; contact is restored");
        end(turn, status, "Done", &message, serving < all);
    } else if turn.scene.now.duration_since(started) > deadline.to_signed() {
        let message =
            format!("{serving} of {all} workloads serve elsewhere after {deadline}; contact is restored");
        end(turn, status, "DeadlinePassed", &message, true);
    }
}

/// How one participant stands.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Standing {
    /// It serves elsewhere.
    Serving,
    /// It will not be failed over.
    NotExecuted,
    /// Not settled yet.
    UnderWay,
}

/// Brings one participant's entry up to date.
fn settle(turn: &Turn, drill: &str, clusters: &[String], entry: &mut DrillWorkload) -> Standing {
    let Some((namespace, name)) = entry.workload.split_once('/') else {
        return Standing::NotExecuted;
    };
    let id = WorkloadId {
        namespace: namespace.to_owned(),
        name: name.to_owned(),
    };
    let own = turn.scene.moves_of(&id).iter().rev().find(|m| {
        let label = m.metadata.labels.as_ref();
        label
            .and_then(|l| l.get(havenmeester_api::labels::DRILL))
            .map(String::as_str)
            == Some(drill)
    });
    if let Some(migration) = own {
        entry.migration.clone_from(&migration.metadata.name);
        entry.target = Some(migration.spec.target.clone());
        entry.not_executed = None;
        if has_arrived(migration) {
            return Standing::Serving;
        }
        if failed(migration) {
            let status = migration.status.as_ref();
            let why = status.and_then(|s| condition::get(&s.conditions, condition::FAILED));
            entry.not_executed = why.map(|c| c.message.clone());
            return Standing::NotExecuted;
        }
        return Standing::UnderWay;
    }
    let home = turn.identities.get(&id).and_then(|i| i.home.as_ref());
    let Some(home) = home.filter(|h| clusters.contains(&h.cluster)) else {
        entry.not_executed = Some(home.map_or_else(
            || "it is not there any more".to_owned(),
            |home| format!("it stands on {} by now", home.cluster),
        ));
        return Standing::NotExecuted;
    };
    let lost = turn
        .scene
        .fleet
        .get(&home.cluster)
        .is_some_and(|v| v.cluster.contact.is_lost());
    let Some(decision) = turn.plan.decisions.get(&id).filter(|_| lost) else {
        return Standing::UnderWay;
    };
    describe(decision, entry);
    if entry.not_executed.is_some() {
        Standing::NotExecuted
    } else {
        Standing::UnderWay
    }
}

fn end(turn: &Turn, status: &mut DrillStatus, reason: &str, message: &str, failed: bool) {
    status.ended_at = Some(Time(turn.scene.now));
    set(turn, status, condition::COMPLETE, State::True, reason, message);
    set(
        turn,
        status,
        condition::FAILED,
        State::from(failed),
        reason,
        message,
    );
}

fn set(turn: &Turn, status: &mut DrillStatus, kind: &str, state: State, reason: &str, message: &str) {
    let generation = status.observed_generation;
    condition::set(
        &mut status.conditions,
        kind,
        state,
        reason,
        message,
        generation,
        turn.scene.now,
    );
}

fn tell(turn: &Turn, intents: &mut Intents, drill: &Arc<Drill>, old: &DrillStatus, new: &DrillStatus) {
    if old.started_at.is_none() && new.started_at.is_some() {
        intents.log.push(log_entry::drill(turn, drill, new, false));
    }
    if old.ended_at.is_none() && new.ended_at.is_some() {
        intents.log.push(log_entry::drill(turn, drill, new, true));
        let ended = condition::get(&new.conditions, condition::COMPLETE);
        intents.notices.push(Notice {
            about: About::Drill(Arc::clone(drill)),
            warning: condition::is_true(&new.conditions, condition::FAILED),
            reason: "DrillEnded",
            note: ended.map(|c| c.message.clone()).unwrap_or_default(),
        });
    }
}

#[cfg(test)]
mod tests;
