//! Drops what a schema does not know, and tells what was dropped.
//!
//! Invariant: `apiVersion`, `kind` and `metadata` of the root and of embedded resources stay.

use serde_json::Value;

use super::Schema;

/// Removes unknown fields; the answer is their paths, in order (`spec.a`, `spec.b[0].c`).
pub(crate) fn prune(value: &mut Value, schema: &Schema) -> Vec<String> {
    let mut dropped = Vec::new();
    walk(value, schema, "", true, &mut dropped);
    dropped
}

fn walk(value: &mut Value, schema: &Schema, path: &str, resource: bool, dropped: &mut Vec<String>) {
    if let Value::Array(items) = value {
        if let Some(item) = &schema.items {
            for (at, each) in items.iter_mut().enumerate() {
                walk(each, item, &format!("{path}[{at}]"), item.embedded, dropped);
            }
        }
        return;
    }
    let Value::Object(map) = value else { return };
    let free_form = schema.kind != super::Type::Object && schema.fields.is_empty();
    map.retain(|name, field| {
        let path = if path.is_empty() {
            name.clone()
        } else {
            format!("{path}.{name}")
        };
        if let Some(known) = schema.field(name) {
            walk(field, known, &path, known.embedded, dropped);
            return true;
        }
        if resource && matches!(name.as_str(), "apiVersion" | "kind" | "metadata") {
            return true;
        }
        let keep = schema.preserve_unknown || free_form;
        if !keep {
            dropped.push(path);
        }
        keep
    });
}
