//! What follows from who owns, operates and holds the keys of a provider.
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use havenmeester_api::condition::{self, State};
use havenmeester_api::provider::{AutonomyChange, ObjectiveStatus, ProviderSpec};
use havenmeester_api::standard::AutonomyStandardSpec;
use havenmeester_api::{Date, Provider};
use havenmeester_placement::autonomy::weights_version;
use havenmeester_placement::{Autonomy, Object};

use crate::intent::{Intents, StatusWrite};
use crate::turn::Turn;

pub(super) fn reconcile(turn: &Turn, intents: &mut Intents) {
    let fleet = &turn.request.fleet;
    let today = Date::of(turn.scene.now);
    let known = worked_out(turn);
    for (name, provider) in &turn.scene.providers {
        let Some(Known {
            found,
            objectives,
            changes,
        }) = known.get(name)
        else {
            continue;
        };
        let old = provider.status.clone().unwrap_or_default();
        let mut new = old.clone();
        let generation = provider.metadata.generation;
        new.observed_generation = generation;
        new.jurisdictions.clone_from(&found.jurisdictions);
        new.jurisdiction_summary = Some(found.summary());
        new.seal = Some(found.seal);
        new.score_basis_points = Some(found.score);
        new.weights = Some(weights_version(&fleet.standard, today));
        new.objectives.clone_from(objectives);
        new.changes.clone_from(changes);
        let now = turn.scene.now;
        let conditions = [
            (
                condition::VALID,
                super::valid(turn, &Object::Provider(name.clone())),
            ),
            (condition::AUTONOMOUS, autonomous(found)),
        ];
        for (kind, (state, reason, message)) in conditions {
            condition::set(&mut new.conditions, kind, state, reason, message, generation, now);
        }
        if new != old {
            let mut object = Provider::clone(provider);
            object.status = Some(new);
            intents.statuses.push(StatusWrite::Provider(Box::new(object)));
        }
    }
}

/// What follows for one provider.
pub(super) struct Known {
    pub(super) found: Autonomy,
    objectives: Vec<ObjectiveStatus>,
    changes: Vec<AutonomyChange>,
}

/// What was worked out, and from what.
struct Remembered {
    providers: BTreeMap<String, ProviderSpec>,
    standard: AutonomyStandardSpec,
    today: Date,
    known: Arc<BTreeMap<String, Known>>,
}

/// The last answer of [`worked_out`]. It is a pure function of the providers, the standard and the day, and they seldom
/// change; but every entity may own every other, and a chain of 10,000 owners takes seconds: too long for every round.
static REMEMBERED: Mutex<Option<Remembered>> = Mutex::new(None);

/// What follows for each provider today.
pub(super) fn worked_out(turn: &Turn) -> Arc<BTreeMap<String, Known>> {
    let (providers, standard) = (&turn.request.fleet.providers, &turn.request.fleet.standard);
    let timeline = turn.timeline;
    let today = timeline.today().day();
    let mut remembered = REMEMBERED.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(last) = remembered.as_ref()
        && last.today == today
        && last.standard == *standard
        && last.providers == *providers
    {
        return Arc::clone(&last.known);
    }
    let known = |name: &String| Known {
        found: timeline.today().of_provider(name),
        objectives: timeline.today().assessments(name),
        changes: timeline.changes(|facts| facts.of_provider(name)),
    };
    let known: BTreeMap<String, Known> = providers.keys().map(|name| (name.clone(), known(name))).collect();
    let known = Arc::new(known);
    *remembered = Some(Remembered {
        providers: providers.clone(),
        standard: standard.clone(),
        today,
        known: Arc::clone(&known),
    });
    known
}

/// The Autonomous condition that follows. Facts that cannot be trusted are never autonomous.
pub(super) fn autonomous(found: &Autonomy) -> (State, &'static str, String) {
    if let Some(why) = &found.unclear {
        return (State::Unknown, "OwnershipUnclear", why.to_string());
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
