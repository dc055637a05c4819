//! Whether a workload may be sent to a place that lowers autonomy: over a route, and with somebody's yes.
//!
//! Invariant: knows nothing of `route`; of `approval` only what the hash of a plan is.
use havenmeester_api::Date;
use havenmeester_api::policy::PlacementPolicySpec;
use havenmeester_api::provider::Category;
use havenmeester_api::require::Rule;
use havenmeester_api::route::LONGEST_DAYS;

use crate::approval::{Asked, Ground};
use crate::decision::Decision;
use crate::request::{Request, WorkloadId, WorkloadView};

use super::Fault;
use super::rules::{Breach, Laws, UNCLEAR, asks_for_a_yes};

/// The policies' breaches of a place, today and (unless the home is lost) announced, that no route lifts.
pub(super) fn unlifted<'a>(laws: &Laws<'a>, id: &WorkloadId, cluster: &str, lost: bool) -> Vec<Breach<'a>> {
    let mut breaches = all(laws, id, cluster, lost);
    breaches.retain(|breach| !lifted(laws, id, breach, cluster));
    breaches
}

fn all<'a>(laws: &Laws<'a>, id: &WorkloadId, cluster: &str, lost: bool) -> Vec<Breach<'a>> {
    let mut breaches = laws.breaches(id, cluster);
    if !lost && breaches.is_empty() {
        breaches.extend(laws.breaches_soon(id, cluster));
    }
    breaches
}

/// Whether the policy that is broken has a route over the place, today, to an autonomous end that is allowed.
fn lifted(laws: &Laws<'_>, id: &WorkloadId, breach: &Breach<'_>, cluster: &str) -> bool {
    let about_autonomy = match breach.rule {
        Some(Rule::Categories | Rule::Jurisdictions | Rule::Seal) => breach.told != UNCLEAR,
        Some(Rule::CoreValues) => breach.told == super::traits::AUTONOMY,
        Some(
            Rule::Regions
            | Rule::Clusters
            | Rule::Haven
            | Rule::Components
            | Rule::ZonesAtLeast
            | Rule::Scope
            | Rule::NotEligible
            | Rule::Standby,
        )
        | None => false,
    };
    let policy: Option<&PlacementPolicySpec> = breach.policy.and_then(|name| laws.request.policies.get(name));
    let today = Date::of(laws.request.now);
    about_autonomy
        && policy.is_some_and(|policy| {
            policy.routes.iter().any(|route| {
                let over = |step: &&havenmeester_api::route::RouteStep| step.cluster == cluster;
                let open = route
                    .steps
                    .iter()
                    .find(over)
                    .is_some_and(|step| today <= step.until);
                let known = |name: &String| laws.request.fleet.clusters.contains_key(name);
                open && route.end != cluster
                    && route
                        .steps
                        .iter()
                        .all(|step| known(&step.cluster) && today.days_until(step.until) <= LONGEST_DAYS)
                    && laws.is_autonomous(&route.end)
                    && all(laws, id, &route.end, false).is_empty()
            })
        })
}

/// What is wrong with a move that lowers autonomy and that nobody agreed to.
pub(super) fn agreed(
    laws: &Laws<'_>,
    (id, workload): (&WorkloadId, &WorkloadView),
    decision: &Decision,
    target: &str,
) -> Option<Fault> {
    let request = laws.request;
    let home = workload
        .home
        .as_deref()
        .and_then(|home| request.fleet.clusters.get(home));
    let lost = home.is_some_and(|home| home.contact.is_lost());
    let by_route = all(laws, id, target, lost);
    let hyperscaler = hyperscaler(request, target) && !laws.is_autonomous(target);
    let from = workload
        .home
        .as_deref()
        .is_some_and(|home| laws.is_autonomous(home));
    let lower = !lost && from && !laws.is_autonomous(target);
    let by_policy = asks_for_a_yes(request, workload, lost);
    let needed = !by_route.is_empty() || (hyperscaler && !lost) || lower || by_policy;
    // What no route lifts is told already.
    if !needed || !unlifted(laws, id, target, lost).is_empty() {
        return None;
    }
    let told = |asked: &Asked| {
        let routes = by_route.iter().all(|breach| {
            asked
                .grounds
                .iter()
                .any(|ground| matches!(ground, Ground::Route { policy, .. } if breach.policy == Some(policy)))
        });
        let council = !hyperscaler || asked.inform_council();
        let asked_for = |ground: &Ground| matches!(ground, Ground::Policy { .. });
        let policy = !by_policy || asked.grounds.iter().any(asked_for);
        let same = asked.plan == Asked::new(id, target, asked.grounds.clone()).plan;
        routes && council && policy && same && asked.target == target
    };
    let today = Date::of(request.now);
    let said = decision.approval.as_ref().filter(|asked| told(asked));
    let given = said.is_some_and(|asked| {
        request.approvals.iter().any(|(name, approval)| {
            name.namespace == id.namespace
                && approval.workload == id.name
                && approval.plan == asked.plan
                && approval.since <= today
                && today <= approval.until
        })
    });
    (!given).then(|| Fault::NotApproved {
        cluster: target.to_owned(),
    })
}

fn hyperscaler(request: &Request, cluster: &str) -> bool {
    let view = request.fleet.clusters.get(cluster);
    let provider = view.and_then(|view| request.fleet.providers.get(&view.provider));
    let category = provider.and_then(|provider| provider.category);
    matches!(
        category,
        Some(Category::Hyperscaler | Category::HyperscalerHardened)
    )
}
