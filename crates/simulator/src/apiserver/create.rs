//! create: a new object, with the fields that the server decides.

use http::{Response, StatusCode};
use serde_json::{Value, json};

use super::answer;
use super::body::Body;
use super::error::ApiError;
use super::kinds::Kind;
use super::object;
use super::schema::{defaulting, structs, typing, validation};
use super::server::{Call, Writing};
use super::{convert, crd, decode, defaults, gc, managers, names, namespace, prepare, quota, validate};

pub(crate) fn create(call: &Call<'_>, writing: &mut Writing<'_>) -> Result<Response<Body>, ApiError> {
    let mut value = decode::body(call.headers, call.body, &call.kind)?;
    decode::identify(&mut value, &call.kind)?;
    writing.warnings = decode::shape(&mut value, &call.kind, &call.query.field_validation)?;
    let mut value = convert::to_storage(value, &call.kind);
    managers::forget_given(&mut value);
    let made = insert(call, writing, value, managers::Operation::Update)?;
    Ok(answer::value(StatusCode::CREATED, &made))
}

/// Creates the object, whatever verb asked for it: an apply or a patch may create too.
pub(crate) fn insert(
    call: &Call<'_>,
    writing: &mut Writing<'_>,
    mut value: Value,
    operation: managers::Operation,
) -> Result<Value, ApiError> {
    let kind = &call.kind;
    if !object::resource_version(&value).is_empty() {
        return Err(ApiError::unexpected(
            "resourceVersion should not be set on objects to be created",
        ));
    }
    place(call, &mut value)?;
    let generated = name_it(writing, &mut value);
    namespace::admit(writing.state, kind, call.namespace(), object::name(&value))?;
    stamp(kind, writing, &mut value);
    if operation == managers::Operation::Apply {
        // Stated and owned, but not kept.
        typing::drop_nulls(&mut value, &call.schema, kind.custom);
    }
    defaulting::fill(&mut value, &call.schema);
    structs::fill(&mut value, &call.schema);
    defaults::fill(kind, &mut value);
    if operation == managers::Operation::Update {
        managers::record_create(call, writing, &mut value);
    }
    prepare::create(kind, writing.state, &mut value);
    let errors = check(kind, &value);
    if !errors.is_empty() {
        return Err(ApiError::invalid(kind, object::name(&value), &errors));
    }
    quota::admit(writing, kind, None, &value)?;
    let table = call.table();
    let name = object::name(&value).to_owned();
    if writing.state.store.get(&table, call.namespace(), &name).is_some() {
        return Err(if generated {
            ApiError::bad_request(format!("{name}: generated name already exists, try again"))
        } else {
            ApiError::already_exists(kind, &name)
        });
    }
    let made = writing.put(&table, value);
    if !writing.dry_run {
        after(kind, writing, &made);
    }
    Ok(convert::to_kind(&made, kind).unwrap_or(made))
}

/// Puts the object into the namespace of the address.
fn place(call: &Call<'_>, value: &mut Value) -> Result<(), ApiError> {
    let given = object::namespace(value).to_owned();
    let meta = object::meta_mut(value);
    if !call.kind.namespaced {
        if !given.is_empty() {
            return Err(ApiError::bad_request(
                "namespace may not be set on a cluster-scoped object",
            ));
        }
        meta.remove("namespace");
        return Ok(());
    }
    if !given.is_empty() && given != call.namespace() {
        return Err(ApiError::bad_request(
            "the namespace of the provided object does not match the namespace sent on the request",
        ));
    }
    meta.insert("namespace".into(), call.namespace().into());
    Ok(())
}

/// Makes a name of `generateName`; true if it did.
fn name_it(writing: &mut Writing<'_>, value: &mut Value) -> bool {
    let prefix = object::str_at(value, &["metadata", "generateName"]).to_owned();
    if prefix.is_empty() || !object::name(value).is_empty() {
        return false;
    }
    let suffix = writing.state.seeded.suffix();
    let kept: String = prefix.chars().take(58).collect();
    object::meta_mut(value).insert("name".into(), format!("{kept}{suffix}").into());
    true
}

/// Sets what only the server knows.
fn stamp(kind: &Kind, writing: &mut Writing<'_>, value: &mut Value) {
    let uid = writing.state.seeded.uid();
    let meta = object::meta_mut(value);
    for field in ["deletionTimestamp", "deletionGracePeriodSeconds", "selfLink"] {
        meta.remove(field);
    }
    meta.insert("uid".into(), uid.into());
    meta.insert("creationTimestamp".into(), writing.now.clone().into());
    if has_generation(kind) {
        meta.insert("generation".into(), json!(1));
    }
}

/// Whether `metadata.generation` counts the changes of the kind.
pub(crate) fn has_generation(kind: &Kind) -> bool {
    kind.custom
        || matches!(
            (kind.id.group.as_str(), kind.id.plural.as_str()),
            (
                "apps"
                    | "batch"
                    | "networking.k8s.io"
                    | "policy"
                    | "apiextensions.k8s.io"
                    | "admissionregistration.k8s.io"
                    | "scheduling.k8s.io",
                _
            ) | ("", "pods" | "replicationcontrollers")
                | ("discovery.k8s.io", "endpointslices")
        ) && !kind.is("apps", "controllerrevisions")
}

fn check(kind: &Kind, value: &Value) -> Vec<super::error::FieldError> {
    let mut errors = names::check_meta(kind, value);
    if kind.custom {
        errors.extend(validation::validate(value, &kind.schema));
    } else {
        errors.extend(validate::create(kind, value));
    }
    errors
}

/// What follows from a new object.
fn after(kind: &Kind, writing: &mut Writing<'_>, made: &Value) {
    if kind.is(crd::GROUP, crd::PLURAL) {
        define(writing, made);
    }
    if kind.is("", "namespaces") {
        namespace::furnish(writing, object::name(made));
    }
    gc::after_write(writing, made);
}

/// Serves a definition and says so in its status.
pub(crate) fn define(writing: &mut Writing<'_>, definition: &Value) {
    writing.state.registry.define(definition);
    let mut established = definition.clone();
    crd::establish(&mut established, &writing.now);
    if established != *definition {
        let id = super::kinds::ResourceId::new(crd::GROUP, crd::PLURAL);
        writing.put(&id, established);
    }
}
