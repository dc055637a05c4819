//! All policies that match a workload, made into one: the strictest wins, rule by rule.
//!
//! Not here: whether a cluster meets what is asked (`filter`).
//! Invariant: merging is commutative, associative and idempotent, and never loosens anything; so one policy can
//! add to another and never take away. Each requirement remembers who asked.
use std::collections::BTreeSet;

use havenmeester_api::policy::{PlacementPolicySpec, Trigger, Weights};
use havenmeester_api::{Date, Span};

use crate::asked::{Ask, Requirements, ask, highest};
use crate::bound::bounds;
use crate::decision::Rules;
use crate::exempt::{Held, Waiver, Waivers, rules_of};
use crate::request::{Request, WorkloadId, WorkloadView};

/// How long a stopped source is kept when a policy moves workloads and does not say how long.
pub const ROLLBACK_WINDOW: Span = Span::hours(24);
/// How long a cluster must be lost when a policy fails workloads over and does not say how long.
pub const FAILOVER_AFTER: Span = Span::seconds(30);

/// How long before a dated change workloads leave when a policy does not say how long: 30 days, as a move with its
/// dry run, its approval and its window takes weeks, and a plan for longer is often overtaken.
pub const LEAD_TIME: Span = Span::hours(30 * 24);
/// The longest lead time that counts, in days: a year and a day.
pub(crate) const LONGEST_LEAD: i64 = 366;

/// A lead time in whole days, rounded up.
pub(crate) fn lead_days(lead: Span) -> i64 {
    const DAY: u64 = 24 * 60 * 60;
    i64::try_from(lead.as_seconds().div_ceil(DAY))
        .unwrap_or(LONGEST_LEAD)
        .min(LONGEST_LEAD)
}

/// One or more policies.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Merged {
    policies: BTreeSet<String>,
    waivers: BTreeSet<Waiver>,
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

/// What holds for a workload at the moment of a request: all policies that choose it, the strictest of each rule,
/// without the rules from which it is exempt today.
pub fn effective(request: &Request, id: &WorkloadId, workload: &WorkloadView) -> Effective {
    let (waivers, today) = (Waivers::of(request), Date::of(request.now));
    effective_with(request, workload, waivers.of_workload(id), today)
}

/// The same on a day, when its waivers are known, of whatever days.
pub(crate) fn effective_with(
    request: &Request,
    workload: &WorkloadView,
    waivers: Option<&BTreeSet<Held<'_>>>,
    day: Date,
) -> Effective {
    let mut effective = by_policies(request, workload, waivers, day);
    effective.requirements.bounds = bounds(request, workload);
    effective
}

/// The same but for how near it must stand to data: what the policies say.
pub(crate) fn by_policies(
    request: &Request,
    workload: &WorkloadView,
    waivers: Option<&BTreeSet<Held<'_>>>,
    day: Date,
) -> Effective {
    let waivers = waivers.into_iter().flatten().filter(|held| held.holds(day));
    let waivers: BTreeSet<Held<'_>> = waivers.copied().collect();
    let merged = request
        .policies
        .iter()
        .filter(|(_, policy)| chooses(policy, workload))
        .fold(Merged::default(), |merged, (name, policy)| {
            merged.and(Merged::without(name, policy, &waivers))
        });
    Effective::from(merged)
}

/// What some policies ask together, whoever is exempt.
pub(crate) fn requirements(request: &Request, names: &[&str]) -> Requirements {
    let policies = names
        .iter()
        .filter_map(|name| request.policies.get_key_value(*name));
    policies.fold(Requirements::default(), |all, (name, policy)| {
        all.and(Requirements::of(name, policy, &BTreeSet::new()))
    })
}

/// Whether a policy applies to a workload.
pub(crate) fn chooses(policy: &PlacementPolicySpec, workload: &WorkloadView) -> bool {
    let WorkloadView {
        criticality,
        sensitivity,
        target,
        layer,
        ..
    } = workload;
    policy
        .workloads
        .matches(*criticality, *sensitivity, &target.namespace, *layer)
}

impl Merged {
    /// One policy by itself.
    pub fn of(name: &str, policy: &PlacementPolicySpec) -> Self {
        Self::without(name, policy, &BTreeSet::new())
    }

    /// One policy by itself, without the rules from which somebody is exempt.
    fn without(name: &str, policy: &PlacementPolicySpec, waivers: &BTreeSet<Held<'_>>) -> Self {
        let of_it = waivers.iter().filter(|held| held.policy == name);
        let (migration, failover) = (policy.migration, policy.failover);
        Self {
            policies: BTreeSet::from([name.to_owned()]),
            requirements: Requirements::of(name, policy, &rules_of(waivers, name)),
            waivers: of_it.map(Held::told).collect(),
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
        self.waivers.extend(other.waivers);
        Self {
            policies: self.policies,
            waivers: self.waivers,
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
            ask.filter(|ask| ask.wanted != Trigger::Automatic)
                .map(|ask| ask.policy)
        };
        Self {
            rules: Rules {
                policies: merged.policies.into_iter().collect(),
                waivers: merged.waivers.into_iter().collect(),
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
pub(crate) mod tests;
