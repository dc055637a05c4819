//! Objects of any kind, from text to an API server.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use havenmeester_portability::{ObjectKey, manifests};
use kube::{
    Api, Client,
    api::{DynamicObject, PostParams},
    core::{ApiResource, GroupVersionKind},
};
use serde_json::Value;

/// The root of the project.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The objects in one file of YAML.
pub fn read(path: &Path) -> anyhow::Result<Vec<Value>> {
    let text = std::fs::read_to_string(path).with_context(|| format!("reading {}", path.display()))?;
    manifests(&text).with_context(|| format!("reading {}", path.display()))
}

/// The objects in one file of `examples/amsterdam`.
pub fn example(file: &str) -> anyhow::Result<Vec<Value>> {
    read(&root().join("examples/amsterdam").join(file))
}

/// Creates one object. An object without a namespace is put into `namespace`, or is cluster-scoped.
pub async fn create(client: &Client, namespace: Option<&str>, object: &Value) -> Result<(), CreateError> {
    let key = ObjectKey::from_value(object).map_err(|error| CreateError::Nameless(error.to_string()))?;
    let refused = |source| CreateError::Refused {
        object: key.to_string(),
        source: Box::new(source),
    };
    let object: DynamicObject =
        serde_json::from_value(object.clone()).map_err(|source| refused(kube::Error::SerdeError(source)))?;
    let api = api(client, namespace, &key, &object);
    api.create(&PostParams::default(), &object)
        .await
        .map_err(refused)?;
    Ok(())
}

/// The API for the kind and namespace of an object.
pub fn api(
    client: &Client,
    namespace: Option<&str>,
    key: &ObjectKey,
    object: &DynamicObject,
) -> Api<DynamicObject> {
    let resource = ApiResource::from_gvk(&GroupVersionKind::gvk(&key.group, &key.version, &key.kind));
    match object.metadata.namespace.as_deref().or(namespace) {
        Some(namespace) => Api::namespaced_with(client.clone(), namespace, &resource),
        None => Api::all_with(client.clone(), &resource),
    }
}

/// Why an object was not created.
#[derive(Debug, thiserror::Error)]
pub enum CreateError {
    /// It has no kind or no name.
    #[error("an object without kind or name: {0}")]
    Nameless(String),
    /// The API server does not take it.
    #[error("creating {object}")]
    Refused {
        /// Kind, namespace and name.
        object: String,
        /// What it said.
        source: Box<kube::Error>,
    },
}

impl CreateError {
    /// The HTTP status of the refusal.
    pub fn code(&self) -> Option<u16> {
        match self {
            Self::Refused { source, .. } => {
                if let kube::Error::Api(status) = source.as_ref() {
                    Some(status.code)
                } else {
                    None
                }
            }
            Self::Nameless(_) => None,
        }
    }
}
