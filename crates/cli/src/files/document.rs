//! One object of a file, with the lines of its fields.
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use havenmeester_api::{GROUP, VERSION, crds};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::fault::Fault;
use super::schema;
use super::tree::{Node, Tree};

/// One object.
#[derive(Clone, Debug)]
pub(crate) struct Document {
    pub(crate) file: PathBuf,
    pub(crate) tree: Tree,
}

/// The kinds of ours that stand in a namespace.
static NAMESPACED: LazyLock<Vec<String>> = LazyLock::new(|| {
    let all = crds::all().into_iter();
    let namespaced = all.filter(|definition| definition.spec.scope == "Namespaced");
    namespaced.map(|definition| definition.spec.names.kind).collect()
});

/// The schema of each kind of ours.
static SCHEMAS: LazyLock<Vec<(String, Value)>> = LazyLock::new(|| {
    let schema = |definition| {
        let definition = serde_json::to_value(definition).unwrap_or_default();
        let kind = definition
            .pointer("/spec/names/kind")
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned();
        let schema = definition.pointer("/spec/versions/0/schema/openAPIV3Schema/properties");
        (kind, schema.cloned().unwrap_or_default())
    };
    crds::all().into_iter().map(schema).collect()
});

/// The kinds of ours.
pub(crate) fn kinds() -> impl Iterator<Item = &'static str> {
    SCHEMAS.iter().map(|(kind, _)| kind.as_str())
}

/// Whether objects of a kind of ours stand in a namespace.
pub(crate) fn is_namespaced(kind: &str) -> bool {
    NAMESPACED.iter().any(|known| known == kind)
}

impl Document {
    pub(crate) fn new(file: &Path, tree: Tree) -> Self {
        Self {
            file: file.to_owned(),
            tree,
        }
    }

    pub(crate) fn api_version(&self) -> Option<&str> {
        self.tree.get("apiVersion").and_then(Tree::text)
    }

    pub(crate) fn kind(&self) -> Option<&str> {
        self.tree.get("kind").and_then(Tree::text)
    }

    pub(crate) fn name(&self) -> Option<&str> {
        self.tree.get("metadata")?.get("name")?.text()
    }

    pub(crate) fn namespace(&self) -> Option<&str> {
        self.tree.get("metadata")?.get("namespace")?.text()
    }

    /// Whether it is of our group, in whatever version.
    pub(crate) fn is_ours(&self) -> bool {
        self.api_version()
            .is_some_and(|version| version.split('/').next() == Some(GROUP))
    }

    /// Our group and the version that is served.
    pub(crate) fn served() -> String {
        format!("{GROUP}/{VERSION}")
    }

    /// Something that is wrong with a field of it.
    pub(crate) fn fault(&self, field: &str, message: impl Into<String>) -> Fault {
        self.fault_at(self.tree.line_of(field), field, message)
    }

    fn fault_at(&self, line: u64, field: &str, message: impl Into<String>) -> Fault {
        let object = self
            .kind()
            .map(|kind| format!("{kind}/{}", self.name().unwrap_or("?")));
        Fault {
            file: self.file.clone(),
            line: Some(line),
            object,
            field: (!field.is_empty()).then(|| field.to_owned()),
            message: message.into(),
        }
    }

    /// The object, or everything that is wrong with it.
    pub(crate) fn read<T: DeserializeOwned>(&self) -> Result<T, Vec<Fault>> {
        let mut faults = self.breaches();
        if self.name().is_none_or(str::is_empty) {
            faults.push(self.fault("metadata.name", "it is missing: every object has a name"));
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        serde_path_to_error::deserialize(self.tree.to_json()).map_err(|error| {
            let path = error.path().to_string();
            vec![self.fault(&path, error.into_inner().to_string())]
        })
    }

    fn breaches(&self) -> Vec<Fault> {
        let schema = SCHEMAS
            .iter()
            .find(|(kind, _)| Some(kind.as_str()) == self.kind());
        let Some((_, properties)) = schema else {
            return Vec::new();
        };
        let mut faults = Vec::new();
        for part in ["spec", "status"] {
            let of_it = properties.get(part).unwrap_or(&Value::Null);
            let given = self.tree.get(part);
            if let Some(tree) = given.filter(|tree| tree.node != Node::Scalar(Value::Null)) {
                let breaches = schema::breaches(tree, of_it, part);
                faults.extend(
                    breaches
                        .into_iter()
                        .map(|b| self.fault_at(b.line, &b.field, b.message)),
                );
            } else if part == "spec" {
                faults.push(self.fault("spec", "it is missing"));
            }
        }
        faults
    }
}

impl Document {
    /// Something that is wrong with an entry of a map whose keys have dots, such as labels.
    pub(crate) fn fault_of_entry(&self, field: &str, key: &str, message: String) -> Fault {
        let mut parent = Some(&self.tree);
        for step in field.split('.') {
            parent = parent.and_then(|tree| tree.get(step));
        }
        let line = parent
            .and_then(|tree| tree.get(key))
            .map_or_else(|| self.tree.line_of(field), |tree| tree.line);
        self.fault_at(line, field, message)
    }
}
