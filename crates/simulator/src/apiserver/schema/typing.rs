//! What Go's JSON decoder does with a body: refuses wrong types of Kubernetes' own kinds, and drops nulls.
//!
//! Not here: types of custom kinds beyond `metadata`; those are a matter of validation, with another message.

use serde_json::Value;

use super::super::decode::is_left_out;
use super::{Schema, Type};

/// What does not fit, in the decoder's words; `None` when all does.
pub(crate) fn mismatch(value: &Value, schema: &Schema, custom: bool) -> Option<String> {
    if custom {
        let metadata = value.get("metadata")?;
        return walk(metadata, schema.fields.get("metadata")?, "ObjectMeta", "metadata");
    }
    walk(value, schema, &schema.go_type, "")
}

fn walk(value: &Value, schema: &Schema, parent: &str, path: &str) -> Option<String> {
    if value.is_null() {
        return None;
    }
    if !fits(value, schema) {
        // A number that is no integer is named, other things only by their kind.
        let name = go_name(value);
        let shown = if value.is_f64() && schema.kind == Type::Integer {
            format!("{name} {value}")
        } else {
            name.into()
        };
        return Some(format!(
            "json: cannot unmarshal {shown} into Go struct field {parent}.{path} of type {}",
            go_type(schema)
        ));
    }
    match value {
        Value::Object(map) => map.iter().find_map(|(name, each)| {
            let field = schema.field(name)?;
            let path = if path.is_empty() {
                name.clone()
            } else {
                format!("{path}.{name}")
            };
            let parent = if schema.go_type.is_empty() {
                parent
            } else {
                &schema.go_type
            };
            walk(each, field, parent, &path)
        }),
        Value::Array(items) => {
            let item = schema.items.as_ref()?;
            items.iter().find_map(|each| walk(each, item, parent, path))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
    }
}

fn fits(value: &Value, schema: &Schema) -> bool {
    if schema.int_or_string {
        return value.is_string() || value.is_i64();
    }
    match schema.kind {
        Type::Any => true,
        Type::Object => value.is_object(),
        Type::Array => value.is_array(),
        Type::String => value.is_string(),
        Type::Integer => value.is_i64() || value.is_u64(),
        Type::Number => value.is_number(),
        Type::Boolean => value.is_boolean(),
    }
}

/// The kind of a JSON value, as Go's decoder calls it.
pub(crate) fn go_name(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "bool",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

fn go_type(schema: &Schema) -> String {
    match schema.kind {
        Type::Integer if schema.format.is_empty() => "int".into(),
        Type::Integer => schema.format.clone(),
        Type::Number => "float64".into(),
        Type::Boolean => "bool".into(),
        Type::String if schema.format == "byte" => "[]uint8".into(),
        Type::String | Type::Any => "string".into(),
        Type::Array => {
            let item = schema.items.as_deref();
            format!("[]{}", item.map_or_else(|| "string".to_owned(), go_type))
        }
        Type::Object => match &schema.additional {
            Some(each) => format!("map[string]{}", go_type(each)),
            None => format!("v1.{}", schema.go_type),
        },
    }
}

/// Drops what counts as not given: nulls, and of Kubernetes' own kinds empty lists and maps.
pub(crate) fn drop_nulls(value: &mut Value, schema: &Schema, custom: bool) {
    match value {
        Value::Object(map) => map.retain(|name, each| {
            let Some(field) = schema.field(name) else {
                return custom || !each.is_null() || schema.preserve_unknown;
            };
            if each.is_null() {
                return field.nullable || (field.preserve_unknown && !custom && field.kind == Type::Any);
            }
            drop_nulls(each, field, custom);
            custom || !is_left_out(each, field)
        }),
        Value::Array(items) => {
            if let Some(item) = &schema.items {
                for each in items {
                    drop_nulls(each, item, custom);
                }
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
