//! One served kind: its names, scope, versions and schema.
//!
//! Not here: the list of Kubernetes' own kinds (`builtin`), how custom ones come to be (`crd`).

use std::sync::Arc;

use serde_json::{Value, json};

use super::schema::Schema;

/// Where a kind's objects are kept: all versions of a kind share one table.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct ResourceId {
    pub(crate) group: String,
    pub(crate) plural: String,
}

impl ResourceId {
    pub(crate) fn new(group: &str, plural: &str) -> Self {
        Self {
            group: group.to_owned(),
            plural: plural.to_owned(),
        }
    }
}

/// A column of `kubectl get` beside the name.
#[derive(Debug, Clone)]
pub(crate) struct Column {
    pub(crate) name: String,
    pub(crate) kind: String,
    pub(crate) format: String,
    pub(crate) description: String,
    pub(crate) priority: i64,
    /// Steps into the object, of the JSON path without its leading dot.
    pub(crate) path: String,
}

/// Where the replicas of a scalable kind stand, as JSON paths of field names.
#[derive(Debug, Clone)]
pub(crate) struct ScalePaths {
    pub(crate) spec: Vec<String>,
    pub(crate) status: Vec<String>,
    pub(crate) selector: Option<Vec<String>>,
}

/// One version of one kind.
#[derive(Debug, Clone)]
#[expect(
    clippy::struct_excessive_bools,
    clippy::struct_field_names,
    reason = "the words and flags of the Kubernetes API's own description of a kind"
)]
pub(crate) struct Kind {
    pub(crate) id: ResourceId,
    pub(crate) version: String,
    pub(crate) kind: String,
    pub(crate) list_kind: String,
    pub(crate) singular: String,
    pub(crate) short_names: Vec<String>,
    pub(crate) categories: Vec<String>,
    pub(crate) namespaced: bool,
    pub(crate) status: bool,
    pub(crate) scale: Option<ScalePaths>,
    pub(crate) schema: Arc<Schema>,
    pub(crate) columns: Vec<Column>,
    /// Defined by a CustomResourceDefinition.
    pub(crate) custom: bool,
    /// The version in which objects are kept.
    pub(crate) storage: bool,
}

impl Kind {
    pub(crate) fn api_version(&self) -> String {
        if self.id.group.is_empty() {
            self.version.clone()
        } else {
            format!("{}/{}", self.id.group, self.version)
        }
    }

    /// `deployments.apps`; in the core group only `pods`.
    pub(crate) fn qualified(&self) -> String {
        if self.id.group.is_empty() {
            self.id.plural.clone()
        } else {
            format!("{}.{}", self.id.plural, self.id.group)
        }
    }

    /// `Deployment.apps`; in the core group only `Pod`.
    pub(crate) fn qualified_kind(&self) -> String {
        if self.id.group.is_empty() {
            self.kind.clone()
        } else {
            format!("{}.{}", self.kind, self.id.group)
        }
    }

    /// `details` of a Status about the object `name`.
    pub(crate) fn details(&self, name: &str) -> Value {
        let mut details = json!({});
        if !name.is_empty() {
            details["name"] = json!(name);
        }
        if !self.id.group.is_empty() {
            details["group"] = json!(self.id.group);
        }
        details["kind"] = json!(self.id.plural);
        details
    }

    pub(crate) fn is(&self, group: &str, plural: &str) -> bool {
        self.id.group == group && self.id.plural == plural
    }
}
