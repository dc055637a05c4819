//! What others found out about a target. `preflight` judges it.
//!
//! Invariant: what was not looked at is `Unknown`, which is also the default.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    finding::{Finding, Question},
    image::ImageFacts,
    key::{Gvk, ObjectKey},
    said::Unseen,
};

/// Something that is known, or why it is not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Fact<T> {
    /// Seen on the target.
    Known(T),
    /// Not seen.
    Unknown {
        /// Why not.
        why: Unseen,
    },
}

impl<T> Fact<T> {
    /// Not seen, and why.
    pub fn unknown(why: Unseen) -> Self {
        Self::Unknown { why }
    }

    /// The value when it is known, else why it is not.
    pub fn get(&self) -> Result<&T, &Unseen> {
        match self {
            Self::Known(value) => Ok(value),
            Self::Unknown { why } => Err(why),
        }
    }
}

impl<T> Default for Fact<T> {
    fn default() -> Self {
        Self::unknown(Unseen::NotLookedAt)
    }
}

/// What a move and its rollback do to objects.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Verb {
    /// To make them.
    Create,
    /// To undo the move.
    Delete,
    /// To see whether they stand.
    Get,
    /// To stop and start them.
    Patch,
    /// To put them over what an earlier move left there.
    Update,
}

impl Verb {
    /// As in a `SelfSubjectAccessReview`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Delete => "delete",
            Self::Get => "get",
            Self::Patch => "patch",
            Self::Update => "update",
        }
    }
}

/// One permission that is needed on the target.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct AccessNeed {
    /// What is done.
    pub verb: Verb,
    /// To objects of this kind.
    pub gvk: Gvk,
    /// In this namespace; none for the whole cluster.
    pub namespace: Option<String>,
}

/// What the target answers about one permission.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessFact {
    /// The permission.
    pub need: AccessNeed,
    /// Whether we have it.
    pub allowed: Fact<bool>,
}

/// What the target's server-side dry run of one object gave.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum DryRunFact {
    /// It would be accepted.
    Accepted,
    /// It would be refused.
    Refused {
        /// The field that the server names.
        field: Option<String>,
        /// The server's own words.
        message: String,
    },
    /// It would be accepted and not kept as sent: fields that the target does not know, or that something there
    /// changes. The move compares what stands with what was sent, and does not end.
    Changed {
        /// The fields.
        fields: BTreeSet<String>,
    },
    /// The target failed at it: what must be asked before an object is admitted does not answer.
    Failed {
        /// The server's own words.
        message: String,
    },
    /// It could not be asked: a webhook with side effects, a namespace or definition that is not there yet.
    Unknown {
        /// Why not.
        why: Unseen,
    },
}

/// One restriction of a quota to some Pods.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuotaScope {
    /// `Terminating`, `NotTerminating`, `BestEffort`, `NotBestEffort`, `PriorityClass` or `CrossNamespacePodAffinity`.
    pub name: String,
    /// `In`, `NotIn`, `Exists` or `DoesNotExist`.
    pub operator: String,
    /// For `In` and `NotIn`.
    pub values: BTreeSet<String>,
}

/// One `ResourceQuota` of the target.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuotaFact {
    /// Its namespace.
    pub namespace: String,
    /// Its name.
    pub name: String,
    /// `status.hard`: quantities by resource name.
    pub hard: BTreeMap<String, String>,
    /// `status.used`.
    pub used: BTreeMap<String, String>,
    /// `spec.scopes` and `spec.scopeSelector.matchExpressions`: a Pod counts when all hold. Empty: everything counts.
    #[serde(default)]
    pub scopes: Vec<QuotaScope>,
}

/// An object that stands on the target under the name of one that is sent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Existing {
    /// Its key, as that of the planned object.
    pub key: ObjectKey,
    /// Whether an earlier move of the same workload put it there.
    pub ours: bool,
    /// The object, to compare fields that cannot be changed; none when it was not read.
    pub live: Option<Value>,
}

/// Versions of two API servers, `v1.34.4`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Versions {
    /// Of the source; none when it is gone.
    pub source: Option<String>,
    /// Of the target.
    pub target: String,
}

/// All that was found out about a target. `..TargetFacts::default()` leaves the rest unknown.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct TargetFacts {
    /// When the target was asked; none when it was not.
    pub at: Option<Timestamp>,
    /// When what a question rests on was seen, where that is not `at`.
    pub seen: BTreeMap<Question, Timestamp>,
    /// Versions; known only when the target answered.
    pub version: Fact<Versions>,
    /// What it serves.
    pub served: Fact<BTreeSet<Gvk>>,
    /// Permissions: one for each of `access_needed`.
    pub access: Vec<AccessFact>,
    /// Server-side dry run, by key of the planned object.
    pub dry_run: BTreeMap<ObjectKey, DryRunFact>,
    /// The same for `sample_pods`: quota, limit ranges and Pod Security judge Pods, not what makes them.
    /// None: not asked, and then not judged.
    pub pods: Option<BTreeMap<ObjectKey, DryRunFact>>,
    /// Quotas of the namespaces that are sent to; empty when there are none.
    pub quota: Fact<Vec<QuotaFact>>,
    /// Names of `StorageClass`es.
    pub storage_classes: Fact<BTreeSet<String>>,
    /// Names of `IngressClass`es.
    pub ingress_classes: Fact<BTreeSet<String>>,
    /// Names of `PriorityClass`es.
    pub priority_classes: Fact<BTreeSet<String>>,
    /// Names of `RuntimeClass`es.
    pub runtime_classes: Fact<BTreeSet<String>>,
    /// Other kinds of which the target must have objects of its own: one for each of `owned_kinds`.
    pub owned: Vec<OwnedFact>,
    /// Whether every namespace that is sent to is there. When not, it must be among the planned objects.
    pub namespace_exists: Fact<bool>,
    /// What stands on the target under the planned names; empty when nothing does.
    pub existing: Fact<Vec<Existing>>,
    /// What registries say of the images of the planned objects; none when none was asked.
    pub images: Option<ImageFacts>,
    /// How far the target's clock is ahead of ours, in seconds; to the second, as a Date header is.
    pub skew: Fact<i64>,
    /// `LimitRange`s of the namespaces that are sent to, as they stand there.
    pub limit_ranges: Fact<Vec<Value>>,
    /// The Pod Security level that the target enforces in the namespace; empty when it enforces none.
    pub pod_security: Fact<String>,
    /// The labels of the namespace that is sent to, as webhooks will see them; empty where they were not seen.
    pub namespace_labels: BTreeMap<String, String>,
    /// Validating and mutating webhook configurations, as they stand there.
    pub webhooks: Fact<Vec<Value>>,
    /// Services without a ready endpoint, `namespace/name`, among those that webhooks call.
    pub silent_services: BTreeSet<String>,
    /// The definitions of the custom kinds that are sent, as they stand there.
    pub definitions: Fact<Vec<Value>>,
    /// Nodes, and what runs on them.
    pub nodes: Fact<NodesFact>,
    /// What is known of storage, as it stands there.
    pub storage: Fact<StorageFact>,
    /// Ingresses, Routes and `HTTPRoute`s of every namespace that can be seen, as they stand there.
    pub entries: Fact<Vec<Value>>,
    /// Names of the namespaces there.
    pub namespaces: Fact<BTreeSet<String>>,
    /// `NetworkPolicy`s in the namespaces that are sent to, as they stand there.
    pub network_policies: Fact<Vec<Value>>,
    /// What was seen of the source.
    pub source: Fact<SourceFact>,
    /// What the move has to reach.
    pub aims: Aims,
    /// What the target's API server warned of, by key of the planned object.
    pub warnings: BTreeMap<ObjectKey, BTreeSet<String>>,
    /// What was found out in another way, already judged.
    pub more: Vec<Finding>,
}

/// The objects of one cluster-scoped kind that what is sent refers to and that is not sent: issuers, stores, classes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnedFact {
    /// Its group.
    pub group: String,
    /// The kind.
    pub kind: String,
    /// Names of those that stand there.
    pub names: Fact<BTreeSet<String>>,
}

/// Nodes of a cluster, and what runs on them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct NodesFact {
    /// As they stand there.
    pub nodes: Vec<Value>,
    /// Pods of every namespace that hold room on a node.
    pub pods: Vec<Value>,
    /// Whether something adds nodes when Pods find none: then no room now is no reason against it.
    pub grows: bool,
}

/// What is known of a cluster's storage.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct StorageFact {
    /// `StorageClass`es.
    pub classes: Vec<Value>,
    /// `CSIStorageCapacity` objects.
    pub capacities: Vec<Value>,
    /// Names of the `CSIDriver`s.
    pub drivers: BTreeSet<String>,
    /// Those of them for which the scheduler heeds capacities.
    pub heeded: BTreeSet<String>,
}

/// What was seen of the source.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SourceFact {
    /// The objects of the workload that run something or hold data, as they stand there now.
    pub live: Vec<Value>,
    /// Permissions to stop and to remove them there.
    pub access: Vec<AccessFact>,
    /// How many seconds ago the capture that is moved was known to be current.
    pub capture_age: Option<i64>,
}

/// What a move has to reach, and with what.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Aims {
    /// Whether two copies may never be active: then the source stops before the target starts.
    pub exclusive: bool,
    /// Recovery time, in seconds; none when nobody set one.
    pub rto: Option<i64>,
    /// Recovery point, in seconds; none when nobody set one.
    pub rpo: Option<i64>,
    /// Bandwidth between the two clusters, in megabits (10^6) a second; none when nobody said.
    pub megabits: Option<u32>,
}
