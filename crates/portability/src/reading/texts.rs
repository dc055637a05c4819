//! Values that must be texts and are not to YAML: `PORT: 8080` in a ConfigMap, `true` as an annotation.
//!
//! `kubectl apply` and the API server refuse them, and only when they are sent. Asked where the API server has a map or a
//! list of strings: labels and annotations of any object, and what is in the built-in kinds that hold Pods or data.
//! Not here: whether the text is right.
//! Invariant: never tells a value.
use serde_json::Value;

use crate::field::{group_of, text};

use super::place::{FieldPath, Step};

/// Maps of strings, wherever they stand in a kind that holds Pods.
const MAPS: [&str; 4] = ["labels", "annotations", "matchLabels", "nodeSelector"];
/// Lists of strings there.
const LISTS: [&str; 2] = ["command", "args"];
/// The kinds that hold Pods, and what they are in.
const HOLD_PODS: [(&str, &str); 8] = [
    ("", "Pod"),
    ("", "PodTemplate"),
    ("", "ReplicationController"),
    ("apps", "Deployment"),
    ("apps", "StatefulSet"),
    ("apps", "DaemonSet"),
    ("apps", "ReplicaSet"),
    ("batch", "Job"),
];
/// What holds those.
const HOLDS_A_JOB: (&str, &str) = ("batch", "CronJob");

/// The fields whose value is a number or a truth value and must be a text.
pub(super) fn no_texts(object: &Value) -> Vec<FieldPath> {
    let mut found = Vec::new();
    let kind = (group_of(text(object, &["apiVersion"])), text(object, &["kind"]));
    if HOLD_PODS.contains(&kind) || kind == HOLDS_A_JOB {
        walk(object, &mut Vec::new(), &mut found);
        return found;
    }
    let maps: &[&[&str]] = match kind {
        ("", "ConfigMap") => &[&["data"], &["binaryData"]],
        ("", "Secret") => &[&["data"], &["stringData"]],
        ("", "Service") => &[&["spec", "selector"]],
        _ => &[],
    };
    for path in [&["metadata", "labels"][..], &["metadata", "annotations"]]
        .iter()
        .chain(maps)
    {
        let value = path.iter().try_fold(object, |value, field| value.get(*field));
        if let Some(value) = value {
            let mut steps = path.iter().map(|field| Step::Key((*field).to_owned())).collect();
            of_map(value, &mut steps, &mut found);
        }
    }
    found
}

/// Goes over all of an object that holds Pods.
fn walk(value: &Value, path: &mut Vec<Step>, found: &mut Vec<FieldPath>) {
    match value {
        Value::Object(fields) => {
            for (name, field) in fields {
                path.push(Step::Key(name.clone()));
                match field {
                    Value::Object(_) if MAPS.contains(&name.as_str()) => of_map(field, path, found),
                    Value::Array(items) if LISTS.contains(&name.as_str()) => of_list(items, path, found),
                    Value::Array(items) if name == "env" => of_env(items, path, found),
                    Value::Null
                    | Value::Bool(_)
                    | Value::Number(_)
                    | Value::String(_)
                    | Value::Array(_)
                    | Value::Object(_) => walk(field, path, found),
                }
                path.pop();
            }
        }
        Value::Array(items) => {
            for (at, item) in items.iter().enumerate() {
                path.push(Step::Item(at));
                walk(item, path, found);
                path.pop();
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn of_map(map: &Value, path: &mut Vec<Step>, found: &mut Vec<FieldPath>) {
    for (name, value) in map.as_object().into_iter().flatten() {
        path.push(Step::Key(name.clone()));
        note(value, path, found);
        path.pop();
    }
}

fn of_list(items: &[Value], path: &mut Vec<Step>, found: &mut Vec<FieldPath>) {
    for (at, item) in items.iter().enumerate() {
        path.push(Step::Item(at));
        note(item, path, found);
        path.pop();
    }
}

fn of_env(items: &[Value], path: &mut Vec<Step>, found: &mut Vec<FieldPath>) {
    for (at, item) in items.iter().enumerate() {
        path.push(Step::Item(at));
        for field in ["name", "value"] {
            if let Some(value) = item.get(field) {
                path.push(Step::Key(field.to_owned()));
                note(value, path, found);
                path.pop();
            }
        }
        path.pop();
    }
}

/// A null is read as no text, and taken.
fn note(value: &Value, path: &[Step], found: &mut Vec<FieldPath>) {
    if !value.is_string() && !value.is_null() {
        found.push(FieldPath(path.to_vec()));
    }
}
