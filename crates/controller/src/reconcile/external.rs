//! What follows for an application that is not on Kubernetes from who supplies it, and when its contract ends.
//!
//! Invariant: a provider that nobody knows is never autonomous.
use std::sync::Arc;

use havenmeester_api::condition::{self, State};
use havenmeester_api::external::{ExternalApplicationSpec, ExternalApplicationStatus, WARNED_DAYS};
use havenmeester_api::{Date, ExternalApplication};
use havenmeester_placement::Autonomy;

use super::provider::{autonomous, worked_out};
use crate::intent::{About, Intents, Notice, StatusWrite};
use crate::turn::Turn;

pub(super) fn reconcile(turn: &Turn, intents: &mut Intents) {
    if turn.scene.externals.is_empty() {
        return;
    }
    let known = worked_out(turn);
    for external in turn.scene.externals.values() {
        let found = known.get(&external.spec.provider).map(|known| &known.found);
        let old = external.status.clone().unwrap_or_default();
        let new = status(turn, external, found, &old);
        tell(intents, external, &old, &new);
        if new != old {
            let mut object = ExternalApplication::clone(external);
            object.status = Some(new);
            intents.statuses.push(StatusWrite::External(Box::new(object)));
        }
    }
}

fn status(
    turn: &Turn,
    external: &ExternalApplication,
    found: Option<&Autonomy>,
    old: &ExternalApplicationStatus,
) -> ExternalApplicationStatus {
    let mut new = old.clone();
    let (spec, generation) = (&external.spec, external.metadata.generation);
    let today = Date::of(turn.scene.now);
    new.observed_generation = generation;
    new.days_left = spec.contract_end.map(|end| today.days_until(end));
    new.jurisdiction_summary = found.map(Autonomy::summary);
    new.seal = found.map(|found| found.seal);
    let nobody = format!("spec.provider: there is no Provider {:?}", spec.provider);
    let (valid, autonomy) = match found {
        Some(found) => ((State::True, "Valid", String::new()), autonomous(found)),
        None => (
            (State::False, "Invalid", nobody.clone()),
            (State::Unknown, "UnknownProvider", nobody),
        ),
    };
    for (kind, (state, reason, message)) in [
        (condition::VALID, valid),
        (condition::AUTONOMOUS, autonomy),
        (condition::CLASSIFIED, classified(spec)),
        (condition::ENDING, ending(spec, new.days_left)),
    ] {
        let now = turn.scene.now;
        condition::set(&mut new.conditions, kind, state, reason, message, generation, now);
    }
    new
}

/// The target of 2027: critical processes and sensitive data are mapped and classified.
fn classified(spec: &ExternalApplicationSpec) -> (State, &'static str, String) {
    let missing: Vec<&str> = [
        ("spec.criticality", spec.criticality.is_none()),
        ("spec.sensitivity", spec.sensitivity.is_none()),
    ]
    .into_iter()
    .filter_map(|(field, absent)| absent.then_some(field))
    .collect();
    if missing.is_empty() {
        (State::True, "Classified", String::new())
    } else {
        let message = format!(
            "{} not said: it counts as critical and sensitive",
            missing.join(" and ")
        );
        (State::False, "NotClassified", message)
    }
}

fn ending(spec: &ExternalApplicationSpec, left: Option<i64>) -> (State, &'static str, String) {
    let (Some(end), Some(left)) = (spec.contract_end, left) else {
        return (State::False, "NoEndKnown", String::new());
    };
    let owner = spec.owner.as_deref().unwrap_or("nobody");
    if left < 0 {
        let message = format!("the contract ended on {end}; {owner} answers for it");
        (State::True, "Ended", message)
    } else if left <= WARNED_DAYS {
        let message = format!("the contract ends on {end}; {owner} answers for it");
        (State::True, "EndsSoon", message)
    } else {
        (State::False, "NotSoon", String::new())
    }
}

/// An Event when its contract is about to end, and when it has ended.
fn tell(
    intents: &mut Intents,
    external: &Arc<ExternalApplication>,
    old: &ExternalApplicationStatus,
    new: &ExternalApplicationStatus,
) {
    let reason = |status: &ExternalApplicationStatus| {
        condition::get(&status.conditions, condition::ENDING).map(|c| c.reason.clone())
    };
    let Some(after) = condition::get(&new.conditions, condition::ENDING).filter(|c| c.status == "True")
    else {
        return;
    };
    if reason(old).as_deref() != Some(after.reason.as_str()) {
        intents.notices.push(Notice {
            about: About::External(Arc::clone(external)),
            warning: true,
            reason: "ContractEnds",
            note: after.message.clone(),
        });
    }
}

#[cfg(test)]
mod tests;
