//! `DaemonSet`: a pod on every node that the template selects.
//!
//! Not here: taints and affinity.

use std::{collections::BTreeMap, sync::Arc};

use k8s_openapi::api::core::v1::{Node, Pod};
use kube::ResourceExt;
use serde_json::json;

use super::{
    cache::Cache,
    kind::{Key, Kind},
    owned::{self, Owner},
    status::Draft,
    template::fingerprint,
    write::Turn,
};

const REVISION: &str = "controller-revision-hash";

pub(super) fn decide(cache: &Cache, at: &Key) -> Turn {
    let mut turn = Turn::default();
    let Some(set) = cache.daemon_sets.get(at) else {
        return turn;
    };
    let Some(spec) = &set.spec else { return turn };
    let owner = Owner {
        kind: Kind::DaemonSet,
        meta: &set.metadata,
    };
    if owner.adopt(&mut turn, Kind::Pod, &cache.pods, &spec.selector) {
        return turn;
    }
    let selector = spec
        .template
        .spec
        .as_ref()
        .and_then(|pod| pod.node_selector.clone())
        .unwrap_or_default();
    let selected = |node: &&Arc<Node>| {
        selector
            .iter()
            .all(|(key, value)| node.labels().get(key) == Some(value))
    };
    let nodes: Vec<String> = cache
        .nodes
        .all()
        .filter(selected)
        .map(|node| node.name_any())
        .collect();
    let mut pods: BTreeMap<String, Vec<&Arc<Pod>>> = BTreeMap::new();
    for pod in owner.owned(&cache.pods) {
        let node = pod
            .spec
            .as_ref()
            .and_then(|spec| spec.node_name.clone())
            .unwrap_or_default();
        pods.entry(node).or_default().push(pod);
    }
    let revision = fingerprint(&spec.template);
    let is_updated = |pod: &Pod| pod.labels().get(REVISION) == Some(&revision);
    if set.metadata.deletion_timestamp.is_none() {
        for node in nodes.iter().filter(|node| !pods.contains_key(*node)) {
            let mut pod = owner.pod(
                &spec.template,
                &format!("{}-", owner.name()),
                &[(REVISION, &revision)],
            );
            pod["spec"]["nodeName"] = json!(node);
            turn.create(Kind::Pod, owner.namespace(), pod);
        }
        let leaves = |pod: &Pod| pod.metadata.deletion_timestamp.is_some();
        let all = || pods.values().flatten().copied();
        // One at a time, so that the others serve meanwhile.
        let whole = nodes.len() == pods.len() && all().all(|pod| owned::is_ready(pod) && !leaves(pod));
        let outdated = all().find(|pod| whole && !is_updated(pod));
        let misplaced = pods
            .iter()
            .filter(|(node, _)| !nodes.contains(node))
            .flat_map(|(_, pods)| pods.iter().copied());
        let ended = all().filter(|pod| matches!(owned::phase(pod), "Succeeded" | "Failed"));
        for pod in misplaced.chain(ended).chain(outdated).filter(|pod| !leaves(pod)) {
            turn.delete(Kind::Pod, &owned::key(&**pod), &owned::uid(&**pod));
        }
    }
    let placed: Vec<&Arc<Pod>> = nodes
        .iter()
        .filter_map(|node| pods.get(node)?.first().copied())
        .collect();
    let wanted = i32::try_from(nodes.len()).unwrap_or(i32::MAX);
    let ready = owned::count(placed.iter().copied(), owned::is_ready);
    let misplaced = pods.keys().filter(|node| !nodes.contains(node)).count();
    let mut draft = Draft::over(set.status.as_ref());
    draft.number("desiredNumberScheduled", wanted);
    draft.number(
        "currentNumberScheduled",
        owned::count(placed.iter().copied(), |_| true),
    );
    draft.number("numberMisscheduled", i32::try_from(misplaced).unwrap_or(i32::MAX));
    draft.number("numberReady", ready);
    draft.count("numberAvailable", ready);
    draft.count("numberUnavailable", wanted - ready);
    draft.count(
        "updatedNumberScheduled",
        owned::count(placed.iter().copied(), is_updated),
    );
    draft.set("observedGeneration", set.metadata.generation);
    if let Some(status) = draft.difference() {
        turn.status(Kind::DaemonSet, at, status);
    }
    turn
}
