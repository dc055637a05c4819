//! patch: JSON patch, merge patch, strategic merge patch and server-side apply.
//!
//! JSON patch and merge patch are the crate `json-patch`'s (kube's own dependency); the other two exist in Kubernetes
//! only and are in `strategic` and `apply`.

use http::{Response, StatusCode, header};
use serde_json::Value;

use super::answer;
use super::body::Body;
use super::error::ApiError;
use super::managers::Operation;
use super::object;
use super::server::{Call, Writing};
use super::{convert, decode, scale, strategic, update};

const ACCEPTED: [&str; 4] = [
    "application/json-patch+json",
    "application/merge-patch+json",
    "application/strategic-merge-patch+json",
    "application/apply-patch+yaml",
];

pub(crate) fn patch(call: &Call<'_>, writing: &mut Writing<'_>) -> Result<Response<Body>, ApiError> {
    let content = call
        .headers
        .get(header::CONTENT_TYPE)
        .and_then(|v| v.to_str().ok())
        .unwrap_or_default();
    let content = content.split(';').next().unwrap_or_default().trim();
    if content == "application/apply-patch+yaml" {
        return super::apply::apply(call, writing);
    }
    if !ACCEPTED.contains(&content) || (content.contains("strategic") && call.kind.custom) {
        let accepted = if call.kind.custom {
            [ACCEPTED[0], ACCEPTED[1], ACCEPTED[3]].to_vec()
        } else {
            ACCEPTED.to_vec()
        };
        return Err(ApiError::unsupported_media_type(&accepted));
    }
    if call.query.force.is_some() {
        let error = super::error::FieldError::forbidden("force", "may not be specified for non-apply patch");
        return Err(ApiError::invalid_options("PatchOptions", &[error]));
    }
    let current = writing
        .state
        .store
        .get(&call.table(), call.namespace(), call.name())
        .ok_or_else(|| ApiError::not_found(&call.kind, call.name()))?;
    let seen = if call.subresource() == "scale" {
        scale::of(&call.kind, &current.value)?
    } else {
        current.in_version(&call.kind)
    };
    let patched = patched(call, content, &seen)?;
    if call.subresource() == "scale" {
        return set_scale(call, writing, &patched);
    }
    let mut patched = patched;
    decode::identify(&mut patched, &call.kind)?;
    writing.warnings = decode::shape_patched(&mut patched, &call.kind, &call.query.field_validation)?;
    let patched = convert::to_storage(patched, &call.kind);
    update::check_address(call, &patched)?;
    update::check_version(call, &current, &patched, false)?;
    let made = update::replace(call, writing, &current, patched, Operation::Update)?;
    Ok(answer::value(StatusCode::OK, &made))
}

fn set_scale(
    call: &Call<'_>,
    writing: &mut Writing<'_>,
    patched: &Value,
) -> Result<Response<Body>, ApiError> {
    let current = writing
        .state
        .store
        .get(&call.table(), call.namespace(), call.name())
        .ok_or_else(|| ApiError::not_found(&call.kind, call.name()))?;
    update::check_version(call, &current, patched, false)?;
    let mut value = current.value.clone();
    scale::apply(&call.kind, &mut value, patched)?;
    let made = update::replace(call, writing, &current, value, Operation::Update)?;
    Ok(answer::value(StatusCode::OK, &scale::of(&call.kind, &made)?))
}

/// The object after the patch, not yet checked.
fn patched(call: &Call<'_>, content: &str, seen: &Value) -> Result<Value, ApiError> {
    let body: Value = serde_json::from_slice(call.body)
        .map_err(|error| ApiError::bad_request(format!("error decoding patch: {error}")))?;
    let mut value = seen.clone();
    match content {
        "application/json-patch+json" => {
            let patch: json_patch::Patch = serde_json::from_value(body)
                .map_err(|error| ApiError::bad_request(format!("error decoding patch: {error}")))?;
            json_patch::patch(&mut value, &patch)
                .map_err(|error| ApiError::unprocessable(error.to_string()))?;
        }
        "application/merge-patch+json" => {
            if !body.is_object() {
                return Err(ApiError::bad_request(
                    "error decoding patch: a merge patch must be an object",
                ));
            }
            json_patch::merge(&mut value, &body);
        }
        _ => strategic::merge(&mut value, &body, &call.kind.schema)?,
    }
    if !value.is_object() {
        return Err(ApiError::bad_request("the patch leaves no object"));
    }
    object::meta_mut(&mut value);
    Ok(value)
}
