//! Whether a cluster is allowed by each policy that chooses a workload, one policy at a time, never merged.
//!
//! Invariant: knows nothing of `merge` and `filter`.
use std::collections::BTreeMap;

use havenmeester_api::policy::{PlacementPolicySpec, Trigger};
use havenmeester_api::{Date, Span};

use crate::autonomy::{Autonomy, Facts, HORIZON_DAYS, Timeline, eea};
use crate::fleet::ClusterView;
use crate::request::{Request, WorkloadView};

/// What follows from the facts of each cluster.
pub(super) struct Laws<'a> {
    request: &'a Request,
    today: BTreeMap<&'a str, Autonomy>,
    /// The same on each later day on which a dated fact begins or is over.
    later: Vec<(Date, BTreeMap<&'a str, Autonomy>)>,
}

impl<'a> Laws<'a> {
    pub(super) fn of(request: &'a Request) -> Self {
        let fleet = &request.fleet;
        let today = Date::of(request.now);
        let timeline = Timeline::of_moves(
            &fleet.providers,
            &fleet.standard,
            today,
            today.plus_days(HORIZON_DAYS),
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
        }
    }

    /// The rules by which a workload may not stand on a cluster today.
    pub(super) fn forbid(&self, workload: &WorkloadView, cluster: &str) -> Vec<&'static str> {
        let (Some(view), Some(autonomy)) =
            (self.request.fleet.clusters.get(cluster), self.today.get(cluster))
        else {
            return Vec::new();
        };
        let Some(provider) = self.request.fleet.providers.get(&view.provider) else {
            return vec![UNKNOWN_PROVIDER];
        };
        let mut rules = Vec::new();
        for policy in policies(self.request, workload) {
            let category = provider.category;
            let wanted = &policy.require.categories;
            if !wanted.is_empty() && category.is_none_or(|category| !wanted.contains(&category)) {
                rules.push("categories");
            }
            rules.extend(sovereignty(policy, autonomy, autonomy));
            rules.extend(names(policy, cluster, view));
        }
        rules
    }

    /// The rules by which a dated fact will forbid it within the longest lead time of its policies.
    pub(super) fn forbid_soon(&self, workload: &WorkloadView, cluster: &str) -> Vec<&'static str> {
        let lead = |policy: &PlacementPolicySpec| policy.migration.map(|m| m.lead_time.unwrap_or(LEAD));
        let lead = policies(self.request, workload).filter_map(lead).max();
        let known = self.request.fleet.clusters.get(cluster);
        let known = known.is_some_and(|view| self.request.fleet.providers.contains_key(&view.provider));
        let (Some(lead), Some(today), true) = (lead, self.today.get(cluster), known) else {
            return Vec::new();
        };
        let days = (lead.as_seconds().div_ceil(24 * 60 * 60)).min(HORIZON_DAYS.unsigned_abs());
        let now = Date::of(self.request.now);
        let soon = self
            .later
            .iter()
            .filter(|(day, _)| now.days_until(*day).unsigned_abs() <= days)
            .filter_map(|(_, then)| then.get(cluster));
        let mut rules = Vec::new();
        for then in soon {
            for policy in policies(self.request, workload) {
                rules.extend(sovereignty(policy, then, today));
            }
        }
        rules
    }
}

/// How long before a dated change a workload leaves when a policy on moves does not say how long.
const LEAD: Span = Span::hours(720);
/// The provider has no object.
pub(super) const UNKNOWN_PROVIDER: &str = "provider";
/// The facts about owners are unclear.
pub(super) const UNCLEAR: &str = "unclear";

/// `shown`: the levels are those of today whatever the day.
fn sovereignty(policy: &PlacementPolicySpec, autonomy: &Autonomy, shown: &Autonomy) -> Vec<&'static str> {
    let mut rules = Vec::new();
    let require = &policy.require;
    if let Some(rule) = &require.jurisdictions
        && !rule.only.is_empty()
    {
        if autonomy
            .jurisdictions
            .iter()
            .any(|law| autonomy.adverse.contains_key(&law.country) || !eea::names(&rule.only, &law.country))
        {
            rules.push("jurisdictions");
        }
        rules.extend(autonomy.unclear.is_some().then_some(UNCLEAR));
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
            rules.push("seal");
        }
        rules.extend((asks && autonomy.unclear.is_some()).then_some(UNCLEAR));
    }
    rules
}

fn names(policy: &PlacementPolicySpec, cluster: &str, view: &ClusterView) -> Vec<&'static str> {
    let missed = |list: &[String], name: &str| !list.is_empty() && !list.iter().any(|one| one == name);
    let mut rules = Vec::new();
    rules.extend(missed(&policy.require.regions, &view.region).then_some("regions"));
    rules.extend(missed(&policy.require.clusters, cluster).then_some("clusters"));
    rules
}

/// The policies that choose a workload.
pub(super) fn policies<'a>(
    request: &'a Request,
    workload: &WorkloadView,
) -> impl Iterator<Item = &'a PlacementPolicySpec> {
    request.policies.values().filter(|policy| {
        let namespace = &workload.target.namespace;
        policy
            .workloads
            .matches(workload.criticality, workload.sensitivity, namespace)
    })
}

/// Whether, of all modes that are stated, there is one and none is Manual.
pub(super) fn automatic(modes: impl Iterator<Item = Trigger>) -> bool {
    let mut modes = modes.peekable();
    modes.peek().is_some() && modes.all(|mode| mode == Trigger::Automatic)
}
