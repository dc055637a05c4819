//! update: a new state for an object that exists, by whatever verb it came.
//!
//! Invariants: what only the server may set stays as it was; a write that changes nothing is no write.

use std::sync::Arc;

use http::{Response, StatusCode};
use serde_json::{Value, json};

use super::answer;
use super::body::Body;
use super::create::{self, has_generation};
use super::error::{ApiError, FieldError};
use super::kinds::Kind;
use super::managers::Operation;
use super::object;
use super::schema::{defaulting, structs, typing, validation};
use super::server::{Call, Writing};
use super::store::Stored;
use super::{
    convert, crd, decode, defaults, delete, gc, managers, names, namespace, prepare, quota, scale, validate,
};

/// Fields of `metadata` that a client cannot change.
const SERVER_META: [&str; 5] = [
    "uid",
    "creationTimestamp",
    "deletionTimestamp",
    "deletionGracePeriodSeconds",
    "generation",
];

pub(crate) fn update(call: &Call<'_>, writing: &mut Writing<'_>) -> Result<Response<Body>, ApiError> {
    let mut value = decode::body(call.headers, call.body, &call.kind)?;
    if call.subresource() == "scale" {
        return set_scale(call, writing, &value);
    }
    decode::identify(&mut value, &call.kind)?;
    writing.warnings = decode::shape(&mut value, &call.kind, &call.query.field_validation)?;
    let value = convert::to_storage(value, &call.kind);
    check_address(call, &value)?;
    let Some(current) = writing
        .state
        .store
        .get(&call.table(), call.namespace(), call.name())
    else {
        if creates_on_update(&call.kind) && call.subresource().is_empty() {
            let made = create::insert(call, writing, value, Operation::Update)?;
            return Ok(answer::value(StatusCode::CREATED, &made));
        }
        return Err(ApiError::not_found(&call.kind, call.name()));
    };
    check_version(call, &current, &value, true)?;
    let made = replace(call, writing, &current, value, Operation::Update)?;
    Ok(answer::value(StatusCode::OK, &made))
}

/// Kinds that a PUT makes when they are missing.
fn creates_on_update(kind: &Kind) -> bool {
    kind.is("coordination.k8s.io", "leases")
        || kind.is("", "events")
        || kind.is("", "endpoints")
        || kind.is("", "limitranges")
        || kind.is("rbac.authorization.k8s.io", kind.id.plural.as_str())
}

fn set_scale(call: &Call<'_>, writing: &mut Writing<'_>, scale: &Value) -> Result<Response<Body>, ApiError> {
    let current = writing
        .state
        .store
        .get(&call.table(), call.namespace(), call.name())
        .ok_or_else(|| ApiError::not_found(&call.kind, call.name()))?;
    check_version(call, &current, scale, false)?;
    let mut value = current.value.clone();
    scale::apply(&call.kind, &mut value, scale)?;
    let made = replace(call, writing, &current, value, Operation::Update)?;
    Ok(answer::value(StatusCode::OK, &scale::of(&call.kind, &made)?))
}

/// Name and namespace in the body must be those of the address.
pub(crate) fn check_address(call: &Call<'_>, value: &Value) -> Result<(), ApiError> {
    let name = object::name(value);
    if name.is_empty() {
        return Err(ApiError::bad_request("name must be provided"));
    }
    if name != call.name() {
        return Err(ApiError::bad_request(format!(
            "the name of the object ({name}) does not match the name on the URL ({})",
            call.name()
        )));
    }
    let namespace = object::namespace(value);
    if !namespace.is_empty() && namespace != call.namespace() {
        return Err(ApiError::bad_request(format!(
            "the namespace of the object ({namespace}) does not match the namespace on the URL ({})",
            call.namespace()
        )));
    }
    Ok(())
}

/// A resource version in the body must be the current one. A custom kind must have one in a PUT.
pub(crate) fn check_version(
    call: &Call<'_>,
    current: &Stored,
    value: &Value,
    put: bool,
) -> Result<(), ApiError> {
    let (uid, current_uid) = (object::uid(value), object::uid(&current.value));
    if !uid.is_empty() && uid != current_uid {
        let why = format!(
            "StorageError: invalid object, Code: 4, Key: /registry/{}/{}/{}, ResourceVersion: 0, AdditionalErrorMsg: \
             Precondition failed: UID in precondition: {uid}, UID in object meta: {current_uid}",
            call.kind.id.plural,
            call.namespace(),
            call.name()
        );
        return Err(ApiError::conflict(&call.kind, call.name(), &why));
    }
    let given = object::resource_version(value);
    if given.is_empty() && put && call.kind.custom {
        let detail = "must be specified for an update";
        let error = FieldError::invalid("metadata.resourceVersion", &json!(0), detail);
        return Err(ApiError::invalid_resource(&call.kind, call.name(), &error));
    }
    if !given.is_empty() && given != current.version.to_string() {
        return Err(ApiError::modified(&call.kind, call.name()));
    }
    Ok(())
}

/// Puts `value` in the place of `current`; the answer is the new state.
pub(crate) fn replace(
    call: &Call<'_>,
    writing: &mut Writing<'_>,
    current: &Arc<Stored>,
    mut value: Value,
    operation: Operation,
) -> Result<Value, ApiError> {
    let kind = &call.kind;
    let old = &current.value;
    if operation == Operation::Apply {
        // Stated and owned, but not kept.
        typing::drop_nulls(&mut value, &call.schema, kind.custom);
    }
    defaulting::fill(&mut value, &call.schema);
    structs::fill(&mut value, &call.schema);
    defaults::fill(kind, &mut value);
    prepare::first_address(kind, &mut value);
    if operation == Operation::Update {
        managers::record_update(call, writing, old, &mut value);
    }
    keep_server_fields(call, old, &mut value);
    if call.subresource().is_empty() {
        prepare::update(kind, writing.state, old, &mut value);
    }
    if has_generation(kind) && call.subresource() != "status" && differs_for_generation(kind, old, &value) {
        let next = object::int_at(old, &["metadata", "generation"]).unwrap_or(0) + 1;
        object::meta_mut(&mut value).insert("generation".into(), json!(next));
    }
    let errors = check(call, old, &value);
    if !errors.is_empty() {
        return Err(ApiError::invalid(kind, call.name(), &errors));
    }
    if call.subresource().is_empty() {
        quota::admit(writing, kind, Some(old), &value)?;
    }
    if managers::same_but_for_times(old, &value) {
        return Ok(convert::to_kind(old, kind).unwrap_or_else(|| old.clone()));
    }
    let made = writing.put(&call.table(), value);
    if !writing.dry_run {
        after(call, writing, &made);
    }
    Ok(convert::to_kind(&made, kind).unwrap_or(made))
}

/// Puts back what this address does not write.
fn keep_server_fields(call: &Call<'_>, old: &Value, value: &mut Value) {
    let old_meta = object::meta(old);
    if call.subresource() == "status" && call.kind.custom {
        let managed = object::meta(value).get("managedFields").cloned();
        let meta = object::meta_mut(value);
        meta.clone_from(old_meta);
        if let Some(managed) = managed {
            meta.insert("managedFields".into(), managed);
        }
    }
    let meta = object::meta_mut(value);
    for field in SERVER_META {
        match old_meta.get(field) {
            Some(kept) => meta.insert(field.into(), kept.clone()),
            None => meta.remove(field),
        };
    }
    for field in ["name", "namespace", "resourceVersion"] {
        if let Some(kept) = old_meta.get(field) {
            meta.insert(field.into(), kept.clone());
        }
    }
    meta.remove("selfLink");
    if call.subresource() == "finalize" {
        let finalizers = object::list_at(value, &["spec", "finalizers"]).to_vec();
        *value = old.clone();
        let spec = object::map_mut(value, &["spec"]);
        if finalizers.is_empty() {
            spec.remove("finalizers");
        } else {
            spec.insert("finalizers".into(), finalizers.into());
        }
    } else if call.subresource() == "status" {
        let status = value.get("status").cloned();
        let meta = value.get("metadata").cloned();
        *value = old.clone();
        let map = object::as_map(value);
        match status {
            Some(status) => map.insert("status".into(), status),
            None => map.remove("status"),
        };
        if let Some(meta) = meta {
            map.insert("metadata".into(), meta);
        }
    } else if call.kind.status {
        let map = object::as_map(value);
        match old.get("status") {
            Some(kept) => map.insert("status".into(), kept.clone()),
            None => map.remove("status"),
        };
    }
}

/// Generation counts changes of all but metadata and status; of deployments also of the annotations.
fn differs_for_generation(kind: &Kind, old: &Value, new: &Value) -> bool {
    let rest = |value: &Value| {
        let mut value = value.clone();
        let map = object::as_map(&mut value);
        map.remove("metadata");
        if kind.status || !kind.custom {
            map.remove("status");
        }
        value
    };
    // The annotations of a deployment are copied to its replica sets.
    let annotations = |value: &Value| object::map_at(value, &["metadata", "annotations"]).clone();
    rest(old) != rest(new) || (kind.is("apps", "deployments") && annotations(old) != annotations(new))
}

fn check(call: &Call<'_>, old: &Value, value: &Value) -> Vec<FieldError> {
    let mut errors = names::check_meta(&call.kind, value);
    if object::is_terminating(old) {
        let known: Vec<_> = object::finalizers(old).collect();
        let new: Vec<_> = object::finalizers(value).filter(|f| !known.contains(f)).collect();
        if !new.is_empty() {
            let detail = format!(
                "no new finalizers can be added if the object is being deleted, found new finalizers []string{{{}}}",
                new.iter()
                    .map(|f| format!("{f:?}"))
                    .collect::<Vec<_>>()
                    .join(", ")
            );
            // The real server looks twice.
            errors.extend(vec![FieldError::forbidden("metadata.finalizers", &detail); 2]);
        }
    }
    if call.kind.custom {
        errors.extend(validation::validate(value, &call.kind.schema));
    } else {
        errors.extend(validate::update(&call.kind, old, value));
    }
    errors
}

/// What follows from a changed object.
fn after(call: &Call<'_>, writing: &mut Writing<'_>, made: &Value) {
    if call.kind.is(crd::GROUP, crd::PLURAL) && !object::is_terminating(made) {
        create::define(writing, made);
    }
    let key = (object::namespace(made).to_owned(), object::name(made).to_owned());
    delete::remove_if_done(writing, &call.table(), &key);
    if namespace::is_namespace(&call.kind) {
        namespace::finish(writing, call.name());
    }
    gc::after_write(writing, made);
}
