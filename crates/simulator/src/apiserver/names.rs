//! What names, labels and namespaces may look like.

use serde_json::{Value, json};

use super::error::FieldError;
use super::kinds::Kind;
use super::object::{self, str_at};
use super::selector::is_label_text;

const SUBDOMAIN: &str = "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
pub(crate) const LABEL: &str = "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
const LABEL_VALUE: &str = "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";
const LABEL_KEY: &str = "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";

/// A label of a DNS name: letters, digits and dashes, at most 63.
pub(crate) fn is_dns_label(name: &str) -> bool {
    name.len() <= 63 && is_dns_part(name)
}

/// A DNS name, at most 253 long.
pub(crate) fn is_dns_subdomain(name: &str) -> bool {
    name.len() <= 253 && name.split('.').all(is_dns_part)
}

fn is_dns_part(part: &str) -> bool {
    let edge = |b: Option<&u8>| b.is_some_and(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
    edge(part.as_bytes().first())
        && edge(part.as_bytes().last())
        && part
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

/// What is wrong with the object's `metadata`.
pub(crate) fn check_meta(kind: &Kind, object: &Value) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let name = object::name(object);
    if name.is_empty() {
        let detail = "name or generateName is required";
        errors.push(FieldError::required("metadata.name", detail));
    } else if let Some(why) = bad_name(kind, name) {
        errors.push(FieldError::invalid("metadata.name", &json!(name), why));
    }
    for (key, value) in object::map_at(object, &["metadata", "labels"]) {
        errors.extend(check_key("metadata.labels", key));
        if !value.as_str().is_some_and(is_label_text) {
            errors.push(FieldError::invalid("metadata.labels", value, LABEL_VALUE));
        }
    }
    for key in object::map_at(object, &["metadata", "annotations"]).keys() {
        errors.extend(check_key("metadata.annotations", &key.to_lowercase()));
    }
    for (at, finalizer) in object::finalizers(object).enumerate() {
        if !finalizer.contains('/') && !matches!(finalizer, "orphan" | "foregroundDeletion" | "kubernetes") {
            let detail = "name is neither a standard finalizer name nor is it fully qualified";
            errors.push(FieldError::invalid(
                format!("metadata.finalizers[{at}]"),
                &json!(finalizer),
                detail,
            ));
        }
    }
    errors.extend(check_owners(object));
    errors
}

fn bad_name(kind: &Kind, name: &str) -> Option<&'static str> {
    match kind.qualified().as_str() {
        "namespaces" | "services" if name.contains('.') => Some("must not contain dots"),
        "namespaces" | "services" if !is_dns_label(name) => Some(LABEL),
        "roles.rbac.authorization.k8s.io"
        | "rolebindings.rbac.authorization.k8s.io"
        | "clusterroles.rbac.authorization.k8s.io"
        | "clusterrolebindings.rbac.authorization.k8s.io" => None,
        _ if !is_dns_subdomain(name) => Some(SUBDOMAIN),
        _ => None,
    }
}

/// What is wrong with the key of a label or annotation.
pub(crate) fn check_key(field: &str, key: &str) -> Option<FieldError> {
    let (prefix, name) = key
        .split_once('/')
        .map_or((None, key), |(prefix, name)| (Some(prefix), name));
    if name.is_empty() {
        return Some(FieldError::invalid(
            field,
            &json!(key),
            "name part must be non-empty",
        ));
    }
    if !is_label_text(name) || prefix.is_some_and(|p| !is_dns_subdomain(p)) {
        return Some(FieldError::invalid(field, &json!(key), LABEL_KEY));
    }
    None
}

/// What is wrong with the value of a label.
pub(crate) fn check_label_value(field: &str, value: &Value) -> Option<FieldError> {
    (!value.as_str().is_some_and(is_label_text)).then(|| FieldError::invalid(field, value, LABEL_VALUE))
}

fn check_owners(object: &Value) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let owners = object::list_at(object, &["metadata", "ownerReferences"]);
    for owner in owners {
        for field in ["apiVersion", "kind", "name", "uid"] {
            if str_at(owner, &[field]).is_empty() {
                let detail = if field == "apiVersion" {
                    "version must not be empty"
                } else {
                    "must not be empty"
                };
                let path = format!("metadata.ownerReferences.{field}");
                errors.push(FieldError::invalid(path, &json!(""), detail));
            }
        }
    }
    if owners.iter().filter(|owner| owner["controller"] == true).count() > 1 {
        let names: Vec<_> = owners
            .iter()
            .filter(|owner| owner["controller"] == true)
            .map(|owner| format!("{}/{}", str_at(owner, &["kind"]), str_at(owner, &["name"])))
            .collect();
        let detail = format!(
            "Only one reference can have Controller set to true. Found \"true\" in references for {}",
            names.join(" and ")
        );
        errors.push(FieldError::invalid(
            "metadata.ownerReferences",
            &json!(owners),
            &detail,
        ));
    }
    errors
}
