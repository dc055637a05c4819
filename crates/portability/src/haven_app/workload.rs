//! What runs in an application, and the Pods that it makes.

use serde_json::Value;

use crate::field::{at, group_kind, items, map, text};
use crate::key::ObjectKey;

/// Something that makes Pods, or is one.
pub(super) struct Workload<'o> {
    /// Which of the objects.
    pub(super) place: usize,
    /// As people call it.
    pub(super) name: String,
    pub(super) namespace: &'o str,
    pub(super) kind: &'o str,
    pub(super) object: &'o Value,
    /// The template of its Pods (`metadata` and `spec`), and the path to it.
    pub(super) pod: &'o Value,
    pub(super) path: &'static [&'static str],
}

/// Where the template of each kind is.
fn template(group: &str, kind: &str) -> Option<&'static [&'static str]> {
    match (group, kind) {
        ("apps", "Deployment" | "StatefulSet" | "DaemonSet" | "ReplicaSet")
        | ("apps.openshift.io", "DeploymentConfig")
        | ("argoproj.io", "Rollout")
        | ("batch", "Job") => Some(&["spec", "template"]),
        ("batch", "CronJob") => Some(&["spec", "jobTemplate", "spec", "template"]),
        ("", "Pod") => Some(&[]),
        _ => None,
    }
}

/// What runs, in the order of the objects. Hooks of Helm run for a moment only and are passed over.
pub(super) fn workloads<'o>(objects: &[&'o Value]) -> Vec<Workload<'o>> {
    let mut found = Vec::new();
    for (place, object) in objects.iter().enumerate() {
        let (group, kind) = group_kind(object);
        let Some(path) = template(group, kind) else {
            continue;
        };
        let Some(pod) = at(object, path) else { continue };
        if at(object, &["metadata", "annotations", "helm.sh/hook"]).is_some() {
            continue;
        }
        let name = ObjectKey::from_value(object).map_or_else(|_| kind.to_owned(), |key| key.to_string());
        found.push(Workload {
            place,
            name,
            namespace: text(object, &["metadata", "namespace"]),
            kind,
            object,
            pod,
            path,
        });
    }
    found
}

impl Workload<'_> {
    /// Whether it is meant to run on and on.
    pub(super) fn is_lasting(&self) -> bool {
        matches!(
            self.kind,
            "Deployment" | "DeploymentConfig" | "Rollout" | "StatefulSet" | "DaemonSet" | "ReplicaSet"
        )
    }

    /// How many containers name an image.
    pub(super) fn images(&self) -> usize {
        let containers = items(self.pod, &["spec", "containers"]);
        containers
            .iter()
            .filter(|container| !text(container, &["image"]).is_empty())
            .count()
    }

    /// Whether a selector by labels selects its Pods. An empty one selects nothing here: it says nothing of this one.
    pub(super) fn is_selected(&self, labels: Option<&serde_json::Map<String, Value>>) -> bool {
        let own = map(self.pod, &["metadata", "labels"]);
        selects(labels, own)
    }
}

/// Whether every label of a selector is there, and there is one.
pub(super) fn selects(
    selector: Option<&serde_json::Map<String, Value>>,
    labels: Option<&serde_json::Map<String, Value>>,
) -> bool {
    let Some(selector) = selector.filter(|selector| !selector.is_empty()) else {
        return false;
    };
    selector
        .iter()
        .all(|(key, value)| labels.and_then(|labels| labels.get(key)) == Some(value))
}
