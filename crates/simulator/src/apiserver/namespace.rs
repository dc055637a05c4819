//! The life of namespaces: nothing is made in one that is missing or going; one that is deleted takes its contents
//! with it.
//!
//! In a real cluster the second half is a controller; here it happens at once, if the configuration wants it.

use serde_json::{Value, json};

use super::error::ApiError;
use super::kinds::{Kind, ResourceId};
use super::object;
use super::server::{State, Writing};
use super::store::Place;
use super::{delete, kinds};

/// Refuses a new object in a namespace that does not exist or is being deleted.
pub(crate) fn admit(state: &State, kind: &Kind, namespace: &str, name: &str) -> Result<(), ApiError> {
    if !kind.namespaced {
        return Ok(());
    }
    let namespaces = ResourceId::new("", "namespaces");
    let Some(found) = state.store.get(&namespaces, "", namespace) else {
        let Some(of) = state.registry.storage(&namespaces) else {
            return Ok(());
        };
        return Err(ApiError::not_found(&of, namespace));
    };
    if !object::is_terminating(&found.value) {
        return Ok(());
    }
    Err(ApiError::namespace_terminating(kind, name, namespace))
}

/// Makes what the controllers of a real cluster make in each namespace, if configured.
pub(crate) fn furnish(writing: &mut Writing<'_>, namespace: &str) {
    if !writing.config.default_objects {
        return;
    }
    let objects = [
        (
            "v1",
            "ServiceAccount",
            "serviceaccounts",
            json!({"metadata": {"name": "default"}}),
        ),
        (
            "v1",
            "ConfigMap",
            "configmaps",
            json!({"metadata": {"name": "kube-root-ca.crt"}, "data": {"ca.crt": ""}}),
        ),
    ];
    for (version, kind, plural, mut value) in objects {
        let map = object::as_map(&mut value);
        map.insert("apiVersion".into(), version.into());
        map.insert("kind".into(), kind.into());
        let uid = writing.state.seeded.uid();
        let meta = object::meta_mut(&mut value);
        meta.insert("namespace".into(), namespace.into());
        meta.insert("uid".into(), uid.into());
        meta.insert("creationTimestamp".into(), writing.now.clone().into());
        writing.put(&ResourceId::new("", plural), value);
    }
}

/// A namespace as it is while it is being deleted.
pub(crate) fn terminate(namespace: &mut Value) {
    object::map_mut(namespace, &["status"]).insert("phase".into(), "Terminating".into());
}

/// Deletes the contents of a namespace that is going, and the namespace when nothing is left.
pub(crate) fn empty(writing: &mut Writing<'_>, namespace: &str) {
    if !writing.config.namespace_controller {
        return;
    }
    let contents: Vec<Place> = contents(writing.state, namespace);
    for (id, key) in contents {
        delete::in_background(writing, &id, &key);
    }
    finish(writing, namespace);
}

/// Removes a terminating namespace if nothing is left in it.
pub(crate) fn finish(writing: &mut Writing<'_>, namespace: &str) {
    let id = ResourceId::new("", "namespaces");
    if namespace.is_empty() || !writing.config.namespace_controller {
        return;
    }
    let Some(found) = writing.state.store.get(&id, "", namespace) else {
        return;
    };
    if !object::is_terminating(&found.value) || holds_anything(writing.state, namespace) {
        return;
    }
    if object::finalizers(&found.value).next().is_none() {
        delete::remove(writing, &id, &found.key());
    } else if !object::list_at(&found.value, &["spec", "finalizers"]).is_empty() {
        // Its own finalizer is done; another one still holds it.
        let mut value = found.value.clone();
        object::map_mut(&mut value, &["spec"]).remove("finalizers");
        writing.put(&id, value);
    }
}

fn holds_anything(state: &State, namespace: &str) -> bool {
    state
        .store
        .tables()
        .any(|(_, table)| table.in_namespace(Some(namespace)).next().is_some())
}

fn contents(state: &State, namespace: &str) -> Vec<Place> {
    state
        .store
        .tables()
        .flat_map(|(id, table)| {
            table
                .in_namespace(Some(namespace))
                .map(move |stored| (id.clone(), stored.key()))
        })
        .collect()
}

/// The label that each namespace has.
pub(crate) fn defaults(value: &mut Value) {
    let name = object::name(value).to_owned();
    object::map_mut(value, &["metadata", "labels"]).insert("kubernetes.io/metadata.name".into(), name.into());
}

/// A new namespace: active, and held by the one finalizer that its controller takes away.
pub(crate) fn activate(value: &mut Value) {
    object::map_mut(value, &["spec"]).insert("finalizers".into(), json!(["kubernetes"]));
    object::as_map(value).insert("status".into(), json!({"phase": "Active"}));
}

/// True if the kind is Namespace.
pub(crate) fn is_namespace(kind: &kinds::Kind) -> bool {
    kind.is("", "namespaces")
}
