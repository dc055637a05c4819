//! The cluster-scoped part of a closure: what is taken along, and what each cluster has of its own.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{Resolved, Set};
use crate::{
    field::{group_kind, items, text},
    finding::{Finding, Question, Severity},
    key::ObjectKey,
    kinds,
    reference::{Need, Wish},
};

/// Where objects of a kind are looked for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Scope {
    Namespaced,
    /// Among the cluster-scoped objects, to be taken along.
    Cluster,
    /// Every cluster has its own; `transform` maps the name, `preflight` looks whether it is there.
    TargetsOwn,
}

/// Scope of a kind that is referred to.
pub(super) fn scope_of(group: &str, kind: &str) -> Scope {
    match (group, kind) {
        ("scheduling.k8s.io", "PriorityClass") | ("rbac.authorization.k8s.io", "ClusterRole") => {
            Scope::Cluster
        }
        ("storage.k8s.io", "StorageClass")
        | ("networking.k8s.io", "IngressClass")
        | ("node.k8s.io", "RuntimeClass")
        | ("gateway.networking.k8s.io", "GatewayClass")
        | ("cert-manager.io", "ClusterIssuer")
        | ("external-secrets.io", "ClusterSecretStore") => Scope::TargetsOwn,
        _ => Scope::Namespaced,
    }
}

/// Cluster-scoped objects, and which of them are needed.
pub(super) struct Along<'o> {
    given: BTreeMap<(&'o str, &'o str, &'o str), &'o Value>,
    kinds: BTreeSet<(&'o str, &'o str)>,
    needed: BTreeSet<(&'o str, &'o str, &'o str)>,
}

const RBAC: &str = "rbac.authorization.k8s.io";
const CRD: (&str, &str) = ("apiextensions.k8s.io", "CustomResourceDefinition");

impl<'o> Along<'o> {
    pub(super) fn of(cluster_scoped: &'o [Value]) -> Self {
        let mut given = BTreeMap::new();
        for object in cluster_scoped {
            if ObjectKey::from_value(object).is_ok() {
                let (group, kind) = group_kind(object);
                given.insert((group, kind, text(object, &["metadata", "name"])), object);
            }
        }
        let kinds = given.keys().map(|(group, kind, _)| (*group, *kind)).collect();
        Self {
            given,
            kinds,
            needed: BTreeSet::new(),
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

    /// Takes along the roles of the bindings that are taken along.
    pub(super) fn roles_of_bindings(&mut self) {
        let roles: Vec<(&str, &str, &str)> = self
            .needed
            .iter()
            .filter(|(group, kind, _)| (*group, *kind) == (RBAC, "ClusterRoleBinding"))
            .filter_map(|key| self.given.get(key))
            .map(|binding| (RBAC, "ClusterRole", text(binding, &["roleRef", "name"])))
            .filter(|(_, kind, name)| !is_everywhere(kind, name))
            .collect();
        self.needed
            .extend(roles.into_iter().filter(|key| self.given.contains_key(key)));
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
                let message = format!("no definition of {}/{} was given", key.group, key.kind);
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
