//! Stopping and starting what runs, as the smallest merge patches on a live object.
//!
//! Not here: writing them (`migration`). Invariant: stop then start gives the object back; a stop of what
//! stands still and a start of what runs are nothing. A bare Pod cannot be stopped, only deleted.

#[cfg(test)]
mod tests;

use serde_json::{Map, Value, json};

use crate::{
    capture::is_finished_job,
    field::{annotation, at, group_kind, is_true, map, number, text},
    kinds::has_replicas,
    mark,
};

/// The merge patch that stops this object; none when it stands still or nothing of it runs.
pub fn stop_patch(live: &Value) -> Option<Value> {
    match group_kind(live) {
        (group, kind) if has_replicas(group, kind) => {
            let wanted = replicas(live);
            (wanted > 0).then(|| marked(mark::REPLICAS, &wanted.to_string(), &json!({ "replicas": 0 })))
        }
        ("batch", "CronJob") => suspend(live),
        ("batch", "Job") if !is_finished_job(live) => suspend(live),
        ("apps", "DaemonSet") => (!is_parked(live)).then(
            || json!({ "spec": { "template": { "spec": { "nodeSelector": { mark::PARKED: "true" } } } } }),
        ),
        _ => None,
    }
}

/// The merge patch that starts what [`stop_patch`] or a stopped transform stopped; none when it was not
/// stopped by us. A Job that is held because it may have run already stays held.
pub fn start_patch(live: &Value) -> Option<Value> {
    match group_kind(live) {
        (group, kind) if has_replicas(group, kind) => {
            let recorded = at(live, &["metadata", "annotations", mark::REPLICAS])?;
            let spec = if replicas(live) > 0 {
                json!({})
            } else {
                json!({ "replicas": recorded_replicas(recorded) })
            };
            Some(unmarked(live, mark::REPLICAS, spec))
        }
        ("batch", "Job" | "CronJob") => {
            let spec = match annotation(live, mark::SUSPEND) {
                "" => return None,
                _ if !is_true(live, &["spec", "suspend"]) => json!({}),
                "unset" => json!({ "suspend": null }),
                _ => json!({ "suspend": false }),
            };
            Some(unmarked(live, mark::SUSPEND, spec))
        }
        ("apps", "DaemonSet") => is_parked(live).then(|| {
            let alone = map(live, NODE_SELECTOR).is_some_and(|selector| selector.len() == 1);
            let selector = if alone {
                Value::Null
            } else {
                json!({ mark::PARKED: null })
            };
            json!({ "spec": { "template": { "spec": { "nodeSelector": selector } } } })
        }),
        _ => None,
    }
}

/// Whether nothing of this object is meant to run: what a stop asks for is so. That Pods are gone too must be
/// seen on the Pods. True for kinds that run nothing.
pub fn is_stopped(live: &Value) -> bool {
    match group_kind(live) {
        ("", "Pod") => matches!(text(live, &["status", "phase"]), "Succeeded" | "Failed"),
        _ => stop_patch(live).is_none(),
    }
}

/// Path of a workload's node selector.
pub(crate) const NODE_SELECTOR: &[&str] = &["spec", "template", "spec", "nodeSelector"];

/// Replicas that are asked for: one where nothing is said.
pub(crate) fn replicas(object: &Value) -> i64 {
    number(object, &["spec", "replicas"]).unwrap_or(1)
}

/// Replicas by the record. A record that a person broke counts as one: running beats standing still.
pub(crate) fn recorded_replicas(recorded: &Value) -> i64 {
    recorded
        .as_str()
        .and_then(|text| text.parse().ok())
        .filter(|n| *n > 0)
        .unwrap_or(1)
}

/// Whether a `DaemonSet` selects the node that does not exist.
pub(crate) fn is_parked(object: &Value) -> bool {
    map(object, NODE_SELECTOR).is_some_and(|selector| selector.contains_key(mark::PARKED))
}

/// What to record before suspending: what start must put back. None when a user suspended it.
pub(crate) fn suspend_record(object: &Value) -> Option<&'static str> {
    let field = at(object, &["spec", "suspend"]);
    match (field, is_true(object, &["spec", "suspend"])) {
        (None, _) => Some("unset"),
        (Some(_), false) => Some("false"),
        (Some(_), true) => None,
    }
}

fn suspend(live: &Value) -> Option<Value> {
    Some(marked(
        mark::SUSPEND,
        suspend_record(live)?,
        &json!({ "suspend": true }),
    ))
}

fn marked(name: &str, value: &str, spec: &Value) -> Value {
    json!({ "metadata": { "annotations": { name: value } }, "spec": spec })
}

fn unmarked(live: &Value, name: &str, spec: Value) -> Value {
    let alone = map(live, &["metadata", "annotations"]).is_some_and(|all| all.len() == 1);
    let annotations = if alone { Value::Null } else { json!({ name: null }) };
    let mut patch = Map::from_iter([("metadata".to_owned(), json!({ "annotations": annotations }))]);
    if spec.as_object().is_some_and(|fields| !fields.is_empty()) {
        patch.insert("spec".to_owned(), spec);
    }
    Value::Object(patch)
}
