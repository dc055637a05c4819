//! Does the whole workload fit the target's quotas? A dry run alone does not add up.
//!
//! Invariant: only what certainly runs blocks; what comes and goes (a `CronJob`, the most that an autoscaler may make)
//! warns.

use crate::{
    demand::{self, Amounts, Defaults, Pods},
    facts::{Existing, QuotaFact, QuotaScope, TargetFacts},
    field::{at, items, map, number, text},
    finding::{Finding, Question, Severity},
    quantity,
    said::{Admission, Advice},
    transform::Transformed,
};

pub(super) fn check(transformed: &Transformed, facts: &TargetFacts) -> Vec<Finding> {
    let quotas = match facts.quota.get() {
        Ok(quotas) => quotas,
        Err(why) => {
            let message = Admission::QuotasUnknown { why: why.clone() };
            return vec![Finding::new(Question::Admission, Severity::Unknown, message)];
        }
    };
    quotas
        .iter()
        .flat_map(|quota| one(quota, transformed, facts))
        .collect()
}

/// What runs for certain, and what may run beside it at times.
#[derive(Default)]
struct Wanted {
    always: Amounts,
    at_times: Amounts,
}

fn one(quota: &QuotaFact, transformed: &Transformed, facts: &TargetFacts) -> Vec<Finding> {
    let wanted = wanted(quota, transformed, facts);
    let mut out = Vec::new();
    for (resource, hard) in &quota.hard {
        let always = wanted.always.get(resource).copied().unwrap_or(0);
        let at_times = wanted.at_times.get(resource).copied().unwrap_or(0);
        if always + at_times <= 0 {
            continue;
        }
        let used = quota.used.get(resource).map_or("0", String::as_str);
        let (Some(limit), Some(taken)) = (quantity::parse_text(hard), quantity::parse_text(used)) else {
            let message = Admission::NoQuantity {
                quota: quota.name.clone(),
                namespace: quota.namespace.clone(),
                hard: hard.clone(),
                used: used.to_owned(),
            };
            out.push(Finding::new(Question::Admission, Severity::Unknown, message));
            continue;
        };
        let exceeds = |amount: i128, at_most: bool| Admission::Exceeds {
            quota: quota.name.clone(),
            namespace: quota.namespace.clone(),
            resource: resource.clone(),
            needs: spell(amount),
            hard: hard.clone(),
            used: used.to_owned(),
            at_most,
        };
        let finding = if taken + always > limit {
            Finding::new(Question::Admission, Severity::Block, exceeds(always, false))
        } else if taken + always + at_times > limit {
            Finding::new(
                Question::Admission,
                Severity::Warn,
                exceeds(always + at_times, true),
            )
        } else {
            continue;
        };
        out.push(finding.remedy(Advice::MoreQuota));
    }
    out
}

/// What the workload adds to one quota.
fn wanted(quota: &QuotaFact, transformed: &Transformed, facts: &TargetFacts) -> Wanted {
    let ranges = facts.limit_ranges.get().map(Vec::as_slice).unwrap_or_default();
    let own = |range: &&serde_json::Value| text(range, &["metadata", "namespace"]) == quota.namespace;
    let defaults = Defaults::of(ranges.iter().filter(own));
    let existing = facts.existing.get().map(Vec::as_slice).unwrap_or_default();
    let mut out = Wanted::default();
    for one in &transformed.objects {
        if one.key.namespace.as_ref() != Some(&quota.namespace) {
            continue;
        }
        let there = existing.iter().find(|there| there.key == one.key);
        if quota.scopes.is_empty() && there.is_none() {
            demand::counted(&mut out.always, one);
        }
        let Some(pods) = demand::pods(one) else { continue };
        if !quota.scopes.iter().all(|scope| holds(scope, &pods, &defaults)) {
            continue;
        }
        let into = if pods.now_and_then {
            &mut out.at_times
        } else {
            &mut out.always
        };
        // What an earlier attempt left running there is already in the quota's own count.
        let copies = (pods.copies - running(there)).max(0);
        demand::pod_amounts(into, pods.pod, copies, &defaults);
        let more = most(transformed, &pods) - pods.copies;
        demand::pod_amounts(&mut out.at_times, pods.pod, more.max(0), &defaults);
    }
    out
}

fn running(there: Option<&Existing>) -> i128 {
    there.map_or(0, |there| match &there.live {
        Some(live) => demand::copies(&there.key, live),
        None => 0,
    })
}

/// The most Pods that an autoscaler of the workload may make of this.
fn most(transformed: &Transformed, pods: &Pods<'_>) -> i128 {
    let scaler = transformed.objects.iter().find(|one| {
        one.key.kind == "HorizontalPodAutoscaler"
            && one.key.namespace == pods.key.namespace
            && text(&one.object, &["spec", "scaleTargetRef", "kind"]) == pods.key.kind
            && text(&one.object, &["spec", "scaleTargetRef", "name"]) == pods.key.name
    });
    scaler
        .and_then(|one| number(&one.object, &["spec", "maxReplicas"]))
        .map_or(pods.copies, i128::from)
}

/// Whether Pods count under one scope: <https://kubernetes.io/docs/concepts/policy/resource-quotas/#quota-scopes>.
fn holds(scope: &QuotaScope, pods: &Pods<'_>, defaults: &Defaults) -> bool {
    let pod = pods.pod;
    let ends = at(pod, &["spec", "activeDeadlineSeconds"]).is_some();
    let asks_nothing = || {
        let none = |side| {
            demand::effective(pod, side, defaults)
                .values()
                .all(|amount| *amount == 0)
        };
        none(demand::Side::Requests) && none(demand::Side::Limits)
    };
    match scope.name.as_str() {
        "Terminating" => ends,
        "NotTerminating" => !ends,
        "BestEffort" => asks_nothing(),
        "NotBestEffort" => !asks_nothing(),
        "PriorityClass" => {
            let class = text(pod, &["spec", "priorityClassName"]);
            match scope.operator.as_str() {
                "In" => scope.values.contains(class),
                "NotIn" => !scope.values.contains(class),
                "DoesNotExist" => class.is_empty(),
                _ => !class.is_empty(),
            }
        }
        "CrossNamespacePodAffinity" => reaches_out(pod),
        // A scope of a later Kubernetes: counted, so that it is not forgotten.
        _ => true,
    }
}

/// Whether its affinity looks at Pods of other namespaces.
fn reaches_out(pod: &serde_json::Value) -> bool {
    let names_others = |term: &serde_json::Value| {
        !items(term, &["namespaces"]).is_empty() || map(term, &["namespaceSelector"]).is_some()
    };
    ["podAffinity", "podAntiAffinity"].into_iter().any(|which| {
        let at_once = items(
            pod,
            &[
                "spec",
                "affinity",
                which,
                "requiredDuringSchedulingIgnoredDuringExecution",
            ],
        );
        let preferred = items(
            pod,
            &[
                "spec",
                "affinity",
                which,
                "preferredDuringSchedulingIgnoredDuringExecution",
            ],
        );
        at_once.iter().any(names_others)
            || preferred
                .iter()
                .filter_map(|term| at(term, &["podAffinityTerm"]))
                .any(names_others)
    })
}

/// Thousandths as a quantity.
pub(super) fn spell(amount: i128) -> String {
    if amount % quantity::ONE != 0 {
        return format!("{amount}m");
    }
    let whole = amount / quantity::ONE;
    let binary = [("Gi", 1_i128 << 30), ("Mi", 1 << 20), ("Ki", 1 << 10)];
    match binary
        .into_iter()
        .find(|(_, size)| whole >= *size && whole % size == 0)
    {
        Some((suffix, size)) => format!("{}{suffix}", whole / size),
        None => whole.to_string(),
    }
}
