//! What is wrong with exemptions: fields, names that are not there, a rule that the policy does not have.
use std::collections::BTreeSet;

use havenmeester_api::Date;
use havenmeester_api::exemption::{ExemptionSpec, WARNINGS};
use havenmeester_api::require::Rule;

use crate::asked::Requirements;
use crate::exempt::invalid;
use crate::request::{Request, WorkloadId};

use super::{Object, Problem, Wrong, note, problem};

/// Everything, for all exemptions.
pub(super) fn of_exemptions(request: &Request) -> Vec<Problem> {
    let all = request.exemptions.iter();
    all.flat_map(|(id, spec)| of_one(request, id, spec)).collect()
}

fn of_one(request: &Request, id: &WorkloadId, spec: &ExemptionSpec) -> Vec<Problem> {
    let object = || Object::Exemption(id.clone());
    let mut found = Vec::new();
    let today = Date::of(request.now);
    if let Some((field, wrong)) = invalid(spec, today) {
        found.push(problem(object(), field, wrong));
    } else if let Some(wrong) = ends(spec, today) {
        found.push(note(object(), "spec.until", wrong));
    }
    match request.policies.get(&spec.policy) {
        None => {
            let name = spec.policy.clone();
            found.push(problem(object(), "spec.policy", Wrong::NoPolicy { name }));
        }
        Some(policy) => {
            let all = Requirements::of("", policy, &BTreeSet::new());
            let without = Requirements::of("", policy, &BTreeSet::from([spec.rule]));
            if all == without {
                let (policy, rule) = (spec.policy.clone(), spec.rule);
                found.push(note(object(), "spec.rule", Wrong::NoSuchRule { policy, rule }));
            }
        }
    }
    for (i, name) in spec.workloads.iter().enumerate() {
        let workload = WorkloadId {
            namespace: id.namespace.clone(),
            name: name.clone(),
        };
        if !request.workloads.contains_key(&workload) {
            let wrong = Wrong::NoWorkload { id: workload };
            found.push(note(object(), format!("spec.workloads[{i}]"), wrong));
        }
    }
    found.extend(overlaps(request, id, spec).map(|(field, wrong)| note(object(), field, wrong)));
    found
}

/// That it is over, or will be within the time of the first warning.
fn ends(spec: &ExemptionSpec, today: Date) -> Option<Wrong> {
    let until = spec.until;
    if until < today {
        return Some(Wrong::Over { until });
    }
    let soon = WARNINGS
        .first()
        .is_some_and(|days| today.days_until(until) < *days);
    soon.then_some(Wrong::EndsSoon { until })
}

/// Another exemption of the same rule for the same workload on the same days: one of them is idle.
fn overlaps<'a>(
    request: &'a Request,
    id: &'a WorkloadId,
    spec: &'a ExemptionSpec,
) -> impl Iterator<Item = (String, Wrong)> {
    let same = |rule: Rule, policy: &str| rule == spec.rule && policy == spec.policy;
    let earlier = request.exemptions.range(..id).filter(move |(other, theirs)| {
        other.namespace == id.namespace
            && same(theirs.rule, &theirs.policy)
            && theirs.since <= spec.until
            && spec.since <= theirs.until
    });
    earlier.filter_map(|(other, theirs)| {
        let at = spec
            .workloads
            .iter()
            .position(|name| theirs.workloads.contains(name))?;
        let wrong = Wrong::SameRule {
            exemption: other.name.clone(),
            workload: spec.workloads[at].clone(),
        };
        Some((format!("spec.workloads[{at}]"), wrong))
    })
}
