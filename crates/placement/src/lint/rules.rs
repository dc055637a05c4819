//! Whether a cluster is allowed by each policy that chooses a workload, one policy at a time, never merged.
//!
//! Invariant: knows nothing of `merge` and `filter`.
use std::collections::{BTreeMap, BTreeSet, HashMap};

use havenmeester_api::exemption::{ExemptionSpec, LONGEST_DAYS};
use havenmeester_api::policy::{PlacementPolicySpec, Trigger};
use havenmeester_api::require::Rule;
use havenmeester_api::workload::CopyState;
use havenmeester_api::{Date, Span};

use crate::autonomy::{Autonomy, Facts, HORIZON_DAYS, Timeline, eea};
use crate::fact::Fact;
use crate::fleet::ClusterView;
use crate::request::{Request, WorkloadId, WorkloadView};

use super::{near, traits};

/// By namespace and name.
type Exempting<'a> = HashMap<&'a str, HashMap<&'a str, Vec<&'a ExemptionSpec>>>;

/// What follows from the facts of each cluster.
pub(super) struct Laws<'a> {
    pub(super) request: &'a Request,
    pub(super) today: BTreeMap<&'a str, Autonomy>,
    /// The same on each later day on which a dated fact begins or is over.
    later: Vec<(Date, BTreeMap<&'a str, Autonomy>)>,
    /// The exemptions that name each workload, by namespace and name.
    exempting: Exempting<'a>,
    /// On how many clusters each namespace may be active.
    active: HashMap<&'a str, usize>,
}

impl<'a> Laws<'a> {
    pub(super) fn of(request: &'a Request) -> Self {
        let fleet = &request.fleet;
        let today = Date::of(request.now);
        let timeline = Timeline::of_moves(
            &fleet.providers,
            &fleet.standard,
            today,
            today.plus_days(furthest(request)),
        );
        let on = |facts: &Facts<'_>| {
            let clusters = fleet.clusters.iter();
            clusters
                .map(|(name, c)| (name.as_str(), facts.of_cluster(c)))
                .collect()
        };
        Self {
            request,
            today: on(timeline.today()),
            later: timeline
                .later()
                .iter()
                .map(|facts| (facts.day(), on(facts)))
                .collect(),
            exempting: exempting(request),
            active: active(request),
        }
    }

    /// On how many clusters a namespace may be active.
    pub(super) fn active_on(&self, namespace: &str) -> usize {
        self.active.get(namespace).copied().unwrap_or(0)
    }

    /// The exemptions that name a workload.
    fn exempting(&self, id: &WorkloadId) -> &[&'a ExemptionSpec] {
        let of_namespace = self.exempting.get(id.namespace.as_str());
        let theirs = of_namespace.and_then(|by_name| by_name.get(id.name.as_str()));
        theirs.map_or(&[], Vec::as_slice)
    }

    /// The rules by which a workload may not stand on a cluster today.
    pub(super) fn forbid(&self, id: &WorkloadId, cluster: &str) -> Vec<&'static str> {
        self.breaches(id, cluster)
            .iter()
            .map(|breach| breach.told)
            .collect()
    }

    /// The rules by which a dated fact, or the end of an exemption, will forbid it within the longest lead time of its
    /// policies.
    pub(super) fn forbid_soon(&self, id: &WorkloadId, cluster: &str) -> Vec<&'static str> {
        self.breaches_soon(id, cluster)
            .iter()
            .map(|breach| breach.told)
            .collect()
    }

    /// Whether no law from outside the EEA reaches a cluster.
    pub(super) fn is_autonomous(&self, cluster: &str) -> bool {
        self.today.get(cluster).is_some_and(Autonomy::is_autonomous)
    }

    /// The same with whose rule it is.
    pub(super) fn breaches(&self, id: &WorkloadId, cluster: &str) -> Vec<Breach<'a>> {
        let then = self.today.get(cluster);
        then.map_or_else(Vec::new, |then| self.breaches_on(id, cluster, self.day(), then))
    }

    fn day(&self) -> Date {
        Date::of(self.request.now)
    }

    /// On a day, with what dated facts make of the cluster then. What was seen and judged of it is as it is today.
    fn breaches_on(&self, id: &WorkloadId, cluster: &str, day: Date, then: &Autonomy) -> Vec<Breach<'a>> {
        let (Some(view), Some(workload), Some(today)) = (
            self.request.fleet.clusters.get(cluster),
            self.request.workloads.get(id),
            self.today.get(cluster),
        ) else {
            return Vec::new();
        };
        let provider = self.request.fleet.providers.get(&view.provider);
        let unknown = provider.is_none().then(|| Breach::of_nobody(UNKNOWN_PROVIDER));
        let mut rules: Vec<Breach<'_>> = unknown.into_iter().collect();
        for (name, policy) in policies(self.request, workload) {
            let mut broken = Vec::new();
            if let Some(provider) = provider {
                let category = provider.category;
                let wanted = &policy.require.categories;
                if !wanted.is_empty() && category.is_none_or(|category| !wanted.contains(&category)) {
                    broken.push(Broken(Rule::Categories, "categories"));
                }
                broken.extend(sovereignty(policy, then, today));
                broken.extend(traits::floors(&policy.require, provider, today));
            }
            broken.extend(names(policy, cluster, view));
            broken.extend(traits::broken(&policy.require, view, day));
            rules.extend(self.holding(id, name, broken, day));
        }
        let far = near::broken(self.request, workload, cluster);
        rules.extend(far.into_iter().map(Breach::of_nobody));
        rules
    }

    /// The same with whose rule it is, from a later day on: a dated fact begins, or an exemption is over.
    pub(super) fn breaches_soon(&self, id: &WorkloadId, cluster: &str) -> Vec<Breach<'a>> {
        let Some(workload) = self.request.workloads.get(id) else {
            return Vec::new();
        };
        let lead = |policy: &PlacementPolicySpec| policy.migration.map(|m| m.lead_time.unwrap_or(LEAD));
        let lead = policies(self.request, workload)
            .filter_map(|(_, p)| lead(p))
            .max();
        let known = self.request.fleet.clusters.get(cluster);
        let known = known.is_some_and(|view| self.request.fleet.providers.contains_key(&view.provider));
        let (Some(lead), Some(today), true) = (lead, self.today.get(cluster), known) else {
            return Vec::new();
        };
        let days = (lead.as_seconds().div_ceil(24 * 60 * 60)).min(HORIZON_DAYS.unsigned_abs());
        let now = self.day();
        let mut turning: BTreeSet<Date> = self.later.iter().map(|(day, _)| *day).collect();
        for spec in self.exempting(id) {
            turning.extend([
                spec.since,
                spec.until.plus_days(1),
                spec.until.plus_days(-LONGEST_DAYS),
            ]);
        }
        turning.retain(|day| now < *day && now.days_until(*day).unsigned_abs() <= days);
        let on = |day: Date| {
            let begun = self.later.iter().filter(|(begins, _)| *begins <= day);
            let then = begun.filter_map(|(_, then)| then.get(cluster)).next_back();
            self.breaches_on(id, cluster, day, then.unwrap_or(today))
        };
        turning.into_iter().flat_map(on).collect()
    }

    /// Those of the broken rules from which the workload is not exempt on a day.
    fn holding(&self, id: &WorkloadId, policy: &'a str, broken: Vec<Broken>, day: Date) -> Vec<Breach<'a>> {
        let holding = broken
            .into_iter()
            .filter(|Broken(rule, _)| !self.exempt_on(id, policy, *rule, day));
        holding
            .map(|Broken(rule, told)| Breach {
                policy: Some(policy),
                rule: Some(rule),
                told,
            })
            .collect()
    }

    /// Whether a workload is exempt from a rule of a policy today.
    pub(super) fn exempt(&self, id: &WorkloadId, policy: &str, rule: Rule) -> bool {
        self.exempt_on(id, policy, rule, self.day())
    }

    fn exempt_on(&self, id: &WorkloadId, policy: &str, rule: Rule, day: Date) -> bool {
        self.exempting(id).iter().any(|spec| {
            spec.policy == policy
                && spec.rule == rule
                && spec.since <= day
                && day <= spec.until
                && spec.since.days_until(spec.until) <= LONGEST_DAYS
                && day.days_until(spec.until) <= LONGEST_DAYS
                && spec.weighing.len() == 7
                && !spec.owner.trim().is_empty()
                && !spec.approver.trim().is_empty()
                && spec.owner != spec.approver
        })
    }
}

/// The exemptions, in force or not, by whom they name.
fn exempting(request: &Request) -> Exempting<'_> {
    let mut by = Exempting::new();
    for (exemption, spec) in &request.exemptions {
        for name in &spec.workloads {
            let of_namespace = by.entry(&exemption.namespace).or_default();
            of_namespace.entry(name).or_default().push(spec);
        }
    }
    by
}

/// Of a lost cluster, and of one of which nothing was seen, nothing is known.
fn active(request: &Request) -> HashMap<&str, usize> {
    let mut active: HashMap<&str, usize> = HashMap::new();
    for view in request.fleet.clusters.values() {
        let (false, Fact::Known { value, .. }) = (view.contact.is_lost(), &view.copies) else {
            continue;
        };
        for (namespace, _) in value.iter().filter(|(_, copy)| copy.state == CopyState::Active) {
            *active.entry(namespace).or_default() += 1;
        }
    }
    active
}

/// A rule that is broken, and whose it is.
pub(super) struct Breach<'a> {
    /// `None`: it holds without a policy.
    pub(super) policy: Option<&'a str>,
    pub(super) rule: Option<Rule>,
    pub(super) told: &'static str,
}

impl Breach<'_> {
    fn of_nobody(told: &'static str) -> Self {
        Self {
            policy: None,
            rule: None,
            told,
        }
    }
}

/// A rule that is broken, and how it is told.
pub(super) struct Broken(pub(super) Rule, pub(super) &'static str);

/// How many days ahead any policy looks.
fn furthest(request: &Request) -> i64 {
    let moves = request.policies.values().filter_map(|policy| policy.migration);
    let leads = moves.map(|rule| rule.lead_time.unwrap_or(LEAD).as_seconds().div_ceil(24 * 60 * 60));
    let most = leads.max().unwrap_or(0);
    i64::try_from(most).unwrap_or(HORIZON_DAYS).min(HORIZON_DAYS)
}

/// How long before a dated change a workload leaves when a policy on moves does not say how long.
const LEAD: Span = Span::hours(720);
/// The provider has no object.
pub(super) const UNKNOWN_PROVIDER: &str = "provider";
/// The facts about owners are unclear.
pub(super) const UNCLEAR: &str = "unclear";

/// `shown`: the levels are those of today whatever the day.
fn sovereignty(policy: &PlacementPolicySpec, autonomy: &Autonomy, shown: &Autonomy) -> Vec<Broken> {
    let mut rules = Vec::new();
    let require = &policy.require;
    if let Some(rule) = &require.jurisdictions
        && !(rule.only.is_empty() && rule.denied.is_empty())
    {
        let forbidden = |country: &str| {
            let only = !rule.only.is_empty();
            (only && (autonomy.adverse.contains_key(country) || !eea::names(&rule.only, country)))
                || eea::names(&rule.denied, country)
        };
        if autonomy.jurisdictions.iter().any(|law| forbidden(&law.country)) {
            rules.push(Broken(Rule::Jurisdictions, "jurisdictions"));
        }
        let unclear = autonomy.unclear.is_some();
        rules.extend(unclear.then_some(Broken(Rule::Jurisdictions, UNCLEAR)));
    }
    if let Some(seal) = &require.seal {
        let low = |o: &havenmeester_api::policy::ObjectiveLevel| {
            shown
                .objectives
                .get(&o.objective)
                .is_none_or(|level| *level < o.at_least)
        };
        let asks = seal.at_least > 0 || seal.objectives.iter().any(|o| o.at_least > 0);
        if shown.seal < seal.at_least || seal.objectives.iter().any(low) {
            rules.push(Broken(Rule::Seal, "seal"));
        }
        rules.extend((asks && autonomy.unclear.is_some()).then_some(Broken(Rule::Seal, UNCLEAR)));
    }
    rules
}

fn names(policy: &PlacementPolicySpec, cluster: &str, view: &ClusterView) -> Vec<Broken> {
    let missed = |list: &[String], name: &str| !list.is_empty() && !list.iter().any(|one| one == name);
    let require = &policy.require;
    let mut rules = Vec::new();
    rules.extend(missed(&require.regions, &view.region).then_some(Broken(Rule::Regions, "regions")));
    rules.extend(missed(&require.clusters, cluster).then_some(Broken(Rule::Clusters, "clusters")));
    rules
}

/// The policies that choose a workload.
pub(super) fn policies<'a>(
    request: &'a Request,
    workload: &WorkloadView,
) -> impl Iterator<Item = (&'a String, &'a PlacementPolicySpec)> {
    request.policies.iter().filter(|(_, policy)| {
        let namespace = &workload.target.namespace;
        policy.workloads.matches(
            workload.criticality,
            workload.sensitivity,
            namespace,
            workload.layer,
        )
    })
}

/// Whether, of all modes that are stated, there is one and none is Manual.
pub(super) fn automatic(modes: impl Iterator<Item = Trigger>) -> bool {
    let mut modes = modes.peekable();
    modes.peek().is_some() && modes.all(|mode| mode != Trigger::Manual)
}

/// Whether a policy that chooses it has somebody approve of such a move.
pub(super) fn asks_for_a_yes(request: &Request, workload: &WorkloadView, lost: bool) -> bool {
    policies(request, workload).any(|(_, policy)| {
        let mode = if lost {
            policy.failover.map(|rule| rule.mode)
        } else {
            policy.migration.map(|rule| rule.mode)
        };
        mode == Some(Trigger::Approval)
    })
}
