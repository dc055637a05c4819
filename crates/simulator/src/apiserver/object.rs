//! Reading and writing the parts that every object has (`metadata`), on plain JSON.
//!
//! Invariant: reading never fails; what is absent or of another type reads as empty.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

pub(crate) type Object = Map<String, Value>;

static EMPTY: std::sync::LazyLock<Object> = std::sync::LazyLock::new(Object::new);

/// The value at `path`, if each step is an object that has it.
pub(crate) fn at<'a>(object: &'a Value, path: &[&str]) -> Option<&'a Value> {
    path.iter().try_fold(object, |value, step| value.get(step))
}

pub(crate) fn str_at<'a>(object: &'a Value, path: &[&str]) -> &'a str {
    at(object, path).and_then(Value::as_str).unwrap_or_default()
}

pub(crate) fn list_at<'a>(object: &'a Value, path: &[&str]) -> &'a [Value] {
    at(object, path)
        .and_then(Value::as_array)
        .map_or(&[], Vec::as_slice)
}

pub(crate) fn map_at<'a>(object: &'a Value, path: &[&str]) -> &'a Object {
    at(object, path).and_then(Value::as_object).unwrap_or(&EMPTY)
}

pub(crate) fn int_at(object: &Value, path: &[&str]) -> Option<i64> {
    at(object, path).and_then(Value::as_i64)
}

pub(crate) fn bool_at(object: &Value, path: &[&str]) -> bool {
    at(object, path).and_then(Value::as_bool).unwrap_or(false)
}

/// The value as an object; anything else is replaced by an empty one first.
pub(crate) fn as_map(value: &mut Value) -> &mut Object {
    if !value.is_object() {
        *value = Value::Object(Object::new());
    }
    match value {
        Value::Object(map) => map,
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
            unreachable!("made an object above")
        }
    }
}

/// The object at `path`, made where it is missing.
pub(crate) fn map_mut<'a>(object: &'a mut Value, path: &[&str]) -> &'a mut Object {
    let mut value = object;
    for step in path {
        value = as_map(value)
            .entry(*step)
            .or_insert_with(|| Value::Object(Object::new()));
    }
    as_map(value)
}

pub(crate) fn meta(object: &Value) -> &Object {
    map_at(object, &["metadata"])
}

pub(crate) fn meta_mut(object: &mut Value) -> &mut Object {
    map_mut(object, &["metadata"])
}

pub(crate) fn name(object: &Value) -> &str {
    str_at(object, &["metadata", "name"])
}

pub(crate) fn namespace(object: &Value) -> &str {
    str_at(object, &["metadata", "namespace"])
}

pub(crate) fn uid(object: &Value) -> &str {
    str_at(object, &["metadata", "uid"])
}

pub(crate) fn resource_version(object: &Value) -> &str {
    str_at(object, &["metadata", "resourceVersion"])
}

/// Marked as being deleted; it stays for as long as it has finalizers or a grace period.
pub(crate) fn is_terminating(object: &Value) -> bool {
    at(object, &["metadata", "deletionTimestamp"]).is_some_and(|v| !v.is_null())
}

pub(crate) fn finalizers(object: &Value) -> impl Iterator<Item = &str> {
    list_at(object, &["metadata", "finalizers"])
        .iter()
        .filter_map(Value::as_str)
}

pub(crate) fn set_finalizers(object: &mut Value, finalizers: &[String]) {
    let meta = meta_mut(object);
    if finalizers.is_empty() {
        meta.remove("finalizers");
    } else {
        meta.insert("finalizers".into(), Value::from(finalizers));
    }
}

pub(crate) fn labels(object: &Value) -> BTreeMap<String, String> {
    strings(map_at(object, &["metadata", "labels"]))
}

pub(crate) fn strings(map: &Object) -> BTreeMap<String, String> {
    map.iter()
        .filter_map(|(k, v)| Some((k.clone(), v.as_str()?.to_owned())))
        .collect()
}

/// Sets `field` unless it has a value already.
pub(crate) fn default_to(map: &mut Object, field: &str, value: impl Into<Value>) {
    if map.get(field).is_none_or(Value::is_null) {
        map.insert(field.to_owned(), value.into());
    }
}
