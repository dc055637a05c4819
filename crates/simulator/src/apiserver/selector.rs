//! Which objects a list or watch asks for: label selectors and field selectors.
//!
//! Matching of labels is kube's (`kube::core::Selector`); reading the text of a selector is ours, since kube
//! only writes it. Invariant: an empty selector selects everything.

use std::collections::BTreeSet;

use kube::core::{Expression, Selector, SelectorExt};

use super::error::ApiError;
use super::kinds::Kind;
use super::object;
use super::query::Query;
use super::store::Stored;

#[cfg(test)]
mod tests;

/// One term of a field selector.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FieldTerm {
    path: String,
    value: String,
    equal: bool,
}

/// Selects objects by label, field and namespace.
#[derive(Debug, Clone)]
pub(crate) struct Filter {
    namespace: Option<String>,
    labels: Selector,
    fields: Vec<FieldTerm>,
}

impl Filter {
    pub(crate) fn new(kind: &Kind, namespace: Option<&str>, query: &Query) -> Result<Self, ApiError> {
        let labels = parse_labels(&query.label_selector)
            .map_err(|why| ApiError::bad_request(format!("unable to parse requirement: {why}")))?;
        let fields = parse_fields(&query.field_selector)?;
        for term in &fields {
            if !is_supported(kind, &term.path) {
                return Err(unsupported(kind, &term.path));
            }
        }
        Ok(Self {
            namespace: namespace.map(str::to_owned),
            labels: labels.into_iter().collect(),
            fields,
        })
    }

    pub(crate) fn matches(&self, stored: &Stored) -> bool {
        self.namespace
            .as_ref()
            .is_none_or(|n| object::namespace(&stored.value) == n)
            && self.labels.matches(&stored.labels)
            && self
                .fields
                .iter()
                .all(|term| (field(stored, &term.path) == term.value) == term.equal)
    }
}

/// Kinds with selectable fields of their own say it in other words.
fn unsupported(kind: &Kind, path: &str) -> ApiError {
    let own = kind.custom
        || matches!(
            kind.qualified().as_str(),
            "pods"
                | "nodes"
                | "namespaces"
                | "secrets"
                | "events"
                | "services"
                | "replicationcontrollers"
                | "jobs.batch"
        );
    ApiError::bad_request(if own {
        format!("field label not supported: {path}")
    } else {
        format!("{path:?} is not a known field selector: only \"metadata.name\", \"metadata.namespace\"")
    })
}

/// The value that a field selector compares with.
fn field(stored: &Stored, path: &str) -> String {
    let path = match path {
        // A core Event and an event of events.k8s.io are one object.
        "reason" | "type" | "reportingComponent" => path.to_owned(),
        other => other.to_owned(),
    };
    let steps: Vec<_> = path.split('.').collect();
    match object::at(&stored.value, &steps) {
        Some(serde_json::Value::String(text)) => text.clone(),
        Some(serde_json::Value::Bool(flag)) => flag.to_string(),
        Some(serde_json::Value::Number(number)) => number.to_string(),
        Some(serde_json::Value::Array(_) | serde_json::Value::Object(_) | serde_json::Value::Null) => {
            String::new()
        }
        // The two fields that are selected on by their zero value.
        None if path == "spec.unschedulable" || path == "spec.hostNetwork" => "false".into(),
        None => String::new(),
    }
}

fn is_supported(kind: &Kind, path: &str) -> bool {
    if matches!(path, "metadata.name" | "metadata.namespace") {
        return true;
    }
    let more: &[&str] = match (kind.id.group.as_str(), kind.id.plural.as_str()) {
        ("", "pods") => &[
            "spec.nodeName",
            "spec.restartPolicy",
            "spec.schedulerName",
            "spec.serviceAccountName",
            "spec.hostNetwork",
            "status.phase",
            "status.podIP",
            "status.nominatedNodeName",
        ],
        ("", "events") => &[
            "involvedObject.kind",
            "involvedObject.namespace",
            "involvedObject.name",
            "involvedObject.uid",
            "involvedObject.apiVersion",
            "involvedObject.resourceVersion",
            "involvedObject.fieldPath",
            "reason",
            "reportingComponent",
            "source",
            "type",
        ],
        ("", "nodes") => &["spec.unschedulable"],
        ("", "namespaces") => &["status.phase"],
        ("", "secrets") => &["type"],
        ("", "replicationcontrollers") | ("apps", "replicasets") => &["status.replicas"],
        ("", "services") => &["spec.clusterIP", "spec.type"],
        ("batch", "jobs") => &["status.successful"],
        _ => &[],
    };
    more.contains(&path)
}

fn parse_fields(text: &str) -> Result<Vec<FieldTerm>, ApiError> {
    text.split(',')
        .filter(|part| !part.is_empty())
        .map(parse_field)
        .collect()
}

fn parse_field(part: &str) -> Result<FieldTerm, ApiError> {
    let term = |(path, value): (&str, &str), equal| FieldTerm {
        path: path.to_owned(),
        value: value.replace('\\', ""),
        equal,
    };
    if let Some(split) = part.split_once("!=") {
        return Ok(term(split, false));
    }
    if let Some(split) = part.split_once("==").or_else(|| part.split_once('=')) {
        return Ok(term(split, true));
    }
    Err(ApiError::bad_request(format!(
        "invalid selector: '{part}'; can't understand '{part}'"
    )))
}

/// Reads `a=b,c!=d,e in (f,g),h notin (i),j,!k`.
pub(crate) fn parse_labels(text: &str) -> Result<Vec<Expression>, String> {
    split_terms(text)
        .into_iter()
        .map(|term| parse_label(term.trim()))
        .collect()
}

/// Splits at the commas outside parentheses.
fn split_terms(text: &str) -> Vec<&str> {
    let mut terms = Vec::new();
    let (mut start, mut depth) = (0, 0_u32);
    for (at, letter) in text.char_indices() {
        match letter {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => {
                terms.push(&text[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    terms.push(&text[start..]);
    if terms.iter().all(|t| t.trim().is_empty()) {
        Vec::new()
    } else {
        terms
    }
}

fn parse_label(term: &str) -> Result<Expression, String> {
    if let Some(key) = term.strip_prefix('!') {
        return Ok(Expression::DoesNotExist(label_key(key)?));
    }
    if let Some((head, rest)) = term.split_once('(') {
        let Some(values) = rest.trim().strip_suffix(')') else {
            return Err(format!("found '{term}', expected: ')'"));
        };
        let values: BTreeSet<String> = values
            .split(',')
            .map(|v| label_value(v.trim()))
            .collect::<Result<_, _>>()?;
        let mut words = head.split_whitespace();
        let key = label_key(words.next().unwrap_or_default())?;
        return match (words.next(), words.next()) {
            (Some("in"), None) => Ok(Expression::In(key, values)),
            (Some("notin"), None) => Ok(Expression::NotIn(key, values)),
            (other, _) => Err(format!(
                "found '{}', expected: in, notin",
                other.unwrap_or_default()
            )),
        };
    }
    if let Some((key, value)) = term.split_once("!=") {
        return Ok(Expression::NotEqual(label_key(key)?, label_value(value.trim())?));
    }
    if let Some((key, value)) = term.split_once("==").or_else(|| term.split_once('=')) {
        return Ok(Expression::Equal(label_key(key)?, label_value(value.trim())?));
    }
    Ok(Expression::Exists(label_key(term)?))
}

fn label_key(text: &str) -> Result<String, String> {
    let key = text.trim();
    let name = key.split_once('/').map_or(key, |(_, name)| name);
    if key.is_empty() || !is_label_text(name) || name.is_empty() {
        return Err(format!(
            "found '{key}', expected: !, identifier, or 'end of string'"
        ));
    }
    Ok(key.to_owned())
}

fn label_value(text: &str) -> Result<String, String> {
    if is_label_text(text) {
        Ok(text.to_owned())
    } else {
        Err(format!("invalid label value: {text:?}"))
    }
}

/// The letters a label's name or value may have.
pub(crate) fn is_label_text(text: &str) -> bool {
    let edge = |b: Option<&u8>| b.is_none_or(u8::is_ascii_alphanumeric);
    text.len() <= 63
        && edge(text.as_bytes().first())
        && edge(text.as_bytes().last())
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
}
