//! What is wrong with policies together: a set that no cluster can satisfy, a rule that another makes idle, a policy
//! that chooses nobody, a component that nobody knows.
//!
//! Invariant: only told; a policy that does nothing is no error, and never in the way of a decision.
use std::collections::{BTreeMap, BTreeSet};

use havenmeester_api::policy::PlacementPolicySpec;
use havenmeester_api::require::Rule;
use havenmeester_api::{Date, Span};

use crate::asked::{Outlook, Requirements};
use crate::autonomy::Flaw;
use crate::components;
use crate::filter;
use crate::merge::{LEAD_TIME, chooses, requirements};
use crate::place::Place;
use crate::request::{Request, WorkloadId, WorkloadView};
use crate::route;

use super::shadow::{covers, stricter};
use super::{Example, Object, Problem, Reason, Wrong, problem};

/// How many refusals are told as examples.
const EXAMPLES: usize = 3;

/// Everything, for all policies.
pub(super) fn of_policies(request: &Request, places: &[Place<'_>]) -> Vec<Problem> {
    let mut found = Vec::new();
    for (name, policy) in &request.policies {
        found.extend(alone(request, places, name, policy));
        found.extend(shadowed(request, name, policy));
    }
    found.extend(together(request, places));
    found
}

fn of(name: &str, reason: Reason, field: impl Into<String>, wrong: impl Into<Wrong>) -> Problem {
    Problem {
        reason,
        ..problem(Object::PlacementPolicy(name.to_owned()), field, wrong)
    }
}

fn alone(request: &Request, places: &[Place<'_>], name: &str, policy: &PlacementPolicySpec) -> Vec<Problem> {
    let mut found = Vec::new();
    let chosen = request
        .workloads
        .values()
        .any(|workload| chooses(policy, workload));
    if !chosen && !request.workloads.is_empty() {
        found.push(of(name, Reason::Unused, "spec.workloads", Wrong::ChoosesNobody));
    }
    for (i, cluster) in policy.require.clusters.iter().enumerate() {
        if !request.fleet.clusters.contains_key(cluster) {
            let wrong = Wrong::NoCluster {
                name: cluster.clone(),
            };
            let field = format!("spec.require.clusters[{i}]");
            found.push(of(name, Reason::Invalid, field, wrong));
        }
    }
    for (i, rule) in policy.require.not_eligible.iter().enumerate() {
        if !request.fleet.providers.contains_key(&rule.provider) {
            let field = format!("spec.require.notEligible[{i}].provider");
            let flaw = Flaw::NoProvider {
                name: rule.provider.clone(),
            };
            found.push(of(name, Reason::Invalid, field, flaw));
        }
    }
    for (i, component) in policy.require.components.iter().enumerate() {
        if !components::is_known(component) {
            let wrong = Wrong::UnknownComponent {
                name: component.clone(),
                known: components::names().collect(),
            };
            let field = format!("spec.require.components[{i}]");
            found.push(of(name, Reason::Invalid, field, wrong));
        }
    }
    found.extend(routes(request, places, name, policy));
    let asked = Requirements::of(name, policy, &BTreeSet::new());
    if let Some(wrong) = no_pair(&asked, places) {
        found.push(of(name, Reason::Unsatisfiable, "spec.require.standby", wrong));
    }
    if let Some(examples) = refused_everywhere(&asked, places) {
        let wrong = Wrong::Unsatisfiable { examples };
        found.push(of(name, Reason::Unsatisfiable, "spec.require", wrong));
    }
    found
}

/// Routes that loosen nothing, since they do not end where they should or when they should.
fn routes(request: &Request, places: &[Place<'_>], name: &str, policy: &PlacementPolicySpec) -> Vec<Problem> {
    let asked = Requirements::of(name, policy, &BTreeSet::new());
    let lead = policy
        .migration
        .map_or(Span::seconds(0), |rule| rule.lead_time.unwrap_or(LEAD_TIME));
    let today = Date::of(request.now);
    let mut found = Vec::new();
    for (i, one) in policy.routes.iter().enumerate() {
        if let Some((field, wrong)) = route::invalid(one, Outlook::always(&asked, lead), places, today) {
            let field = format!("spec.routes[{i}].{field}");
            found.push(of(name, Reason::Invalid, field, wrong));
        }
        for step in one.steps.iter().filter(|step| step.until < today) {
            let (cluster, until) = (step.cluster.clone(), step.until);
            let wrong = Wrong::StepOver { cluster, until };
            found.push(of(name, Reason::Noted, format!("spec.routes[{i}].steps"), wrong));
        }
    }
    found
}

/// Why no two clusters that are allowed can stand by for each other; `None` when two can, or nobody asks.
fn no_pair(asked: &Requirements, places: &[Place<'_>]) -> Option<Wrong> {
    if asked.standby.is_empty() {
        return None;
    }
    let allowed: Vec<&Place<'_>> = places
        .iter()
        .filter(|place| filter::by_rules(asked, place).is_empty())
        .collect();
    let apart = |a: &Place<'_>, b: &Place<'_>| asked.standby.keys().all(|apart| apart.holds(a, b));
    let pair = allowed.iter().any(|a| allowed.iter().any(|b| apart(a, b)));
    // That none is allowed at all is said already.
    (!pair && !allowed.is_empty()).then(|| Wrong::NoStandbyPair {
        apart: asked.standby.keys().copied().collect(),
        allowed: allowed.len(),
    })
}

/// Why every cluster is refused, by some examples; `None` when one is not.
fn refused_everywhere(asked: &Requirements, places: &[Place<'_>]) -> Option<Vec<Example>> {
    let mut examples = Vec::new();
    for place in places {
        let refusal = filter::by_rules(asked, place).into_iter().next()?;
        if examples.len() < EXAMPLES {
            examples.push(Example {
                cluster: place.name.to_owned(),
                refusal,
            });
        }
    }
    (!places.is_empty()).then_some(examples)
}

/// The rules of a policy that another makes idle for everybody it chooses.
fn shadowed(request: &Request, name: &str, policy: &PlacementPolicySpec) -> Vec<Problem> {
    let rules = Rule::ALL.into_iter().filter_map(|rule| {
        let by = request.policies.iter().find(|(other, theirs)| {
            let stronger = stricter(rule, &theirs.require, &policy.require);
            // Of two that say the same only one is idle: the later by name.
            let as_strict = stronger && stricter(rule, &policy.require, &theirs.require);
            let both_ways = covers(&policy.workloads, &theirs.workloads);
            *other != name
                && stronger
                && covers(&theirs.workloads, &policy.workloads)
                && !(as_strict && both_ways && other.as_str() > name)
        })?;
        let wrong = Wrong::Shadowed { by: by.0.clone() };
        Some(of(name, Reason::Shadowed, format!("spec.require.{rule}"), wrong))
    });
    rules.collect()
}

/// Sets of policies that hold for one workload, each of which can be met, and not all together.
fn together(request: &Request, places: &[Place<'_>]) -> Vec<Problem> {
    let mut sets: BTreeMap<Vec<&str>, (&WorkloadId, usize)> = BTreeMap::new();
    for (id, workload, count) in kinds(request) {
        let choosing = request
            .policies
            .iter()
            .filter(|(_, policy)| chooses(policy, workload));
        let names: Vec<&str> = choosing.map(|(name, _)| name.as_str()).collect();
        sets.entry(names).or_insert((id, 0)).1 += count;
    }
    let mut found = BTreeMap::new();
    for (names, (example, count)) in sets {
        let Some(smallest) = smallest(request, places, &names) else {
            continue;
        };
        for name in &smallest {
            let others = smallest.iter().filter(|other| *other != name);
            let wrong = || Wrong::UnsatisfiableTogether {
                others: others.map(|other| (*other).to_owned()).collect(),
                count,
                example: example.clone(),
                examples: refused_everywhere(&requirements(request, &smallest), places).unwrap_or_default(),
            };
            found.entry((*name).to_owned()).or_insert_with(wrong);
        }
    }
    let told = found.into_iter();
    told.map(|(name, wrong)| of(&name, Reason::Unsatisfiable, "spec.require", wrong))
        .collect()
}

/// The workloads, one for all that no policy can tell apart, and how many those are: policies are asked of tens of
/// kinds, not of 100,000 workloads.
fn kinds(request: &Request) -> impl Iterator<Item = (&WorkloadId, &WorkloadView, usize)> {
    let terms = request
        .policies
        .values()
        .flat_map(|policy| &policy.workloads.any_of);
    let named: BTreeSet<&str> = terms.filter_map(|term| term.namespace.as_deref()).collect();
    let mut kinds = BTreeMap::new();
    for (id, workload) in &request.workloads {
        let namespace = workload.target.namespace.as_str();
        let namespace = named.contains(namespace).then_some(namespace);
        let kind = (
            workload.criticality,
            workload.sensitivity,
            workload.layer,
            namespace,
        );
        kinds.entry(kind).or_insert((id, workload, 0)).2 += 1;
    }
    kinds.into_values()
}

/// The smallest part of a set of at least two policies that no cluster can satisfy, when each by itself can be.
fn smallest<'a>(request: &Request, places: &[Place<'_>], names: &[&'a str]) -> Option<Vec<&'a str>> {
    let impossible = |names: &[&str]| refused_everywhere(&requirements(request, names), places).is_some();
    if !impossible(names) || names.iter().any(|name| impossible(&[name])) {
        return None;
    }
    let mut left = names.to_vec();
    for name in names {
        let without: Vec<&str> = left.iter().copied().filter(|other| other != name).collect();
        if impossible(&without) {
            left = without;
        }
    }
    Some(left)
}
