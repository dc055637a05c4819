//! What others found out about a target. `preflight` judges it.
//!
//! Invariant: what was not looked at is `Unknown`, which is also the default.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    finding::{Finding, Question},
    key::{Gvk, ObjectKey},
};

/// Something that is known, or why it is not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Fact<T> {
    /// Seen on the target.
    Known(T),
    /// Not seen.
    Unknown {
        /// Why not, one sentence.
        why: String,
    },
}

impl<T> Fact<T> {
    /// Not seen, and why.
    pub fn unknown(why: impl Into<String>) -> Self {
        Self::Unknown { why: why.into() }
    }

    /// The value when it is known, else why it is not.
    pub fn get(&self) -> Result<&T, &str> {
        match self {
            Self::Known(value) => Ok(value),
            Self::Unknown { why } => Err(why),
        }
    }
}

impl<T> Default for Fact<T> {
    fn default() -> Self {
        Self::unknown("it was not looked at")
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
}

impl Verb {
    /// As in a `SelfSubjectAccessReview`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Delete => "delete",
            Self::Get => "get",
            Self::Patch => "patch",
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
    /// It could not be asked: a webhook with side effects, a namespace or definition that is not there yet.
    Unknown {
        /// Why not, one sentence.
        why: String,
    },
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

/// What the registry of an image says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ImageAnswer {
    /// It can be pulled.
    Found {
        /// `sha256:...`.
        digest: String,
        /// The processor architectures for which it is there, `amd64`.
        architectures: BTreeSet<String>,
    },
    /// It is not there, or not for us, or not for the target's architecture.
    Refused {
        /// Why, one sentence.
        why: String,
    },
    /// The registry could not be asked.
    Unknown {
        /// Why not, one sentence.
        why: String,
    },
}

/// One image of the workload, as it would be pulled on the target.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImageFact {
    /// Its name as it stands in the planned objects.
    pub image: String,
    /// The planned objects that use it.
    pub used_by: BTreeSet<ObjectKey>,
    /// What its registry says.
    pub answer: ImageAnswer,
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
    /// Whether every namespace that is sent to is there. When not, it must be among the planned objects.
    pub namespace_exists: Fact<bool>,
    /// What stands on the target under the planned names; empty when nothing does.
    pub existing: Fact<Vec<Existing>>,
    /// Every image of the planned objects; none when no registry was asked.
    pub images: Option<Vec<ImageFact>>,
    /// What was found out in another way, already judged.
    pub more: Vec<Finding>,
}
