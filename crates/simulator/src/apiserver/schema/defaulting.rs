//! Fills in the defaults that a schema states.
//!
//! Invariant: what is given is never changed, but a null where null is not allowed counts as absent.

use serde_json::Value;

use super::Schema;

pub(crate) fn fill(value: &mut Value, schema: &Schema) {
    if let Value::Array(items) = value {
        if let Some(item) = &schema.items {
            for each in items {
                fill(each, item);
            }
        }
        return;
    }
    let Value::Object(map) = value else { return };
    for (name, field) in &schema.fields {
        let Some(default) = &field.default else { continue };
        let missing = match map.get(name) {
            None => true,
            Some(given) => given.is_null() && !field.nullable,
        };
        if missing {
            map.insert(name.clone(), default.clone());
        }
    }
    for (name, each) in map.iter_mut() {
        if let Some(field) = schema.field(name) {
            fill(each, field);
        }
    }
}
