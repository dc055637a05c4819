//! What pods and claims ask for: of a running pod, of a controller's template, and what a node offers.
//!
//! A quantity that cannot be read counts as nothing: the API server has validated it.
use std::collections::BTreeMap;

use havenmeester_api::labels;
use havenmeester_placement::{Demand, Resource};
use serde_json::Value;

use crate::quantity;

/// What one pod asks for: the larger of its containers together and each init container, and the overhead.
pub(crate) fn of_pod_spec(spec: &Value) -> Demand {
    let mut running = Demand::default();
    for container in list(spec, "containers") {
        running = running.plus(&of_requests(container));
    }
    let mut peak = Demand::default();
    for container in list(spec, "initContainers") {
        let asked = of_requests(container);
        if container.get("restartPolicy").and_then(Value::as_str) == Some("Always") {
            running = running.plus(&asked); // a sidecar stays
        } else {
            peak = most(peak, asked);
        }
    }
    let overhead = spec.get("overhead").map(of_resources).unwrap_or_default();
    Demand {
        pods: 1,
        ..most(running, peak).plus(&overhead)
    }
}

/// What a controller's pods ask for with the replicas that it has, or had before it was stopped.
/// Nothing for kinds that run none.
pub(crate) fn of_object(group: &str, kind: &str, object: &Value) -> Demand {
    let template = |path: &str| object.pointer(path).map(of_pod_spec).unwrap_or_default();
    match (group, kind) {
        ("", "Pod") => template("/spec"),
        ("apps", "Deployment" | "StatefulSet" | "ReplicaSet")
        | ("", "ReplicationController")
        | ("apps.openshift.io", "DeploymentConfig") => {
            times(template("/spec/template/spec"), replicas(object))
        }
        ("apps", "DaemonSet") => {
            let nodes = object
                .pointer("/status/desiredNumberScheduled")
                .and_then(Value::as_i64);
            times(
                template("/spec/template/spec"),
                nodes.filter(|n| *n > 0).unwrap_or(1),
            )
        }
        ("batch", "Job") => times(
            template("/spec/template/spec"),
            parallel(object, "/spec/parallelism"),
        ),
        ("batch", "CronJob") => {
            let width = parallel(object, "/spec/jobTemplate/spec/parallelism");
            times(template("/spec/jobTemplate/spec/template/spec"), width)
        }
        ("", "PersistentVolumeClaim") => of_claim(object),
        _ => Demand::default(),
    }
}

/// What a node offers to pods.
pub(crate) fn of_node(node: &Value) -> Demand {
    let Some(allocatable) = node.pointer("/status/allocatable") else {
        return Demand::default();
    };
    let pods = allocatable
        .get("pods")
        .and_then(Value::as_str)
        .and_then(quantity::whole);
    Demand {
        pods: pods.unwrap_or_default(),
        ..of_resources(allocatable)
    }
}

fn most(mut a: Demand, b: Demand) -> Demand {
    for (resource, asked) in b.others {
        let most = a.others.entry(resource).or_default();
        *most = asked.max(*most);
    }
    Demand {
        cpu_milli: a.cpu_milli.max(b.cpu_milli),
        memory_mib: a.memory_mib.max(b.memory_mib),
        pods: a.pods.max(b.pods),
        others: a.others,
    }
}

fn times(mut one: Demand, n: i64) -> Demand {
    for asked in one.others.values_mut() {
        *asked = asked.saturating_mul(n);
    }
    Demand {
        cpu_milli: one.cpu_milli.saturating_mul(n),
        memory_mib: one.memory_mib.saturating_mul(n),
        pods: one.pods.saturating_mul(n),
        others: one.others,
    }
}

/// What a claim asks of its storage class; under no name where it leaves the class to the cluster. Nothing for one
/// that a volume has to be made for by hand (the class is named, and empty).
fn of_claim(claim: &Value) -> Demand {
    let class = claim.pointer("/spec/storageClassName").and_then(Value::as_str);
    let size = claim
        .pointer("/spec/resources/requests/storage")
        .and_then(Value::as_str);
    let asked = size
        .and_then(quantity::mebi)
        .filter(|mebi| *mebi > 0 && class != Some(""));
    let others = asked.map(|mebi| (Resource::Storage(class.unwrap_or_default().to_owned()), mebi));
    Demand {
        others: others.into_iter().collect(),
        ..Demand::default()
    }
}

fn replicas(object: &Value) -> i64 {
    let wanted = object
        .pointer("/spec/replicas")
        .and_then(Value::as_i64)
        .unwrap_or(1);
    let before = || {
        let annotations = object.pointer("/metadata/annotations")?;
        annotations.get(labels::REPLICAS)?.as_str()?.parse().ok()
    };
    if wanted > 0 {
        wanted
    } else {
        before().filter(|n| *n > 0).unwrap_or(0)
    }
}

fn parallel(object: &Value, path: &str) -> i64 {
    object
        .pointer(path)
        .and_then(Value::as_i64)
        .filter(|n| *n > 0)
        .unwrap_or(1)
}

fn of_requests(container: &Value) -> Demand {
    let at = |path: &str| container.pointer(path).map(of_resources).unwrap_or_default();
    let (mut requests, limits) = (at("/resources/requests"), at("/resources/limits"));
    // A limit without a request is a request of as much.
    let or = |asked: i64, limit: i64| if asked == 0 { limit } else { asked };
    for (resource, limit) in limits.others {
        requests.others.entry(resource).or_insert(limit);
    }
    Demand {
        cpu_milli: or(requests.cpu_milli, limits.cpu_milli),
        memory_mib: or(requests.memory_mib, limits.memory_mib),
        pods: 0,
        others: requests.others,
    }
}

fn of_resources(resources: &Value) -> Demand {
    let text = |name: &str| {
        resources
            .get(name)
            .map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned))
    };
    Demand {
        cpu_milli: text("cpu")
            .as_deref()
            .and_then(quantity::milli)
            .unwrap_or_default(),
        memory_mib: text("memory")
            .as_deref()
            .and_then(quantity::mebi)
            .unwrap_or_default(),
        pods: 0,
        others: resources.as_object().map(extended).unwrap_or_default(),
    }
}

/// Those that a vendor names: with a domain that is not Kubernetes' own.
fn extended(resources: &serde_json::Map<String, Value>) -> BTreeMap<Resource, i64> {
    let vendors = |name: &str| {
        let domain = name.split_once('/').map(|(domain, _)| domain);
        domain.is_some_and(|domain| domain != "kubernetes.io" && !domain.ends_with(".kubernetes.io"))
    };
    let some = resources.iter().filter(|(name, _)| vendors(name));
    some.filter_map(|(name, value)| {
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let many = quantity::whole(&text).filter(|many| *many > 0)?;
        Some((Resource::Extended(name.clone()), many))
    })
    .collect()
}

fn list<'v>(value: &'v Value, name: &str) -> impl Iterator<Item = &'v Value> {
    value.get(name).and_then(Value::as_array).into_iter().flatten()
}

#[cfg(test)]
mod tests;
