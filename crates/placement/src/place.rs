//! The clusters with what follows from their facts, worked out once for all workloads.
//!
//! Invariant: holds nothing that differs from one workload to the next.
use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::Arc;

use havenmeester_api::Date;
use havenmeester_api::provider::{Category, CoreValues};
use jiff::Timestamp;

use crate::autonomy::{Autonomy, Facts, Timeline};
use crate::fact::FRESH_FOR;
use crate::fleet::{ClusterView, Contact, FleetView};
use crate::merge::{LEAD_TIME, lead_days};
use crate::request::Request;

/// A cluster, and what follows from its facts.
#[derive(Clone)]
pub(crate) struct Place<'a> {
    pub(crate) name: &'a str,
    pub(crate) view: &'a ClusterView,
    /// All of them, for what hangs on two.
    pub(crate) fleet: &'a FleetView,
    /// Whether there is a Provider of that name.
    pub(crate) provider_known: bool,
    pub(crate) category: Option<Category>,
    pub(crate) core_values: CoreValues,
    pub(crate) autonomy: Arc<Autonomy>,
    /// Who can stop it, as numbers that follow from their names; sorted.
    governors: Arc<[u64]>,
    /// The day of the request.
    pub(crate) today: Date,
    /// What dated facts will make of it, where that differs from what it is on the day before: the next first.
    pub(crate) ahead: Arc<[(Date, Autonomy)]>,
}

/// What follows from the Providers about one cluster.
#[derive(Clone, PartialEq)]
pub(crate) struct Known {
    /// What its provider says of itself; `None`: there is no Provider of that name.
    provider: Option<(Option<Category>, CoreValues)>,
    autonomy: Arc<Autonomy>,
    governors: Arc<[u64]>,
    ahead: Arc<[(Date, Autonomy)]>,
}

impl Known {
    /// Whether the same entities can stop it.
    pub(crate) fn falls_as(&self, before: &Self) -> bool {
        self.governors == before.governors
    }
}

/// All clusters, by name.
pub(crate) fn places(request: &Request) -> Vec<Place<'_>> {
    places_of(request, &known(request))
}

/// The same, when it is known what follows from the Providers: of each cluster, by name.
pub(crate) fn places_of<'a>(request: &'a Request, known: &[Known]) -> Vec<Place<'a>> {
    let today = Date::of(request.now);
    let place = |((name, view), known): ((&'a String, &'a ClusterView), &Known)| {
        let (category, core_values) = known.provider.unwrap_or_default();
        Place {
            name,
            view,
            fleet: &request.fleet,
            provider_known: known.provider.is_some(),
            category,
            core_values,
            autonomy: Arc::clone(&known.autonomy),
            governors: Arc::clone(&known.governors),
            today,
            ahead: Arc::clone(&known.ahead),
        }
    };
    request.fleet.clusters.iter().zip(known).map(place).collect()
}

/// What follows from the Providers about each cluster, by name.
pub(crate) fn known<'a>(request: &'a Request) -> Vec<Known> {
    let fleet = &request.fleet;
    let today = Date::of(request.now);
    let last = today.plus_days(furthest_lead(request));
    let timeline = Timeline::of_moves(&fleet.providers, &fleet.standard, today, last);
    // Several clusters of one provider share what is the same for all of them.
    let mut cores: BTreeMap<(Date, &str), Autonomy> = BTreeMap::new();
    let mut on = |facts: &Facts<'_>, view: &'a ClusterView| {
        let core = cores
            .entry((facts.day(), &view.provider))
            .or_insert_with(|| facts.without_hosting(&view.provider));
        facts.on_cluster(core.clone(), view)
    };
    let mut one = |view: &'a ClusterView| {
        let autonomy = on(timeline.today(), view);
        let mut ahead: Vec<(Date, Autonomy)> = Vec::new();
        for facts in timeline.later() {
            let then = dated(&autonomy, on(facts, view));
            if then != *ahead.last().map_or(&autonomy, |(_, before)| before) {
                ahead.push((facts.day(), then));
            }
        }
        let spec = fleet.providers.get(&view.provider);
        let mut governors: Vec<u64> = autonomy.governed_by.iter().map(|name| number(name)).collect();
        governors.sort_unstable();
        Known {
            governors: governors.into(),
            provider: spec.map(|spec| (spec.category, spec.core_values)),
            autonomy: Arc::new(autonomy),
            ahead: ahead.into(),
        }
    };
    fleet.clusters.values().map(&mut one).collect()
}

/// Names are compared a million times where workloads want to stand apart.
fn number(name: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    name.hash(&mut hasher);
    hasher.finish()
}

/// What is shown is as it is today: nobody moves because a paper is to be renewed.
fn dated(today: &Autonomy, then: Autonomy) -> Autonomy {
    Autonomy {
        seal: today.seal,
        objectives: today.objectives.clone(),
        score: today.score,
        ..then
    }
}

/// How far ahead any policy looks, in days.
fn furthest_lead(request: &Request) -> i64 {
    let rules = request.policies.values().filter_map(|policy| policy.migration);
    let leads = rules.map(|rule| lead_days(rule.lead_time.unwrap_or(LEAD_TIME)));
    leads.max().unwrap_or(0)
}

/// What is known of the copy in one namespace.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Seen {
    /// It is there.
    There,
    /// It is not there.
    Absent,
    /// Nobody can tell: never seen, or too long ago.
    Unknown,
}

impl Place<'_> {
    /// The same on another day: what was seen and judged of it is as it is today.
    pub(crate) fn on(&self, day: Date) -> Self {
        Self {
            today: day,
            ..self.clone()
        }
    }

    /// Whether somebody can stop both: their provider, or who owns or operates both.
    pub(crate) fn falls_with(&self, other: &Self) -> bool {
        let both = || {
            let (mut one, mut two) = (
                self.governors.iter().peekable(),
                other.governors.iter().peekable(),
            );
            while let (Some(a), Some(b)) = (one.peek(), two.peek()) {
                match a.cmp(b) {
                    Ordering::Equal => return true,
                    Ordering::Less => drop(one.next()),
                    Ordering::Greater => drop(two.next()),
                }
            }
            false
        };
        self.view.provider == other.view.provider || both()
    }

    pub(crate) fn answers(&self) -> bool {
        self.view.contact == Contact::Reachable
    }

    /// The copy in a namespace, as far as an action may be built on it.
    pub(crate) fn copy(&self, namespace: &str, now: Timestamp) -> Seen {
        match self.view.copies.fresh(now, FRESH_FOR) {
            None => Seen::Unknown,
            Some(copies) if copies.contains_key(namespace) => Seen::There,
            Some(_) => Seen::Absent,
        }
    }
}
