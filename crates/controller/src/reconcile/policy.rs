//! How many workloads a policy touches, how many stand where it forbids, and whether it makes sense.
use havenmeester_api::PlacementPolicy;
use havenmeester_api::condition::{self, State};
use havenmeester_placement::{Object, Reason};

use crate::intent::{Intents, StatusWrite};
use crate::turn::Turn;

pub(super) fn reconcile(turn: &Turn, intents: &mut Intents) {
    for (name, policy) in &turn.scene.policies {
        let old = policy.status.clone().unwrap_or_default();
        let mut new = old.clone();
        new.observed_generation = policy.metadata.generation;
        let touched = || {
            turn.plan
                .decisions
                .values()
                .filter(|d| d.rules.policies.contains(name))
        };
        let violated = touched().filter(|d| d.violations.iter().any(|v| v.policy() == Some(name.as_str())));
        new.violations = i32::try_from(violated.count()).ok();
        new.workloads = i32::try_from(touched().count()).ok();
        let (state, reason, message) = super::valid(turn, &Object::PlacementPolicy(name.clone()));
        let generation = policy.metadata.generation;
        condition::set(
            &mut new.conditions,
            condition::VALID,
            state,
            reason,
            message,
            generation,
            turn.scene.now,
        );
        for (kind, (state, reason, message)) in [
            (condition::SATISFIABLE, found(turn, name, Reason::Unsatisfiable)),
            (condition::EFFECTIVE, effective(turn, name)),
        ] {
            let now = turn.scene.now;
            condition::set(&mut new.conditions, kind, state, reason, message, generation, now);
        }
        if new != old {
            let mut object = PlacementPolicy::clone(policy);
            object.status = Some(new);
            intents.statuses.push(StatusWrite::Policy(Box::new(object)));
        }
    }
}

/// What was found of one kind about a policy.
fn found(turn: &Turn, name: &str, reason: Reason) -> (State, &'static str, String) {
    let object = Object::PlacementPolicy(name.to_owned());
    let told: Vec<String> = turn
        .problems
        .iter()
        .filter(|p| p.object == object && p.reason == reason)
        .map(|p| format!("{}: {}", p.field, p.wrong))
        .collect();
    match reason {
        _ if told.is_empty() => (State::True, "Fine", String::new()),
        Reason::Unused => (State::False, "Unused", told.join("; ")),
        Reason::Shadowed => (State::False, "Shadowed", told.join("; ")),
        Reason::Unsatisfiable | Reason::Invalid | Reason::Noted => {
            (State::False, "NoClusterFits", told.join("; "))
        }
    }
}

/// Whether the policy changes anything: it chooses somebody, and not every rule of it is another's already.
fn effective(turn: &Turn, name: &str) -> (State, &'static str, String) {
    let unused = found(turn, name, Reason::Unused);
    if unused.0 == State::False {
        unused
    } else {
        found(turn, name, Reason::Shadowed)
    }
}

#[cfg(test)]
mod tests;
