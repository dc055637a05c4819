//! The structs that Go always writes, empty or not: `spec`, `status`, `strategy`, `resources`.
//!
//! Custom kinds have none.

use serde_json::{Map, Value};

use super::{Schema, Type, Zero};

/// Adds, as nulls, the lists, maps and times that Go always writes and that are missing.
pub(crate) fn fill_nulls(value: &mut Value, schema: &Schema) {
    match value {
        Value::Object(map) => {
            for (name, field) in &schema.fields {
                // A time that is no pointer is a struct: `omitempty` does not leave it out.
                let is_time =
                    field.format == "date-time" && field.zero != Zero::Kept && name != "creationTimestamp";
                if is_time || (field.zero == Zero::Written && zero_of(field).is_none()) {
                    map.entry(name.clone()).or_insert(Value::Null);
                }
            }
            for (name, each) in map.iter_mut() {
                if let Some(field) = schema.field(name) {
                    fill_nulls(each, field);
                }
            }
        }
        Value::Array(items) => {
            if let Some(item) = &schema.items {
                for each in items {
                    fill_nulls(each, item);
                }
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// The zero value of a scalar; lists, maps, structs and times have none but null.
pub(crate) fn zero_of(schema: &Schema) -> Option<Value> {
    match schema.kind {
        Type::String if schema.format.is_empty() => Some("".into()),
        Type::Boolean => Some(false.into()),
        Type::Integer | Type::Number => Some(0.into()),
        Type::String | Type::Any | Type::Object | Type::Array => None,
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
                } else if let Some(zero) = zero_of(field).filter(|_| field.zero == Zero::Written) {
                    map.insert(name.clone(), zero);
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
