//! What dated facts will change: an announced take-over, an operator that leaves, a country that becomes adverse.
//!
//! Invariant: only dates after today; a day on which nothing changes is no change.
use std::collections::{BTreeMap, BTreeSet};

use havenmeester_api::Date;
use havenmeester_api::provider::{AutonomyChange, Location, ProviderSpec, Stake};
use havenmeester_api::standard::AutonomyStandardSpec;

use super::standard::Standard;
use super::{Autonomy, Facts};

/// How far ahead a status tells of changes, in days: a year. What lies further away is not planned yet.
pub const HORIZON_DAYS: i64 = 366;

/// What is known on each day on which something changes, from a day on.
pub struct Timeline<'a> {
    days: Vec<Facts<'a>>,
}

impl<'a> Timeline<'a> {
    /// Every change within [`HORIZON_DAYS`], evidence that goes stale included: for statuses.
    pub fn of_a_year(
        providers: &'a BTreeMap<String, ProviderSpec>,
        standard: &'a AutonomyStandardSpec,
        today: Date,
    ) -> Self {
        let last = today.plus_days(HORIZON_DAYS);
        let mut days = turning_days(providers, standard, today, last);
        days.extend(stale_days(providers, standard, today, last));
        Self::on(providers, standard, today, days)
    }

    /// The changes of owners, operators, key holders, places and adverse jurisdictions up to and including `last`:
    /// what workloads move ahead of. Nobody moves because a paper is to be renewed.
    pub(crate) fn of_moves(
        providers: &'a BTreeMap<String, ProviderSpec>,
        standard: &'a AutonomyStandardSpec,
        today: Date,
        last: Date,
    ) -> Self {
        let days = turning_days(providers, standard, today, last);
        Self::on(providers, standard, today, days)
    }

    fn on(
        providers: &'a BTreeMap<String, ProviderSpec>,
        standard: &'a AutonomyStandardSpec,
        today: Date,
        days: BTreeSet<Date>,
    ) -> Self {
        let days = std::iter::once(today).chain(days);
        Self {
            days: days.map(|day| Facts::on(providers, standard, day)).collect(),
        }
    }

    /// What is known today.
    pub fn today(&self) -> &Facts<'a> {
        &self.days[0] // made with it
    }

    /// What is known on each later day.
    pub(crate) fn later(&self) -> &[Facts<'a>] {
        self.days.get(1..).unwrap_or_default()
    }

    /// What will change for one entity or cluster, the next first. `of` picks which is asked about.
    pub fn changes(&self, of: impl Fn(&Facts<'a>) -> Autonomy) -> Vec<AutonomyChange> {
        let mut changes = Vec::new();
        let Some((today, later)) = self.days.split_first().filter(|(_, later)| !later.is_empty()) else {
            return changes;
        };
        let mut before = of(today);
        for facts in later {
            let after = of(facts);
            let change = change(facts.today, &before, &after);
            if !change.gains.is_empty() || !change.loses.is_empty() || turned(&before, &after) {
                changes.push(change);
                before = after;
            }
        }
        changes
    }
}

/// The days after `today`, up to and including `last`, on which a stake, a location or an adverse jurisdiction begins
/// or is over.
fn turning_days(
    providers: &BTreeMap<String, ProviderSpec>,
    standard: &AutonomyStandardSpec,
    today: Date,
    last: Date,
) -> BTreeSet<Date> {
    let stakes = |spec: &ProviderSpec| -> Vec<(Option<Date>, Option<Date>)> {
        let held = [&spec.owners, &spec.operated_by, &spec.keys_held_by];
        let held = held.into_iter().flatten().map(|s: &Stake| (s.since, s.until));
        let stands = [&spec.hosted_in, &spec.supported_from];
        let stands = stands
            .into_iter()
            .flatten()
            .map(|l: &Location| (l.since, l.until));
        held.chain(stands).collect()
    };
    let adverse = standard.adverse.iter().map(|a| (a.since, a.until));
    providers
        .values()
        .flat_map(stakes)
        .chain(adverse)
        .flat_map(|(since, until)| [since, until.map(|until| until.plus_days(1))])
        .flatten()
        .filter(|day| today < *day && *day <= last)
        .collect()
}

/// The days from which on an assessment counts no more.
fn stale_days(
    providers: &BTreeMap<String, ProviderSpec>,
    standard: &AutonomyStandardSpec,
    today: Date,
    last: Date,
) -> Vec<Date> {
    let standard = Standard::on(standard, today);
    let claims = providers.values().flat_map(|spec| &spec.sovereignty);
    let evidence = claims.filter_map(|a| a.evidence.as_ref());
    evidence
        .map(|e| standard.evidence_until(e.date).plus_days(1))
        .filter(|day| today < *day && *day <= last)
        .collect()
}

fn turned(before: &Autonomy, after: &Autonomy) -> bool {
    before.seal != after.seal || before.is_autonomous() != after.is_autonomous()
}

fn change(on: Date, before: &Autonomy, after: &Autonomy) -> AutonomyChange {
    let reaches = |a: &Autonomy, country: &str| a.jurisdictions.iter().any(|j| j.country == country);
    let gains = after
        .jurisdictions
        .iter()
        .filter(|j| !reaches(before, &j.country));
    let loses = before
        .jurisdictions
        .iter()
        .filter(|j| !reaches(after, &j.country));
    AutonomyChange {
        on,
        gains: gains.cloned().collect(),
        loses: loses.map(|j| j.country.clone()).collect(),
        seal: after.seal,
        autonomous: after.is_autonomous(),
    }
}

#[cfg(test)]
mod tests;
