//! Whether an exemption is in force, how long still, and who relies on it.
use std::collections::BTreeMap;
use std::sync::Arc;

use havenmeester_api::condition::{self, State};
use havenmeester_api::exemption::{ExemptionStatus, WARNINGS};
use havenmeester_api::{Date, Exemption};
use havenmeester_placement::{Object, WorkloadId, relying};

use crate::intent::{About, Intents, Notice, StatusWrite};
use crate::turn::Turn;

pub(super) fn reconcile(turn: &Turn, intents: &mut Intents) {
    if turn.scene.exemptions.is_empty() {
        return;
    }
    let relying = relying(turn.request);
    for (id, exemption) in &turn.scene.exemptions {
        let old = exemption.status.clone().unwrap_or_default();
        let new = status(turn, id, exemption, &relying, &old);
        tell(intents, exemption, &old, &new);
        if new != old {
            let mut object = Exemption::clone(exemption);
            object.status = Some(new);
            intents.statuses.push(StatusWrite::Exemption(Box::new(object)));
        }
    }
}

fn status(
    turn: &Turn,
    id: &WorkloadId,
    exemption: &Exemption,
    relying: &BTreeMap<WorkloadId, Vec<WorkloadId>>,
    old: &ExemptionStatus,
) -> ExemptionStatus {
    let mut new = old.clone();
    let generation = exemption.metadata.generation;
    let today = Date::of(turn.scene.now);
    let left = (today.days_until(exemption.spec.until) + 1).max(0);
    new.observed_generation = generation;
    new.days_left = Some(left);
    new.rely_on_it = relying
        .get(id)
        .into_iter()
        .flatten()
        .map(|workload| workload.name.clone())
        .collect();
    let valid = super::valid(turn, &Object::Exemption(id.clone()));
    let in_force = in_force(exemption, today, valid.0);
    let ending = ending(exemption, left, &new.rely_on_it, in_force.0);
    for (kind, (state, reason, message)) in [
        (condition::VALID, valid),
        (condition::IN_FORCE, in_force),
        (condition::ENDING, ending),
    ] {
        let now = turn.scene.now;
        condition::set(&mut new.conditions, kind, state, reason, message, generation, now);
    }
    new
}

fn in_force(exemption: &Exemption, today: Date, valid: State) -> (State, &'static str, String) {
    let spec = &exemption.spec;
    if valid == State::False {
        (
            State::False,
            "Invalid",
            "what is not valid loosens nothing".to_owned(),
        )
    } else if today < spec.since {
        (State::False, "NotYet", format!("from {} on", spec.since))
    } else if spec.until < today {
        (
            State::False,
            "Expired",
            format!("its last day was {}", spec.until),
        )
    } else {
        let message = format!("{} of {} until {}", spec.rule, spec.policy, spec.until);
        (State::True, "InForce", message)
    }
}

/// Warned of 90, 30 and 7 days ahead.
fn ending(
    exemption: &Exemption,
    left: i64,
    rely: &[String],
    in_force: State,
) -> (State, &'static str, String) {
    let [early, late, last] = WARNINGS;
    if in_force != State::True || left > early {
        return (State::False, "NotSoon", String::new());
    }
    let reason = match left {
        left if left <= last => "WithinSevenDays",
        left if left <= late => "WithinThirtyDays",
        _ => "WithinNinetyDays",
    };
    let spec = &exemption.spec;
    let who = if rely.is_empty() {
        "nobody relies on it".to_owned()
    } else {
        format!("{} will be moved", rely.join(", "))
    };
    let message = format!("ends after {}: {who}; {} answers for it", spec.until, spec.owner);
    (State::True, reason, message)
}

/// An Event when it is warned of, and when it is over.
fn tell(intents: &mut Intents, exemption: &Arc<Exemption>, old: &ExemptionStatus, new: &ExemptionStatus) {
    for kind in [condition::ENDING, condition::IN_FORCE] {
        let reason =
            |status: &ExemptionStatus| condition::get(&status.conditions, kind).map(|c| c.reason.clone());
        let (before, after) = (reason(old), condition::get(&new.conditions, kind));
        let Some(after) = after.filter(|after| before.as_deref() != Some(after.reason.as_str())) else {
            continue;
        };
        let (event, warning) = match after.reason.as_str() {
            "WithinSevenDays" | "WithinThirtyDays" | "WithinNinetyDays" => ("ExemptionEnds", true),
            "Expired" => ("ExemptionExpired", true),
            _ => continue,
        };
        intents.notices.push(Notice {
            about: About::Exemption(Arc::clone(exemption)),
            warning,
            reason: event,
            note: after.message.clone(),
        });
    }
}

#[cfg(test)]
mod tests;
