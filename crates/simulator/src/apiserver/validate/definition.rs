//! Rules of CustomResourceDefinitions.

use serde_json::{Value, json};

use super::super::error::FieldError;
use super::super::object::{self, at, list_at, str_at};

pub(super) fn check(value: &Value) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let (group, plural) = (
        str_at(value, &["spec", "group"]),
        str_at(value, &["spec", "names", "plural"]),
    );
    if object::name(value) != format!("{plural}.{group}") {
        let why = "must be spec.names.plural+\".\"+spec.group";
        errors.push(FieldError::invalid(
            "metadata.name",
            &json!(object::name(value)),
            why,
        ));
    }
    for (field, given) in [
        ("spec.group", group),
        ("spec.names.plural", plural),
        ("spec.names.kind", str_at(value, &["spec", "names", "kind"])),
    ] {
        if given.is_empty() {
            errors.push(FieldError::required(field, ""));
        }
    }
    let scope = str_at(value, &["spec", "scope"]);
    if !matches!(scope, "Cluster" | "Namespaced") {
        let known = ["Cluster", "Namespaced"].map(str::to_owned);
        errors.push(FieldError::not_supported("spec.scope", &json!(scope), &known));
    }
    let versions = list_at(value, &["spec", "versions"]);
    if versions
        .iter()
        .filter(|version| version["storage"] == true)
        .count()
        != 1
    {
        let why = "must have exactly one version marked as storage version";
        errors.push(FieldError::invalid("spec.versions", &json!(versions), why));
    }
    for (index, version) in versions.iter().enumerate() {
        let field = format!("spec.versions[{index}].schema.openAPIV3Schema");
        match at(version, &["schema", "openAPIV3Schema"]) {
            None => errors.push(FieldError::required(field, "")),
            Some(schema) if str_at(schema, &["type"]) != "object" => {
                let found = if str_at(schema, &["type"]).is_empty() {
                    FieldError::required(format!("{field}.type"), "must not be empty at the root")
                } else {
                    FieldError::invalid(
                        format!("{field}.type"),
                        &schema["type"],
                        "must be object at the root",
                    )
                };
                errors.push(found);
            }
            Some(_) => {}
        }
    }
    errors
}
