//! An object in the version, or the group, in which it is asked for.
//!
//! Custom kinds have no conversion webhook here: only `apiVersion` changes, as with strategy `None`. The one kind of
//! two groups is Event: one object, kept as the core group has it, seen in `events.k8s.io` with other field names.

use std::sync::Arc;

use serde_json::Value;

use super::kinds::{Kind, ResourceId};
use super::schema::Schema;
use super::{builtin, object};

/// (as `events.k8s.io` calls it, as the core group calls it)
const EVENT_FIELDS: &[(&str, &str)] = &[
    ("note", "message"),
    ("regarding", "involvedObject"),
    ("reportingController", "reportingComponent"),
    ("deprecatedCount", "count"),
    ("deprecatedFirstTimestamp", "firstTimestamp"),
    ("deprecatedLastTimestamp", "lastTimestamp"),
    ("deprecatedSource", "source"),
];

/// Where the objects of a resource are kept: events of both groups are one.
pub(crate) fn table_of(id: &ResourceId) -> ResourceId {
    if is_new_event(id) {
        ResourceId::new("", "events")
    } else {
        id.clone()
    }
}

/// The structure of the objects as they are kept.
pub(crate) fn schema_of(kind: &Kind) -> Arc<Schema> {
    if is_new_event(&kind.id) {
        builtin::schema("core.v1.Event")
    } else {
        Arc::clone(&kind.schema)
    }
}

/// The object as `kind` has it, if that differs in more than `apiVersion`.
pub(crate) fn to_kind(stored: &Value, kind: &Kind) -> Option<Value> {
    is_new_event(&kind.id).then(|| rename(stored, "events.k8s.io/v1", |(new, core)| (core, new)))
}

/// The object as it is kept.
pub(crate) fn to_storage(value: Value, kind: &Kind) -> Value {
    if is_new_event(&kind.id) {
        rename(&value, "v1", |pair| pair)
    } else {
        value
    }
}

fn is_new_event(id: &ResourceId) -> bool {
    id.group == "events.k8s.io" && id.plural == "events"
}

fn rename(
    value: &Value,
    api_version: &str,
    order: impl Fn((&'static str, &'static str)) -> (&'static str, &'static str),
) -> Value {
    let mut value = value.clone();
    let map = object::as_map(&mut value);
    map.insert("apiVersion".into(), api_version.into());
    for pair in EVENT_FIELDS {
        let (from, to) = order(*pair);
        if let Some(field) = map.remove(from) {
            map.insert(to.into(), field);
        }
    }
    value
}
