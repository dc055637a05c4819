//! Reachability, quarantine and admission of each member.
//!
//! Invariant: a cluster whose workloads were failed over takes nothing until each stale copy is seen stopped.
mod haven;

use std::collections::BTreeSet;
use std::sync::Arc;

use havenmeester_api::MemberCluster;
use havenmeester_api::condition::{self, State};
use havenmeester_api::member::{
    AutonomyStatus, MemberClusterStatus, Quarantine, Reachability, ReachabilityState,
};
use havenmeester_api::migration::MoveKind;
use havenmeester_fleet::MemberView;
use havenmeester_placement::autonomy::Facts;
use havenmeester_placement::{Autonomy, Contact, Object, WorkloadId};
use jiff::SignedDuration;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{Condition, Time};

use crate::identity::has_arrived;
use crate::intent::{About, Intents, Notice, StatusWrite};
use crate::log_entry;
use crate::scene::{ended, workload_of};
use crate::turn::Turn;

/// A heartbeat comes every 2 s; the status says a new one only this often, so that a quiet fleet writes little.
const HEARTBEAT_IN_STATUS: SignedDuration = SignedDuration::from_secs(30);

/// The reason of Admitted while stale copies are not yet seen stopped.
const QUARANTINE: &str = "Quarantine";

pub(super) fn reconcile(turn: &Turn, intents: &mut Intents) {
    for (name, member) in &turn.scene.members {
        let old = member.status.clone().unwrap_or_default();
        let new = status(turn, intents, (name, member), &old);
        if new == old {
            continue;
        }
        tell(turn, intents, member, &old, &new);
        let mut object = MemberCluster::clone(member);
        object.status = Some(new);
        intents.first.push(StatusWrite::Member(Box::new(object)));
    }
}

fn status(
    turn: &Turn,
    intents: &Intents,
    (name, member): (&str, &MemberCluster),
    old: &MemberClusterStatus,
) -> MemberClusterStatus {
    let mut new = old.clone();
    new.observed_generation = member.metadata.generation;
    new.quarantine = quarantine(turn, intents, name, old.quarantine.as_ref());
    new.workloads = i32::try_from(
        turn.identities
            .values()
            .filter(|i| i.home.as_ref().is_some_and(|h| h.cluster == name))
            .count(),
    )
    .ok();
    let view = turn.scene.fleet.get(name);
    if let Some(view) = view.filter(|view| !is_unasked(view, old)) {
        new.reachability = Some(reachability(old.reachability.as_ref(), &view.reachability));
        if matches!(view.cluster.contact, Contact::Reachable) {
            new.version.clone_from(&view.version);
            new.capacity = view.cluster.capacity.last().cloned();
            new.storage_classes.clone_from(&view.storage_classes);
            new.ingress_classes.clone_from(&view.ingress_classes);
            new.served_groups = view.served_groups;
            let traits = &view.cluster.traits;
            new.api_groups = traits.groups.last().into_iter().flatten().cloned().collect();
            new.zones = traits.zones.last().into_iter().flatten().cloned().collect();
            new.haven = haven::status(&view.haven, turn.scene.now).or(new.haven.take());
        }
    }
    let found = autonomy(turn, turn.timeline.today(), name, member);
    conditions(turn, name, member, &found, &mut new);
    new.autonomy = Some(AutonomyStatus {
        jurisdictions: found.jurisdictions,
        seal: found.seal,
        score_basis_points: found.score,
        changes: turn.timeline.changes(|facts| autonomy(turn, facts, name, member)),
    });
    new
}

/// Whether this process has not had an answer yet, while the hub's record says what was seen before it: the record
/// stands, so that a loss outlives whoever saw it. What is lost is never suspect before it has answered.
fn is_unasked(view: &MemberView, old: &MemberClusterStatus) -> bool {
    let seen = &view.reachability;
    let was_lost = old
        .reachability
        .as_ref()
        .is_some_and(|old| matches!(old.state, ReachabilityState::Lost | ReachabilityState::CutOff));
    match seen.state {
        ReachabilityState::Unknown => seen.cause.is_none() && old.reachability.is_some(),
        ReachabilityState::Suspect => was_lost,
        ReachabilityState::Reachable | ReachabilityState::Lost | ReachabilityState::CutOff => false,
    }
}

fn reachability(old: Option<&Reachability>, seen: &Reachability) -> Reachability {
    let mut new = seen.clone();
    if let Some(old) = old
        && old.state == seen.state
        && old.cause == seen.cause
    {
        new.since = old.since.clone();
        new.message.clone_from(&old.message);
        if let (Some(before), Some(now)) = (&old.last_heartbeat, &seen.last_heartbeat)
            && now.0.duration_since(before.0) < HEARTBEAT_IN_STATUS
        {
            new.last_heartbeat.clone_from(&old.last_heartbeat);
        }
    }
    new
}

/// Which stale copies a cluster holds: those that were noted, and the source of every failover that is under way or
/// about to be made. What was seen stopped was taken off the list by the sweep.
fn quarantine(turn: &Turn, intents: &Intents, name: &str, old: Option<&Quarantine>) -> Option<Quarantine> {
    // Once it has arrived, its source is on the list, or was seen stopped and taken off it.
    let under_way = turn
        .scene
        .moves
        .values()
        .flatten()
        .filter(|m| !ended(m) && !has_arrived(m))
        .filter(|m| turn.identities.contains_key(&workload_of(m))); // it cannot begin: a slip of the pen bars nobody
    let to_be_made = intents.migrations.iter().map(|m| m.object.as_ref());
    let leaving: BTreeSet<String> = under_way
        .map(Arc::as_ref)
        .chain(to_be_made)
        .filter(|m| m.spec.kind == MoveKind::Failover && m.spec.source.as_deref() == Some(name))
        .map(|m| workload_of(m).to_string())
        .collect();
    let noted = old.into_iter().flat_map(|q| &q.stale);
    let still = noted
        .filter(|id| leaving.contains(*id) || !stands_at(turn, id, name))
        .cloned();
    let stale: BTreeSet<String> = still.chain(leaving.iter().cloned()).collect();
    (!stale.is_empty()).then(|| Quarantine {
        since: old.map_or(Time(turn.scene.now), |q| q.since.clone()),
        stale: stale.into_iter().collect(),
    })
}

/// Whether the workload's home is (still) there: then its copy there is not stale. A workload that is not known is
/// not absent: it stays on the list until a person takes it off.
fn stands_at(turn: &Turn, id: &str, cluster: &str) -> bool {
    let Some((namespace, name)) = id.split_once('/') else {
        return false;
    };
    let id = WorkloadId {
        namespace: namespace.to_owned(),
        name: name.to_owned(),
    };
    turn.identities
        .get(&id)
        .and_then(|i| i.home.as_ref())
        .is_some_and(|h| h.cluster == cluster)
}

/// The stale copies that may be stopped now: their cluster answers again, and the workload serves elsewhere.
pub(crate) fn stale_copies(turn: &Turn) -> Vec<(String, WorkloadId)> {
    let mut due = Vec::new();
    for (name, member) in &turn.scene.members {
        let answers = turn
            .scene
            .fleet
            .get(name)
            .is_some_and(|v| matches!(v.cluster.contact, Contact::Reachable));
        let Some(quarantine) = member.status.as_ref().and_then(|s| s.quarantine.as_ref()) else {
            continue;
        };
        if !answers {
            continue;
        }
        for listed in &quarantine.stale {
            let Some((namespace, bare)) = listed.split_once('/') else {
                continue;
            };
            let id = WorkloadId {
                namespace: namespace.to_owned(),
                name: bare.to_owned(),
            };
            let elsewhere = turn
                .identities
                .get(&id)
                .and_then(|i| i.home.as_ref())
                .is_some_and(|h| h.cluster != *name);
            let coming_back = turn
                .scene
                .moves_of(&id)
                .iter()
                .any(|m| !ended(m) && m.spec.target == *name && !has_arrived(m));
            if elsewhere && !coming_back {
                due.push((name.clone(), id));
            }
        }
    }
    due
}

fn conditions(
    turn: &Turn,
    name: &str,
    member: &MemberCluster,
    found: &Autonomy,
    status: &mut MemberClusterStatus,
) {
    let generation = member.metadata.generation;
    let now = turn.scene.now;
    let mut set = |kind: &str, state: State, reason: &str, message: String| {
        condition::set(
            &mut status.conditions,
            kind,
            state,
            reason,
            message,
            generation,
            now,
        );
    };
    let view = turn.scene.fleet.get(name).map(Arc::as_ref);
    let (state, reason, message) = super::valid(turn, &Object::MemberCluster(name.to_owned()));
    set(condition::VALID, state, reason, message);
    let (state, reason, message) = super::provider::autonomous(found);
    set(condition::AUTONOMOUS, state, reason, message);
    let recorded = member.status.as_ref();
    if view
        .zip(recorded)
        .is_some_and(|(view, old)| is_unasked(view, old))
    {
        return;
    }
    let (state, reason, message) = reachable(view);
    set(condition::REACHABLE, state, reason, message);
    let (state, reason, message) = captured(view);
    set(condition::CAPTURED, state, reason, message);
    let (state, reason, message) = admitted(view, status.quarantine.as_ref());
    condition::set(
        &mut status.conditions,
        condition::ADMITTED,
        state,
        reason,
        message,
        generation,
        now,
    );
}

fn reachable(view: Option<&MemberView>) -> (State, &'static str, String) {
    let Some(view) = view else {
        return (State::Unknown, "NotYetAsked", String::new());
    };
    let seen = &view.reachability;
    let message = seen.message.clone().unwrap_or_default();
    let cause = seen.cause.map_or("Silent", cause_word);
    match seen.state {
        ReachabilityState::Unknown => (
            State::Unknown,
            seen.cause.map_or("NotYetAsked", cause_word),
            message,
        ),
        ReachabilityState::Reachable => match seen.cause {
            None => (State::True, "Answers", message),
            Some(cause) => (State::True, cause_word(cause), message),
        },
        ReachabilityState::Suspect => (State::Unknown, cause, message),
        ReachabilityState::Lost | ReachabilityState::CutOff => (State::False, cause, message),
    }
}

fn cause_word(cause: havenmeester_api::member::Cause) -> &'static str {
    use havenmeester_api::member::Cause;
    match cause {
        Cause::Unreachable => "Unreachable",
        Cause::Refused => "Refused",
        Cause::NameResolution => "NameResolution",
        Cause::Tls => "Tls",
        Cause::Unauthorized => "Unauthorized",
        Cause::Throttled => "Throttled",
        Cause::Slow => "Slow",
        Cause::Misconfigured => "Misconfigured",
        Cause::Drill => "Drill",
    }
}

fn captured(view: Option<&MemberView>) -> (State, &'static str, String) {
    match view {
        None => (State::Unknown, "NotYetAsked", String::new()),
        Some(view) => match &view.capture_problem {
            Some(problem) => (State::False, "StoreRefuses", problem.clone()),
            None if !view.refused.is_empty() => {
                let kinds: Vec<&str> = view.refused.keys().map(String::as_str).collect();
                (
                    State::False,
                    "KindsRefused",
                    format!(
                        "not captured, since our credentials may not list and watch them: {}; add the verbs to our role there",
                        kinds.join(", ")
                    ),
                )
            }
            None if matches!(view.cluster.contact, Contact::Reachable) => (
                State::True,
                "UpToDate",
                format!("{} workloads captured", view.captures.len()),
            ),
            None => (
                State::Unknown,
                "NotReachable",
                "the last captures are kept".to_owned(),
            ),
        },
    }
}

/// What follows from the facts about a member on one day. One that was never seen is judged by its provider.
fn autonomy(turn: &Turn, facts: &Facts<'_>, name: &str, member: &MemberCluster) -> Autonomy {
    match turn.request.fleet.clusters.get(name) {
        Some(view) => facts.of_cluster(view),
        None => facts.of_provider(&member.spec.provider),
    }
}

fn admitted(view: Option<&MemberView>, quarantine: Option<&Quarantine>) -> (State, &'static str, String) {
    if let Some(quarantine) = quarantine {
        return (
            State::False,
            QUARANTINE,
            format!(
                "stale copies not yet seen stopped: {}",
                quarantine.stale.join(", ")
            ),
        );
    }
    match view.map(|v| v.cluster.contact) {
        Some(Contact::Reachable) => (State::True, "Admitted", String::new()),
        Some(Contact::Suspect { .. } | Contact::Lost { .. }) => (State::False, "NotReachable", String::new()),
        Some(Contact::Unknown) | None => (State::Unknown, "NotYetAsked", String::new()),
    }
}

/// Log and Events for what a person wants to know: lost, back, in quarantine, admitted.
fn tell(
    turn: &Turn,
    intents: &mut Intents,
    member: &Arc<MemberCluster>,
    old: &MemberClusterStatus,
    new: &MemberClusterStatus,
) {
    for kind in [condition::REACHABLE, condition::ADMITTED] {
        let Some(after) = condition::get(&new.conditions, kind) else {
            continue;
        };
        let Some(reason) = news(kind, condition::get(&old.conditions, kind), after) else {
            continue;
        };
        let good = after.status == "True";
        intents.log.push(log_entry::member(turn, member, reason, after));
        intents.notices.push(Notice {
            about: About::Member(Arc::clone(member)),
            warning: !good,
            reason,
            note: format!("{}: {}", after.reason, after.message),
        });
    }
}

/// What a person wants to know of a condition that changed. A hiccup, and the first contact, are no news.
fn news(kind: &str, before: Option<&Condition>, after: &Condition) -> Option<&'static str> {
    let was = |status: &str| before.is_some_and(|c| c.status == status);
    let barred = |c: &Condition| c.reason == QUARANTINE;
    if kind == condition::REACHABLE {
        return match after.status.as_str() {
            "True" if was("False") => Some("Reachable"),
            "False" if !was("False") => Some("Lost"),
            _ => None,
        };
    }
    match (before.is_some_and(barred), barred(after)) {
        (false, true) => Some("NotAdmitted"),
        (true, false) if after.status == "True" => Some("Admitted"),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
