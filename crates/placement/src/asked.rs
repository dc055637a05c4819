//! What policies ask of a cluster, one rule at a time, each with who asks.
//!
//! Not here: what happens by itself (`merge`), and whether a cluster meets what is asked (`filter`).
//! Invariant: of two askers nothing is lost: a list must meet every ask, of levels the highest counts. Joining is
//! commutative, associative and idempotent.
use std::collections::{BTreeMap, BTreeSet};

use havenmeester_api::member::Scope;
use havenmeester_api::policy::{ObjectiveLevel, PlacementPolicySpec};
use havenmeester_api::provider::{Category, Objective};
use havenmeester_api::require::{CoreValue, Ineligible, Rule};
use havenmeester_api::{Date, Span};

use crate::apart::Apart;
use crate::bound::Bound;
use crate::components;

/// What a policy asks.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Ask<T> {
    /// Who asks.
    pub policy: String,
    /// What.
    pub wanted: T,
}

/// What a cluster must be. Of each list every ask must be met.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Requirements {
    /// The provider's category is one of these.
    pub categories: BTreeSet<Ask<Vec<Category>>>,
    /// Every law that reaches it is one of these.
    pub jurisdictions: BTreeSet<Ask<Vec<String>>>,
    /// No law that reaches it is one of these.
    pub denied: BTreeSet<Ask<Vec<String>>>,
    /// It stands in one of these regions.
    pub regions: BTreeSet<Ask<Vec<String>>>,
    /// It is one of these.
    pub clusters: BTreeSet<Ask<Vec<String>>>,
    /// Its overall SEAL level is at least this.
    pub seal: Option<Ask<i32>>,
    /// Its level on an objective is at least this.
    pub objectives: BTreeMap<Objective, Ask<i32>>,
    /// It is Haven compliant as a whole.
    pub haven: Option<Ask<()>>,
    /// These Haven checks pass.
    pub haven_checks: BTreeMap<String, Ask<()>>,
    /// It serves these API groups.
    pub components: BTreeMap<String, Ask<()>>,
    /// Its nodes stand in at least so many zones.
    pub zones: Option<Ask<i32>>,
    /// Our credentials reach so far there.
    pub scope: BTreeSet<Ask<Scope>>,
    /// Each core value of its provider is at least this.
    pub floors: BTreeMap<CoreValue, Ask<i32>>,
    /// It is none of these providers'.
    pub ineligible: BTreeSet<Ask<Ineligible>>,
    /// Another cluster can take over, so far apart. No cluster is refused for it: a pair of clusters meets it.
    pub standby: BTreeMap<Apart, Ask<()>>,
    /// It is near to data. Of the workload, whatever policies say.
    pub bounds: BTreeSet<Bound>,
}

impl Requirements {
    /// Those of one policy, without the rules from which somebody is exempt.
    pub(crate) fn of(name: &str, policy: &PlacementPolicySpec, exempt: &BTreeSet<Rule>) -> Self {
        let mut asked = Self::all_of(name, policy);
        for rule in exempt {
            asked.drop_rule(*rule);
        }
        asked
    }

    fn all_of(name: &str, policy: &PlacementPolicySpec) -> Self {
        let require = &policy.require;
        let seal = require.seal.as_ref();
        let laws = require.jurisdictions.as_ref();
        let haven = require.haven.as_ref();
        Self {
            categories: list(name, &require.categories),
            jurisdictions: list(name, laws.map_or(&[], |rule| &rule.only)),
            denied: list(name, laws.map_or(&[], |rule| &rule.denied)),
            regions: list(name, &require.regions),
            clusters: list(name, &require.clusters),
            seal: seal.and_then(|rule| level(name, rule.at_least)),
            objectives: seal.map_or_else(BTreeMap::new, |rule| levels(name, &rule.objectives)),
            haven: haven.filter(|rule| rule.checks.is_empty()).map(|_| ask(name, ())),
            haven_checks: each(name, haven.into_iter().flat_map(|rule| rule.checks.clone())),
            components: each(
                name,
                require.components.iter().map(|c| components::group(c).to_owned()),
            ),
            zones: require.zones_at_least.and_then(|zones| level(name, zones)),
            scope: require.scope.map(|scope| ask(name, scope)).into_iter().collect(),
            floors: require
                .core_values
                .set()
                .map(|(value, floor)| (value, ask(name, floor)))
                .collect(),
            ineligible: require
                .not_eligible
                .iter()
                .map(|rule| ask(name, rule.clone()))
                .collect(),
            standby: require
                .standby
                .into_iter()
                .flat_map(Apart::of)
                .map(|apart| (apart, ask(name, ())))
                .collect(),
            bounds: BTreeSet::new(),
        }
    }

    /// Takes one rule away.
    fn drop_rule(&mut self, rule: Rule) {
        match rule {
            Rule::Categories => self.categories.clear(),
            Rule::Seal => {
                self.seal = None;
                self.objectives.clear();
            }
            Rule::Jurisdictions => {
                self.jurisdictions.clear();
                self.denied.clear();
            }
            Rule::Regions => self.regions.clear(),
            Rule::Clusters => self.clusters.clear(),
            Rule::Haven => {
                self.haven = None;
                self.haven_checks.clear();
            }
            Rule::Components => self.components.clear(),
            Rule::ZonesAtLeast => self.zones = None,
            Rule::Scope => self.scope.clear(),
            Rule::CoreValues => self.floors.clear(),
            Rule::NotEligible => self.ineligible.clear(),
            Rule::Standby => self.standby.clear(),
        }
    }

    /// Both together.
    pub(crate) fn and(mut self, other: Self) -> Self {
        let Self {
            categories,
            jurisdictions,
            denied,
            regions,
            clusters,
            seal,
            objectives,
            haven,
            haven_checks,
            components,
            zones,
            scope,
            floors,
            ineligible,
            standby,
            bounds,
        } = other; // without `..`: no rule is forgotten
        self.categories.extend(categories);
        self.jurisdictions.extend(jurisdictions);
        self.denied.extend(denied);
        self.regions.extend(regions);
        self.clusters.extend(clusters);
        self.seal = highest(self.seal, seal);
        join(&mut self.objectives, objectives);
        self.haven = highest(self.haven, haven);
        join(&mut self.haven_checks, haven_checks);
        join(&mut self.components, components);
        self.zones = highest(self.zones, zones);
        self.scope.extend(scope);
        join(&mut self.floors, floors);
        self.ineligible.extend(ineligible);
        join(&mut self.standby, standby);
        self.bounds.extend(bounds);
        self
    }

    /// Whether anything is asked that follows from owners, operators and key holders: then unclear facts refuse.
    pub(crate) fn ask_for_autonomy(&self) -> bool {
        !self.jurisdictions.is_empty()
            || !self.denied.is_empty()
            || self.seal.is_some()
            || !self.objectives.is_empty()
    }
}

/// What is asked, as far ahead as somebody looks.
#[derive(Clone, Copy)]
pub(crate) struct Outlook<'a> {
    /// Today.
    pub(crate) asked: &'a Requirements,
    /// From later days on, the next first: exemptions begin and end.
    pub(crate) later: &'a [(Date, Requirements)],
    /// How far ahead.
    pub(crate) lead: Span,
}

impl<'a> Outlook<'a> {
    /// Of what is asked of nobody in particular, and so is asked on every day.
    pub(crate) fn always(asked: &'a Requirements, lead: Span) -> Self {
        Self {
            asked,
            later: &[],
            lead,
        }
    }

    /// What is asked on a day.
    pub(crate) fn on(&self, day: Date) -> &'a Requirements {
        let begun = self.later.iter().take_while(|(from, _)| *from <= day);
        begun.last().map_or(self.asked, |(_, asked)| asked)
    }
}

pub(crate) fn ask<T>(policy: &str, wanted: T) -> Ask<T> {
    Ask {
        policy: policy.to_owned(),
        wanted,
    }
}

/// A level of nought asks nothing.
fn level(policy: &str, wanted: i32) -> Option<Ask<i32>> {
    (wanted > 0).then(|| ask(policy, wanted))
}

/// A list that is empty asks nothing.
fn list<T: Clone + Ord>(policy: &str, wanted: &[T]) -> BTreeSet<Ask<Vec<T>>> {
    let asks = (!wanted.is_empty()).then(|| ask(policy, wanted.to_vec()));
    asks.into_iter().collect()
}

fn each(policy: &str, wanted: impl Iterator<Item = String>) -> BTreeMap<String, Ask<()>> {
    wanted.map(|one| (one, ask(policy, ()))).collect()
}

/// A file may name an objective twice, an API server does not take it: the higher level counts.
fn levels(policy: &str, said: &[ObjectiveLevel]) -> BTreeMap<Objective, Ask<i32>> {
    let mut all = BTreeMap::new();
    for one in said {
        let ask = level(policy, one.at_least).map(|ask| (one.objective, ask));
        join(&mut all, ask.into_iter().collect());
    }
    all
}

fn join<K: Ord, T: Ord>(mine: &mut BTreeMap<K, Ask<T>>, other: BTreeMap<K, Ask<T>>) {
    for (key, ask) in other {
        let before = mine.remove(&key);
        mine.extend(highest(before, Some(ask)).map(|ask| (key, ask)));
    }
}

/// The higher; of two that are equal that of the first policy by name.
pub(crate) fn highest<T: Ord>(a: Option<Ask<T>>, b: Option<Ask<T>>) -> Option<Ask<T>> {
    match (a, b) {
        (Some(a), Some(b)) => {
            let b_wins = b
                .wanted
                .cmp(&a.wanted)
                .then_with(|| a.policy.cmp(&b.policy))
                .is_gt();
            Some(if b_wins { b } else { a })
        }
        (one, None) | (None, one) => one,
    }
}
