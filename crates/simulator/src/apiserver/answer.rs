//! Answers: JSON with the right headers, and the forms a client may ask for (`Accept`).

use bytes::Bytes;
use http::{HeaderMap, Response, StatusCode, header};
use serde_json::Value;

use super::body::Body;
use super::error::ApiError;

/// The form in which objects are sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    Object,
    /// Only `metadata`.
    Metadata,
    Table,
}

/// The form that `Accept` asks for: the first one that can be made.
pub(crate) fn form(headers: &HeaderMap) -> Result<Form, ApiError> {
    let accept = accept(headers);
    if accept.is_empty() {
        return Ok(Form::Object);
    }
    for choice in accept.split(',').map(str::trim) {
        let mut words = choice.split(';').map(str::trim);
        if !matches!(words.next(), Some("application/json" | "application/*" | "*/*")) {
            continue;
        }
        match words.find_map(|w| w.strip_prefix("as=")) {
            None => return Ok(Form::Object),
            Some("Table") => return Ok(Form::Table),
            Some("PartialObjectMetadata" | "PartialObjectMetadataList") => return Ok(Form::Metadata),
            Some(_) => {}
        }
    }
    Err(ApiError::not_acceptable(
        "application/json, application/yaml, application/vnd.kubernetes.protobuf",
    ))
}

pub(crate) fn accept(headers: &HeaderMap) -> &str {
    headers
        .get(header::ACCEPT)
        .and_then(|v| v.to_str().ok())
        .unwrap_or_default()
}

/// A JSON answer.
pub(crate) fn json(code: StatusCode, bytes: impl Into<Bytes>) -> Response<Body> {
    typed(code, "application/json", bytes)
}

pub(crate) fn value(code: StatusCode, value: &Value) -> Response<Body> {
    json(code, value.to_string())
}

pub(crate) fn typed(code: StatusCode, kind: &'static str, bytes: impl Into<Bytes>) -> Response<Body> {
    with_body(code, kind, Body::whole(bytes))
}

pub(crate) fn with_body(code: StatusCode, kind: &'static str, body: Body) -> Response<Body> {
    let mut response = Response::new(body);
    *response.status_mut() = code;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, header::HeaderValue::from_static(kind));
    headers.insert(
        header::CACHE_CONTROL,
        header::HeaderValue::from_static("no-cache, private"),
    );
    response
}

/// The time of an answer, as HTTP writes it (RFC 9110, 5.6.7).
pub(crate) fn date(response: &mut Response<Body>, now: jiff::Timestamp) {
    let text = now.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string();
    if let Ok(value) = header::HeaderValue::from_str(&text) {
        response.headers_mut().insert(header::DATE, value);
    }
}

pub(crate) fn error(error: &ApiError) -> Response<Body> {
    value(error.code, &error.status())
}

/// What the real server says on an address that it does not know.
pub(crate) fn page_not_found() -> Response<Body> {
    typed(
        StatusCode::NOT_FOUND,
        "text/plain; charset=utf-8",
        "404 page not found\n",
    )
}

/// Adds the warnings that a client shows to its user.
pub(crate) fn warn(response: &mut Response<Body>, warnings: &[String]) {
    for warning in warnings {
        let text = format!("299 - \"{}\"", warning.replace('\\', "\\\\").replace('"', "\\\""));
        if let Ok(value) = header::HeaderValue::from_str(&text) {
            response.headers_mut().append(header::WARNING, value);
        }
    }
}
