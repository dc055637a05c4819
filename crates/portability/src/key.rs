//! What an object is called: its kind and its name.
//!
//! Not here: what a kind means (`kinds`). Invariant: the order of keys is total and never depends on content.

#[cfg(test)]
mod tests;

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::field::{at, text};

/// Group, version and kind. The core group is the empty text.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Gvk {
    /// API group, empty for the core group.
    pub group: String,
    /// Version within the group, `v1`.
    pub version: String,
    /// Kind, `Deployment`.
    pub kind: String,
}

impl Gvk {
    /// From group, version and kind.
    pub fn new(group: &str, version: &str, kind: &str) -> Self {
        Self {
            group: group.to_owned(),
            version: version.to_owned(),
            kind: kind.to_owned(),
        }
    }
}

impl fmt::Display for Gvk {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.group.is_empty() {
            write!(out, "{}/", self.group)?;
        }
        write!(out, "{} {}", self.version, self.kind)
    }
}

/// One object of one cluster. Prints as `apps/Deployment signalen/backend`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ObjectKey {
    /// API group, empty for the core group.
    pub group: String,
    /// Version within the group.
    pub version: String,
    /// Kind.
    pub kind: String,
    /// Namespace; none for cluster-scoped objects and for manifests that leave it to the caller.
    pub namespace: Option<String>,
    /// Name.
    pub name: String,
}

/// Why a document is not an object that can be moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// A list, a text or nothing.
    #[error("not an object: a Kubernetes object is a map with apiVersion, kind and metadata")]
    NotAnObject,
    /// `apiVersion` is absent or empty.
    #[error("apiVersion is missing: write for example `apiVersion: apps/v1`")]
    NoApiVersion,
    /// `kind` is absent or empty.
    #[error("kind is missing: write for example `kind: Deployment`")]
    NoKind,
    /// `metadata.name` is absent; an object with only `generateName` has no identity to move.
    #[error(
        "metadata.name is missing: an object without a name cannot be followed from one cluster to another"
    )]
    NoName,
    /// `metadata.name` or `metadata.namespace` is a number or a truth value.
    #[error(
        "metadata.name or metadata.namespace is no text: put it in quotes (1, y, n, yes, no, on and off are none in YAML)"
    )]
    NameIsNoText,
}

/// Whether neither `metadata.name` nor `metadata.namespace` of an object is a number or a truth value.
pub(crate) fn names_are_texts(object: &Value) -> bool {
    let is_text =
        |field| at(object, &["metadata", field]).is_none_or(|value| value.is_string() || value.is_null());
    is_text("name") && is_text("namespace")
}

impl ObjectKey {
    /// Reads the key of an object. Fails on the first of the things that is missing.
    pub fn from_value(value: &Value) -> Result<Self, KeyError> {
        if !value.is_object() {
            return Err(KeyError::NotAnObject);
        }
        let api_version = Some(text(value, &["apiVersion"])).filter(|v| !v.is_empty());
        let api_version = api_version.ok_or(KeyError::NoApiVersion)?;
        let kind = Some(text(value, &["kind"]))
            .filter(|v| !v.is_empty())
            .ok_or(KeyError::NoKind)?;
        if !names_are_texts(value) {
            return Err(KeyError::NameIsNoText);
        }
        let name = Some(text(value, &["metadata", "name"])).filter(|v| !v.is_empty());
        let name = name.ok_or(KeyError::NoName)?;
        let namespace = text(value, &["metadata", "namespace"]);
        let (group, version) = api_version.split_once('/').unwrap_or(("", api_version));
        Ok(Self {
            group: group.to_owned(),
            version: version.to_owned(),
            kind: kind.to_owned(),
            namespace: (!namespace.is_empty()).then(|| namespace.to_owned()),
            name: name.to_owned(),
        })
    }

    /// Group, version and kind of the object.
    pub fn gvk(&self) -> Gvk {
        Gvk::new(&self.group, &self.version, &self.kind)
    }

    /// Group and kind, to match on.
    pub(crate) fn group_kind(&self) -> (&str, &str) {
        (&self.group, &self.kind)
    }
}

impl fmt::Display for ObjectKey {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.group.is_empty() {
            write!(out, "{}/", self.group)?;
        }
        write!(out, "{} ", self.kind)?;
        if let Some(namespace) = &self.namespace {
            write!(out, "{namespace}/")?;
        }
        out.write_str(&self.name)
    }
}
