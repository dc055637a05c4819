//! Which kinds are served: Kubernetes' own, and those that CustomResourceDefinitions define.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::kinds::{Kind, ResourceId};
use super::{builtin, crd};

/// All served kinds, by group, version and plural.
#[derive(Debug)]
pub(crate) struct Registry {
    kinds: BTreeMap<(String, String, String), Arc<Kind>>,
}

impl Registry {
    pub(crate) fn with_builtin() -> Self {
        let mut registry = Self {
            kinds: BTreeMap::new(),
        };
        for kind in builtin::kinds() {
            registry.insert(kind);
        }
        registry
    }

    fn insert(&mut self, kind: Kind) {
        let key = (
            kind.id.group.clone(),
            kind.version.clone(),
            kind.id.plural.clone(),
        );
        self.kinds.insert(key, Arc::new(kind));
    }

    pub(crate) fn find(&self, group: &str, version: &str, plural: &str) -> Option<Arc<Kind>> {
        self.kinds
            .get(&(group.to_owned(), version.to_owned(), plural.to_owned()))
            .cloned()
    }

    /// The version in which a resource is kept.
    pub(crate) fn storage(&self, id: &ResourceId) -> Option<Arc<Kind>> {
        self.kinds
            .values()
            .find(|kind| kind.id == *id && kind.storage)
            .cloned()
    }

    pub(crate) fn by_kind(&self, api_version: &str, kind: &str) -> Option<Arc<Kind>> {
        self.kinds
            .values()
            .find(|k| k.kind == kind && k.api_version() == api_version)
            .cloned()
    }

    pub(crate) fn all(&self) -> impl Iterator<Item = &Arc<Kind>> {
        self.kinds.values()
    }

    /// Serves what the CustomResourceDefinition defines, instead of what it defined before.
    pub(crate) fn define(&mut self, definition: &serde_json::Value) {
        self.undefine(&crd::resource_of(definition));
        for kind in crd::kinds_of(definition) {
            self.insert(kind);
        }
    }

    pub(crate) fn undefine(&mut self, id: &ResourceId) {
        self.kinds.retain(|_, kind| !(kind.custom && kind.id == *id));
    }
}
