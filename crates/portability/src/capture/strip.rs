//! Takes out of an object what its API server and controllers set.
//!
//! A field that may be a user's wish (a node port) is looked up in the managed fields first; a field that is
//! a wish but cannot hold elsewhere (a load balancer's address) stays here and goes in `transform`.

use serde_json::{Map, Value};

use super::owner::{Step, set_by_user};
use crate::{
    draft::{Draft, Why},
    field::{annotation, at, entries, group_kind, is_true, items, map, text},
    kinds::pod_path,
};

/// Metadata that the API server writes. `managedFields` is the bulky one.
const SERVER_METADATA: &[&str] = &[
    "creationTimestamp",
    "deletionGracePeriodSeconds",
    "deletionTimestamp",
    "generateName",
    "generation",
    "managedFields",
    "resourceVersion",
    "selfLink",
    "uid",
];

/// Annotations by which the API server, its controllers and kubectl keep their books.
const SERVER_ANNOTATIONS: &[&str] = &[
    "autoscaling.alpha.kubernetes.io/conditions",
    "autoscaling.alpha.kubernetes.io/current-metrics",
    "batch.kubernetes.io/job-tracking",
    "deployment.kubernetes.io/desired-replicas",
    "deployment.kubernetes.io/max-replicas",
    "deployment.kubernetes.io/revision",
    "deprecated.daemonset.template.generation",
    "endpoints.kubernetes.io/last-change-trigger-time",
    "kubectl.kubernetes.io/last-applied-configuration",
];

/// Finalizers that the API server's own controllers set again on the target.
const SERVER_FINALIZERS: &[&str] = &[
    "foregroundDeletion",
    "orphan",
    "kubernetes.io/pv-protection",
    "kubernetes.io/pvc-protection",
    "batch.kubernetes.io/job-tracking",
    "service.kubernetes.io/load-balancer-cleanup",
];

/// The object as a draft without what the server set.
pub(super) fn strip(live: &Value) -> Draft {
    let mut draft = copy_without_books(live);
    let (group, kind) = group_kind(live);
    draft.remove_annotations(&[], Why::ServerSet, |name| SERVER_ANNOTATIONS.contains(&name));
    draft.remove_items(&["metadata", "finalizers"], Why::ServerSet, |finalizer| {
        finalizer
            .as_str()
            .is_some_and(|name| SERVER_FINALIZERS.contains(&name))
    });
    if let Some(path) = pod_path(group, kind).filter(|path| !path.is_empty()) {
        draft.remove(
            &[path, &["metadata", "creationTimestamp"]].concat(),
            Why::ServerSet,
        );
    }
    match (group, kind) {
        ("", "Namespace") => namespace(&mut draft),
        ("", "Service") => service(&mut draft, live),
        ("", "Pod") => pod(&mut draft),
        ("", "PersistentVolumeClaim") => claim(&mut draft, live),
        ("", "ServiceAccount") => service_account(&mut draft),
        ("apps", "StatefulSet") => claim_templates(&mut draft),
        ("batch", "Job") => job(&mut draft),
        ("batch", "CronJob") => {
            draft.remove(
                &["spec", "jobTemplate", "metadata", "creationTimestamp"],
                Why::ServerSet,
            );
        }
        _ => {}
    }
    draft
}

/// Copies all but `status` and the server's metadata, which are most of a live object.
fn copy_without_books(live: &Value) -> Draft {
    let mut left_out: Vec<Vec<&str>> = Vec::new();
    let mut copy = Map::new();
    for (name, value) in live.as_object().into_iter().flatten() {
        match (name.as_str(), value.as_object()) {
            ("status", _) => left_out.push(vec!["status"]),
            ("metadata", Some(metadata)) => {
                let mut kept = Map::new();
                for (field, inner) in metadata {
                    if SERVER_METADATA.contains(&field.as_str()) {
                        left_out.push(vec!["metadata", field]);
                    } else {
                        kept.insert(field.clone(), inner.clone());
                    }
                }
                copy.insert(name.clone(), Value::Object(kept));
            }
            _ => {
                copy.insert(name.clone(), value.clone());
            }
        }
    }
    let mut draft = Draft::new(Value::Object(copy));
    for path in &left_out {
        draft.note_left_out(path, Why::ServerSet);
    }
    draft
}

fn namespace(draft: &mut Draft) {
    draft.remove(&["spec", "finalizers"], Why::ServerSet);
    if map(draft.object(), &["spec"]).is_some_and(Map::is_empty) {
        draft.remove(&["spec"], Why::ServerSet);
    }
    draft.remove(
        &["metadata", "labels", "kubernetes.io/metadata.name"],
        Why::ServerLabel,
    );
    draft.remove_annotations(&[], Why::RuntimeWritten, |name| {
        name.starts_with("openshift.io/sa.scc.")
    });
}

fn service(draft: &mut Draft, live: &Value) {
    if text(live, &["spec", "clusterIP"]) != "None" {
        draft.remove(&["spec", "clusterIP"], Why::Allocated);
        draft.remove(&["spec", "clusterIPs"], Why::Allocated);
    }
    for field in ["healthCheckNodePort", "ipFamilies", "ipFamilyPolicy"] {
        if !set_by_user(live, &[Step::Field("spec"), Step::Field(field)]) {
            draft.remove(&["spec", field], Why::Allocated);
        }
    }
    let applied = annotation(live, "kubectl.kubernetes.io/last-applied-configuration");
    let applied: Value = serde_json::from_str(applied).unwrap_or_default();
    for (place, port) in items(live, &["spec", "ports"]).iter().enumerate() {
        let path = [
            Step::Field("spec"),
            Step::Field("ports"),
            Step::Entry(port),
            Step::Field("nodePort"),
        ];
        let asked = items(&applied, &["spec", "ports"])
            .iter()
            .any(|wish| at(wish, &["nodePort"]).is_some() && wish.get("nodePort") == port.get("nodePort"));
        if !asked && !set_by_user(live, &path) {
            draft.remove(&["spec", "ports", &place.to_string(), "nodePort"], Why::Allocated);
        }
    }
}

fn pod(draft: &mut Draft) {
    for field in ["nodeName", "priority", "preemptionPolicy", "ephemeralContainers"] {
        draft.remove(&["spec", field], Why::Allocated);
    }
    let account = text(draft.object(), &["spec", "serviceAccountName"]).to_owned();
    let injected: Vec<String> = items(draft.object(), &["spec", "volumes"])
        .iter()
        .filter(|volume| is_token_volume(volume, &account))
        .map(|volume| text(volume, &["name"]).to_owned())
        .collect();
    let is_injected = |item: &Value| injected.iter().any(|name| name == text(item, &["name"]));
    for containers in ["containers", "initContainers"] {
        for place in 0..items(draft.object(), &["spec", containers]).len() {
            let mounts = ["spec", containers, &place.to_string(), "volumeMounts"];
            draft.remove_items(&mounts, Why::Injected, is_injected);
        }
    }
    draft.remove_items(&["spec", "volumes"], Why::Injected, is_injected);
}

/// The volume in which a token of the Pod's service account is mounted, of now or of before 1.22.
fn is_token_volume(volume: &Value, account: &str) -> bool {
    if is_generated(text(volume, &["name"]), "kube-api-access-") {
        return at(volume, &["projected"]).is_some();
    }
    !account.is_empty()
        && is_generated(
            text(volume, &["secret", "secretName"]),
            &format!("{account}-token-"),
        )
}

/// Whether a name is the prefix and the five characters that Kubernetes makes up.
fn is_generated(name: &str, prefix: &str) -> bool {
    name.strip_prefix(prefix).is_some_and(|end| {
        end.len() == 5 && end.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
    })
}

fn claim(draft: &mut Draft, live: &Value) {
    let by_controller = at(
        live,
        &["metadata", "annotations", "pv.kubernetes.io/bound-by-controller"],
    )
    .is_some();
    if by_controller || !set_by_user(live, &[Step::Field("spec"), Step::Field("volumeName")]) {
        draft.remove(&["spec", "volumeName"], Why::Allocated);
    }
    draft.remove_annotations(&[], Why::Allocated, |name| {
        name.starts_with("pv.kubernetes.io/")
            || matches!(
                name,
                "volume.kubernetes.io/storage-provisioner"
                    | "volume.beta.kubernetes.io/storage-provisioner"
                    | "volume.kubernetes.io/selected-node"
                    | "volume.kubernetes.io/storage-resizer"
            )
    });
}

fn claim_templates(draft: &mut Draft) {
    for place in 0..items(draft.object(), &["spec", "volumeClaimTemplates"]).len() {
        let place = place.to_string();
        draft.remove(
            &["spec", "volumeClaimTemplates", &place, "status"],
            Why::ServerSet,
        );
        draft.remove(
            &[
                "spec",
                "volumeClaimTemplates",
                &place,
                "metadata",
                "creationTimestamp",
            ],
            Why::ServerSet,
        );
    }
}

fn service_account(draft: &mut Draft) {
    let name = text(draft.object(), &["metadata", "name"]).to_owned();
    let (token, registry) = (format!("{name}-token-"), format!("{name}-dockercfg-"));
    for list in ["secrets", "imagePullSecrets"] {
        draft.remove_items(&[list], Why::Allocated, |secret| {
            let name = text(secret, &["name"]);
            is_generated(name, &token) || is_generated(name, &registry)
        });
    }
    draft.remove_annotations(&[], Why::Allocated, |name| {
        name == "openshift.io/internal-registry-pull-secret-ref"
    });
}

/// Labels by which the Job controller finds its Pods; it makes them again from the new uid.
const JOB_LABELS: &[&str] = &[
    "controller-uid",
    "job-name",
    "batch.kubernetes.io/controller-uid",
    "batch.kubernetes.io/job-name",
];

fn job(draft: &mut Draft) {
    if is_true(draft.object(), &["spec", "manualSelector"]) {
        return;
    }
    draft.remove(&["spec", "selector"], Why::Allocated);
    for labels in [
        &["metadata", "labels"][..],
        &["spec", "template", "metadata", "labels"],
    ] {
        if entries(draft.object(), labels).any(|(name, _)| name.ends_with("controller-uid")) {
            draft.remove_entries(labels, Why::Allocated, |name| JOB_LABELS.contains(&name));
        }
    }
}
