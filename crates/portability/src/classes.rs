//! What one cluster calls things, and the way from one cluster to another.
//!
//! Not here: rewriting objects with it (`transform`).

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use havenmeester_api::member::{
    Classes, IssuerKind, IssuerRole, NodeClass, NodeToleration, RoleName, StorageKind,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::key::Gvk;

/// What a volume must be able to do. The order is that in which a class name is looked up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum StorageClassKind {
    /// One writer, low latency: databases.
    RwoFast,
    /// One writer.
    Rwo,
    /// Many writers on many nodes.
    Rwx,
    /// A raw device.
    Block,
}

impl StorageClassKind {
    /// From its name, as written in [`crate::mark::STORAGE_KIND`].
    pub fn parse(name: &str) -> Option<Self> {
        [Self::RwoFast, Self::Rwo, Self::Rwx, Self::Block]
            .into_iter()
            .find(|kind| kind.name() == name)
    }

    /// The name, as in `MemberCluster`.
    pub fn name(self) -> &'static str {
        match self {
            Self::RwoFast => "RwoFast",
            Self::Rwo => "Rwo",
            Self::Rwx => "Rwx",
            Self::Block => "Block",
        }
    }
}

impl fmt::Display for StorageClassKind {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.name())
    }
}

/// An issuer of certificates of cert-manager.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct IssuerName {
    /// `ClusterIssuer` or `Issuer`.
    pub kind: String,
    /// Its name.
    pub name: String,
}

/// Nodes that are there for something.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct NodeRole {
    /// The labels by which they are selected; all of them.
    pub labels: BTreeMap<String, String>,
    /// The tolerations that a Pod needs there, as in a Pod.
    pub tolerations: Vec<Value>,
}

/// What one cluster calls things that another calls differently. Empty: not known, nothing is mapped.
///
/// Where names are given by role, a name of the source is mapped to the target's name in the same role.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ClusterClasses {
    /// `StorageClass` name per kind of storage.
    pub storage: BTreeMap<StorageClassKind, String>,
    /// The `StorageClass` that a claim without one gets.
    pub default_storage: Option<String>,
    /// `IngressClass` of the general entry point.
    pub ingress: Option<String>,
    /// Further `IngressClass`es by role.
    pub ingresses: BTreeMap<String, String>,
    /// `GatewayClass` of the general entry point.
    pub gateway: Option<String>,
    /// Issuers of certificates by role.
    pub issuers: BTreeMap<String, IssuerName>,
    /// Registries by role: host and the first part of the path, `harbor.example.nl/apps`.
    pub registries: BTreeMap<String, String>,
    /// `PriorityClass`es by role.
    pub priorities: BTreeMap<String, String>,
    /// Nodes by role.
    pub nodes: BTreeMap<String, NodeRole>,
}

/// The role of the general entry point, which has no name.
const GENERAL: &str = "";

impl ClusterClasses {
    /// What a `MemberCluster` says of its cluster. Its default storage class is seen, not said.
    pub fn said(classes: &Classes) -> Self {
        let kind = |kind: StorageKind| match kind {
            StorageKind::RwoFast => StorageClassKind::RwoFast,
            StorageKind::Rwo => StorageClassKind::Rwo,
            StorageKind::Rwx => StorageClassKind::Rwx,
            StorageKind::Block => StorageClassKind::Block,
        };
        let named = |roles: &[RoleName]| {
            roles
                .iter()
                .map(|one| (one.role.clone(), one.name.clone()))
                .collect()
        };
        Self {
            storage: classes
                .storage
                .iter()
                .map(|one| (kind(one.kind), one.name.clone()))
                .collect(),
            default_storage: None,
            ingress: classes.ingress.clone(),
            ingresses: named(&classes.ingresses),
            gateway: classes.gateway.clone(),
            issuers: classes.issuers.iter().map(issuer).collect(),
            registries: classes
                .registries
                .iter()
                .map(|one| (one.role.clone(), one.prefix.clone()))
                .collect(),
            priorities: named(&classes.priorities),
            nodes: classes.nodes.iter().map(node_role).collect(),
        }
    }

    /// All `IngressClass`es by role, the general one under the empty role.
    pub(crate) fn entries(&self) -> BTreeMap<String, String> {
        let mut all = self.ingresses.clone();
        all.extend(self.ingress.clone().map(|name| (GENERAL.to_owned(), name)));
        all
    }
}

fn issuer(said: &IssuerRole) -> (String, IssuerName) {
    let kind = match said.kind {
        IssuerKind::ClusterIssuer => "ClusterIssuer",
        IssuerKind::Issuer => "Issuer",
    };
    let name = IssuerName {
        kind: kind.to_owned(),
        name: said.name.clone(),
    };
    (said.role.clone(), name)
}

fn node_role(said: &NodeClass) -> (String, NodeRole) {
    let toleration = |one: &NodeToleration| {
        let operator = if one.value.is_some() { "Equal" } else { "Exists" };
        let mut toleration = serde_json::Map::new();
        toleration.insert("key".to_owned(), one.key.clone().into());
        toleration.insert("operator".to_owned(), operator.into());
        for (field, value) in [("value", &one.value), ("effect", &one.effect)] {
            if let Some(value) = value {
                toleration.insert(field.to_owned(), value.clone().into());
            }
        }
        Value::Object(toleration)
    };
    let role = NodeRole {
        labels: said.labels.clone(),
        tolerations: said.tolerations.iter().map(toleration).collect(),
    };
    (said.role.clone(), role)
}

/// From which cluster to which, and what the target can take.
#[derive(Clone, Copy, Debug)]
pub struct Route<'a> {
    /// What the source calls things.
    pub from: &'a ClusterClasses,
    /// What the target calls things.
    pub to: &'a ClusterClasses,
    /// The only namespaces that our credentials on the target reach; none for a whole cluster.
    pub namespaces_only: Option<&'a BTreeSet<String>>,
    /// What the target serves; none when not known.
    pub served: Option<&'a BTreeSet<Gvk>>,
}
