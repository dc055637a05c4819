//! By what measure autonomy is judged: whether the object counts, and what of it holds today.
use havenmeester_api::condition::{self, State};
use havenmeester_api::standard::{AutonomyStandardSpec, NAME};
use havenmeester_api::{AutonomyStandard, Date};
use havenmeester_placement::{Object, autonomy};

use crate::intent::{Intents, StatusWrite};
use crate::turn::Turn;

pub(super) fn reconcile(turn: &Turn, intents: &mut Intents) {
    let today = Date::of(turn.scene.now);
    for (name, standard) in &turn.scene.standards {
        let old = standard.status.clone().unwrap_or_default();
        let mut new = old.clone();
        let generation = standard.metadata.generation;
        new.observed_generation = generation;
        let counts = name == NAME;
        new.adverse_summary = counts.then(|| adverse(&standard.spec, today));
        new.weights = counts.then(|| autonomy::weights_version(&standard.spec, today));
        let (state, reason, message) = if counts {
            super::valid(turn, &Object::AutonomyStandard(name.clone()))
        } else {
            let message = format!(
                "metadata.name: only the AutonomyStandard named {NAME:?} counts; this one does nothing"
            );
            (State::False, "NotUsed", message)
        };
        let now = turn.scene.now;
        let conditions = &mut new.conditions;
        condition::set(
            conditions,
            condition::VALID,
            state,
            reason,
            message,
            generation,
            now,
        );
        if new != old {
            let mut object = AutonomyStandard::clone(standard);
            object.status = Some(new);
            intents.statuses.push(StatusWrite::Standard(Box::new(object)));
        }
    }
}

/// The countries that are adverse today.
fn adverse(standard: &AutonomyStandardSpec, today: Date) -> String {
    let now = standard
        .adverse
        .iter()
        .filter(|a| a.since.is_none_or(|since| since <= today) && a.until.is_none_or(|until| today <= until));
    let countries: std::collections::BTreeSet<&str> = now.map(|a| a.country.as_str()).collect();
    countries.into_iter().collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests;
