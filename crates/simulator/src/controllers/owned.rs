//! Owners, selectors, and pods made from templates.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use jiff::Timestamp;
use k8s_openapi::{
    api::core::v1::{Pod, PodTemplateSpec},
    apimachinery::pkg::apis::meta::v1::{LabelSelector, ObjectMeta},
};
use kube::{Resource, ResourceExt};
use serde_json::{Value, json};

use super::{
    cache::Shelf,
    kind::{Key, Kind},
    write::Turn,
};

/// An object that controls others.
pub(super) struct Owner<'a> {
    pub(super) kind: Kind,
    pub(super) meta: &'a ObjectMeta,
}

impl Owner<'_> {
    pub(super) fn uid(&self) -> &str {
        self.meta.uid.as_deref().unwrap_or_default()
    }

    pub(super) fn name(&self) -> &str {
        self.meta.name.as_deref().unwrap_or_default()
    }

    pub(super) fn namespace(&self) -> &str {
        self.meta.namespace.as_deref().unwrap_or_default()
    }

    /// The owner reference of what it controls.
    pub(super) fn reference(&self) -> Value {
        json!([{
            "apiVersion": self.kind.api_version(), "kind": self.kind.name(), "name": self.name(), "uid": self.uid(),
            "controller": true, "blockOwnerDeletion": true,
        }])
    }

    /// What it controls among the objects of its namespace.
    pub(super) fn owned<'a, K: Resource<DynamicType = ()>>(&self, objects: &'a Shelf<K>) -> Vec<&'a Arc<K>> {
        let within = objects.within(self.namespace()).map(|(_, object)| object);
        within
            .filter(|object| is_controlled(object.meta(), self.uid()))
            .collect()
    }

    /// Takes what it selects and nobody controls; `true` when there was something.
    pub(super) fn adopt<K: Resource<DynamicType = ()>>(
        &self,
        turn: &mut Turn,
        kind: Kind,
        objects: &Shelf<K>,
        selector: &LabelSelector,
    ) -> bool {
        if self.meta.deletion_timestamp.is_some() {
            return false;
        }
        let before = turn.writes.len();
        for (key, object) in objects.within(self.namespace()) {
            let meta = object.meta();
            let free = meta
                .owner_references
                .iter()
                .flatten()
                .all(|owner| owner.controller != Some(true));
            if free && meta.deletion_timestamp.is_none() && matches(selector, object.labels()) {
                turn.patch(
                    kind,
                    key,
                    json!({"metadata": {"uid": meta.uid, "ownerReferences": self.reference()}}),
                );
            }
        }
        turn.writes.len() > before
    }

    /// A pod from a template. A name that ends in `-` is the beginning of one that the server completes.
    pub(super) fn pod(&self, template: &PodTemplateSpec, name: &str, labels: &[(&str, &str)]) -> Value {
        let meta = template.metadata.as_ref();
        let mut all = meta.and_then(|meta| meta.labels.clone()).unwrap_or_default();
        all.extend(
            labels
                .iter()
                .map(|(key, value)| ((*key).to_owned(), (*value).to_owned())),
        );
        let mut metadata = json!({
            "namespace": self.namespace(), "labels": all, "ownerReferences": self.reference(),
        });
        metadata[if name.ends_with('-') {
            "generateName"
        } else {
            "name"
        }] = name.into();
        if let Some(annotations) = meta.and_then(|meta| meta.annotations.as_ref()) {
            metadata["annotations"] = json!(annotations);
        }
        json!({"metadata": metadata, "spec": template.spec})
    }
}

fn is_controlled(meta: &ObjectMeta, uid: &str) -> bool {
    meta.owner_references
        .iter()
        .flatten()
        .any(|owner| owner.controller == Some(true) && owner.uid == uid)
}

/// The labels match the selector. One that cannot be understood matches nothing.
pub(super) fn matches(selector: &LabelSelector, labels: &BTreeMap<String, String>) -> bool {
    let equal = selector
        .match_labels
        .iter()
        .flatten()
        .all(|(key, value)| labels.get(key) == Some(value));
    let expressed = selector.match_expressions.iter().flatten().all(|wanted| {
        let value = labels.get(&wanted.key);
        let listed = value.is_some_and(|value| wanted.values.iter().flatten().any(|each| each == value));
        match wanted.operator.as_str() {
            "In" => listed,
            "NotIn" => !listed,
            "Exists" => value.is_some(),
            "DoesNotExist" => value.is_none(),
            _ => false,
        }
    });
    equal && expressed
}

/// Neither ended nor asked to go.
pub(super) fn is_active(pod: &Pod) -> bool {
    pod.metadata.deletion_timestamp.is_none() && !matches!(phase(pod), "Succeeded" | "Failed")
}

pub(super) fn phase(pod: &Pod) -> &str {
    pod.status
        .as_ref()
        .and_then(|status| status.phase.as_deref())
        .unwrap_or("Pending")
}

/// Since when it is ready; `None` when it is not.
fn ready_since(pod: &Pod) -> Option<Timestamp> {
    let conditions = pod.status.as_ref()?.conditions.as_ref()?;
    let ready = conditions
        .iter()
        .find(|condition| condition.type_ == "Ready" && condition.status == "True")?;
    Some(
        ready
            .last_transition_time
            .as_ref()
            .map_or(Timestamp::UNIX_EPOCH, |time| time.0),
    )
}

pub(super) fn is_ready(pod: &Pod) -> bool {
    ready_since(pod).is_some()
}

/// How long until it has been ready for `min` seconds: zero when it has; `None` when it is not ready.
pub(super) fn until_available(pod: &Pod, min: i32, now: Timestamp) -> Option<Duration> {
    let gone = now.duration_since(ready_since(pod)?);
    let wanted = jiff::SignedDuration::from_secs(i64::from(min.max(0)));
    Some(Duration::try_from(wanted.saturating_sub(gone)).unwrap_or(Duration::ZERO))
}

/// How many of the pods.
pub(super) fn count<'a>(pods: impl IntoIterator<Item = &'a Arc<Pod>>, is: impl Fn(&Pod) -> bool) -> i32 {
    i32::try_from(pods.into_iter().filter(|pod| is(pod)).count()).unwrap_or(i32::MAX)
}

/// Namespace and name of an object in a namespace.
pub(super) fn key(object: &impl ResourceExt) -> Key {
    (object.namespace().unwrap_or_default(), object.name_any())
}

/// Its uid.
pub(super) fn uid(object: &impl ResourceExt) -> String {
    object.uid().unwrap_or_default()
}
