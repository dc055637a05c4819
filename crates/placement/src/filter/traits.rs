//! Why what was seen of a cluster does not meet the rules: Haven, components, zones, reach, core values, eligibility.
//!
//! Invariant: what was not seen refuses, and says what stood in the way. The last that was seen counts, however old:
//! what a cluster has does not turn within minutes, and a cluster that fell silent must not set its workloads in
//! motion twice.
use havenmeester_api::member::Scope;

use crate::asked::Requirements;
use crate::decision::Refusal;
use crate::fact::Fact;
use crate::fleet::Reach;
use crate::gap::{Gap, Trait};
use crate::place::Place;
use crate::score::core_value;

/// All of them.
pub(super) fn refusals(asked: &Requirements, place: &Place<'_>) -> Vec<Refusal> {
    let mut refusals = Vec::new();
    refusals.extend(haven(asked, place));
    refusals.extend(components(asked, place));
    refusals.extend(zones(asked, place));
    refusals.extend(scope(asked, place));
    refusals.extend(ineligible(asked, place));
    if place.provider_known {
        refusals.extend(floors(asked, place));
    }
    refusals
}

fn lacks(policy: &str, gap: Gap) -> Refusal {
    Refusal::Lacks {
        policy: policy.to_owned(),
        gap,
    }
}

fn unseen<T>(policy: &str, what: Trait, fact: &Fact<T>) -> Refusal {
    let why = match fact {
        Fact::Unknown { why } => Some(*why),
        Fact::Known { .. } => None,
    };
    lacks(policy, Gap::Unseen { what, why })
}

fn haven(asked: &Requirements, place: &Place<'_>) -> Vec<Refusal> {
    let fact = &place.view.traits.haven;
    let checks = asked
        .haven_checks
        .iter()
        .map(|(check, ask)| (Some(check), &ask.policy));
    let mut asks = asked.haven.iter().map(|ask| (None, &ask.policy)).chain(checks);
    let Some(seen) = fact.last() else {
        let first = asks.next();
        return first
            .map(|(_, policy)| unseen(policy, Trait::Haven, fact))
            .into_iter()
            .collect();
    };
    let missed = asks.filter_map(|(check, policy)| {
        let (failed, known) = match check {
            None if seen.compliant => return None,
            None => {
                let failed = seen.checks.iter().filter(|(_, passes)| !**passes);
                (failed.map(|(check, _)| check.clone()).collect(), true)
            }
            Some(check) if seen.checks.get(check) == Some(&true) => return None,
            Some(check) => (vec![check.clone()], seen.checks.contains_key(check)),
        };
        Some(lacks(policy, Gap::Haven { failed, known }))
    });
    missed.collect()
}

fn components(asked: &Requirements, place: &Place<'_>) -> Vec<Refusal> {
    let fact = &place.view.traits.groups;
    let Some(served) = fact.last() else {
        let first = asked.components.values().next();
        return first
            .map(|ask| unseen(&ask.policy, Trait::Components, fact))
            .into_iter()
            .collect();
    };
    let missing = asked
        .components
        .iter()
        .filter(|(group, _)| !served.contains(*group));
    missing
        .map(|(group, ask)| lacks(&ask.policy, Gap::Component { group: group.clone() }))
        .collect()
}

fn zones(asked: &Requirements, place: &Place<'_>) -> Option<Refusal> {
    let ask = asked.zones.as_ref()?;
    let fact = &place.view.traits.zones;
    let Some(zones) = fact.last() else {
        return Some(unseen(&ask.policy, Trait::Zones, fact));
    };
    let seen = i32::try_from(zones.len()).unwrap_or(i32::MAX);
    let wanted = ask.wanted;
    (seen < wanted).then(|| lacks(&ask.policy, Gap::Zones { seen, wanted }))
}

fn scope(asked: &Requirements, place: &Place<'_>) -> impl Iterator<Item = Refusal> {
    let seen = match place.view.reach {
        Reach::Cluster => Scope::Cluster,
        Reach::Namespaces(_) => Scope::Namespaces,
    };
    let missed = asked.scope.iter().filter(move |ask| ask.wanted != seen);
    missed.map(move |ask| {
        let wanted = ask.wanted;
        lacks(&ask.policy, Gap::Scope { seen, wanted })
    })
}

fn ineligible(asked: &Requirements, place: &Place<'_>) -> impl Iterator<Item = Refusal> {
    let holds = |until: Option<havenmeester_api::Date>| until.is_none_or(|until| place.today <= until);
    let closed = asked
        .ineligible
        .iter()
        .filter(move |ask| ask.wanted.provider == place.view.provider && holds(ask.wanted.until));
    closed.map(|ask| {
        let (reason, until) = (ask.wanted.reason.clone(), ask.wanted.until);
        lacks(&ask.policy, Gap::NotEligible { reason, until })
    })
}

fn floors(asked: &Requirements, place: &Place<'_>) -> impl Iterator<Item = Refusal> {
    asked.floors.iter().filter_map(|(value, ask)| {
        let (seen, wanted, value) = (core_value(*value, place), ask.wanted, *value);
        let below = seen.is_none_or(|seen| seen < wanted);
        below.then(|| lacks(&ask.policy, Gap::CoreValue { value, seen, wanted }))
    })
}

#[cfg(test)]
mod tests;
