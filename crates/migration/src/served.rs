//! Under which path a member serves a kind.
//!
//! Not here: asking for it again (`fleet` does). Invariant: an unknown kind is an error, never an empty list.

use havenmeester_portability::Gvk;
use kube::{Resource as _, core::ApiResource, core::DynamicObject};
use serde_json::Value;

use havenmeester_fleet::Member;

use crate::errors::MemberError;

/// A kind as one member serves it.
#[derive(Clone, Debug)]
pub(crate) struct Resource {
    api: ApiResource,
    namespaced: bool,
}

impl Resource {
    /// The path of its collection.
    pub(crate) fn path(&self, namespace: Option<&str>) -> String {
        DynamicObject::url_path(&self.api, namespace.filter(|_| self.namespaced))
    }

    /// Its API group, empty for the core group.
    pub(crate) fn group(&self) -> &str {
        &self.api.group
    }

    /// Its plural.
    pub(crate) fn plural(&self) -> &str {
        &self.api.plural
    }

    /// What lists leave out of their items.
    pub(crate) fn complete(&self, object: &mut Value) {
        if let Some(map) = object.as_object_mut() {
            map.entry("apiVersion")
                .or_insert_with(|| self.api.api_version.clone().into());
            map.entry("kind").or_insert_with(|| self.api.kind.clone().into());
        }
    }
}

/// The kind as the member serves it, by what was last seen of it.
pub(crate) fn resource(member: &Member, gvk: &Gvk) -> Result<Resource, MemberError> {
    match member.served.get(gvk) {
        Some((api, namespaced)) => Ok(Resource {
            api: api.clone(),
            namespaced,
        }),
        None => Err(MemberError::NotServed {
            cluster: member.name.clone(),
            kind: gvk.to_string(),
        }),
    }
}
