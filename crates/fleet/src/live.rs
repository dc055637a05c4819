//! An object as the API server gave it: nothing of it is lost, for it may have to be made again elsewhere.
//!
//! Not here: kubernetes types. Reading an object into a type and back drops what the type does not know.
use std::borrow::Cow;

use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use kube::Resource;
use kube::core::{ApiResource, DynamicResourceScope};
use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// The JSON of one object, and the few fields that are looked at.
#[derive(Clone, Debug)]
pub(crate) struct Live {
    meta: ObjectMeta,
    value: Value,
}

impl Live {
    /// The object; a list leaves `apiVersion` and `kind` out of its items, so they are filled in.
    pub(crate) fn into_value(mut self, resource: &ApiResource) -> Value {
        if let Value::Object(fields) = &mut self.value {
            let mut fill = |name: &str, text: &str| {
                fields
                    .entry(name)
                    .or_insert_with(|| Value::String(text.to_owned()));
            };
            fill("apiVersion", &resource.api_version);
            fill("kind", &resource.kind);
        }
        self.value
    }

    pub(crate) fn name(&self) -> &str {
        self.meta.name.as_deref().unwrap_or_default()
    }

    pub(crate) fn namespace(&self) -> &str {
        self.meta.namespace.as_deref().unwrap_or_default()
    }

    pub(crate) fn resource_version(&self) -> Option<&str> {
        self.meta
            .resource_version
            .as_deref()
            .filter(|version| !version.is_empty())
    }
}

impl<'de> Deserialize<'de> for Live {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        let text = |name: &str| value.pointer(name).and_then(Value::as_str).map(str::to_owned);
        let meta = ObjectMeta {
            name: text("/metadata/name"),
            namespace: text("/metadata/namespace"),
            resource_version: text("/metadata/resourceVersion"),
            ..ObjectMeta::default()
        };
        Ok(Self { meta, value })
    }
}

impl Resource for Live {
    type DynamicType = ApiResource;
    type Scope = DynamicResourceScope;

    fn kind(resource: &ApiResource) -> Cow<'_, str> {
        resource.kind.as_str().into()
    }

    fn group(resource: &ApiResource) -> Cow<'_, str> {
        resource.group.as_str().into()
    }

    fn version(resource: &ApiResource) -> Cow<'_, str> {
        resource.version.as_str().into()
    }

    fn api_version(resource: &ApiResource) -> Cow<'_, str> {
        resource.api_version.as_str().into()
    }

    fn plural(resource: &ApiResource) -> Cow<'_, str> {
        resource.plural.as_str().into()
    }

    fn meta(&self) -> &ObjectMeta {
        &self.meta
    }

    fn meta_mut(&mut self) -> &mut ObjectMeta {
        &mut self.meta
    }
}
