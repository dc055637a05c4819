//! Over which less autonomous places a workload may go to an autonomous one, and until when.
//!
//! Not here: whether somebody agreed to it (`approval`).
//! Invariant: a route loosens only what its own policy has against a place, only as far as that is about autonomy, and
//! only until the last day of the step. One that does not end on an autonomous place that is allowed loosens nothing.
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use havenmeester_api::Date;
use havenmeester_api::require::CoreValue;
use havenmeester_api::route::{LONGEST_DAYS, Route};

use crate::asked::Outlook;
use crate::bound::{self, Bound};
use crate::decision::Refusal;
use crate::filter;
use crate::gap::Gap;
use crate::place::Place;
use crate::problems::Wrong;
use crate::request::Request;

/// A route of a policy, for workloads of which it can be used.
#[derive(Clone)]
pub(crate) struct Lane {
    policy: String,
    route: Arc<Route>,
}

/// A place that is a step of a route today.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Passing {
    /// The policy that forbids the place.
    pub(crate) policy: String,
    /// Its route over it.
    pub(crate) route: Arc<Route>,
    /// What it has against the place.
    pub(crate) lowers: Vec<Refusal>,
    /// The last day.
    pub(crate) until: Date,
}

/// The routes of some policies that can be used by workloads of which so much is asked.
pub(crate) fn lanes(
    request: &Request,
    policies: &[String],
    outlook: Outlook<'_>,
    places: &[Place<'_>],
) -> Vec<Lane> {
    let today = Date::of(request.now);
    let of = |name: &String| {
        let policy = request.policies.get(name);
        let routes = policy.into_iter().flat_map(|policy| &policy.routes);
        routes
            .filter(|route| invalid(route, outlook, places, today).is_none())
            .map(|route| Lane {
                policy: name.clone(),
                route: Arc::new(route.clone()),
            })
            .collect::<Vec<_>>()
    };
    policies.iter().flat_map(of).collect()
}

/// Those of them that end near enough to data.
pub(crate) fn within(lanes: &[Lane], bounds: &BTreeSet<Bound>, places: &[Place<'_>]) -> Vec<Lane> {
    let near = |lane: &&Lane| {
        let end = places.iter().find(|place| place.name == lane.route.end);
        end.is_some_and(|end| bound::refusals(bounds, end).next().is_none())
    };
    lanes.iter().filter(near).cloned().collect()
}

/// Over a place that is refused: a route for each policy that refuses it; empty when one has none, or when anything is
/// refused that no route can lift.
pub(crate) fn over(lanes: &[Lane], place: &Place<'_>, refusals: &[Refusal]) -> Vec<Passing> {
    let mut by_policy: BTreeMap<&str, Vec<Refusal>> = BTreeMap::new();
    if lanes.is_empty() {
        return Vec::new();
    }
    for refusal in refusals {
        let Some(policy) = of_autonomy(refusal) else {
            return Vec::new();
        };
        by_policy.entry(policy).or_default().push(refusal.clone());
    }
    let mut passings = Vec::new();
    for (policy, lowers) in by_policy {
        let steps = lanes
            .iter()
            .filter(|lane| lane.policy == policy)
            .filter_map(|lane| Some((until(&lane.route, place)?, &lane.route)));
        // Of several the one that lasts longest, then the first by name.
        let best = steps.max_by(|(a, one), (b, other)| a.cmp(b).then_with(|| other.name.cmp(&one.name)));
        let Some((until, route)) = best else {
            return Vec::new();
        };
        passings.push(Passing {
            policy: policy.to_owned(),
            route: Arc::clone(route),
            lowers,
            until,
        });
    }
    passings
}

/// Until when a place is a step of a route; `None` when it is not, or not any more.
fn until(route: &Route, place: &Place<'_>) -> Option<Date> {
    let step = route.steps.iter().find(|step| step.cluster == place.name)?;
    (place.today <= step.until).then_some(step.until)
}

/// Whose rule on autonomy refuses; `None` for what no route can lift: what is not known, and what is not about autonomy.
fn of_autonomy(refusal: &Refusal) -> Option<&str> {
    match refusal {
        Refusal::Category { policy, .. }
        | Refusal::Jurisdiction { policy, .. }
        | Refusal::JurisdictionDenied { policy, .. }
        | Refusal::Adverse { policy, .. }
        | Refusal::Seal { policy, .. }
        | Refusal::ObjectiveSeal { policy, .. }
        | Refusal::Lacks {
            policy,
            gap: Gap::CoreValue {
                value: CoreValue::Autonomy,
                ..
            },
        } => Some(policy),
        Refusal::Announced { refusal, .. } => of_autonomy(refusal),
        Refusal::Lacks { .. }
        | Refusal::NotReachable
        | Refusal::Barred { .. }
        | Refusal::UnknownProvider { .. }
        | Refusal::AwayFromData { .. }
        | Refusal::SlowToData { .. }
        | Refusal::OwnershipUnclear { .. }
        | Refusal::Region { .. }
        | Refusal::NotNamed { .. }
        | Refusal::NamespaceOutOfReach { .. }
        | Refusal::Capacity { .. }
        | Refusal::CapacityUnknown { .. } => None,
    }
}

/// Why a route cannot be used by workloads of which so much is asked: the field within it, and what would be right.
pub(crate) fn invalid(
    route: &Route,
    outlook: Outlook<'_>,
    places: &[Place<'_>],
    today: Date,
) -> Option<(&'static str, Wrong)> {
    let Some(end) = places.iter().find(|place| place.name == route.end) else {
        let name = route.end.clone();
        return Some(("end", Wrong::NoCluster { name }));
    };
    let name = || end.name.to_owned();
    if let Some(refusal) = filter::by_rules_and_dates(outlook, end).into_iter().next() {
        return Some(("end", Wrong::EndForbidden { end: name(), refusal }));
    }
    if !end.autonomy.is_autonomous() {
        let laws = end.autonomy.summary();
        return Some(("end", Wrong::EndNotAutonomous { end: name(), laws }));
    }
    let latest = today.plus_days(LONGEST_DAYS);
    if let Some(step) = route.steps.iter().find(|step| step.until > latest) {
        let (cluster, until) = (step.cluster.clone(), step.until);
        return Some(("steps", Wrong::StepTooLong { cluster, until }));
    }
    let unknown = route
        .steps
        .iter()
        .find(|step| !places.iter().any(|place| place.name == step.cluster));
    if let Some(step) = unknown {
        let name = step.cluster.clone();
        return Some(("steps", Wrong::NoCluster { name }));
    }
    if route.steps.is_empty() || route.steps.iter().any(|step| step.cluster == route.end) {
        return Some(("steps", Wrong::NoSteps));
    }
    None
}

#[cfg(test)]
mod tests;
