//! Exemptions: which rule of which policy does not hold for a workload on a day.
//!
//! Not here: what is left of a policy without that rule (`asked`).
//! Invariant: what is over, not yet begun or not valid loosens nothing, whoever handed it in and whenever it is looked
//! at: only the day counts.
use std::collections::{BTreeMap, BTreeSet, HashMap};

use havenmeester_api::Date;
use havenmeester_api::exemption::{ExemptionSpec, LONGEST_DAYS};
use havenmeester_api::require::{CoreValue, Rule};

use crate::filter::by_rules;
use crate::merge::{LONGEST_LEAD, effective_with};
use crate::place::places;
use crate::problems::Wrong;
use crate::request::{Request, WorkloadId};

/// An exemption that holds for a workload today.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd, serde::Serialize)]
pub struct Waiver {
    /// The Exemption.
    pub exemption: String,
    /// The policy of which a rule is loosened.
    pub policy: String,
    /// That rule.
    pub rule: String,
    /// The last day.
    pub until: Date,
}

/// What holds for each workload that is exempt from anything, today or soon.
#[derive(Clone, Debug, Default)]
pub(crate) struct Waivers<'a> {
    /// By namespace and name.
    by_workload: HashMap<&'a str, HashMap<&'a str, BTreeSet<Held<'a>>>>,
}

/// One of them.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) struct Held<'a> {
    pub(crate) policy: &'a str,
    pub(crate) rule: Rule,
    pub(crate) exemption: &'a str,
    /// The first day on which it holds, and the last.
    pub(crate) from: Date,
    pub(crate) until: Date,
}

impl Held<'_> {
    /// Whether it holds on a day.
    pub(crate) fn holds(&self, day: Date) -> bool {
        self.from <= day && day <= self.until
    }

    /// As a decision tells it.
    pub(crate) fn told(&self) -> Waiver {
        Waiver {
            exemption: self.exemption.to_owned(),
            policy: self.policy.to_owned(),
            rule: self.rule.as_str().to_owned(),
            until: self.until,
        }
    }
}

impl<'a> Waivers<'a> {
    /// Those that hold at the moment of the request, or will as far ahead as anybody looks.
    pub(crate) fn of(request: &'a Request) -> Self {
        Self::among(request, request.exemptions.iter())
    }

    /// Those of some exemptions.
    pub(crate) fn among(
        request: &Request,
        some: impl Iterator<Item = (&'a WorkloadId, &'a ExemptionSpec)>,
    ) -> Self {
        let today = Date::of(request.now);
        let mut all = Self::default();
        let last = today.plus_days(LONGEST_LEAD);
        for (id, spec) in some {
            // One that lasts too long holds from the day on from which it does not any more.
            let from = spec.since.max(spec.until.plus_days(-LONGEST_DAYS));
            if invalid(spec, from).is_some() || spec.until < today || last < from {
                continue;
            }
            let held = Held {
                policy: &spec.policy,
                rule: spec.rule,
                exemption: &id.name,
                from,
                until: spec.until,
            };
            for workload in &spec.workloads {
                let of_namespace = all.by_workload.entry(&id.namespace).or_default();
                of_namespace.entry(workload).or_default().insert(held);
            }
        }
        all
    }

    /// Those of one workload.
    pub(crate) fn of_workload(&self, id: &WorkloadId) -> Option<&BTreeSet<Held<'a>>> {
        self.by_workload.get(id.namespace.as_str())?.get(id.name.as_str())
    }
}

/// The workloads that stand where only an exemption allows it, by the exemption: they leave when it is over.
pub fn relying(request: &Request) -> BTreeMap<WorkloadId, Vec<WorkloadId>> {
    let (waivers, places) = (Waivers::of(request), places(request));
    let today = Date::of(request.now);
    let mut relying: BTreeMap<WorkloadId, Vec<WorkloadId>> = BTreeMap::new();
    for (id, workload) in &request.workloads {
        let (Some(held), Some(home)) = (waivers.of_workload(id), &workload.home) else {
            continue;
        };
        let Some(place) = places.iter().find(|place| place.name == home) else {
            continue;
        };
        for one in held.iter().filter(|one| one.holds(today)) {
            let others = held.iter().filter(|other| *other != one).copied().collect();
            let without = effective_with(request, workload, Some(&others), today);
            if !by_rules(&without.requirements, place).is_empty() {
                let exemption = WorkloadId {
                    namespace: id.namespace.clone(),
                    name: one.exemption.to_owned(),
                };
                relying.entry(exemption).or_default().push(id.clone());
            }
        }
    }
    relying
}

/// The days up to and including `last` on which somebody is exempt from other rules than on the day before.
pub(crate) fn turning_days(held: &BTreeSet<Held<'_>>, today: Date, last: Date) -> BTreeSet<Date> {
    let days = held.iter().flat_map(|one| [one.from, one.until.plus_days(1)]);
    days.filter(|day| today < *day && *day <= last).collect()
}

/// The rules of a policy from which somebody is exempt.
pub(crate) fn rules_of(held: &BTreeSet<Held<'_>>, policy: &str) -> BTreeSet<Rule> {
    held.iter()
        .filter(|h| h.policy == policy)
        .map(|h| h.rule)
        .collect()
}

/// Why an exemption cannot be used: the field, and what would be right. The API server refuses most of this; an object
/// from an older definition or a file may still have it.
pub(crate) fn invalid(spec: &ExemptionSpec, today: Date) -> Option<(&'static str, Wrong)> {
    let blank = |text: &str| text.trim().is_empty();
    if blank(&spec.owner) {
        return Some(("spec.owner", Wrong::NoOwner));
    }
    if blank(&spec.approver) {
        return Some(("spec.approver", Wrong::NoApprover));
    }
    if spec.owner == spec.approver {
        return Some(("spec.approver", Wrong::OwnApproval));
    }
    let (since, until) = (spec.since, spec.until);
    if until < since {
        return Some(("spec.until", Wrong::NeverHolds { since, until }));
    }
    // From its first day, and from today: one that begins later is weighed when it begins.
    let latest = since.plus_days(LONGEST_DAYS).min(today.plus_days(LONGEST_DAYS));
    if until > latest {
        return Some(("spec.until", Wrong::TooLong { until, latest }));
    }
    let weighed: BTreeSet<CoreValue> = spec.weighing.iter().map(|w| w.value).collect();
    let missing: Vec<CoreValue> = CoreValue::ALL
        .into_iter()
        .filter(|value| !weighed.contains(value))
        .collect();
    if !missing.is_empty() || spec.weighing.len() != weighed.len() {
        return Some(("spec.weighing", Wrong::NotWeighed { missing }));
    }
    if spec.workloads.is_empty() {
        return Some(("spec.workloads", Wrong::NamesNobody));
    }
    None
}

#[cfg(test)]
mod tests;
