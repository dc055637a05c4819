//! Whether a cluster is allowed by each policy that chooses a workload, one policy at a time, never merged.
//!
//! Invariant: knows nothing of `merge` and `filter`.
use std::collections::BTreeMap;

use havenmeester_api::Date;
use havenmeester_api::policy::{PlacementPolicySpec, Trigger};

use crate::autonomy::{Autonomy, eea, of_cluster};
use crate::fleet::ClusterView;
use crate::request::{Request, WorkloadView};

/// What follows from the facts of each cluster.
pub(super) struct Laws<'a> {
    request: &'a Request,
    autonomy: BTreeMap<&'a str, Autonomy>,
}

impl<'a> Laws<'a> {
    pub(super) fn of(request: &'a Request) -> Self {
        let today = Date::of(request.now);
        let facts = |cluster| of_cluster(cluster, &request.fleet.providers, today);
        let clusters = request.fleet.clusters.iter();
        Self {
            request,
            autonomy: clusters.map(|(name, c)| (name.as_str(), facts(c))).collect(),
        }
    }

    /// The rules by which a workload may not stand on a cluster.
    pub(super) fn forbid(&self, workload: &WorkloadView, cluster: &str) -> Vec<&'static str> {
        let (Some(view), Some(autonomy)) = (
            self.request.fleet.clusters.get(cluster),
            self.autonomy.get(cluster),
        ) else {
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
            rules.extend(sovereignty(policy, autonomy));
            rules.extend(names(policy, cluster, view));
        }
        rules
    }
}

/// The provider has no object.
pub(super) const UNKNOWN_PROVIDER: &str = "provider";
/// The facts about owners are unclear.
pub(super) const UNCLEAR: &str = "unclear";

fn sovereignty(policy: &PlacementPolicySpec, autonomy: &Autonomy) -> Vec<&'static str> {
    let mut rules = Vec::new();
    let require = &policy.require;
    if let Some(rule) = &require.jurisdictions
        && !rule.only.is_empty()
    {
        if autonomy
            .jurisdictions
            .iter()
            .any(|law| !eea::names(&rule.only, &law.country))
        {
            rules.push("jurisdictions");
        }
        rules.extend(autonomy.unclear.is_some().then_some(UNCLEAR));
    }
    if let Some(seal) = &require.seal {
        let low = |o: &havenmeester_api::policy::ObjectiveLevel| {
            autonomy
                .objectives
                .get(&o.objective)
                .is_none_or(|level| *level < o.at_least)
        };
        let asks = seal.at_least > 0 || seal.objectives.iter().any(|o| o.at_least > 0);
        if autonomy.seal < seal.at_least || seal.objectives.iter().any(low) {
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
