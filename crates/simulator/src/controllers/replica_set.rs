//! `ReplicaSet`: as many pods as it says.

use std::sync::Arc;

use k8s_openapi::api::core::v1::Pod;
use kube::ResourceExt;

use super::{
    cache::Cache,
    kind::{Key, Kind},
    owned::{self, Owner},
    status::Draft,
    write::Turn,
};

pub(super) fn decide(cache: &Cache, at: &Key) -> Turn {
    let mut turn = Turn::default();
    let Some(set) = cache.replica_sets.get(at) else {
        return turn;
    };
    let Some(spec) = &set.spec else { return turn };
    let owner = Owner {
        kind: Kind::ReplicaSet,
        meta: &set.metadata,
    };
    if owner.adopt(&mut turn, Kind::Pod, &cache.pods, &spec.selector) {
        return turn;
    }
    let mut pods = owner.owned(&cache.pods);
    pods.retain(|pod| owned::is_active(pod));
    let wanted = usize::try_from(spec.replicas.unwrap_or(1)).unwrap_or(0);
    if set.metadata.deletion_timestamp.is_none() {
        if let Some(template) = &spec.template {
            for _ in pods.len()..wanted {
                let pod = owner.pod(template, &format!("{}-", owner.name()), &[]);
                turn.create(Kind::Pod, owner.namespace(), pod);
            }
        }
        pods.sort_by_key(|pod| expendable(pod));
        let surplus = pods.len().saturating_sub(wanted);
        for pod in pods.iter().take(surplus) {
            turn.delete(Kind::Pod, &owned::key(&***pod), &owned::uid(&***pod));
        }
    }
    let min_ready = spec.min_ready_seconds.unwrap_or(0);
    let mut available = 0;
    for wait in pods
        .iter()
        .filter_map(|pod| owned::until_available(pod, min_ready, cache.now))
    {
        if wait.is_zero() {
            available += 1;
        } else {
            turn.again(wait);
        }
    }
    let labels = spec
        .template
        .as_ref()
        .and_then(|template| template.metadata.as_ref()?.labels.as_ref());
    let labelled = |pod: &Pod| {
        labels
            .into_iter()
            .flatten()
            .all(|(key, value)| pod.labels().get(key) == Some(value))
    };
    let mut draft = Draft::over(set.status.as_ref());
    draft.number("replicas", owned::count(pods.iter().copied(), |_| true));
    draft.count(
        "fullyLabeledReplicas",
        owned::count(pods.iter().copied(), labelled),
    );
    draft.count(
        "readyReplicas",
        owned::count(pods.iter().copied(), owned::is_ready),
    );
    draft.count("availableReplicas", available);
    draft.set("observedGeneration", set.metadata.generation);
    if let Some(status) = draft.difference() {
        turn.status(Kind::ReplicaSet, at, status);
    }
    turn
}

/// Sorts first what is missed least: without a node, not ready, young.
fn expendable(pod: &Arc<Pod>) -> (bool, bool, std::cmp::Reverse<Option<jiff::Timestamp>>, String) {
    let has_node = pod.spec.as_ref().is_some_and(|spec| spec.node_name.is_some());
    let created = pod.creation_timestamp().map(|time| time.0);
    (
        has_node,
        owned::is_ready(pod),
        std::cmp::Reverse(created),
        pod.name_any(),
    )
}

#[cfg(test)]
mod tests;
