//! get and list.
//!
//! Invariant: all pages of one list are of one resource version.

use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::{Response, StatusCode};
use serde_json::{Value, json};

use super::answer::{self, Form};
use super::body::Body;
use super::error::{ApiError, FieldError};
use super::kinds::Kind;
use super::object;
use super::query::Query;
use super::selector::Filter;
use super::server::{Call, State};
use super::store::{Key, Stored};
use super::table;

/// How long a list may be asked on: what the real server says when it may not.
const EXPIRED: &str = "The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter.";

pub(crate) fn get(
    call: &Call<'_>,
    state: &mut State,
    now: jiff::Timestamp,
) -> Result<Response<Body>, ApiError> {
    let found = state
        .store
        .get(&call.table(), call.namespace(), call.name())
        .ok_or_else(|| ApiError::not_found(&call.kind, call.name()))?;
    if call.subresource() == "scale" {
        return Ok(answer::value(
            StatusCode::OK,
            &super::scale::of(&call.kind, &found.value)?,
        ));
    }
    let bytes = match call.form {
        Form::Object => found.json(&call.kind),
        Form::Metadata => metadata_only(&found.value, "PartialObjectMetadata")
            .to_string()
            .into(),
        Form::Table => {
            let meta = json!({"resourceVersion": found.version.to_string()});
            table::of(&call.kind, &[found], &meta, now).to_string().into()
        }
    };
    Ok(answer::json(StatusCode::OK, bytes))
}

/// `PartialObjectMetadata` of an object.
pub(crate) fn metadata_only(object: &Value, kind: &str) -> Value {
    json!({"kind": kind, "apiVersion": "meta.k8s.io/v1", "metadata": object["metadata"]})
}

pub(crate) fn list(
    call: &Call<'_>,
    state: &mut State,
    now: jiff::Timestamp,
) -> Result<Response<Body>, ApiError> {
    check_match(&call.query)?;
    let filter = Filter::new(&call.kind, call.target.namespace.as_deref(), &call.query)?;
    let page = page(call, state, &filter)?;
    let mut meta = json!({"resourceVersion": page.version.to_string()});
    if call.kind.custom && call.form == Form::Object {
        meta["continue"] = json!("");
    }
    if let Some(next) = &page.next {
        meta["continue"] = json!(next);
        if call.query.label_selector.is_empty() && call.query.field_selector.is_empty() {
            meta["remainingItemCount"] = json!(page.remaining);
        }
    }
    Ok(match call.form {
        Form::Object => answer::json(StatusCode::OK, list_json(&call.kind, &meta, &page.items)),
        Form::Metadata => {
            let items: Vec<_> = page
                .items
                .iter()
                .map(|i| metadata_only(&i.value, "PartialObjectMetadata"))
                .collect();
            let list = json!({
                "kind": "PartialObjectMetadataList", "apiVersion": "meta.k8s.io/v1", "metadata": meta,
                // Go writes an empty list of these as a null.
                "items": if items.is_empty() { Value::Null } else { items.into() },
            });
            answer::value(StatusCode::OK, &list)
        }
        Form::Table => answer::value(StatusCode::OK, &table::of(&call.kind, &page.items, &meta, now)),
    })
}

struct Page {
    items: Vec<Arc<Stored>>,
    version: u64,
    next: Option<String>,
    remaining: usize,
}

fn page(call: &Call<'_>, state: &mut State, filter: &Filter) -> Result<Page, ApiError> {
    let current = state.store.version();
    let table = state.store.table(&call.table());
    let (version, after) = start(&call.query, current)?;
    if version == current && after.is_none() && call.query.limit == 0 {
        let items = table
            .in_namespace(call.target.namespace.as_deref())
            .filter(|stored| filter.matches(stored))
            .cloned()
            .collect();
        return Ok(Page {
            items,
            version,
            next: None,
            remaining: 0,
        });
    }
    let past;
    let objects: &BTreeMap<Key, Arc<Stored>> = if version == current {
        &table.objects
    } else {
        past = table.as_of(version).ok_or_else(|| {
            let token = &call.query.continue_token;
            ApiError::expired(if token.is_empty() {
                format!("The resourceVersion for the provided list is too old: {version}")
            } else {
                EXPIRED.to_owned()
            })
        })?;
        &past
    };
    let from = after.map_or(Bound::Unbounded, Bound::Excluded);
    let mut matching = objects
        .range((from, Bound::Unbounded))
        .filter(|(_, stored)| filter.matches(stored));
    let limit = if call.query.limit == 0 {
        usize::MAX
    } else {
        call.query.limit
    };
    let items: Vec<_> = matching
        .by_ref()
        .take(limit)
        .map(|(_, stored)| Arc::clone(stored))
        .collect();
    let remaining = matching.count();
    let next = (remaining > 0)
        .then(|| items.last().map(|last| token(version, &last.key())))
        .flatten();
    Ok(Page {
        items,
        version,
        next,
        remaining,
    })
}

/// The version to list, and the key to start after.
fn start(query: &Query, current: u64) -> Result<(u64, Option<Key>), ApiError> {
    if !query.continue_token.is_empty() {
        let (version, key) = read_token(&query.continue_token)
            .ok_or_else(|| ApiError::bad_request("continue key is not valid: invalid format"))?;
        return Ok((version, Some(key)));
    }
    let asked = version_number(&query.resource_version)?;
    if asked > current {
        return Err(ApiError::too_large_resource_version(asked, current));
    }
    let exact = match query.resource_version_match.as_str() {
        "Exact" => true,
        "NotOlderThan" => false,
        _ => query.limit > 0 && asked > 0,
    };
    Ok((if exact { asked } else { current }, None))
}

/// A resource version as a number; absent is 0.
pub(crate) fn version_number(text: &str) -> Result<u64, ApiError> {
    if text.is_empty() {
        return Ok(0);
    }
    text.parse().map_err(|_| {
        ApiError::bad_request(format!(
            "Invalid value: {text:?}: strconv.ParseUint: parsing {text:?}: invalid syntax"
        ))
    })
}

fn check_match(query: &Query) -> Result<(), ApiError> {
    let refuse = |error| Err(ApiError::invalid_options("ListOptions", &[error]));
    let field = "resourceVersionMatch";
    if query.send_initial_events.is_some() {
        return refuse(FieldError::forbidden(
            "sendInitialEvents",
            "sendInitialEvents is forbidden for list",
        ));
    }
    if query.resource_version_match.is_empty() {
        return Ok(());
    }
    if query.resource_version.is_empty() {
        return refuse(FieldError::forbidden(
            field,
            "resourceVersionMatch is forbidden unless resourceVersion is provided",
        ));
    }
    if !query.continue_token.is_empty() {
        return refuse(FieldError::forbidden(
            field,
            "resourceVersionMatch is forbidden when continue is provided",
        ));
    }
    if !matches!(query.resource_version_match.as_str(), "Exact" | "NotOlderThan") {
        let supported = ["Exact", "NotOlderThan", ""].map(str::to_owned);
        return refuse(FieldError::not_supported(
            field,
            &json!(query.resource_version_match),
            &supported,
        ));
    }
    if query.resource_version_match == "Exact" && query.resource_version == "0" {
        return refuse(FieldError::forbidden(
            field,
            "resourceVersionMatch \"exact\" is forbidden for resourceVersion \"0\"",
        ));
    }
    Ok(())
}

fn token(version: u64, last: &Key) -> String {
    URL_SAFE_NO_PAD
        .encode(json!({"v": "meta.k8s.io/v1", "rv": version, "start": [last.0, last.1]}).to_string())
}

fn read_token(token: &str) -> Option<(u64, Key)> {
    let value: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(token).ok()?).ok()?;
    let part = |at: usize| {
        object::list_at(&value, &["start"])
            .get(at)?
            .as_str()
            .map(str::to_owned)
    };
    Some((value["rv"].as_u64()?, (part(0)?, part(1)?)))
}

fn list_json(kind: &Kind, meta: &Value, items: &[Arc<Stored>]) -> Vec<u8> {
    let head = format!(
        "{{\"kind\":{:?},\"apiVersion\":{:?},\"metadata\":{meta},\"items\":[",
        kind.list_kind,
        kind.api_version()
    );
    let mut out = head.into_bytes();
    for (at, item) in items.iter().enumerate() {
        if at > 0 {
            out.push(b',');
        }
        out.extend_from_slice(&item.item_json(kind));
    }
    out.extend_from_slice(b"]}");
    out
}
