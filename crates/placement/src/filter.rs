//! Why a cluster may not take a workload: a function per reason, and every reason is told.
//!
//! Not here: which of the clusters that may take it is best (`score`).
//! Invariant: nothing that is unknown lets a cluster through.
use havenmeester_api::Date;
use havenmeester_api::provider::{Jurisdiction, Objective};

use crate::asked::{Outlook, Requirements};
use crate::autonomy::{Autonomy, eea};
use crate::bound;
use crate::decision::Refusal;
use crate::fleet::Reach;
use crate::merge::lead_days;
use crate::place::Place;

mod traits; // what was seen of the cluster

/// Why nobody may be sent there now.
pub(crate) fn by_state(place: &Place<'_>) -> Vec<Refusal> {
    contact(place).into_iter().chain(barred(place)).collect()
}

/// Why the rules forbid it, whoever stands there and whether it answers or not: today, or from a day on that lies
/// within the lead time.
pub(crate) fn by_rules_and_dates(outlook: Outlook<'_>, place: &Place<'_>) -> Vec<Refusal> {
    let refusals = by_rules(outlook.asked, place);
    if !refusals.is_empty() {
        return refusals;
    }
    let last = place.today.plus_days(lead_days(outlook.lead));
    let turning = place.ahead.iter().map(|(on, _)| *on);
    let mut turning: Vec<Date> = turning.take_while(|on| *on <= last).collect();
    turning.extend(outlook.later.iter().map(|(on, _)| *on).filter(|on| *on <= last));
    turning.sort_unstable();
    let on = |on: Date| {
        let facts = place.ahead.iter().take_while(|(from, _)| *from <= on).last();
        let facts = facts.map_or(&*place.autonomy, |(_, then)| then);
        let then = if outlook.later.is_empty() {
            by_facts(outlook.asked, place, facts)
        } else {
            on_a_day(outlook.on(on), &place.on(on), facts)
        };
        (on, then)
    };
    let first = turning.into_iter().map(on).find(|(_, then)| !then.is_empty());
    let announced = first.into_iter().flat_map(|(on, then)| {
        then.into_iter().map(move |refusal| Refusal::Announced {
            on,
            refusal: Box::new(refusal),
        })
    });
    announced.collect()
}

/// Why the rules forbid it today.
pub(crate) fn by_rules(asked: &Requirements, place: &Place<'_>) -> Vec<Refusal> {
    on_a_day(asked, place, &place.autonomy)
}

/// Why the rules forbid it on the day of the place, by what is known of its owners, operators and key holders then.
fn on_a_day(asked: &Requirements, place: &Place<'_>, facts: &Autonomy) -> Vec<Refusal> {
    let mut refusals: Vec<Refusal> = Vec::new();
    refusals.extend(unknown_provider(place));
    if place.provider_known {
        refusals.extend(categories(asked, place));
        refusals.extend(by_facts(asked, place, facts));
    }
    refusals.extend(regions(asked, place));
    refusals.extend(named(asked, place));
    refusals.extend(traits::refusals(asked, place));
    refusals.extend(bound::refusals(&asked.bounds, place));
    refusals
}

/// What follows from who owns, operates and holds the keys, on one day.
fn by_facts(asked: &Requirements, place: &Place<'_>, facts: &Autonomy) -> Vec<Refusal> {
    let mut refusals: Vec<Refusal> = Vec::new();
    if place.provider_known {
        refusals.extend(jurisdictions(asked, facts));
        refusals.extend(denied(asked, facts));
        refusals.extend(ownership_unclear(asked, facts));
        refusals.extend(seal(asked, facts));
        refusals.extend(objectives(asked, facts));
    }
    refusals
}

/// Why the laws that reach an entity forbid it, by the policies.
pub(crate) fn by_law(asked: &Requirements, facts: &Autonomy) -> Vec<Refusal> {
    jurisdictions(asked, facts).chain(denied(asked, facts)).collect()
}

/// Whether our credentials reach a namespace there.
pub(crate) fn reaches(place: &Place<'_>, namespace: &str) -> bool {
    match &place.view.reach {
        Reach::Namespaces(namespaces) => namespaces.contains(namespace),
        Reach::Cluster => true,
    }
}

/// Why our credentials do not let us.
pub(crate) fn by_reach(place: &Place<'_>, namespace: &str) -> Option<Refusal> {
    let refusal = || Refusal::NamespaceOutOfReach {
        namespace: namespace.to_owned(),
    };
    (!reaches(place, namespace)).then(refusal)
}

/// Whether the refusal only says that facts about the provider are missing or contradict each other.
pub(crate) fn is_unclear(refusal: &Refusal) -> bool {
    if let Refusal::Announced { refusal, .. } = refusal {
        return is_unclear(refusal);
    }
    matches!(
        refusal,
        Refusal::UnknownProvider { .. } | Refusal::OwnershipUnclear { .. }
    )
}

fn contact(place: &Place<'_>) -> Option<Refusal> {
    (!place.answers()).then_some(Refusal::NotReachable)
}

fn barred(place: &Place<'_>) -> Option<Refusal> {
    place.view.barred.map(|bar| Refusal::Barred { bar })
}

fn unknown_provider(place: &Place<'_>) -> Option<Refusal> {
    let provider = || place.view.provider.clone();
    (!place.provider_known).then(|| Refusal::UnknownProvider { provider: provider() })
}

fn categories(asked: &Requirements, place: &Place<'_>) -> impl Iterator<Item = Refusal> {
    let seen = place.category;
    let missed = asked
        .categories
        .iter()
        .filter(move |ask| seen.is_none_or(|c| !ask.wanted.contains(&c)));
    missed.map(move |ask| Refusal::Category {
        policy: ask.policy.clone(),
        seen,
        wanted: ask.wanted.clone(),
    })
}

fn jurisdictions(asked: &Requirements, facts: &Autonomy) -> impl Iterator<Item = Refusal> {
    asked.jurisdictions.iter().flat_map(|ask| {
        let refused = |law: &Jurisdiction| {
            let (policy, country) = (ask.policy.clone(), law.country.clone());
            let through = law.because.clone();
            if let Some(reason) = facts.adverse.get(&law.country) {
                return Some(Refusal::Adverse {
                    policy,
                    country,
                    through,
                    reason: reason.clone(),
                });
            }
            (!eea::names(&ask.wanted, &law.country)).then(|| Refusal::Jurisdiction {
                policy,
                country,
                through,
                wanted: ask.wanted.clone(),
            })
        };
        facts.jurisdictions.iter().filter_map(refused)
    })
}

fn denied(asked: &Requirements, facts: &Autonomy) -> impl Iterator<Item = Refusal> {
    asked.denied.iter().flat_map(|ask| {
        let reaching = facts.jurisdictions.iter();
        reaching
            .filter(|law| eea::names(&ask.wanted, &law.country))
            .map(|law| Refusal::JurisdictionDenied {
                policy: ask.policy.clone(),
                country: law.country.clone(),
                through: law.because.clone(),
                denied: ask.wanted.clone(),
            })
    })
}

/// Only where autonomy is asked: a slip in the facts about owners need not move what may stand anywhere.
fn ownership_unclear(asked: &Requirements, facts: &Autonomy) -> Option<Refusal> {
    let why = facts.unclear.as_ref().filter(|_| asked.ask_for_autonomy())?;
    Some(Refusal::OwnershipUnclear { why: why.clone() })
}

fn seal(asked: &Requirements, facts: &Autonomy) -> Option<Refusal> {
    let seen = facts.seal;
    let ask = asked.seal.as_ref().filter(|ask| seen < ask.wanted)?;
    Some(Refusal::Seal {
        policy: ask.policy.clone(),
        seen,
        wanted: ask.wanted,
    })
}

fn objectives(asked: &Requirements, facts: &Autonomy) -> impl Iterator<Item = Refusal> {
    let level = |o: &Objective| facts.objectives.get(o).copied().unwrap_or(0);
    asked
        .objectives
        .iter()
        .map(move |(o, ask)| (*o, level(o), ask))
        .filter(|(_, seen, ask)| *seen < ask.wanted)
        .map(|(objective, seen, ask)| Refusal::ObjectiveSeal {
            policy: ask.policy.clone(),
            objective,
            seen,
            wanted: ask.wanted,
        })
}

fn regions(asked: &Requirements, place: &Place<'_>) -> impl Iterator<Item = Refusal> {
    let seen = &place.view.region;
    asked
        .regions
        .iter()
        .filter(move |ask| !ask.wanted.contains(seen))
        .map(move |ask| Refusal::Region {
            policy: ask.policy.clone(),
            seen: seen.clone(),
            wanted: ask.wanted.clone(),
        })
}

fn named(asked: &Requirements, place: &Place<'_>) -> impl Iterator<Item = Refusal> {
    let missed = asked
        .clusters
        .iter()
        .filter(|ask| !ask.wanted.iter().any(|name| name == place.name));
    missed.map(|ask| Refusal::NotNamed {
        policy: ask.policy.clone(),
        wanted: ask.wanted.clone(),
    })
}

#[cfg(test)]
mod tests;
