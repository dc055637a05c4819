//! From the body of a write to an object that has the right shape.
//!
//! Not here: whether its values make sense (`validate`). Invariant: what comes out has `apiVersion`, `kind` and
//! `metadata`, and no field that its schema does not know.

use http::{HeaderMap, header};
use serde_json::Value;

use super::error::ApiError;
use super::kinds::Kind;
use super::object::{self, str_at};
use super::schema::{Schema, Type, Zero, pruning, structs, typing};
use super::{builtin, protobuf};

const ACCEPTED: [&str; 4] = [
    "application/json",
    "application/yaml",
    "application/vnd.kubernetes.protobuf",
    "application/cbor",
];

/// Reads the body of a create or update: JSON, or for Kubernetes' own kinds protobuf.
pub(crate) fn body(headers: &HeaderMap, body: &[u8], kind: &Kind) -> Result<Value, ApiError> {
    match content_type(headers) {
        "application/json" | "" => {}
        protobuf::CONTENT if !kind.custom => {
            return protobuf::read(body, &kind.schema)
                .ok_or_else(|| ApiError::bad_request("the body of the request is not well-formed protobuf"));
        }
        _ => return Err(ApiError::unsupported_media_type(&ACCEPTED)),
    }
    let value: Value = serde_json::from_slice(body).map_err(|error| {
        ApiError::bad_request(format!(
            "the object provided is unrecognized (must be of type {}): couldn't get version/kind; json parse error: {error}",
            kind.kind
        ))
    })?;
    if kind.custom && value.is_object() && str_at(&value, &["kind"]).is_empty() {
        let text = String::from_utf8_lossy(body);
        return Err(ApiError::bad_request(format!(
            "the object provided is unrecognized (must be of type {}): Object 'Kind' is missing in '{text}' ({text})",
            kind.kind
        )));
    }
    if !value.is_object() {
        return Err(ApiError::bad_request(format!(
            "the object provided is unrecognized (must be of type {}): couldn't get version/kind; json parse error: \
             json: cannot unmarshal {} into Go value of type struct {{ APIVersion string \"json:\\\"apiVersion,omitempty\\\"\"; \
             Kind string \"json:\\\"kind,omitempty\\\"\" }}",
            kind.kind,
            typing::go_name(&value),
        )));
    }
    Ok(value)
}

/// The media type of a body, without its parameters.
pub(crate) fn content_type(headers: &HeaderMap) -> &str {
    let given = headers
        .get(header::CONTENT_TYPE)
        .and_then(|v| v.to_str().ok())
        .unwrap_or_default();
    given.split(';').next().unwrap_or_default().trim()
}

/// Reads a body that may be protobuf of the definition `name`, else JSON.
pub(crate) fn plain(headers: &HeaderMap, body: &[u8], name: &str) -> Result<Value, ApiError> {
    if content_type(headers) == protobuf::CONTENT {
        return protobuf::read(body, &builtin::schema(name))
            .ok_or_else(|| ApiError::bad_request("the body of the request is not well-formed protobuf"));
    }
    serde_json::from_slice(body).map_err(|error| ApiError::bad_request(error.to_string()))
}

/// Checks that the object is of `kind`, and gives it that kind where it says nothing.
pub(crate) fn identify(value: &mut Value, kind: &Kind) -> Result<(), ApiError> {
    let (version, name) = (
        str_at(value, &["apiVersion"]).to_owned(),
        str_at(value, &["kind"]).to_owned(),
    );
    let expected = kind.api_version();
    if kind.custom && name.is_empty() {
        return Err(ApiError::bad_request(
            "Object 'Kind' is missing in the body of the request",
        ));
    }
    if !version.is_empty() && version != expected {
        return Err(ApiError::bad_request(format!(
            "the API version in the data ({version}) does not match the expected API version ({expected})"
        )));
    }
    if !name.is_empty() && name != kind.kind {
        return Err(ApiError::bad_request(format!(
            "{name} in version {:?} cannot be handled as a {}: converting (v1.{name}) to (core.{}): unknown conversion",
            kind.version, kind.kind, kind.kind
        )));
    }
    let map = object::as_map(value);
    map.insert("apiVersion".into(), expected.into());
    map.insert("kind".into(), kind.kind.clone().into());
    Ok(())
}

/// Gives the object the shape of its schema: types checked, unknown fields dropped. The warnings are for the client.
pub(crate) fn shape(value: &mut Value, kind: &Kind, validation: &str) -> Result<Vec<String>, ApiError> {
    let unknown = shape_applied(value, kind)?;
    typing::drop_nulls(value, &kind.schema, kind.custom);
    let unknown: Vec<String> = unknown
        .into_iter()
        .map(|path| format!("unknown field {path:?}"))
        .collect();
    match validation {
        "Ignore" => Ok(Vec::new()),
        "Strict" if !unknown.is_empty() => Err(cannot(kind, &strict(&unknown))),
        "" | "Warn" | "Strict" => Ok(unknown),
        other => Err(ApiError::bad_request(format!(
            "fieldValidation: Unsupported value: {other:?}: supported values: \"Ignore\", \"Strict\", \"Warn\""
        ))),
    }
}

/// The same for what a patch leaves: unknown fields, where they are refused, are the patch's fault.
pub(crate) fn shape_patched(
    value: &mut Value,
    kind: &Kind,
    validation: &str,
) -> Result<Vec<String>, ApiError> {
    if validation != "Strict" {
        return shape(value, kind, validation);
    }
    let before = value.clone();
    let unknown = shape(value, kind, "Warn")?;
    if unknown.is_empty() {
        Ok(unknown)
    } else {
        Err(ApiError::invalid_patch(&before, &strict(&unknown)))
    }
}

fn strict(unknown: &[String]) -> String {
    format!("strict decoding error: {}", unknown.join(", "))
}

fn cannot(kind: &Kind, why: &str) -> ApiError {
    ApiError::bad_request(format!(
        "{} in version {:?} cannot be handled as a {}: {why}",
        kind.kind, kind.version, kind.kind
    ))
}

/// The same for what is applied; the answer is the paths of unknown fields.
pub(crate) fn shape_applied(value: &mut Value, kind: &Kind) -> Result<Vec<String>, ApiError> {
    if let Some(why) = typing::mismatch(value, &kind.schema, kind.custom) {
        return Err(cannot(kind, &why));
    }
    whole_numbers(value);
    let unknown = pruning::prune(value, &kind.schema);
    object::meta_mut(value);
    Ok(unknown)
}

/// True if the value is one that Go leaves out: an empty list or map, and the zero of a field with `omitempty`.
pub(crate) fn is_left_out(value: &Value, schema: &Schema) -> bool {
    let is_zero = schema.zero == Zero::LeftOut && structs::zero_of(schema).as_ref() == Some(value);
    is_zero
        || match schema.kind {
            Type::Array => value.as_array().is_some_and(Vec::is_empty),
            Type::Object => {
                schema.additional.is_some() && value.as_object().is_some_and(serde_json::Map::is_empty)
            }
            Type::Any | Type::String | Type::Integer | Type::Number | Type::Boolean => false,
        }
}

/// Go writes a float without a fraction as an integer.
fn whole_numbers(value: &mut Value) {
    match value {
        Value::Number(number) if number.is_f64() => {
            let float = number.as_f64().unwrap_or_default();
            if float.fract() == 0.0 && float.abs() < 1e15 {
                #[expect(clippy::cast_possible_truncation, reason = "whole, and small enough")]
                let whole = float as i64;
                *value = whole.into();
            }
        }
        Value::Array(items) => items.iter_mut().for_each(whole_numbers),
        Value::Object(map) => map.values_mut().for_each(whole_numbers),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
