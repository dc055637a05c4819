//! Reading into JSON objects: absent, null and of another type are all "not there".
//!
//! Not here: writing (`draft`). Nothing allocates.

use serde_json::{Map, Value};

/// The value at a path of field names; numbers are places in lists.
pub(crate) fn at<'v>(value: &'v Value, path: &[&str]) -> Option<&'v Value> {
    path.iter()
        .try_fold(value, |inner, step| enter(inner, step))
        .filter(|found| !found.is_null())
}

fn enter<'v>(value: &'v Value, step: &str) -> Option<&'v Value> {
    if value.is_array() {
        value.get(step.parse::<usize>().ok()?)
    } else {
        value.get(step)
    }
}

/// The text at a path, empty when there is none.
pub(crate) fn text<'v>(value: &'v Value, path: &[&str]) -> &'v str {
    at(value, path).and_then(Value::as_str).unwrap_or_default()
}

/// The whole number at a path.
pub(crate) fn number(value: &Value, path: &[&str]) -> Option<i64> {
    at(value, path).and_then(Value::as_i64)
}

/// Whether the path holds `true`.
pub(crate) fn is_true(value: &Value, path: &[&str]) -> bool {
    at(value, path).and_then(Value::as_bool).unwrap_or(false)
}

/// The list at a path, empty when there is none.
pub(crate) fn items<'v>(value: &'v Value, path: &[&str]) -> &'v [Value] {
    at(value, path)
        .and_then(Value::as_array)
        .map(Vec::as_slice)
        .unwrap_or_default()
}

/// The map at a path.
pub(crate) fn map<'v>(value: &'v Value, path: &[&str]) -> Option<&'v Map<String, Value>> {
    at(value, path).and_then(Value::as_object)
}

/// Entries of the map at a path, none when there is no map.
pub(crate) fn entries<'v>(value: &'v Value, path: &[&str]) -> impl Iterator<Item = (&'v String, &'v Value)> {
    map(value, path).into_iter().flatten()
}

/// An annotation's text, empty when there is none.
pub(crate) fn annotation<'v>(value: &'v Value, name: &str) -> &'v str {
    text(value, &["metadata", "annotations", name])
}

/// A label's text, empty when there is none.
pub(crate) fn label<'v>(value: &'v Value, name: &str) -> &'v str {
    text(value, &["metadata", "labels", name])
}

/// Whether a `status.conditions` entry of this type is `True`.
pub(crate) fn condition_is_true(value: &Value, kind: &str) -> bool {
    items(value, &["status", "conditions"])
        .iter()
        .any(|condition| text(condition, &["type"]) == kind && text(condition, &["status"]) == "True")
}

/// API group of an `apiVersion`: empty for the core group.
pub(crate) fn group_of(api_version: &str) -> &str {
    api_version.split_once('/').map_or("", |(group, _)| group)
}

/// Group and kind of an object, each empty when not there.
pub(crate) fn group_kind(value: &Value) -> (&str, &str) {
    (group_of(text(value, &["apiVersion"])), text(value, &["kind"]))
}
