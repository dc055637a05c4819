//! What stands in one namespace of one cluster, object by object.
//!
//! Invariant: read by an administrator from the API server itself, every kind that it serves and that is captured.

use std::collections::BTreeMap;

use anyhow::Context as _;
use havenmeester_portability::{ObjectKey, Standing, is_captured_kind};
use k8s_openapi::api::core::v1::Namespace;
use kube::{
    Api, Client,
    api::{DynamicObject, ListParams},
    core::{ApiResource, TypeMeta},
    discovery::{Discovery, Scope, verbs},
};
use serde_json::Value;

/// What stands in one namespace.
#[derive(Clone, Debug, Default)]
pub struct Copy {
    namespace: Option<Value>,
    standing: Standing,
}

/// The kinds that a cluster serves and that are captured.
pub(crate) async fn kinds(client: &Client) -> anyhow::Result<Vec<ApiResource>> {
    let discovery = Discovery::new(client.clone()).run().await.context("discovery")?;
    let mut kinds = Vec::new();
    for group in discovery.groups() {
        for (resource, capabilities) in group.recommended_resources() {
            let listed = capabilities.supports_operation(verbs::LIST);
            let inside = capabilities.scope == Scope::Namespaced;
            if listed && inside && is_captured_kind(&resource.group, &resource.kind) {
                kinds.push(resource);
            }
        }
    }
    Ok(kinds)
}

impl Copy {
    pub(crate) async fn read(
        client: &Client,
        kinds: &[ApiResource],
        namespace: &str,
    ) -> anyhow::Result<Self> {
        let mut copy = Self::default();
        let spaces: Api<Namespace> = Api::all(client.clone());
        if let Some(space) = spaces.get_opt(namespace).await? {
            copy.namespace = Some(serde_json::to_value(space)?);
        }
        for resource in kinds {
            let api: Api<DynamicObject> = Api::namespaced_with(client.clone(), namespace, resource);
            let listed = api.list(&ListParams::default()).await;
            for mut object in listed
                .with_context(|| format!("listing {}", resource.plural))?
                .items
            {
                object.types = Some(TypeMeta {
                    api_version: resource.api_version.clone(),
                    kind: resource.kind.clone(),
                });
                copy.standing.keep(serde_json::to_value(object)?);
            }
        }
        Ok(copy)
    }

    /// Every object that is captured.
    pub fn captured(&self) -> &BTreeMap<ObjectKey, Value> {
        self.standing.captured()
    }

    /// Whether there is nothing, not even the namespace.
    pub fn is_gone(&self) -> bool {
        self.namespace.is_none() && self.standing.live().is_empty()
    }

    /// What would start Pods.
    pub fn running(&self) -> Vec<String> {
        self.standing.running()
    }

    /// What does not do its work yet, and why.
    pub fn not_serving(&self) -> Vec<String> {
        self.standing.not_serving()
    }

    /// Everything, the namespace too, with its name.
    fn live(&self) -> impl Iterator<Item = (String, &Value)> {
        let namespace = self.namespace.iter().map(|space| ("Namespace".to_owned(), space));
        namespace.chain(
            self.standing
                .live()
                .iter()
                .map(|(key, object)| (key.to_string(), object)),
        )
    }

    /// The version of each object that only people write: what a controller of Kubernetes keeps writing is left out.
    pub fn versions(&self) -> BTreeMap<String, &str> {
        self.live()
            .filter(|(_, object)| object["kind"] != "CronJob")
            .filter_map(|(key, object)| Some((key, object["metadata"]["resourceVersion"].as_str()?)))
            .collect()
    }

    /// Objects that the daemon has ever written.
    pub fn written_by_us(&self) -> Vec<String> {
        let ours = |object: &Value| {
            object["metadata"]["managedFields"].as_array().is_some_and(|all| {
                all.iter()
                    .any(|one| one["manager"] == havenmeester_api::FIELD_MANAGER)
            })
        };
        self.live()
            .filter(|(_, object)| ours(object))
            .map(|(key, _)| key)
            .collect()
    }

    /// What `there` lacks of this copy, and what is not as it was: only names of classes may differ.
    pub fn lost_in(&self, there: &Self) -> Vec<String> {
        self.standing.lost_in(&there.standing)
    }

    /// What `there` has and this copy had not.
    pub fn added_in(&self, there: &Self) -> Vec<String> {
        self.standing.added_in(&there.standing)
    }

    /// The values of a field, over all objects that have it.
    pub fn values(&self, pointer: &str) -> Vec<&str> {
        let mut values: Vec<&str> = self
            .captured()
            .values()
            .filter_map(|object| object.pointer(pointer)?.as_str())
            .collect();
        values.sort_unstable();
        values.dedup();
        values
    }
}
