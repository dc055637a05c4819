//! Tagged namespaces that run somewhere become Workloads. Nothing on the member is changed by it.
use std::collections::{BTreeMap, BTreeSet};

use havenmeester_api::Workload;
use havenmeester_api::labels;
use havenmeester_api::workload::{Target, WorkloadSpec};
use havenmeester_placement::{Contact, WorkloadId};

use crate::intent::Intents;
use crate::log_entry;
use crate::turn::Turn;

pub(super) fn reconcile(turn: &Turn, intents: &mut Intents) {
    let known: BTreeSet<&str> = turn
        .scene
        .workloads
        .values()
        .map(|w| w.spec.target.namespace.as_str())
        .collect();
    let mut found: BTreeMap<&str, &str> = BTreeMap::new();
    for (cluster, view) in &turn.scene.fleet {
        if !matches!(view.cluster.contact, Contact::Reachable) {
            continue; // old knowledge discovers nothing
        }
        for (namespace, copy) in view.cluster.copies.last().into_iter().flatten() {
            if copy.tags.is_some() && !known.contains(namespace.as_str()) {
                found.entry(namespace).or_insert(cluster);
            }
        }
    }
    for (namespace, cluster) in found {
        let workload = discovered(turn, namespace);
        intents.log.push(log_entry::discovered(turn, &workload, cluster));
        intents.discovered.push(workload);
    }
}

fn discovered(turn: &Turn, namespace: &str) -> Workload {
    let name = free_name(turn, namespace);
    let mut workload = Workload::new(
        &name,
        WorkloadSpec {
            target: Target {
                namespace: namespace.to_owned(),
                match_labels: BTreeMap::new(),
            },
            criticality: None,
            sensitivity: None,
            mode: None,
            layer: None,
            uses: Vec::new(),
            apart_from: Vec::new(),
        },
    );
    workload.metadata.namespace = Some(turn.namespace.to_owned());
    workload.metadata.labels = Some(BTreeMap::from([(
        labels::ORIGIN.to_owned(),
        "discovered".to_owned(),
    )]));
    workload
}

/// The namespace's own name, unless a Workload of another namespace has it.
fn free_name(turn: &Turn, namespace: &str) -> String {
    let free = |name: &String| {
        let id = WorkloadId {
            namespace: turn.namespace.to_owned(),
            name: name.clone(),
        };
        !turn.scene.workloads.contains_key(&id)
    };
    let others = (2..).map(|n| format!("{namespace}-discovered-{n}"));
    [namespace.to_owned(), format!("{namespace}-discovered")]
        .into_iter()
        .chain(others)
        .find(free)
        .unwrap_or_else(|| namespace.to_owned())
}

#[cfg(test)]
mod tests;
