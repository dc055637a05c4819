//! The structs that Go always writes, empty or not: `spec`, `status`, `strategy`, `resources`.
//!
//! Custom kinds have none.

use serde_json::{Map, Value};

use super::Schema;

/// Adds, as nulls, the lists and maps that Go always writes and that are missing.
pub(crate) fn fill_lists(value: &mut Value, schema: &Schema) {
    match value {
        Value::Object(map) => {
            for name in &schema.required {
                let is_list = schema
                    .fields
                    .get(name)
                    .is_some_and(|field| field.kind == super::Type::Array || field.additional.is_some());
                if is_list && !schema.go_type.is_empty() {
                    map.entry(name.clone()).or_insert(Value::Null);
                }
            }
            for (name, each) in map.iter_mut() {
                if let Some(field) = schema.field(name) {
                    fill_lists(each, field);
                }
            }
        }
        Value::Array(items) => {
            if let Some(item) = &schema.items {
                for each in items {
                    fill_lists(each, item);
                }
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Adds the structs that are missing, and the zeroes.
pub(crate) fn fill(value: &mut Value, schema: &Schema) {
    match value {
        Value::Object(map) => {
            for (name, field) in &schema.fields {
                if map.contains_key(name) {
                    continue;
                }
                if field.always_there {
                    map.insert(name.clone(), Value::Object(Map::new()));
                } else if let Some(zero) = field.zero.as_ref().filter(|_| schema.writes_zeroes) {
                    map.insert(name.clone(), zero.clone());
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
