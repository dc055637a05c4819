//! Rules of services.

use serde_json::{Value, json};

use super::super::error::FieldError;
use super::super::object::{list_at, str_at};

const PORT: &str = "must be between 1 and 65535, inclusive";

pub(super) fn spec(service: &Value) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let ports = list_at(service, &["spec", "ports"]);
    let kind = str_at(service, &["spec", "type"]);
    let headless = str_at(service, &["spec", "clusterIP"]) == "None";
    if ports.is_empty() && !headless && kind != "ExternalName" {
        errors.push(FieldError::required("spec.ports", ""));
    }
    if kind == "ExternalName" && str_at(service, &["spec", "externalName"]).is_empty() {
        errors.push(FieldError::required("spec.externalName", ""));
    }
    let in_range = |value: &Value| value.as_i64().is_none_or(|port| (1..=65_535).contains(&port));
    let mut names = Vec::new();
    for (at, port) in ports.iter().enumerate() {
        let name = str_at(port, &["name"]);
        if name.is_empty() && ports.len() > 1 {
            errors.push(FieldError::required(format!("spec.ports[{at}].name"), ""));
        } else if names.contains(&name) && !name.is_empty() {
            errors.push(FieldError::duplicate(
                format!("spec.ports[{at}].name"),
                &json!(name),
            ));
        }
        names.push(name);
        for field in ["port", "targetPort"] {
            let value = port.get(field).cloned().unwrap_or_else(|| json!(0));
            if !in_range(&value) {
                errors.push(FieldError::invalid(
                    format!("spec.ports[{at}].{field}"),
                    &value,
                    PORT,
                ));
            }
        }
    }
    let types = ["ClusterIP", "ExternalName", "LoadBalancer", "NodePort"];
    if !types.contains(&kind) {
        errors.push(FieldError::not_supported(
            "spec.type",
            &json!(kind),
            &types.map(str::to_owned),
        ));
    }
    errors
}

pub(super) fn update(old: &Value, new: &Value) -> Vec<FieldError> {
    let (before, after) = (
        str_at(old, &["spec", "clusterIP"]),
        str_at(new, &["spec", "clusterIP"]),
    );
    let external = |service: &Value| str_at(service, &["spec", "type"]) == "ExternalName";
    if before.is_empty() || before == after || external(old) || external(new) {
        return Vec::new();
    }
    vec![FieldError::invalid(
        "spec.clusterIPs[0]",
        &new["spec"]["clusterIPs"],
        "may not change once set",
    )]
}
