//! Is there something to scrape? By what Prometheus, Alloy and their operators look at.
//!
//! Looked at: the annotation `prometheus.io/scrape` on Pods and Services, PodMonitors and ServiceMonitors that select it,
//! and a port with a name that says metrics. An application that serves metrics on its only port without saying so
//! cannot be told from one that does not: `Unknown`.

use serde_json::Value;

use super::workload::{Workload, selects};
use super::{Evidence, State};
use crate::field::{at, group_kind, items, map, text};

const REMEDY: &str = "serve metrics in the Prometheus format, name the port `metrics`, and add a ServiceMonitor or the \
                      annotation `prometheus.io/scrape: \"true\"`";

pub(super) fn judge(objects: &[&Value], workloads: &[Workload<'_>]) -> Vec<Evidence> {
    let lasting: Vec<&Workload<'_>> = workloads
        .iter()
        .filter(|workload| workload.is_lasting())
        .collect();
    if lasting.is_empty() {
        return vec![Evidence::all(
            State::Unknown,
            "nothing in it runs for long",
            REMEDY,
        )];
    }
    lasting
        .into_iter()
        .map(|workload| one(objects, workload))
        .collect()
}

fn one(objects: &[&Value], workload: &Workload<'_>) -> Evidence {
    let met = |path: &[&str], seen: String| Evidence::of(workload, State::Met, path, seen, "");
    if is_scraped(workload.pod) {
        let path = [workload.path, &["metadata", "annotations", SCRAPE]].concat();
        return met(&path, "its Pods are annotated to be scraped".to_owned());
    }
    if let Some((container, port)) = named_port(workload) {
        let container = container.to_string();
        let path = [workload.path, &["spec", "containers", &container, "ports"]].concat();
        return met(&path, format!("it has a port named {port:?}"));
    }
    let services: Vec<&Value> = objects
        .iter()
        .copied()
        .filter(|object| serves(object, workload))
        .collect();
    if let Some(service) = services.iter().find(|service| is_scraped(service)) {
        let name = text(service, &["metadata", "name"]);
        return met(&[], format!("Service {name} is annotated to be scraped"));
    }
    if let Some(monitor) = objects
        .iter()
        .find(|object| monitors(object, workload, &services))
    {
        let (_, kind) = group_kind(monitor);
        return met(
            &[],
            format!("{kind} {} selects it", text(monitor, &["metadata", "name"])),
        );
    }
    Evidence::of(
        workload,
        State::Unknown,
        &[],
        "nothing says where its metrics are",
        REMEDY,
    )
}

const SCRAPE: &str = "prometheus.io/scrape";

fn is_scraped(object: &Value) -> bool {
    text(object, &["metadata", "annotations", SCRAPE]) == "true"
}

fn named_port<'o>(workload: &Workload<'o>) -> Option<(usize, &'o str)> {
    let containers = items(workload.pod, &["spec", "containers"]).iter().enumerate();
    containers
        .flat_map(|(place, container)| items(container, &["ports"]).iter().map(move |port| (place, port)))
        .map(|(place, port)| (place, text(port, &["name"])))
        .find(|(_, name)| name.contains("metrics") || name.contains("prometheus"))
}

fn serves(object: &Value, workload: &Workload<'_>) -> bool {
    group_kind(object) == ("", "Service")
        && text(object, &["metadata", "namespace"]) == workload.namespace
        && workload.is_selected(map(object, &["spec", "selector"]))
}

/// Whether a monitor selects its Pods, or a Service of it. Of expressions only equality is read; the others may select
/// it or not.
fn monitors(object: &Value, workload: &Workload<'_>, services: &[&Value]) -> bool {
    let labels = map(object, &["spec", "selector", "matchLabels"]);
    let in_namespace = at(object, &["spec", "namespaceSelector"]).is_some()
        || text(object, &["metadata", "namespace"]) == workload.namespace;
    match group_kind(object) {
        ("monitoring.coreos.com", "PodMonitor") => in_namespace && workload.is_selected(labels),
        ("monitoring.coreos.com", "ServiceMonitor") => {
            let selected = |service: &&Value| selects(labels, map(service, &["metadata", "labels"]));
            in_namespace && services.iter().any(selected)
        }
        _ => false,
    }
}
