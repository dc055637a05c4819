//! What others found out about a cluster. `evaluate` judges it.
//!
//! Invariant: what was not looked at is `Unknown`, which is also the default.

use crate::said::Unseen;
use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::FACTS_LAST;
use crate::facts::Fact;

/// One node.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NodeFact {
    /// Its name.
    pub name: String,
    /// Label `topology.kubernetes.io/zone`.
    pub zone: Option<String>,
    /// Whether it carries the control plane.
    pub control_plane: bool,
    /// `status.nodeInfo.osImage`.
    pub os_image: String,
    /// An address of type `ExternalIP`.
    pub external_ip: Option<String>,
    /// Names of its labels: a managed control plane is told by them.
    pub labels: BTreeSet<String>,
}

/// One storage class.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct StorageFact {
    /// Its name.
    pub name: String,
    /// Its provisioner.
    pub provisioner: String,
}

/// One Deployment, StatefulSet or DaemonSet.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct WorkloadFact {
    /// Its namespace.
    pub namespace: String,
    /// Its name.
    pub name: String,
    /// Images of its containers.
    pub images: Vec<String>,
}

/// All that was found out about a cluster in one look.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct HavenFacts {
    /// When it was looked; none: never.
    pub observed_at: Option<Timestamp>,
    /// Its nodes.
    pub nodes: Fact<Vec<NodeFact>>,
    /// The server's version, `v1.34.4`.
    pub version: Fact<String>,
    /// API groups that are served.
    pub groups: Fact<BTreeSet<String>>,
    /// Its storage classes.
    pub storage: Fact<Vec<StorageFact>>,
    /// What runs in all namespaces.
    pub workloads: Fact<Vec<WorkloadFact>>,
    /// Whether our own credentials may do everything: a review of access to all.
    pub admin: Fact<bool>,
}

impl HavenFacts {
    /// Of a cluster of which nothing can be seen, and why.
    pub fn unseen(why: &Unseen) -> Self {
        Self {
            observed_at: None,
            nodes: Fact::unknown(why.clone()),
            version: Fact::unknown(why.clone()),
            groups: Fact::unknown(why.clone()),
            storage: Fact::unknown(why.clone()),
            workloads: Fact::unknown(why.clone()),
            admin: Fact::unknown(why.clone()),
        }
    }

    /// The facts as they count now: old ones are not known any more.
    pub(super) fn as_of(&self, now: Timestamp) -> Self {
        match self.observed_at {
            Some(at) if now.duration_since(at) > FACTS_LAST => {
                Self::unseen(&Unseen::LastLooked { day: day(at) })
            }
            Some(_) | None => self.clone(),
        }
    }
}

/// `2026-04-01`.
pub(super) fn day(at: Timestamp) -> String {
    at.to_string().chars().take(10).collect()
}
