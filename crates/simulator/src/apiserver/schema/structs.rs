//! The structs that Go always writes, empty or not: `spec`, `status`, `strategy`, `resources`.
//!
//! Custom kinds have none.

use serde_json::{Map, Value};

use super::Schema;

/// Adds the structs that are missing.
pub(crate) fn fill(value: &mut Value, schema: &Schema) {
    match value {
        Value::Object(map) => {
            for (name, field) in &schema.fields {
                if field.always_there && !map.contains_key(name) {
                    map.insert(name.clone(), Value::Object(Map::new()));
                }
            }
            for (name, each) in map.iter_mut() {
                if let Some(field) = schema.field(name) {
                    fill(each, field);
                }
            }
        }
        Value::Array(items) => {
            if let Some(item) = &schema.items {
                for each in items {
                    fill(each, item);
                }
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
