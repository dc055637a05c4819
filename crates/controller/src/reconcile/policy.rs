//! How many workloads a policy touches, how many stand where it forbids, and whether it makes sense.
use havenmeester_api::PlacementPolicy;
use havenmeester_api::condition;
use havenmeester_placement::Object;

use super::Turn;
use crate::intent::{Intents, StatusWrite};

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
        if new != old {
            let mut object = PlacementPolicy::clone(policy);
            object.status = Some(new);
            intents.statuses.push(StatusWrite::Policy(Box::new(object)));
        }
    }
}

#[cfg(test)]
mod tests;
