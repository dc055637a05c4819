//! What runs where, as files say it: Namespaces, each annotated with the cluster on which it runs.
//!
//! For a pull request: what would be decided for these, before anything runs anywhere. The labels of a namespace are
//! read as on a real cluster, but a level that is not known is an error here, because here it can be mended.
use std::collections::{BTreeMap, BTreeSet};

use havenmeester_api::labels::{CRITICALITY, MODE, ORIGIN, SENSITIVITY, Tags};
use havenmeester_api::workload::{CopyState, Target, WorkloadSpec};
use havenmeester_api::{Criticality, Sensitivity, Workload};
use havenmeester_placement::{CopyView, Demand};
use k8s_openapi::api::core::v1::Namespace;

use super::document::Document;
use super::fault::Fault;
use super::near;

/// Annotation or label on a Namespace in a file: the MemberCluster on which it runs.
pub(crate) const CLUSTER: &str = "havenmeester.dev/cluster";

/// The namespaces on each cluster.
pub(crate) type Inventory = BTreeMap<String, BTreeMap<String, CopyView>>;

/// Adds a Namespace; one that says no cluster is not in the inventory.
pub(crate) fn add(
    document: &Document,
    clusters: &BTreeSet<String>,
    inventory: &mut Inventory,
) -> Result<(), Vec<Fault>> {
    let namespace: Namespace = document.read()?;
    let labels = namespace.metadata.labels.unwrap_or_default();
    let annotations = namespace.metadata.annotations.unwrap_or_default();
    let (field, cluster) = match (annotations.get(CLUSTER), labels.get(CLUSTER)) {
        (Some(cluster), _) => ("metadata.annotations", cluster),
        (None, Some(cluster)) => ("metadata.labels", cluster),
        (None, None) => return Ok(()),
    };
    let mut faults = levels(document, &labels);
    if !clusters.contains(cluster) {
        let hint = near::hint(cluster, clusters.iter().map(String::as_str));
        let message = format!("{CLUSTER}: there is no MemberCluster {cluster:?}{hint}");
        faults.push(document.fault_of_entry(field, CLUSTER, message));
    }
    if !faults.is_empty() {
        return Err(faults);
    }
    let copy = CopyView {
        tags: Tags::read(&labels),
        state: CopyState::Active,
        objects: 1, // the namespace itself
        demand: Demand::default(),
    };
    let name = namespace.metadata.name.unwrap_or_default();
    inventory.entry(cluster.clone()).or_default().insert(name, copy);
    Ok(())
}

fn levels(document: &Document, labels: &BTreeMap<String, String>) -> Vec<Fault> {
    let mut faults = Vec::new();
    let mut refuse = |label: &str, value: &str, counts_as: &str, allowed: &str| {
        let message =
            format!("{label}: {value:?} is not known and would count as {counts_as}; write {allowed}");
        faults.push(document.fault_of_entry("metadata.labels", label, message));
    };
    if let Some(value) = labels.get(CRITICALITY)
        && Criticality::read(value).misread().is_some()
    {
        refuse(CRITICALITY, value, "Critical", Criticality::LABEL_VALUES);
    }
    if let Some(value) = labels.get(SENSITIVITY)
        && Sensitivity::read(value).misread().is_some()
    {
        refuse(SENSITIVITY, value, "High", Sensitivity::LABEL_VALUES);
    }
    if let Some(value) = labels.get(MODE)
        && !["exclusive", "replicable"].contains(&value.as_str())
    {
        refuse(MODE, value, "Exclusive", "exclusive or replicable");
    }
    faults
}

/// The Workloads that the daemon would discover: one for each tagged namespace that none claims.
pub(crate) fn discovered(inventory: &Inventory, written: &[Workload], hub_namespace: &str) -> Vec<Workload> {
    let claimed: BTreeSet<&str> = written.iter().map(|w| w.spec.target.namespace.as_str()).collect();
    let tagged: BTreeSet<&String> = inventory
        .values()
        .flatten()
        .filter(|(name, copy)| copy.tags.is_some() && !claimed.contains(name.as_str()))
        .map(|(name, _)| name)
        .collect();
    tagged
        .into_iter()
        .map(|namespace| workload(namespace, hub_namespace))
        .collect()
}

fn workload(namespace: &str, hub_namespace: &str) -> Workload {
    let target = Target {
        namespace: namespace.to_owned(),
        match_labels: BTreeMap::new(),
    };
    let spec = WorkloadSpec {
        target,
        criticality: None,
        sensitivity: None,
        mode: None,
        layer: None,
        uses: Vec::new(),
        apart_from: Vec::new(),
    };
    let mut workload = Workload::new(namespace, spec);
    workload.metadata.namespace = Some(hub_namespace.to_owned());
    workload.metadata.labels = Some(BTreeMap::from([(ORIGIN.to_owned(), "discovered".to_owned())]));
    workload
}
