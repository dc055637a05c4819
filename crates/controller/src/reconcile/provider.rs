//! What follows from who owns, operates and holds the keys of a provider.
use havenmeester_api::condition::{self, State};
use havenmeester_api::{Date, Provider};
use havenmeester_placement::{Autonomy, Object, autonomy};

use super::Turn;
use crate::intent::{Intents, StatusWrite};

pub(super) fn reconcile(turn: &Turn, intents: &mut Intents) {
    let today = Date::of(turn.scene.now);
    for (name, provider) in &turn.scene.providers {
        let old = provider.status.clone().unwrap_or_default();
        let mut new = old.clone();
        let found = autonomy::of_provider(name, &turn.request.fleet.providers, today);
        new.observed_generation = provider.metadata.generation;
        new.jurisdiction_summary = Some(found.summary());
        new.seal = Some(found.seal);
        let generation = provider.metadata.generation;
        let problem = turn
            .problems
            .iter()
            .find(|p| p.object == Object::Provider(name.clone()));
        let (valid, reason, message) = match problem {
            Some(problem) => (State::False, "Invalid", problem.to_string()),
            None => (State::True, "Valid", String::new()),
        };
        let now = turn.scene.now;
        condition::set(
            &mut new.conditions,
            condition::VALID,
            valid,
            reason,
            message,
            generation,
            now,
        );
        let (state, reason, message) = autonomous(&found);
        condition::set(
            &mut new.conditions,
            condition::AUTONOMOUS,
            state,
            reason,
            message,
            generation,
            now,
        );
        new.jurisdictions = found.jurisdictions;
        if new != old {
            let mut object = Provider::clone(provider);
            object.status = Some(new);
            intents.statuses.push(StatusWrite::Provider(Box::new(object)));
        }
    }
}

/// The Autonomous condition that follows. Facts that cannot be trusted are never autonomous.
pub(super) fn autonomous(found: &Autonomy) -> (State, &'static str, String) {
    if let Some(why) = &found.unclear {
        return (State::Unknown, "OwnershipUnclear", why.clone());
    }
    let foreign: Vec<String> = found
        .outside_eea()
        .map(|j| {
            let chain: Vec<&str> = j.because.iter().map(|b| b.entity.as_str()).collect();
            format!("law of {} reaches it ({})", j.country, chain.join(" > "))
        })
        .collect();
    if foreign.is_empty() {
        (State::True, "NoForeignLaw", format!("SEAL-{}", found.seal))
    } else {
        (State::False, "ForeignLaw", foreign.join("; "))
    }
}

#[cfg(test)]
mod tests;
