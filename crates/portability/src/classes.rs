//! What one cluster calls things, and the way from one cluster to another.
//!
//! Not here: rewriting objects with it (`transform`).

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use serde::{Deserialize, Serialize};

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

/// What one cluster calls things that another calls differently. Empty: not known, nothing is mapped.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ClusterClasses {
    /// `StorageClass` name per kind of storage.
    pub storage: BTreeMap<StorageClassKind, String>,
    /// The `StorageClass` that a claim without one gets.
    pub default_storage: Option<String>,
    /// `IngressClass` of the general entry point.
    pub ingress: Option<String>,
    /// `GatewayClass` of the general entry point.
    pub gateway: Option<String>,
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
