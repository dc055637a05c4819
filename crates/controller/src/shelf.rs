//! Objects of one kind as the hub's API server last said, in the order of their names.
//!
//! `managedFields` are left out: nothing here reads them, they are most of an object in memory, and a status that is
//! written without them leaves them as they are.
//! Invariant: after a broken watch what was there stays until a complete list says otherwise; an object that
//! cannot be read does not hold up the others, and its last readable version stays.
use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

use kube::Resource;
use kube::core::DeserializeGuard;
use kube::runtime::watcher::Event;
use tracing::warn;

/// `namespace/name`, or `/name` for what has no namespace.
pub(crate) type Key = (String, String);

/// Cheap to clone: all clones see the same objects.
pub(crate) struct Shelf<K> {
    inner: Arc<RwLock<Inner<K>>>,
}

struct Inner<K> {
    objects: BTreeMap<Key, Arc<K>>,
    /// A list under way: takes the place of `objects` when it is complete.
    relist: Option<BTreeMap<Key, Arc<K>>>,
    /// Whether a complete list was ever seen.
    ready: bool,
}

impl<K> Clone for Shelf<K> {
    fn clone(&self) -> Self {
        Self {
            inner: Arc::clone(&self.inner),
        }
    }
}

impl<K> Default for Shelf<K> {
    fn default() -> Self {
        Self {
            inner: Arc::new(RwLock::new(Inner {
                objects: BTreeMap::new(),
                relist: None,
                ready: false,
            })),
        }
    }
}

impl<K: Resource<DynamicType = ()>> Shelf<K> {
    /// Takes in what the watch says. Returns whether `all` may have changed.
    pub(crate) fn apply(&self, event: Event<DeserializeGuard<K>>) -> bool {
        let mut inner = self.inner.write().unwrap_or_else(PoisonError::into_inner);
        match event {
            Event::Init => {
                inner.relist = Some(BTreeMap::new());
                false
            }
            Event::InitApply(guard) => {
                let (key, object) = inner.read(guard);
                if let (Some(relist), Some(object)) = (inner.relist.as_mut(), object) {
                    relist.insert(key, object);
                }
                false
            }
            Event::InitDone => {
                if let Some(relist) = inner.relist.take() {
                    inner.objects = relist;
                }
                inner.ready = true;
                true
            }
            Event::Apply(guard) => {
                let (key, object) = inner.read(guard);
                if let Some(object) = object {
                    inner.objects.insert(key, object);
                }
                true
            }
            Event::Delete(guard) => {
                let key = key_of(guard.meta());
                inner.objects.remove(&key);
                true
            }
        }
    }

    /// Every object.
    pub(crate) fn all(&self) -> BTreeMap<Key, Arc<K>> {
        self.inner
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .objects
            .clone()
    }

    /// One object.
    pub(crate) fn get(&self, namespace: &str, name: &str) -> Option<Arc<K>> {
        self.inner
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .objects
            .get(&(namespace.to_owned(), name.to_owned()))
            .cloned()
    }

    /// Whether a complete list was ever seen.
    pub(crate) fn ready(&self) -> bool {
        self.inner.read().unwrap_or_else(PoisonError::into_inner).ready
    }
}

impl<K: Resource<DynamicType = ()>> Inner<K> {
    /// The object, or its last readable version.
    fn read(&self, guard: DeserializeGuard<K>) -> (Key, Option<Arc<K>>) {
        let key = key_of(guard.meta());
        match guard.0 {
            Ok(mut object) => {
                object.meta_mut().managed_fields = None;
                (key, Some(Arc::new(object)))
            }
            Err(invalid) => {
                warn!(kind = %K::kind(&()), namespace = %key.0, name = %key.1, error = %invalid.error,
                    "object cannot be read; its last readable version counts");
                let last = self.objects.get(&key).cloned();
                (key, last)
            }
        }
    }
}

pub(crate) fn key_of(meta: &kube::core::ObjectMeta) -> Key {
    (
        meta.namespace.clone().unwrap_or_default(),
        meta.name.clone().unwrap_or_default(),
    )
}

#[cfg(test)]
mod tests;
