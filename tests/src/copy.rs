//! What stands in one namespace of one cluster, object by object.
//!
//! Invariant: read by an administrator from the API server itself, every kind that it serves and that is captured.

use std::collections::BTreeMap;

use anyhow::Context as _;
use havenmeester_portability::{self as portability, ObjectKey, Serving, is_captured_kind};
use k8s_openapi::api::core::v1::Namespace;
use kube::{
    Api, Client,
    api::{DynamicObject, ListParams},
    core::{ApiResource, TypeMeta},
    discovery::{Discovery, Scope, verbs},
};
use serde_json::Value;

/// Fields that differ because clusters call the same thing differently (`MemberCluster.spec.classes`).
const NAMES_OF_CLASSES: [&str; 2] = ["ingressClassName", "storageClassName"];

/// What stands in one namespace.
#[derive(Clone, Debug, Default)]
pub struct Copy {
    /// As it would be captured.
    pub captured: BTreeMap<ObjectKey, Value>,
    /// As it is.
    live: BTreeMap<String, Value>,
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
            copy.live
                .insert(format!("Namespace {namespace}"), serde_json::to_value(space)?);
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
                copy.keep(serde_json::to_value(object)?)?;
            }
        }
        Ok(copy)
    }

    fn keep(&mut self, live: Value) -> anyhow::Result<()> {
        let Some(kept) = portability::capture(&live) else {
            return Ok(());
        };
        let key = ObjectKey::from_value(&kept).context("an object without a name")?;
        self.live.insert(key.to_string(), live);
        self.captured.insert(key, kept);
        Ok(())
    }

    /// Whether there is nothing, not even the namespace.
    pub fn is_gone(&self) -> bool {
        self.live.is_empty()
    }

    /// What would start Pods.
    pub fn running(&self) -> Vec<&str> {
        self.live
            .iter()
            .filter(|(_, object)| runs(object) && !portability::is_stopped(object))
            .map(|(key, _)| key.as_str())
            .collect()
    }

    /// What does not do its work yet, and why.
    pub fn not_serving(&self) -> Vec<String> {
        let runners = self.live.iter().filter(|(_, object)| runs(object));
        runners
            .filter_map(|(key, object)| match portability::is_serving(object) {
                Serving::Yes | Serving::NotApplicable => None,
                Serving::No(why) => Some(format!("{key}: {why}")),
            })
            .collect()
    }

    /// The version of each object that only people write: what a controller of Kubernetes keeps writing is left out.
    pub fn versions(&self) -> BTreeMap<&str, &str> {
        self.live
            .iter()
            .filter(|(_, object)| object["kind"] != "CronJob")
            .filter_map(|(key, object)| Some((key.as_str(), object["metadata"]["resourceVersion"].as_str()?)))
            .collect()
    }

    /// Objects that the daemon has ever written.
    pub fn written_by_us(&self) -> Vec<&str> {
        let ours = |object: &Value| {
            object["metadata"]["managedFields"].as_array().is_some_and(|all| {
                all.iter()
                    .any(|one| one["manager"] == havenmeester_api::FIELD_MANAGER)
            })
        };
        self.live
            .iter()
            .filter(|(_, object)| ours(object))
            .map(|(key, _)| key.as_str())
            .collect()
    }

    /// What `there` lacks of this copy, and what is not as it was: only names of classes may differ.
    pub fn lost_in(&self, there: &Self) -> Vec<String> {
        let mut problems = Vec::new();
        for (key, sent) in &self.captured {
            let Some(live) = there.live.get(&key.to_string()) else {
                problems.push(format!("{key} is missing"));
                continue;
            };
            let changed = portability::faithful(sent, live)
                .into_iter()
                .filter(|d| !NAMES_OF_CLASSES.iter().any(|field| d.path.ends_with(field)))
                .map(|d| format!("{key}: {} differs", d.path));
            problems.extend(changed);
        }
        problems
    }

    /// What `there` has and this copy had not.
    pub fn added_in(&self, there: &Self) -> Vec<String> {
        let new = there
            .captured
            .keys()
            .filter(|key| !self.captured.contains_key(*key));
        new.map(|key| format!("{key} is new")).collect()
    }

    /// The values of a field, over all objects that have it.
    pub fn values(&self, pointer: &str) -> Vec<&str> {
        let mut values: Vec<&str> = self
            .captured
            .values()
            .filter_map(|object| object.pointer(pointer)?.as_str())
            .collect();
        values.sort_unstable();
        values.dedup();
        values
    }
}

fn runs(object: &Value) -> bool {
    matches!(
        object["kind"].as_str(),
        Some("Deployment" | "StatefulSet" | "DaemonSet")
    )
}
