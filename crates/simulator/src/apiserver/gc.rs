//! Garbage collection by ownerReferences. In a real cluster this is a controller; here it happens at once, if the
//! configuration wants it.
//!
//! Invariant: an object goes when all owners it names are gone, never while one is left. An owner in another
//! namespace does not exist.

use std::sync::Arc;

use serde_json::Value;

use super::delete::{self, FOREGROUND, ORPHAN};
use super::kinds::ResourceId;
use super::managers;
use super::object::{self, str_at};
use super::server::Writing;
use super::store::{Key, Place, Stored};

/// A new or changed object whose owners are all absent goes.
pub(crate) fn after_write(writing: &mut Writing<'_>, made: &Value) {
    if !writing.config.garbage_collector || writing.dry_run {
        return;
    }
    if let Some(place) = writing.state.store.place(object::uid(made)).cloned() {
        collect(writing, &place);
    }
}

/// An object is gone: its dependents may have to go too, and an owner may have waited for it.
pub(crate) fn after_removed(writing: &mut Writing<'_>, gone: &Arc<Stored>) {
    let owners = owner_uids(&gone.value);
    if writing.config.garbage_collector {
        for place in writing.state.store.dependents(object::uid(&gone.value)) {
            collect(writing, &place);
        }
        for uid in owners {
            if let Some((id, key)) = writing.state.store.place(&uid).cloned() {
                finish_foreground(writing, &id, &key);
            }
        }
    }
    let of = writing.state.registry.by_kind(
        str_at(&gone.value, &["apiVersion"]),
        str_at(&gone.value, &["kind"]),
    );
    if let Some(kind) = of.filter(|kind| kind.custom) {
        delete::finish_definition(writing, &kind.id);
    }
}

/// An object is marked for deletion: its dependents first, or let loose.
pub(crate) fn after_marked(writing: &mut Writing<'_>, id: &ResourceId, key: &Key) {
    if !writing.config.garbage_collector {
        return;
    }
    let Some(found) = writing.state.store.get(id, &key.0, &key.1) else {
        return;
    };
    let has = |finalizer: &str| object::finalizers(&found.value).any(|f| f == finalizer);
    if has(FOREGROUND) {
        for (dependent_id, dependent_key) in writing.state.store.dependents(object::uid(&found.value)) {
            delete_foreground(writing, &dependent_id, &dependent_key);
        }
        finish_foreground(writing, id, key);
    } else if has(ORPHAN) {
        orphan(writing, &found);
        drop_finalizer(writing, id, key, ORPHAN);
    }
}

fn owner_uids(object: &Value) -> Vec<String> {
    object::list_at(object, &["metadata", "ownerReferences"])
        .iter()
        .map(|owner| str_at(owner, &["uid"]).to_owned())
        .collect()
}

/// Deletes the object if it has owners and none of them exists; of some that are gone it drops the references.
fn collect(writing: &mut Writing<'_>, place: &Place) {
    let (id, key) = place;
    let Some(found) = writing.state.store.get(id, &key.0, &key.1) else {
        return;
    };
    let owners = owner_uids(&found.value);
    if owners.is_empty() || object::is_terminating(&found.value) {
        return;
    }
    let (alive, gone): (Vec<String>, Vec<String>) = owners.into_iter().partition(|uid| {
        writing
            .state
            .store
            .place(uid)
            .is_some_and(|(_, owner)| owner.0.is_empty() || owner.0 == key.0)
    });
    if alive.is_empty() {
        delete::in_background(writing, id, key);
    } else if !gone.is_empty() {
        disown(writing, id, &found, &gone);
    }
}

/// Drops the references to these owners.
fn disown(writing: &mut Writing<'_>, id: &ResourceId, found: &Arc<Stored>, owners: &[String]) {
    let mut value = found.value.clone();
    let meta = object::meta_mut(&mut value);
    if let Some(Value::Array(references)) = meta.get_mut("ownerReferences") {
        references.retain(|owner| !owners.iter().any(|uid| owner["uid"] == uid.as_str()));
        if references.is_empty() {
            meta.remove("ownerReferences");
        }
    }
    if let Some(kind) = writing.state.registry.storage(id) {
        managers::forget_removed(&kind.schema, &found.value, &mut value);
    }
    writing.put(id, value);
}

fn delete_foreground(writing: &mut Writing<'_>, id: &ResourceId, key: &Key) {
    let Some(found) = writing.state.store.get(id, &key.0, &key.1) else {
        return;
    };
    // Only what this owner's deletion must wait for, or what has no other owner.
    if !object::is_terminating(&found.value) && owner_uids(&found.value).len() == 1 {
        delete::in_background(writing, id, key);
    }
}

/// Lets an owner go that waited for its dependents, when none blocks it any more.
fn finish_foreground(writing: &mut Writing<'_>, id: &ResourceId, key: &Key) {
    let Some(found) = writing.state.store.get(id, &key.0, &key.1) else {
        return;
    };
    if !object::is_terminating(&found.value) || !object::finalizers(&found.value).any(|f| f == FOREGROUND) {
        return;
    }
    let uid = object::uid(&found.value).to_owned();
    let blocked = writing
        .state
        .store
        .dependents(&uid)
        .into_iter()
        .any(|(dependent_id, dependent_key)| {
            writing
                .state
                .store
                .get(&dependent_id, &dependent_key.0, &dependent_key.1)
                .is_some_and(|dependent| {
                    object::list_at(&dependent.value, &["metadata", "ownerReferences"])
                        .iter()
                        .any(|owner| owner["uid"] == uid.as_str() && owner["blockOwnerDeletion"] == true)
                })
        });
    if !blocked {
        drop_finalizer(writing, id, key, FOREGROUND);
    }
}

/// Takes the owner's reference off its dependents.
fn orphan(writing: &mut Writing<'_>, owner: &Arc<Stored>) {
    let uid = object::uid(&owner.value).to_owned();
    for (id, key) in writing.state.store.dependents(&uid) {
        if let Some(found) = writing.state.store.get(&id, &key.0, &key.1) {
            disown(writing, &id, &found, std::slice::from_ref(&uid));
        }
    }
}

fn drop_finalizer(writing: &mut Writing<'_>, id: &ResourceId, key: &Key, finalizer: &str) {
    let Some(found) = writing.state.store.get(id, &key.0, &key.1) else {
        return;
    };
    let mut value = found.value.clone();
    let left: Vec<_> = object::finalizers(&value)
        .filter(|f| *f != finalizer)
        .map(str::to_owned)
        .collect();
    object::set_finalizers(&mut value, &left);
    writing.put(id, value);
    delete::remove_if_done(writing, id, key);
}
