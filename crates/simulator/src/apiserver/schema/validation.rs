//! Is a value what its schema says? In the words of the real server.
//!
//! Invariant: all errors are told, in the order of the fields' names.

use serde_json::Value;

use super::super::error::FieldError;
use super::{Limits, ListType, Schema, Type};

#[cfg(test)]
mod tests;

pub(crate) fn validate(value: &Value, schema: &Schema) -> Vec<FieldError> {
    let mut errors = Vec::new();
    check(value, schema, "", &mut errors);
    errors
}

fn check(value: &Value, schema: &Schema, path: &str, errors: &mut Vec<FieldError>) {
    if value.is_null() && schema.nullable {
        return;
    }
    if !has_type(value, schema) {
        let wanted = if schema.int_or_string {
            "integer,string"
        } else {
            schema.kind.name()
        };
        let found = kind_of(value);
        errors.push(FieldError {
            reason: "FieldValueTypeInvalid",
            field: shown(path),
            message: format!(
                "Invalid value: {}: {} in body must be of type {wanted}: {}",
                format_args!("{found:?}"),
                shown(path),
                format_args!("{found:?}"),
            ),
        });
        if schema.kind == Type::Integer && value.is_number() {
            // The real server says it twice, the second time without a field.
            let detail = format!(
                "Checked value must be of type integer (default format) in {}",
                shown(path)
            );
            errors.push(FieldError::invalid("<nil>", &Value::from(""), &detail));
        }
        return;
    }
    check_limits(value, &schema.limits, path, errors);
    match value {
        Value::String(text) => check_format(text, schema, path, errors),
        Value::Array(items) => check_items(items, schema, path, errors),
        Value::Object(map) => {
            for name in &schema.required {
                if !map.contains_key(name) {
                    errors.push(FieldError::required(join(path, name), ""));
                }
            }
            for (name, each) in map {
                if let Some(field) = schema.field(name) {
                    check(each, field, &join(path, name), errors);
                }
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn check_items(items: &[Value], schema: &Schema, path: &str, errors: &mut Vec<FieldError>) {
    if let Some(item) = &schema.items {
        for (at, each) in items.iter().enumerate() {
            check(each, item, &format!("{path}[{at}]"), errors);
        }
    }
    let key = |item: &Value| match &schema.list {
        ListType::Atomic => None,
        ListType::Set => Some(item.clone()),
        ListType::Map(keys) => Some(
            keys.iter()
                .filter_map(|k| Some((k.clone(), item.get(k)?.clone())))
                .collect::<serde_json::Map<_, _>>()
                .into(),
        ),
    };
    let mut seen: Vec<Value> = Vec::new();
    for (at, each) in items.iter().enumerate() {
        let Some(key) = key(each) else { return };
        if seen.contains(&key) {
            errors.push(FieldError::duplicate(format!("{path}[{at}]"), &key));
        } else {
            seen.push(key);
        }
    }
}

fn check_limits(value: &Value, limits: &Limits, path: &str, errors: &mut Vec<FieldError>) {
    check_count(value, limits, path, errors);
    let mut refuse = |detail: String| errors.push(FieldError::invalid(shown(path), value, &detail));
    let at = shown(path);
    if let (Some(pattern), Some(text)) = (&limits.pattern, value.as_str()) {
        // A pattern that Rust cannot read (it is RE2 there) is not enforced.
        if regex::Regex::new(pattern).is_ok_and(|r| !r.is_match(text)) {
            refuse(format!("{at} in body should match '{pattern}'"));
        }
    }
    if let Some(number) = value.as_f64() {
        if let Some(minimum) = limits.minimum
            && (number < minimum || (limits.exclusive_minimum && number <= minimum))
        {
            let than = if limits.exclusive_minimum {
                "than"
            } else {
                "than or equal to"
            };
            refuse(format!("{at} in body should be greater {than} {minimum}"));
        }
        if let Some(maximum) = limits.maximum
            && (number > maximum || (limits.exclusive_maximum && number >= maximum))
        {
            let than = if limits.exclusive_maximum {
                "than"
            } else {
                "than or equal to"
            };
            refuse(format!("{at} in body should be less {than} {maximum}"));
        }
        if let Some(step) = limits.multiple_of
            && (number / step).fract() != 0.0
        {
            refuse(format!("{at} in body should be a multiple of {step}"));
        }
    }
    if let Some(choices) = &limits.enumeration
        && !choices.contains(value)
    {
        let choices: Vec<String> = choices
            .iter()
            .map(|c| c.as_str().map_or_else(|| c.to_string(), str::to_owned))
            .collect();
        errors.push(FieldError::not_supported(at, value, &choices));
    }
    check_combined(value, limits, path, errors);
}

fn check_count(value: &Value, limits: &Limits, path: &str, errors: &mut Vec<FieldError>) {
    let at = shown(path);
    if let Some(text) = value.as_str() {
        let length = text.chars().count() as u64;
        if limits.min_length.is_some_and(|min| length < min) {
            let min = limits.min_length.unwrap_or_default();
            errors.push(FieldError::invalid(
                &at,
                value,
                &format!("{at} in body should be at least {min} chars long"),
            ));
        }
        if let Some(max) = limits.max_length
            && length > max
        {
            errors.push(FieldError::too_long(&at, max));
        }
    }
    if let Some(items) = value.as_array() {
        if let Some(min) = limits.min_items
            && (items.len() as u64) < min
        {
            errors.push(FieldError::invalid(
                &at,
                value,
                &format!("{at} in body should have at least {min} items"),
            ));
        }
        if let Some(max) = limits.max_items
            && items.len() as u64 > max
        {
            errors.push(FieldError::too_many(&at, items.len(), max));
        }
    }
    if let Some(map) = value.as_object() {
        if let Some(min) = limits.min_properties
            && (map.len() as u64) < min
        {
            errors.push(FieldError::invalid(
                &at,
                value,
                &format!("{at} in body should have at least {min} properties"),
            ));
        }
        if let Some(max) = limits.max_properties
            && map.len() as u64 > max
        {
            errors.push(FieldError::too_many(&at, map.len(), max));
        }
    }
}

fn check_combined(value: &Value, limits: &Limits, path: &str, errors: &mut Vec<FieldError>) {
    let passes = |schema: &Schema| {
        let mut found = Vec::new();
        check(value, schema, path, &mut found);
        found.is_empty()
    };
    let at = shown(path);
    for schema in &limits.all_of {
        check(value, schema, path, errors);
    }
    if !limits.any_of.is_empty() && !limits.any_of.iter().any(passes) {
        errors.push(FieldError::invalid(
            &at,
            value,
            &format!("{at} in body must validate at least one schema (anyOf)"),
        ));
    }
    if !limits.one_of.is_empty() && limits.one_of.iter().filter(|s| passes(s)).count() != 1 {
        errors.push(FieldError::invalid(
            &at,
            value,
            &format!("{at} in body must validate one and only one schema (oneOf)"),
        ));
    }
    if limits.not.as_ref().is_some_and(|s| passes(s)) {
        errors.push(FieldError::invalid(
            &at,
            value,
            &format!("{at} in body must not validate the schema (not)"),
        ));
    }
}

fn check_format(text: &str, schema: &Schema, path: &str, errors: &mut Vec<FieldError>) {
    let good = match schema.format.as_str() {
        "date-time" => text.parse::<jiff::Timestamp>().is_ok(),
        "date" => text.parse::<jiff::civil::Date>().is_ok(),
        "ipv4" => text.parse::<std::net::Ipv4Addr>().is_ok(),
        "ipv6" => text.parse::<std::net::Ipv6Addr>().is_ok(),
        _ => true,
    };
    if !good {
        let at = shown(path);
        let detail = format!("{at} in body must be of type {}: {text:?}", schema.format);
        let mut error = FieldError::invalid(&at, &Value::from(text), &detail);
        error.reason = "FieldValueTypeInvalid";
        errors.push(error);
    }
}

fn has_type(value: &Value, schema: &Schema) -> bool {
    if schema.int_or_string {
        return value.is_string() || value.is_i64() || value.is_u64();
    }
    match schema.kind {
        Type::Any => true,
        Type::Object => value.is_object(),
        Type::Array => value.is_array(),
        Type::String => value.is_string(),
        Type::Integer => value.is_i64() || value.is_u64() || value.as_f64().is_some_and(|f| f.fract() == 0.0),
        Type::Number => value.is_number(),
        Type::Boolean => value.is_boolean(),
    }
}

pub(crate) fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_f64() => "number",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

fn shown(path: &str) -> String {
    if path.is_empty() {
        "<nil>".into()
    } else {
        path.to_owned()
    }
}

fn join(path: &str, name: &str) -> String {
    if path.is_empty() {
        name.to_owned()
    } else {
        format!("{path}.{name}")
    }
}
