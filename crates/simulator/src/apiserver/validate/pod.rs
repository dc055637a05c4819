//! Rules of pods and pod templates.

use serde_json::{Value, json};

use super::super::error::FieldError;
use super::super::names::is_dns_label;
use super::super::object::{as_map, at, list_at, str_at};

/// What is wrong with the pod spec at `path`.
pub(super) fn spec(value: &Value, path: &[&str]) -> Vec<FieldError> {
    // A stateful set brings volumes of its own.
    let claims = list_at(value, &["spec", "volumeClaimTemplates"])
        .iter()
        .map(|c| str_at(c, &["metadata", "name"]));
    let mut errors = Vec::new();
    let field = path.join(".");
    let Some(spec) = at(value, path) else {
        return errors;
    };
    let containers = list_at(spec, &["containers"]);
    if containers.is_empty() {
        errors.push(FieldError::required(format!("{field}.containers"), ""));
    }
    let named = list_at(spec, &["volumes"]).iter().map(|v| str_at(v, &["name"]));
    let volumes: Vec<_> = named.chain(claims).collect();
    for list in ["containers", "initContainers"] {
        let mut seen = Vec::new();
        for (index, container) in list_at(spec, &[list]).iter().enumerate() {
            let field = format!("{field}.{list}[{index}]");
            container_errors(container, &field, &volumes, &mut errors);
            let name = str_at(container, &["name"]);
            if seen.contains(&name) {
                errors.push(FieldError::duplicate(format!("{field}.name"), &json!(name)));
            }
            seen.push(name);
        }
    }
    let policies = ["Always", "OnFailure", "Never"];
    if !policies.contains(&str_at(spec, &["restartPolicy"])) {
        let known = policies.map(str::to_owned);
        errors.push(FieldError::not_supported(
            format!("{field}.restartPolicy"),
            &spec["restartPolicy"],
            &known,
        ));
    }
    errors
}

fn container_errors(container: &Value, field: &str, volumes: &[&str], errors: &mut Vec<FieldError>) {
    let name = str_at(container, &["name"]);
    if name.is_empty() {
        errors.push(FieldError::required(format!("{field}.name"), ""));
    } else if !is_dns_label(name) {
        errors.push(FieldError::invalid(
            format!("{field}.name"),
            &json!(name),
            super::super::names::LABEL,
        ));
    }
    if str_at(container, &["image"]).is_empty() {
        errors.push(FieldError::required(format!("{field}.image"), ""));
    }
    for (index, mount) in list_at(container, &["volumeMounts"]).iter().enumerate() {
        let name = str_at(mount, &["name"]);
        if !volumes.contains(&name) {
            let path = format!("{field}.volumeMounts[{index}].name");
            errors.push(FieldError {
                reason: "FieldValueNotFound",
                field: path,
                message: format!("Not found: {name:?}"),
            });
        }
    }
}

/// Of a pod that exists only images and a few other things may change.
pub(super) fn update(old: &Value, new: &Value) -> Vec<FieldError> {
    let fixed = |value: &Value| {
        let mut spec = value["spec"].clone();
        for list in ["containers", "initContainers"] {
            for container in spec
                .get_mut(list)
                .and_then(Value::as_array_mut)
                .into_iter()
                .flatten()
            {
                as_map(container).remove("image");
            }
        }
        let map = as_map(&mut spec);
        for field in [
            "activeDeadlineSeconds",
            "tolerations",
            "terminationGracePeriodSeconds",
            "schedulingGates",
        ] {
            map.remove(field);
        }
        spec
    };
    if fixed(old) == fixed(new) {
        return Vec::new();
    }
    let why = "pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,\
               `spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),\
               `spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)";
    vec![FieldError::forbidden("spec", why)]
}
