//! What follows from who owns, operates and holds the keys of a provider.
use havenmeester_api::condition::{self, State};
use havenmeester_api::{Date, Provider};
use havenmeester_placement::autonomy::{Timeline, weights_version};
use havenmeester_placement::{Autonomy, Object};

use super::Turn;
use crate::intent::{Intents, StatusWrite};

pub(super) fn reconcile(turn: &Turn, intents: &mut Intents) {
    let fleet = &turn.request.fleet;
    let today = Date::of(turn.scene.now);
    let timeline = Timeline::of_a_year(&fleet.providers, &fleet.standard, today);
    for (name, provider) in &turn.scene.providers {
        let old = provider.status.clone().unwrap_or_default();
        let mut new = old.clone();
        let generation = provider.metadata.generation;
        let found = timeline.today().of_provider(name);
        new.observed_generation = generation;
        new.jurisdiction_summary = Some(found.summary());
        new.seal = Some(found.seal);
        new.score_basis_points = Some(found.score);
        new.weights = Some(weights_version(&fleet.standard, today));
        new.objectives = timeline.today().assessments(name);
        new.changes = timeline.changes(|facts| facts.of_provider(name));
        let now = turn.scene.now;
        let conditions = [
            (
                condition::VALID,
                super::valid(turn, &Object::Provider(name.clone())),
            ),
            (condition::AUTONOMOUS, autonomous(&found)),
        ];
        for (kind, (state, reason, message)) in conditions {
            condition::set(&mut new.conditions, kind, state, reason, message, generation, now);
        }
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
        .foreign()
        .map(|law| match found.adverse.get(&law.country) {
            Some(why) => format!("{}: {} (adverse: {why})", law.country, law.reason),
            None => format!("{}: {}", law.country, law.reason),
        })
        .collect();
    if !foreign.is_empty() {
        (State::False, "ForeignLaw", foreign.join("; "))
    } else if found.seal < found.minimum_seal {
        let message = format!(
            "SEAL-{}, and at least {} is asked: claims without evidence that counts today are none",
            found.seal, found.minimum_seal
        );
        (State::False, "SealTooLow", message)
    } else {
        (State::True, "NoForeignLaw", format!("SEAL-{}", found.seal))
    }
}

#[cfg(test)]
mod tests;
