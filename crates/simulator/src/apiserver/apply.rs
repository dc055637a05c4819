//! Server-side apply: the request; the rules are in `managers`.

use http::{Response, StatusCode};
use serde_json::Value;

use super::answer;
use super::body::Body;
use super::error::{ApiError, FieldError};
use super::managers::{self, Operation};
use super::object;
use super::server::{Call, Writing};
use super::{convert, create, decode, update};

pub(crate) fn apply(call: &Call<'_>, writing: &mut Writing<'_>) -> Result<Response<Body>, ApiError> {
    if call.query.field_manager.is_empty() {
        let error = FieldError::required("fieldManager", "is required for apply patch");
        return Err(ApiError::invalid_options("PatchOptions", &[error]));
    }
    let mut applied: Value = serde_json::from_slice(call.body)
        .map_err(|error| ApiError::bad_request(format!("error decoding YAML: {error}")))?;
    if call.subresource() == "scale" {
        return Err(ApiError::method_not_allowed());
    }
    let (version, kind) = (
        object::str_at(&applied, &["apiVersion"]),
        object::str_at(&applied, &["kind"]),
    );
    if version.is_empty() || kind.is_empty() {
        let version = if version.contains('/') {
            version.to_owned()
        } else {
            format!("/{version}")
        };
        return Err(ApiError::bad_request(format!(
            "invalid object type: {version}, Kind={kind}"
        )));
    }
    decode::identify(&mut applied, &call.kind)?;
    let unknown = decode::shape_applied(&mut applied, &call.kind)?;
    if let Some(field) = unknown.first() {
        let why = format!(".{field}: field not declared in schema");
        return Err(managers::untypable(&call.kind, &applied, &why));
    }
    if object::meta(&applied).contains_key("managedFields") {
        return Err(ApiError::bad_request("metadata.managedFields must be nil"));
    }
    let applied = convert::to_storage(applied, &call.kind);
    if object::name(&applied) != call.name() && !object::name(&applied).is_empty() {
        update::check_address(call, &applied)?;
    }
    let current = writing
        .state
        .store
        .get(&call.table(), call.namespace(), call.name());
    let Some(current) = current else {
        if !call.subresource().is_empty() {
            return Err(ApiError::not_found(&call.kind, call.name()));
        }
        if !object::resource_version(&applied).is_empty() || !object::uid(&applied).is_empty() {
            return Err(ApiError::modified(&call.kind, call.name()));
        }
        let mut value = managers::apply(call, writing, None, &applied)?;
        object::meta_mut(&mut value).insert("name".into(), call.name().into());
        let made = create::insert(call, writing, value, Operation::Apply)?;
        return Ok(answer::value(StatusCode::CREATED, &made));
    };
    update::check_version(call, &current, &applied, false)?;
    let merged = managers::apply(call, writing, Some(&current.value), &applied)?;
    let made = update::replace(call, writing, &current, merged, Operation::Apply)?;
    Ok(answer::value(StatusCode::OK, &made))
}
