//! What a set of objects asks for when everything runs: Pods, claims, and counted objects.
//!
//! Counted as the API server's quota controller counts, in thousandths. A `DaemonSet` counts one Pod: how many
//! nodes the target has is not known here. Not here: limits (`preflight::quota`), nodes (`preflight::capacity`).

use std::collections::BTreeMap;

use serde_json::Value;

use crate::{
    field::{annotation, at, entries, items, number, text},
    key::ObjectKey,
    kinds, mark, quantity,
    run::{recorded_replicas, replicas},
    transform::Planned,
};

/// Amounts in thousandths, by resource name.
pub(crate) type Amounts = BTreeMap<String, i128>;

/// Equal Pods that one object runs.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pods<'p> {
    /// The object.
    pub(crate) key: &'p ObjectKey,
    /// What looks like a Pod in it: `metadata` and `spec`.
    pub(crate) pod: &'p Value,
    /// How many.
    pub(crate) copies: i128,
    /// Whether they come and go (a `CronJob`): at most moments there are none.
    pub(crate) now_and_then: bool,
    /// Whether one runs on every node.
    pub(crate) on_every_node: bool,
}

/// The Pods of one planned object when it is started.
pub(crate) fn pods(one: &Planned) -> Option<Pods<'_>> {
    let pod = at(&one.object, kinds::pod_path(&one.key.group, &one.key.kind)?)
        .or_else(|| (one.key.kind == "Pod").then_some(&one.object))?;
    Some(Pods {
        key: &one.key,
        pod,
        copies: copies(&one.key, &one.object),
        now_and_then: one.key.group_kind() == ("batch", "CronJob"),
        on_every_node: one.key.group_kind() == ("apps", "DaemonSet"),
    })
}

/// How many Pods one object runs when it is started.
pub(crate) fn copies(key: &ObjectKey, object: &Value) -> i128 {
    let number = match key.group_kind() {
        (group, kind) if kinds::has_replicas(group, kind) => {
            match at(object, &["metadata", "annotations", mark::REPLICAS]) {
                Some(recorded) => recorded_replicas(recorded),
                None => replicas(object),
            }
        }
        ("batch", "Job") if !annotation(object, mark::HELD).is_empty() => 0,
        ("batch", "Job") => number(object, &["spec", "parallelism"]).unwrap_or(1),
        ("batch", "CronJob") => number(object, &["spec", "jobTemplate", "spec", "parallelism"]).unwrap_or(1),
        ("", "PodTemplate") => 0,
        _ => 1,
    };
    i128::from(number.max(0))
}

/// Claims of one object, and how many of each.
pub(crate) fn claims(one: &Planned) -> Vec<(&Value, i128)> {
    match one.key.group_kind() {
        ("", "PersistentVolumeClaim") => vec![(&one.object, 1)],
        ("apps", "StatefulSet") => items(&one.object, &["spec", "volumeClaimTemplates"])
            .iter()
            .map(|template| (template, copies(&one.key, &one.object)))
            .collect(),
        _ => Vec::new(),
    }
}

/// The size that a claim asks for, in thousandths of a byte.
pub(crate) fn size(claim: &Value) -> i128 {
    at(claim, &["spec", "resources", "requests", "storage"])
        .and_then(quantity::parse)
        .unwrap_or(0)
}

pub(crate) fn add(sum: &mut Amounts, resource: &str, amount: i128) {
    *sum.entry(resource.to_owned()).or_default() += amount;
}

/// Resource names under which objects of a kind are counted.
const COUNTED: &[(&str, &str, &[&str])] = &[
    ("", "ConfigMap", &["configmaps", "count/configmaps"]),
    ("", "Secret", &["secrets", "count/secrets"]),
    ("", "Service", &["services", "count/services"]),
    ("", "PersistentVolumeClaim", &["count/persistentvolumeclaims"]),
    ("", "ServiceAccount", &["count/serviceaccounts"]),
    ("apps", "Deployment", &["count/deployments.apps"]),
    ("apps", "StatefulSet", &["count/statefulsets.apps"]),
    ("apps", "DaemonSet", &["count/daemonsets.apps"]),
    ("batch", "Job", &["count/jobs.batch"]),
    ("batch", "CronJob", &["count/cronjobs.batch"]),
    (
        "networking.k8s.io",
        "Ingress",
        &["count/ingresses.networking.k8s.io"],
    ),
];

/// What an object itself and its claims add to a quota without scopes.
pub(crate) fn counted(sum: &mut Amounts, one: &Planned) {
    let names = COUNTED
        .iter()
        .find(|(group, kind, _)| (*group, *kind) == one.key.group_kind());
    for name in names.into_iter().flat_map(|(_, _, names)| *names) {
        add(sum, name, quantity::ONE);
    }
    if one.key.group_kind() == ("", "Service") {
        match text(&one.object, &["spec", "type"]) {
            "LoadBalancer" => add(sum, "services.loadbalancers", quantity::ONE),
            "NodePort" => add(sum, "services.nodeports", quantity::ONE),
            _ => {}
        }
    }
    for (of, copies) in claims(one) {
        claim(sum, of, copies);
    }
}

fn claim(sum: &mut Amounts, claim: &Value, copies: i128) {
    add(sum, "persistentvolumeclaims", quantity::ONE * copies);
    add(sum, "requests.storage", size(claim) * copies);
    let class = text(claim, &["spec", "storageClassName"]);
    if !class.is_empty() {
        let class = format!("{class}.storageclass.storage.k8s.io");
        add(sum, &format!("{class}/requests.storage"), size(claim) * copies);
        add(
            sum,
            &format!("{class}/persistentvolumeclaims"),
            quantity::ONE * copies,
        );
    }
}

/// What a `LimitRange` gives a container that does not ask itself.
#[derive(Clone, Debug, Default)]
pub(crate) struct Defaults {
    requests: Amounts,
    limits: Amounts,
}

impl Defaults {
    /// Of all `LimitRange`s of a namespace.
    pub(crate) fn of<'v>(ranges: impl Iterator<Item = &'v Value>) -> Self {
        let mut out = Self::default();
        for range in ranges {
            for limit in items(range, &["spec", "limits"]) {
                if text(limit, &["type"]) != "Container" {
                    continue;
                }
                for (field, into) in [
                    ("defaultRequest", &mut out.requests),
                    ("default", &mut out.limits),
                ] {
                    for (name, amount) in entries(limit, &[field]) {
                        if let Some(amount) = quantity::parse(amount) {
                            into.insert(name.clone(), amount);
                        }
                    }
                }
            }
        }
        out
    }
}

/// What copies of a Pod add to a quota.
pub(crate) fn pod_amounts(sum: &mut Amounts, pod: &Value, copies: i128, defaults: &Defaults) {
    if copies == 0 {
        return;
    }
    add(sum, "pods", quantity::ONE * copies);
    add(sum, "count/pods", quantity::ONE * copies);
    for (resource, amount) in effective(pod, Side::Limits, defaults) {
        add(sum, &format!("limits.{resource}"), amount * copies);
    }
    for (resource, amount) in effective(pod, Side::Requests, defaults) {
        add(sum, &format!("requests.{resource}"), amount * copies);
        add(sum, &resource, amount * copies);
    }
}

/// Which half of `resources`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    /// What the scheduler keeps free for it.
    Requests,
    /// What it may take at most.
    Limits,
}

/// What one Pod takes of each resource: its containers together, or its largest init container, and what its runtime
/// takes beside them.
pub(crate) fn effective(pod: &Value, side: Side, defaults: &Defaults) -> Amounts {
    let mut together = Amounts::new();
    for container in items(pod, &["spec", "containers"]) {
        for (resource, amount) in asked(container, side, defaults) {
            *together.entry(resource).or_default() += amount;
        }
    }
    for container in items(pod, &["spec", "initContainers"]) {
        let stays = text(container, &["restartPolicy"]) == "Always";
        for (resource, amount) in asked(container, side, defaults) {
            let sum = together.entry(resource).or_default();
            *sum = if stays { *sum + amount } else { amount.max(*sum) };
        }
    }
    for (resource, amount) in entries(pod, &["spec", "overhead"]) {
        if let Some(amount) = quantity::parse(amount) {
            add(&mut together, resource, amount);
        }
    }
    together
}

/// What one container asks. A request that is not given is its limit, as the API server fills it in; then the
/// namespace's default.
fn asked(container: &Value, side: Side, defaults: &Defaults) -> Amounts {
    let read = |field: &str| -> Amounts {
        entries(container, &["resources", field])
            .filter_map(|(name, amount)| Some((name.clone(), quantity::parse(amount)?)))
            .collect()
    };
    let limits = read("limits");
    let mut amounts = match side {
        Side::Limits => limits,
        Side::Requests => {
            let mut amounts = read("requests");
            for (name, limit) in limits {
                amounts.entry(name).or_insert(limit);
            }
            amounts
        }
    };
    let given = match side {
        Side::Limits => &defaults.limits,
        Side::Requests => &defaults.requests,
    };
    for (name, amount) in given {
        amounts.entry(name.clone()).or_insert(*amount);
    }
    amounts
}
