//! All policies that match a workload, made into one: the strictest wins, rule by rule.
//!
//! Not here: whether a cluster meets what is asked (`filter`).
//! Invariant: merging is commutative, associative and idempotent, and never loosens anything; so one policy can
//! add to another and never take away. Each requirement remembers who asked.
use std::collections::{BTreeMap, BTreeSet};

use havenmeester_api::Span;
use havenmeester_api::policy::{PlacementPolicySpec, Trigger, Weights};
use havenmeester_api::provider::{Category, Objective};

use crate::decision::Rules;
use crate::request::WorkloadView;

/// How long a stopped source is kept when a policy moves workloads and does not say how long.
pub const ROLLBACK_WINDOW: Span = Span::hours(24);
/// How long a cluster must be lost when a policy fails workloads over and does not say how long.
pub const FAILOVER_AFTER: Span = Span::seconds(30);

/// How long before a dated change workloads leave when a policy does not say how long: 30 days, as a move with its
/// dry run, its approval and its window takes weeks, and a plan for longer is often overtaken.
pub const LEAD_TIME: Span = Span::hours(30 * 24);
/// The longest lead time that counts, in days: a year and a day.
const LONGEST_LEAD: i64 = 366;

/// A lead time in whole days, rounded up.
pub(crate) fn lead_days(lead: Span) -> i64 {
    const DAY: u64 = 24 * 60 * 60;
    i64::try_from(lead.as_seconds().div_ceil(DAY))
        .unwrap_or(LONGEST_LEAD)
        .min(LONGEST_LEAD)
}

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
    /// It stands in one of these regions.
    pub regions: BTreeSet<Ask<Vec<String>>>,
    /// It is one of these.
    pub clusters: BTreeSet<Ask<Vec<String>>>,
    /// Its overall SEAL level is at least this.
    pub seal: Option<Ask<i32>>,
    /// Its level on an objective is at least this.
    pub objectives: BTreeMap<Objective, Ask<i32>>,
}

/// One or more policies.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Merged {
    policies: BTreeSet<String>,
    requirements: Requirements,
    weights: Weights,
    migration: Option<Ask<Trigger>>,
    rollback_window: Option<Span>,
    lead_time: Option<Span>,
    failover: Option<Ask<Trigger>>,
    failover_after: Option<Span>,
    rto: Option<Span>,
    rpo: Option<Span>,
}

/// What holds for a workload in the end.
#[derive(Clone, Debug, PartialEq)]
pub struct Effective {
    /// What happens by itself.
    pub rules: Rules,
    /// What a cluster must be.
    pub requirements: Requirements,
    /// How the core values count.
    pub weights: Weights,
}

/// What holds for a workload: all policies that choose it, the strictest of each rule.
pub fn effective(policies: &BTreeMap<String, PlacementPolicySpec>, workload: &WorkloadView) -> Effective {
    policies
        .iter()
        .filter(|(_, policy)| chooses(policy, workload))
        .fold(Merged::default(), |merged, (name, policy)| {
            merged.and(Merged::of(name, policy))
        })
        .into()
}

/// Whether a policy applies to a workload.
pub(crate) fn chooses(policy: &PlacementPolicySpec, workload: &WorkloadView) -> bool {
    let WorkloadView {
        criticality,
        sensitivity,
        target,
        ..
    } = workload;
    policy
        .workloads
        .matches(*criticality, *sensitivity, &target.namespace)
}

impl Requirements {
    fn of(name: &str, policy: &PlacementPolicySpec) -> Self {
        let require = &policy.require;
        let seal = require.seal.as_ref();
        Self {
            categories: list(name, &require.categories),
            jurisdictions: list(
                name,
                require.jurisdictions.as_ref().map_or(&[], |rule| &rule.only),
            ),
            regions: list(name, &require.regions),
            clusters: list(name, &require.clusters),
            seal: seal
                .filter(|rule| rule.at_least > 0)
                .map(|rule| ask(name, rule.at_least)),
            objectives: seal.map_or_else(BTreeMap::new, |rule| {
                let levels = rule
                    .objectives
                    .iter()
                    .map(|l| (l.objective, ask(name, l.at_least)));
                levels.filter(|(_, ask)| ask.wanted > 0).collect()
            }),
        }
    }

    fn and(mut self, other: Self) -> Self {
        self.categories.extend(other.categories);
        self.jurisdictions.extend(other.jurisdictions);
        self.regions.extend(other.regions);
        self.clusters.extend(other.clusters);
        self.seal = highest(self.seal, other.seal);
        for (objective, ask) in other.objectives {
            let mine = self.objectives.remove(&objective);
            self.objectives
                .extend(highest(mine, Some(ask)).map(|ask| (objective, ask)));
        }
        self
    }

    /// Whether anything is asked that follows from owners, operators and key holders: then unclear facts refuse.
    pub(crate) fn ask_for_autonomy(&self) -> bool {
        !self.jurisdictions.is_empty() || self.seal.is_some() || !self.objectives.is_empty()
    }
}

impl Merged {
    /// One policy by itself.
    pub fn of(name: &str, policy: &PlacementPolicySpec) -> Self {
        let (migration, failover) = (policy.migration, policy.failover);
        Self {
            policies: BTreeSet::from([name.to_owned()]),
            requirements: Requirements::of(name, policy),
            weights: policy.prefer.core_values,
            migration: migration.map(|rule| ask(name, rule.mode)),
            rollback_window: migration.map(|rule| rule.rollback_window.unwrap_or(ROLLBACK_WINDOW)),
            lead_time: migration.map(|rule| rule.lead_time.unwrap_or(LEAD_TIME)),
            failover: failover.map(|rule| ask(name, rule.mode)),
            failover_after: failover.map(|rule| rule.after.unwrap_or(FAILOVER_AFTER)),
            rto: policy.objectives.rto,
            rpo: policy.objectives.rpo,
        }
    }

    /// Both together: the stricter of each rule. Of two that are equally strict the first by name is the one that
    /// asks.
    pub fn and(mut self, other: Self) -> Self {
        self.policies.extend(other.policies);
        Self {
            policies: self.policies,
            requirements: self.requirements.and(other.requirements),
            weights: heaviest(self.weights, other.weights),
            migration: highest(self.migration, other.migration),
            rollback_window: self.rollback_window.max(other.rollback_window),
            lead_time: self.lead_time.max(other.lead_time),
            failover: highest(self.failover, other.failover),
            failover_after: self.failover_after.max(other.failover_after),
            rto: shortest(self.rto, other.rto),
            rpo: shortest(self.rpo, other.rpo),
        }
    }
}

impl From<Merged> for Effective {
    /// Where no policy says anything, a person starts what is to be started.
    fn from(merged: Merged) -> Self {
        let mode = |ask: &Option<Ask<Trigger>>| ask.as_ref().map_or(Trigger::Manual, |ask| ask.wanted);
        let by = |ask: Option<Ask<Trigger>>| {
            ask.filter(|ask| ask.wanted == Trigger::Manual)
                .map(|ask| ask.policy)
        };
        Self {
            rules: Rules {
                policies: merged.policies.into_iter().collect(),
                migration: mode(&merged.migration),
                migration_by: by(merged.migration),
                rollback_window: merged.rollback_window.unwrap_or(ROLLBACK_WINDOW),
                lead_time: merged.lead_time.unwrap_or(Span::seconds(0)),
                failover: mode(&merged.failover),
                failover_by: by(merged.failover),
                failover_after: merged.failover_after.unwrap_or(FAILOVER_AFTER),
                rto: merged.rto,
                rpo: merged.rpo,
            },
            requirements: merged.requirements,
            weights: merged.weights,
        }
    }
}

fn ask<T>(policy: &str, wanted: T) -> Ask<T> {
    Ask {
        policy: policy.to_owned(),
        wanted,
    }
}

/// A list that is empty asks nothing.
fn list<T: Clone + Ord>(policy: &str, wanted: &[T]) -> BTreeSet<Ask<Vec<T>>> {
    let asks = (!wanted.is_empty()).then(|| ask(policy, wanted.to_vec()));
    asks.into_iter().collect()
}

fn highest<T: Ord>(a: Option<Ask<T>>, b: Option<Ask<T>>) -> Option<Ask<T>> {
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

fn shortest(a: Option<Span>, b: Option<Span>) -> Option<Span> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (one, None) | (None, one) => one,
    }
}

/// A value that any policy holds dear is held dear.
fn heaviest(a: Weights, b: Weights) -> Weights {
    Weights {
        autonomy: a.autonomy.max(b.autonomy),
        quality: a.quality.max(b.quality),
        cost: a.cost.max(b.cost),
        security: a.security.max(b.security),
        innovation: a.innovation.max(b.innovation),
        sustainability: a.sustainability.max(b.sustainability),
        transparency: a.transparency.max(b.transparency),
    }
}

#[cfg(test)]
mod tests;
