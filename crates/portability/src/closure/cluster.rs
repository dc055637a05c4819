//! The cluster-scoped part of a closure: what is taken along. What each cluster has of its own is in the book's scopes.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{Reference, Resolved, Set, Target, select::has_labels};
use crate::{
    book::{Book, Need},
    field::{group_kind, items, text},
    finding::{Finding, Question, Severity},
    key::ObjectKey,
    kinds,
    reference::{Wish, each_reference},
    said::References,
};

/// Cluster-scoped objects, and which of them are needed.
pub(super) struct Along<'o> {
    book: &'static Book,
    given: BTreeMap<(&'o str, &'o str, &'o str), &'o Value>,
    kinds: BTreeSet<(&'o str, &'o str)>,
    needed: BTreeSet<(&'o str, &'o str, &'o str)>,
    /// Those of `needed` whose own references were followed.
    followed: BTreeSet<(&'o str, &'o str, &'o str)>,
}

const RBAC: &str = "rbac.authorization.k8s.io";
const CRD: (&str, &str) = ("apiextensions.k8s.io", "CustomResourceDefinition");

impl<'o> Along<'o> {
    pub(super) fn of(book: &'static Book, cluster_scoped: &'o [Value]) -> Self {
        let mut given = BTreeMap::new();
        for object in cluster_scoped {
            if ObjectKey::from_value(object).is_ok() {
                let (group, kind) = group_kind(object);
                given.insert((group, kind, text(object, &["metadata", "name"])), object);
            }
        }
        let kinds = given.keys().map(|(group, kind, _)| (*group, *kind)).collect();
        Self {
            book,
            given,
            kinds,
            needed: BTreeSet::new(),
            followed: BTreeSet::new(),
        }
    }

    /// Takes along what a reference names.
    pub(super) fn take(&mut self, wish: &Wish<'o>) -> Resolved {
        if is_everywhere(wish.kind, wish.name) {
            return Resolved::Everywhere;
        }
        match self.given.get_key_value(&(wish.group, wish.kind, wish.name)) {
            Some((key, _)) => {
                self.needed.insert(*key);
                Resolved::TakenAlong
            }
            None if !self.kinds.contains(&(wish.group, wish.kind)) => Resolved::OnTarget,
            None if wish.need == Need::Optional => Resolved::Absent,
            None => Resolved::Missing,
        }
    }

    /// Takes along the cluster-wide bindings to service accounts of the set.
    pub(super) fn bindings_to(&mut self, set: &Set<'_>) {
        for (key, binding) in &self.given {
            if (key.0, key.1) == (RBAC, "ClusterRoleBinding")
                && items(binding, &["subjects"]).iter().any(|s| binds(s, set))
            {
                self.needed.insert(*key);
            }
        }
    }

    /// Takes along what admits or serves by a Service of the set, and tells what admits the set's custom resources: that
    /// comes with their operator.
    pub(super) fn webhooks_of(&mut self, set: &Set<'o>, references: &mut Vec<Reference>) {
        let mut own = Vec::new();
        for (name, object) in &self.given {
            let Ok(key) = ObjectKey::from_value(object) else {
                continue;
            };
            if !matches!(name.0, "admissionregistration.k8s.io" | "apiregistration.k8s.io") {
                continue;
            }
            let mut serves = false;
            each_reference(self.book, object, &key, &mut |wish| {
                serves |= wish.kind == "Service"
                    && wish.namespace.is_some_and(|space| set.namespaces.contains(space));
            });
            if serves {
                own.push(*name);
                continue;
            }
            let admitted = set
                .objects
                .keys()
                .find(|key| !kinds::is_built_in(&key.group) && admits(object, &key.group));
            references.extend(admitted.map(|admitted| Reference {
                from: admitted.clone(),
                field: "apiVersion".to_owned(),
                to: Target {
                    group: key.group,
                    kind: key.kind,
                    namespace: None,
                    name: key.name,
                },
                resolved: Resolved::OnTarget,
            }));
        }
        self.needed.extend(own);
    }

    /// The next needed object whose own references were not followed yet.
    pub(super) fn next_needed(&mut self) -> Option<(ObjectKey, &'o Value)> {
        let next = *self.needed.difference(&self.followed).next()?;
        self.followed.insert(next);
        let object = *self.given.get(&next)?;
        Some((ObjectKey::from_value(object).ok()?, object))
    }

    /// Takes along the roles that a role is put together of.
    pub(super) fn aggregated_by(&mut self, role: &Value) {
        for selector in items(role, &["aggregationRule", "clusterRoleSelectors"]) {
            let parts = self.given.iter().filter(|(name, part)| {
                (name.0, name.1) == (RBAC, "ClusterRole")
                    && has_labels(selector, part)
                    && !is_everywhere(name.1, name.2)
            });
            let parts: Vec<_> = parts.map(|(name, _)| *name).collect();
            self.needed.extend(parts);
        }
    }

    /// Takes along the definitions of the set's custom resources.
    pub(super) fn definitions_of(&mut self, set: &Set<'_>, dangling: &mut Vec<Finding>) {
        let mut seen: BTreeSet<(&str, &str)> = BTreeSet::new();
        for key in set.objects.keys().filter(|key| !kinds::is_built_in(&key.group)) {
            if !seen.insert(key.group_kind()) || !self.kinds.contains(&CRD) {
                continue;
            }
            let defines = |crd: &Value| {
                (
                    text(crd, &["spec", "group"]),
                    text(crd, &["spec", "names", "kind"]),
                ) == key.group_kind()
            };
            let found = self
                .given
                .iter()
                .find(|(name, crd)| (name.0, name.1) == CRD && defines(crd));
            if let Some((name, _)) = found {
                self.needed.insert(*name);
            } else {
                let message = References::NoDefinition {
                    kind: format!("{}/{}", key.group, key.kind),
                };
                dangling.push(Finding::new(Question::References, Severity::Warn, message).about(key));
            }
        }
    }

    /// What is needed, in order of key.
    pub(super) fn into_needed(self) -> Vec<Value> {
        self.needed
            .iter()
            .filter_map(|key| self.given.get(key))
            .map(|object| (*object).clone())
            .collect()
    }
}

/// What every API server makes by itself.
fn is_everywhere(kind: &str, name: &str) -> bool {
    match kind {
        "ClusterRole" => {
            matches!(name, "admin" | "cluster-admin" | "edit" | "view") || name.starts_with("system:")
        }
        "PriorityClass" => name.starts_with("system-"),
        _ => false,
    }
}

fn binds(subject: &Value, set: &Set<'_>) -> bool {
    let namespace = text(subject, &["namespace"]);
    match text(subject, &["kind"]) {
        "ServiceAccount" => !namespace.is_empty() && set.namespaces.contains(namespace),
        "Group" => text(subject, &["name"])
            .strip_prefix("system:serviceaccounts:")
            .is_some_and(|namespace| set.namespaces.contains(namespace)),
        _ => false,
    }
}

/// Whether a webhook configuration has a rule for this very group.
fn admits(configuration: &Value, group: &str) -> bool {
    items(configuration, &["webhooks"]).iter().any(|webhook| {
        items(webhook, &["rules"]).iter().any(|rule| {
            items(rule, &["apiGroups"])
                .iter()
                .any(|one| one.as_str() == Some(group))
        })
    })
}
