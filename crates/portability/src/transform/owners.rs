//! Owner references and finalizers: ties to controllers that may not be there.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::{
    classes::Route,
    draft::{Draft, Why},
    field::{group_of, is_true, items, text},
    finding::{Finding, Question, Severity},
    key::{Gvk, ObjectKey},
    kinds,
    said::Target,
};

/// The custom resources among what moves: their controllers make their parts again on the target.
pub(super) struct Owners<'o>(BTreeSet<(&'o str, &'o str, &'o str, &'o str)>);

impl<'o> Owners<'o> {
    pub(super) fn of(objects: &'o [Value]) -> Self {
        let name_of = |object: &'o Value| {
            let group = group_of(text(object, &["apiVersion"]));
            let (kind, name) = (text(object, &["kind"]), text(object, &["metadata", "name"]));
            (group, kind, text(object, &["metadata", "namespace"]), name)
        };
        Self(
            objects
                .iter()
                .map(name_of)
                .filter(|(group, ..)| !kinds::is_built_in(group))
                .collect(),
        )
    }

    /// Whether a moving custom resource makes this object again. What holds data (secrets, configuration,
    /// claims) is copied all the same: made again it would be new, not the same.
    pub(super) fn make_again(&self, object: &Value, key: &ObjectKey) -> bool {
        if matches!(
            key.group_kind(),
            ("", "Secret" | "ConfigMap" | "PersistentVolumeClaim")
        ) {
            return false;
        }
        let namespace = key.namespace.as_deref().unwrap_or_default();
        items(object, &["metadata", "ownerReferences"])
            .iter()
            .any(|owner| {
                let group = group_of(text(owner, &["apiVersion"]));
                let (kind, name) = (text(owner, &["kind"]), text(owner, &["name"]));
                is_true(owner, &["controller"]) && self.0.contains(&(group, kind, namespace, name))
            })
    }
}

pub(super) fn rewrite(draft: &mut Draft, key: &ObjectKey, route: &Route<'_>, findings: &mut Vec<Finding>) {
    draft.remove(&["metadata", "ownerReferences"], Why::OwnerStaysBehind);
    let mut dropped = Vec::new();
    for finalizer in items(draft.object(), &["metadata", "finalizers"]) {
        let name = finalizer.as_str().unwrap_or_default();
        if !has_controller(name, route.served) {
            dropped.push(name.to_owned());
        }
    }
    if dropped.is_empty() {
        return;
    }
    draft.remove_items(&["metadata", "finalizers"], Why::FinalizerUnserved, |finalizer| {
        finalizer
            .as_str()
            .is_none_or(|name| dropped.iter().any(|gone| gone == name))
    });
    for name in dropped {
        findings.push(
            Finding::new(Question::Served, Severity::Warn, Target::Finalizer { name })
                .about(key)
                .field("metadata.finalizers"),
        );
    }
}

/// Whether the target serves a custom group of the finalizer's domain: its controller is taken to be there.
fn has_controller(finalizer: &str, served: Option<&BTreeSet<Gvk>>) -> bool {
    let domain = finalizer.split_once('/').map_or(finalizer, |(domain, _)| domain);
    served
        .into_iter()
        .flatten()
        .filter(|gvk| !kinds::is_built_in(&gvk.group))
        .any(|gvk| {
            domain
                .strip_suffix(gvk.group.as_str())
                .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
        })
}
