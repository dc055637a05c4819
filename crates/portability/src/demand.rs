//! What a set of objects asks of a namespace's quota when everything runs.
//!
//! Counted as the API server's quota controller counts, in thousandths. A `DaemonSet` counts one Pod: how many
//! nodes the target has is not known here.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::{
    field::{annotation, at, entries, items, number, text},
    kinds, mark, quantity,
    run::{recorded_replicas, replicas},
    transform::Planned,
};

/// Amounts in thousandths, by namespace and by resource name as in a `ResourceQuota`.
pub(crate) type Demand = BTreeMap<String, BTreeMap<String, i128>>;

/// The demand of all planned objects.
pub(crate) fn of<'p>(planned: impl Iterator<Item = &'p Planned>) -> Demand {
    let mut demand = Demand::new();
    for one in planned {
        let Some(namespace) = &one.key.namespace else {
            continue;
        };
        let sum = demand.entry(namespace.clone()).or_default();
        count(sum, one);
        match one.key.group_kind() {
            ("", "PersistentVolumeClaim") => claim(sum, &one.object, 1),
            ("apps", "StatefulSet") => {
                for template in items(&one.object, &["spec", "volumeClaimTemplates"]) {
                    claim(sum, template, copies(one));
                }
            }
            _ => {}
        }
        if let Some(pod) =
            kinds::pod_path(&one.key.group, &one.key.kind).and_then(|path| at(&one.object, path))
        {
            pods(sum, pod, copies(one));
        }
    }
    demand
}

fn add(sum: &mut BTreeMap<String, i128>, resource: &str, amount: i128) {
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

fn count(sum: &mut BTreeMap<String, i128>, one: &Planned) {
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
}

/// How many Pods one object runs when it is started.
fn copies(one: &Planned) -> i128 {
    let number = match one.key.group_kind() {
        (group, kind) if kinds::has_replicas(group, kind) => {
            match at(&one.object, &["metadata", "annotations", mark::REPLICAS]) {
                Some(recorded) => recorded_replicas(recorded),
                None => replicas(&one.object),
            }
        }
        ("batch", "Job") if !annotation(&one.object, mark::HELD).is_empty() => 0,
        ("batch", "Job") => number(&one.object, &["spec", "parallelism"]).unwrap_or(1),
        ("batch", "CronJob") => {
            number(&one.object, &["spec", "jobTemplate", "spec", "parallelism"]).unwrap_or(1)
        }
        ("", "PodTemplate") => 0,
        _ => 1,
    };
    i128::from(number.max(0))
}

fn claim(sum: &mut BTreeMap<String, i128>, claim: &Value, copies: i128) {
    let size = at(claim, &["spec", "resources", "requests", "storage"])
        .and_then(quantity::parse)
        .unwrap_or(0);
    add(sum, "persistentvolumeclaims", quantity::ONE * copies);
    add(sum, "requests.storage", size * copies);
    let class = text(claim, &["spec", "storageClassName"]);
    if !class.is_empty() {
        let class = format!("{class}.storageclass.storage.k8s.io");
        add(sum, &format!("{class}/requests.storage"), size * copies);
        add(
            sum,
            &format!("{class}/persistentvolumeclaims"),
            quantity::ONE * copies,
        );
    }
}

fn pods(sum: &mut BTreeMap<String, i128>, pod: &Value, copies: i128) {
    if copies == 0 {
        return;
    }
    add(sum, "pods", quantity::ONE * copies);
    add(sum, "count/pods", quantity::ONE * copies);
    for side in ["requests", "limits"] {
        for (resource, amount) in effective(pod, side) {
            add(sum, &format!("{side}.{resource}"), amount * copies);
            if side == "requests" {
                add(sum, &resource, amount * copies);
            }
        }
    }
}

/// What one Pod takes of each resource: its containers together, or its largest init container.
fn effective(pod: &Value, side: &str) -> BTreeMap<String, i128> {
    let mut together: BTreeMap<String, i128> = BTreeMap::new();
    for container in items(pod, &["spec", "containers"]) {
        for (resource, amount) in asked(container, side) {
            *together.entry(resource).or_default() += amount;
        }
    }
    for container in items(pod, &["spec", "initContainers"]) {
        let stays = text(container, &["restartPolicy"]) == "Always";
        for (resource, amount) in asked(container, side) {
            let sum = together.entry(resource).or_default();
            *sum = if stays { *sum + amount } else { amount.max(*sum) };
        }
    }
    together
}

/// What one container asks. A request that is not given is its limit, as the API server fills it in.
fn asked(container: &Value, side: &str) -> BTreeMap<String, i128> {
    let read = |side: &str| -> BTreeMap<String, i128> {
        entries(container, &["resources", side])
            .filter_map(|(name, amount)| Some((name.clone(), quantity::parse(amount)?)))
            .collect()
    };
    let mut amounts = read(side);
    if side == "requests" {
        for (name, limit) in read("limits") {
            amounts.entry(name).or_insert(limit);
        }
    }
    amounts
}
