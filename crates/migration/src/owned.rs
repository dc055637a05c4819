//! Whose an object is, read from the object itself.
//!
//! Pure. Invariant: doubt means somebody else's.

use havenmeester_api::FIELD_MANAGER;
use havenmeester_portability::ObjectKey;
use serde_json::Value;

/// Whether we have ever written its spec.
pub(crate) fn is_by_us(live: &Value) -> bool {
    writers(live).any(|(manager, _)| manager == FIELD_MANAGER)
}

/// Whether we created it and nobody else but controllers, in its status, has written it.
pub(crate) fn is_only_by_us(live: &Value) -> bool {
    is_by_us(live)
        && writers(live).all(|(manager, subresource)| manager == FIELD_MANAGER || !subresource.is_empty())
}

/// Whether it has no field that anybody set (a bare service account leaves no trace of its maker) and was made after
/// we last wrote the namespace, which is before we create anything in it. Both times are of the member's own clock.
pub(crate) fn is_empty_since(live: &Value, namespace: &Value) -> bool {
    let entries = namespace
        .pointer("/metadata/managedFields")
        .and_then(Value::as_array);
    let ours = entries
        .into_iter()
        .flatten()
        .filter(|entry| entry["manager"] == FIELD_MANAGER);
    let wrote = ours.filter_map(|entry| entry.get("time")?.as_str()).max();
    let made = live
        .pointer("/metadata/creationTimestamp")
        .and_then(Value::as_str);
    // The API server writes all times alike, so that their texts order as they do.
    writers(live).next().is_none() && made.zip(wrote).is_some_and(|(made, wrote)| made >= wrote)
}

/// Whether it holds data that no capture has: it is neither replaced nor deleted.
pub(crate) fn is_data(key: &ObjectKey) -> bool {
    key.group.is_empty() && matches!(key.kind.as_str(), "PersistentVolumeClaim" | "PersistentVolume")
}

fn writers(live: &Value) -> impl Iterator<Item = (&str, &str)> {
    let entries = live.pointer("/metadata/managedFields").and_then(Value::as_array);
    entries.into_iter().flatten().map(|entry| {
        let text = |field: &str| entry.get(field).and_then(Value::as_str).unwrap_or_default();
        (text("manager"), text("subresource"))
    })
}

#[cfg(test)]
mod tests;
