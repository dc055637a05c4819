//! What Kubernetes refuses of its own kinds, as far as it is cheap and applications meet it.
//!
//! Not here: names and labels (`names`), types and unknown fields (`decode`).

use serde_json::Value;

use super::error::FieldError;
use super::kinds::Kind;
use super::object::{at, list_at, map_at, str_at};

mod definition;
mod pod;
mod service;
mod workload;

/// What is wrong with a new object.
pub(crate) fn create(kind: &Kind, value: &Value) -> Vec<FieldError> {
    match (kind.id.group.as_str(), kind.id.plural.as_str()) {
        ("", "pods") => pod::spec(value, &["spec"]),
        ("", "services") => service::spec(value),
        ("", "persistentvolumeclaims") => claim(value),
        ("apps", plural) => workload::apps(plural, value),
        ("batch", plural) => workload::batch(plural, value),
        ("networking.k8s.io", "ingresses") => ingress(value),
        (super::crd::GROUP, super::crd::PLURAL) => definition::check(value),
        _ => Vec::new(),
    }
}

/// What is wrong with a changed object.
pub(crate) fn update(kind: &Kind, old: &Value, new: &Value) -> Vec<FieldError> {
    let mut errors = match (kind.id.group.as_str(), kind.id.plural.as_str()) {
        ("", "configmaps" | "secrets") => frozen(kind, old, new),
        ("", "pods") => pod::update(old, new),
        ("", "services") => service::update(old, new),
        ("", "persistentvolumeclaims") => claim_update(old, new),
        ("apps", plural) => workload::apps_update(plural, old, new),
        ("batch", "jobs") => workload::job_update(old, new),
        ("rbac.authorization.k8s.io", "rolebindings" | "clusterrolebindings") => {
            changed(old, new, &["roleRef"], "cannot change roleRef")
                .into_iter()
                .collect()
        }
        _ => Vec::new(),
    };
    errors.extend(create(kind, new));
    errors
}

/// An error if the field changed.
fn changed(old: &Value, new: &Value, path: &[&str], why: &str) -> Option<FieldError> {
    let value = at(new, path).cloned().unwrap_or(Value::Null);
    (at(old, path) != at(new, path)).then(|| FieldError::invalid(path.join("."), &value, why))
}

fn frozen(kind: &Kind, old: &Value, new: &Value) -> Vec<FieldError> {
    let mut errors = Vec::new();
    if kind.is("", "secrets") {
        errors.extend(changed(old, new, &["type"], "field is immutable"));
    }
    if old["immutable"] != true {
        return errors;
    }
    let why = "field is immutable when `immutable` is set";
    if new["immutable"] != true {
        errors.push(FieldError::forbidden("immutable", why));
    }
    for field in ["data", "binaryData"] {
        if old.get(field) != new.get(field) {
            errors.push(FieldError::forbidden(field, why));
        }
    }
    errors
}

fn claim(value: &Value) -> Vec<FieldError> {
    let mut errors = Vec::new();
    if list_at(value, &["spec", "accessModes"]).is_empty() {
        errors.push(FieldError::required(
            "spec.accessModes",
            "at least 1 access mode is required",
        ));
    }
    if at(value, &["spec", "resources", "requests", "storage"]).is_none() {
        errors.push(FieldError::required("spec.resources[storage]", ""));
    }
    errors
}

/// Only the size of a bound claim may change, and a volume may be bound.
fn claim_update(old: &Value, new: &Value) -> Vec<FieldError> {
    let rest = |value: &Value| {
        let mut spec = value["spec"].clone();
        let map = super::object::as_map(&mut spec);
        map.remove("volumeAttributesClassName");
        if str_at(old, &["spec", "volumeName"]).is_empty() {
            map.remove("volumeName");
        }
        if str_at(old, &["status", "phase"]) == "Bound" {
            map.remove("resources");
        }
        // A class may be given once, by the default.
        if at(old, &["spec", "storageClassName"]).is_none() {
            map.remove("storageClassName");
        }
        spec
    };
    if rest(old) == rest(new) {
        return Vec::new();
    }
    let why = "spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims";
    vec![FieldError::forbidden("spec", why)]
}

fn ingress(value: &Value) -> Vec<FieldError> {
    let mut errors = Vec::new();
    if list_at(value, &["spec", "rules"]).is_empty() && at(value, &["spec", "defaultBackend"]).is_none() {
        let why = "either `defaultBackend` or `rules` must be specified";
        errors.push(FieldError::invalid("spec", &Value::Null, why));
    }
    for (rule_at, rule) in list_at(value, &["spec", "rules"]).iter().enumerate() {
        for (path_at, path) in list_at(rule, &["http", "paths"]).iter().enumerate() {
            let field = format!("spec.rules[{rule_at}].http.paths[{path_at}].pathType");
            match str_at(path, &["pathType"]) {
                "" => errors.push(FieldError::required(field, "pathType must be specified")),
                "Exact" | "Prefix" | "ImplementationSpecific" => {}
                _ => {
                    let known = ["Exact", "ImplementationSpecific", "Prefix"].map(str::to_owned);
                    errors.push(FieldError::not_supported(field, &path["pathType"], &known));
                }
            }
        }
    }
    errors
}

/// True if each label of the selector is among the labels.
fn selects(selector: &Value, labels: &Value) -> bool {
    map_at(selector, &["matchLabels"])
        .iter()
        .all(|(key, value)| labels.get(key) == Some(value))
}
