//! Rules of the kinds that run pods.

use serde_json::{Value, json};

use super::super::error::FieldError;
use super::super::names::{check_key, check_label_value};
use super::super::object::{as_map, at, int_at, map_at, str_at};
use super::{changed, pod, selects};

const STATEFUL: [&str; 7] = [
    "replicas",
    "ordinals",
    "template",
    "updateStrategy",
    "revisionHistoryLimit",
    "persistentVolumeClaimRetentionPolicy",
    "minReadySeconds",
];

pub(super) fn apps(plural: &str, value: &Value) -> Vec<FieldError> {
    let mut errors = Vec::new();
    if plural == "controllerrevisions" {
        return errors;
    }
    if int_at(value, &["spec", "replicas"]).is_some_and(|n| n < 0) {
        let why = "must be greater than or equal to 0";
        errors.push(FieldError::invalid(
            "spec.replicas",
            &value["spec"]["replicas"],
            why,
        ));
    }
    let labels = at(value, &["spec", "template", "metadata", "labels"])
        .cloned()
        .unwrap_or(Value::Null);
    match at(value, &["spec", "selector"]) {
        None => errors.push(FieldError::required("spec.selector", "")),
        Some(selector) => {
            let empty =
                map_at(selector, &["matchLabels"]).is_empty() && selector.get("matchExpressions").is_none();
            if empty {
                let kind = plural.trim_end_matches('s');
                let why = format!("empty selector is invalid for {kind}");
                errors.push(FieldError::invalid("spec.selector", &json!({}), &why));
            }
        }
    }
    let selector = at(value, &["spec", "selector"]).cloned().unwrap_or_default();
    if selector.is_null() || !selects(&selector, &labels) {
        let why = "`selector` does not match template `labels`";
        errors.push(FieldError::invalid("spec.template.metadata.labels", &labels, why));
    }
    errors.extend(template_labels(value, &["spec", "template"]));
    errors.extend(pod::spec(value, &["spec", "template", "spec"]));
    let policy = &value["spec"]["template"]["spec"]["restartPolicy"];
    if *policy != "Always" {
        let field = "spec.template.spec.restartPolicy";
        errors.push(FieldError::not_supported(field, policy, &["Always".to_owned()]));
    }
    errors
}

/// Labels of the pods to come, at the path by which the real server calls them.
fn template_labels(value: &Value, path: &[&str]) -> Vec<FieldError> {
    let field = format!("{}.labels", path.join("."));
    let template = at(value, path).unwrap_or(&Value::Null);
    map_at(template, &["metadata", "labels"])
        .iter()
        .flat_map(|(key, value)| [check_key(&field, key), check_label_value(&field, value)])
        .flatten()
        .collect()
}

pub(super) fn batch(plural: &str, value: &Value) -> Vec<FieldError> {
    let path: &[&str] = if plural == "jobs" {
        &["spec", "template", "spec"]
    } else {
        &["spec", "jobTemplate", "spec", "template", "spec"]
    };
    let mut errors = Vec::new();
    if plural == "cronjobs" && str_at(value, &["spec", "schedule"]).is_empty() {
        errors.push(FieldError::required("spec.schedule", ""));
    }
    errors.extend(template_labels(value, &path[..path.len() - 1]));
    errors.extend(pod::spec(value, path));
    let policy = at(value, path)
        .and_then(|spec| spec.get("restartPolicy"))
        .cloned()
        .unwrap_or_default();
    if policy == "Always" {
        let field = format!("{}.restartPolicy", path.join("."));
        errors.push(FieldError::required(
            field,
            "valid values: \"OnFailure\", \"Never\"",
        ));
    }
    errors
}

pub(super) fn apps_update(plural: &str, old: &Value, new: &Value) -> Vec<FieldError> {
    if plural == "statefulsets" {
        let fixed = |value: &Value| {
            let mut spec = value["spec"].clone();
            let map = as_map(&mut spec);
            for field in STATEFUL {
                map.remove(field);
            }
            spec
        };
        if fixed(old) == fixed(new) {
            return Vec::new();
        }
        let why = "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', \
                   'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and \
                   'minReadySeconds' are forbidden";
        return vec![FieldError::forbidden("spec", why)];
    }
    changed(old, new, &["spec", "selector"], "field is immutable")
        .into_iter()
        .collect()
}

pub(super) fn job_update(old: &Value, new: &Value) -> Vec<FieldError> {
    let mut errors = Vec::new();
    for field in ["completions", "selector", "template", "completionMode"] {
        errors.extend(changed(old, new, &["spec", field], "field is immutable"));
    }
    errors
}
