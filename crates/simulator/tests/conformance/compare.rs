//! Compares the answers of two servers.
//!
//! What is made equal first, in all cases, and why:
//! - `uid`, `resourceVersion`, `continue`, and all times: made by each server for itself. That one is there is compared.
//! - cluster addresses, node ports and the generated part of a name: drawn at random by the real server.
//! - a null and a missing value: the same to a client; Go writes some fields as null.
//! - uids and resource versions within messages.
//! - ages in the columns of a table.
//! - the order of managers with the same operation: it goes by time, to the second, and two requests may fall in one second
//!   on one server and in two on the other.

use serde_json::{Map, Value};

use crate::case::Case;
use crate::play::Answer;

/// Fields that each server makes for itself.
const MADE: &[&str] = &[
    "uid",
    "resourceVersion",
    "continue",
    "creationTimestamp",
    "deletionTimestamp",
    "time",
    "lastTransitionTime",
    "clusterIP",
    "nodePort",
    "controller-uid",
    "batch.kubernetes.io/controller-uid",
];

pub(crate) fn differences(case: &Case, ours: &[Answer], theirs: &[Answer]) -> Vec<String> {
    let mut found = Vec::new();
    for (at, ((step, ours), theirs)) in case.steps.iter().zip(ours).zip(theirs).enumerate() {
        let title = format!("step {} {} {}", at + 1, step.method, step.path);
        if ours.code != theirs.code {
            found.push(format!(
                "{title}\n  code: ours {}, real {}",
                ours.code, theirs.code
            ));
        }
        let [left, right] = [ours, theirs].map(|answer| {
            let mut body = normal(&answer.body, "");
            for pointer in &case.differs {
                remove(&mut body, pointer);
            }
            body
        });
        let mut paths = Vec::new();
        diff(&left, &right, "", &mut paths);
        if !paths.is_empty() {
            found.push(format!("{title}\n{}", paths.join("\n")));
        }
        if ours.warnings != theirs.warnings {
            found.push(format!(
                "{title}\n  warnings: ours {:?}, real {:?}",
                ours.warnings, theirs.warnings
            ));
        }
    }
    found
}

fn normal(value: &Value, field: &str) -> Value {
    match value {
        Value::Object(map) => map
            .iter()
            .filter(|(_, each)| !each.is_null())
            .map(|(name, each)| {
                let generated = name == "name" && map.contains_key("generateName");
                let made = MADE.contains(&name.as_str()) && !is_none(each) && !each.is_object();
                let each = if made || generated {
                    Value::from("<made>")
                } else {
                    normal(each, name)
                };
                // Owners are managed by their uid.
                let name = if name.starts_with("k:{\"uid\"") {
                    "k:{\"uid\":\"<made>\"}"
                } else {
                    name
                };
                (name.to_owned(), each)
            })
            .collect::<Map<_, _>>()
            .into(),
        Value::Array(items) if field == "clusterIPs" => items
            .iter()
            .map(|item| {
                if is_none(item) {
                    item.clone()
                } else {
                    Value::from("<made>")
                }
            })
            .collect(),
        Value::Array(items) if field == "managedFields" => managers(items),
        Value::String(text) if field == "cells" && is_age(text) => Value::from("<made>"),
        Value::Array(items) => items.iter().map(|item| normal(item, field)).collect(),
        Value::String(text) if field == "message" => Value::from(normal_message(text)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value.clone(),
    }
}

/// A column of ages: seconds since the creation, which are not the same on a slower server.
fn is_age(cell: &str) -> bool {
    cell.strip_suffix('s')
        .is_some_and(|seconds| seconds.parse::<u32>().is_ok())
}

/// Who manages fields: by name among those of one operation.
fn managers(items: &[Value]) -> Value {
    let mut managers: Vec<Value> = items.iter().map(|item| normal(item, "managedFields")).collect();
    for same in managers.chunk_by_mut(|a, b| a["operation"] == b["operation"]) {
        same.sort_by_cached_key(|one| (one["manager"].to_string(), one["subresource"].to_string()));
    }
    managers.into()
}

/// The address `None` of a headless service is no address.
fn is_none(value: &Value) -> bool {
    value == "None"
}

/// Uids, and numbers of four digits and more that are resource versions.
fn normal_message(text: &str) -> String {
    let mut out = String::new();
    let mut word = String::new();
    for letter in text.chars().chain(std::iter::once(' ')) {
        if letter.is_ascii_alphanumeric() || letter == '-' {
            word.push(letter);
            continue;
        }
        let uid = word.len() == 36 && word.matches('-').count() == 4;
        let version = word.len() >= 3 && word.bytes().all(|b| b.is_ascii_digit());
        out.push_str(if uid || version { "<made>" } else { &word });
        word.clear();
        out.push(letter);
    }
    out.trim_end().to_owned()
}

/// Removes what a JSON pointer points at; `*` is each item of a list.
fn remove(value: &mut Value, pointer: &str) {
    let (first, rest) = pointer
        .trim_start_matches('/')
        .split_once('/')
        .unwrap_or((pointer.trim_start_matches('/'), ""));
    match value {
        Value::Object(map) if rest.is_empty() => {
            map.remove(first);
        }
        Value::Object(map) => {
            if let Some(inner) = map.get_mut(first) {
                remove(inner, rest);
            }
        }
        Value::Array(items) => {
            for (at, item) in items.iter_mut().enumerate() {
                if first == "*" || first.parse() == Ok(at) {
                    remove(item, rest);
                }
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn diff(ours: &Value, real: &Value, path: &str, found: &mut Vec<String>) {
    match (ours, real) {
        (Value::Object(left), Value::Object(right)) => {
            let mut names: Vec<_> = left.keys().chain(right.keys()).collect();
            names.sort();
            names.dedup();
            for name in names {
                let path = format!("{path}/{name}");
                match (left.get(name), right.get(name)) {
                    (Some(left), Some(right)) => diff(left, right, &path, found),
                    (left, right) => found.push(line(&path, left, right)),
                }
            }
        }
        (Value::Array(left), Value::Array(right)) if left.len() == right.len() => {
            for (at, (left, right)) in left.iter().zip(right).enumerate() {
                diff(left, right, &format!("{path}/{at}"), found);
            }
        }
        _ if ours == real => {}
        _ => found.push(line(path, Some(ours), Some(real))),
    }
}

fn line(path: &str, ours: Option<&Value>, real: Option<&Value>) -> String {
    let shown = |value: Option<&Value>| value.map_or_else(|| "(none)".to_owned(), Value::to_string);
    format!("  {path}\n    ours {}\n    real {}", shown(ours), shown(real))
}
