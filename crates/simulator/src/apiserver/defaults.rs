//! What Kubernetes fills in for its own kinds and its OpenAPI document does not say.
//!
//! Not here: what is given out once and kept (`prepare`). Invariant: filling in twice is filling in once.

use serde_json::{Value, json};

use super::kinds::Kind;
use super::object::{Object, default_to, list_at, map_mut, str_at};
use super::{crd, namespace};

mod pod;
mod service;
mod workload;

#[cfg(test)]
mod tests;

/// Fills in the defaults of the object.
pub(crate) fn fill(kind: &Kind, value: &mut Value) {
    if kind.custom {
        return;
    }
    match (kind.id.group.as_str(), kind.id.plural.as_str()) {
        ("", "namespaces") => namespace::defaults(value),
        ("", "persistentvolumeclaims") => default_to(map_mut(value, &["spec"]), "volumeMode", "Filesystem"),
        ("", "persistentvolumes") => {
            let spec = map_mut(value, &["spec"]);
            default_to(spec, "volumeMode", "Filesystem");
            default_to(spec, "persistentVolumeReclaimPolicy", "Retain");
        }
        ("", "pods") => pod::of_pod(value),
        ("", "podtemplates") => pod::of_template(map_mut(value, &["template"])),
        ("", "secrets") => secret(value),
        ("", "services") => service::fill(value),
        ("apps", _) => workload::apps(&kind.id.plural, value),
        ("autoscaling", _) => workload::autoscaler(value),
        ("batch", _) => workload::batch(&kind.id.plural, value),
        ("discovery.k8s.io", "endpointslices") => {
            for port in each(map_mut(value, &[]), "ports") {
                let port = map_mut(port, &[]);
                default_to(port, "name", "");
                default_to(port, "protocol", "TCP");
            }
        }
        ("networking.k8s.io", "networkpolicies") => network_policy(value),
        ("rbac.authorization.k8s.io", "rolebindings" | "clusterrolebindings") => binding(value),
        ("scheduling.k8s.io", _) => {
            default_to(map_mut(value, &[]), "preemptionPolicy", "PreemptLowerPriority");
        }
        ("storage.k8s.io", "storageclasses") => {
            let class = map_mut(value, &[]);
            default_to(class, "reclaimPolicy", "Delete");
            default_to(class, "volumeBindingMode", "Immediate");
        }
        (crd::GROUP, crd::PLURAL) => crd::complete(value),
        _ => {}
    }
}

/// `stringData` is only a way to write `data`.
fn secret(value: &mut Value) {
    use base64::Engine;
    let secret = map_mut(value, &[]);
    default_to(secret, "type", "Opaque");
    let Some(Value::Object(plain)) = secret.remove("stringData") else {
        return;
    };
    let data = map_mut(value, &["data"]);
    for (key, text) in plain {
        let bytes = text.as_str().unwrap_or_default();
        data.insert(
            key,
            base64::engine::general_purpose::STANDARD.encode(bytes).into(),
        );
    }
}

fn network_policy(value: &mut Value) {
    let mut types = vec!["Ingress"];
    if !list_at(value, &["spec", "egress"]).is_empty() {
        types.push("Egress");
    }
    let spec = map_mut(value, &["spec"]);
    default_to(spec, "policyTypes", json!(types));
    for (rules, _) in [("ingress", 0), ("egress", 0)] {
        for rule in each(spec, rules) {
            for port in each(map_mut(rule, &[]), "ports") {
                default_to(map_mut(port, &[]), "protocol", "TCP");
            }
        }
    }
}

fn binding(value: &mut Value) {
    const GROUP: &str = "rbac.authorization.k8s.io";
    let binding = map_mut(value, &[]);
    for subject in each(binding, "subjects") {
        if matches!(str_at(subject, &["kind"]), "User" | "Group") {
            default_to(map_mut(subject, &[]), "apiGroup", GROUP);
        }
    }
    default_to(map_mut(value, &["roleRef"]), "apiGroup", GROUP);
}

/// The items of a list, if it is there.
fn each<'a>(map: &'a mut Object, field: &str) -> impl Iterator<Item = &'a mut Value> {
    map.get_mut(field)
        .and_then(Value::as_array_mut)
        .into_iter()
        .flatten()
}
