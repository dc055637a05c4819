//! Whether a live object does its work now.
//!
//! Not here: waiting for it (`migration`). Invariant: a status that is older than the spec is never a yes.

#[cfg(test)]
mod tests;

use std::fmt;

use serde_json::Value;

use crate::{
    field::{annotation, condition_is_true, group_kind, number, text},
    run::replicas,
};

/// Whether an object serves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Serving {
    /// It does all it was asked to.
    Yes,
    /// Not yet, and why.
    No(NotServing),
    /// Nothing to wait for: configuration, Jobs, entry points, kinds we do not know.
    NotApplicable,
}

/// Why an object does not serve yet.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum NotServing {
    /// Its controller has not seen the newest spec.
    NotObserved,
    /// Fewer Pods run the newest template than are asked for.
    Updating {
        /// Pods of the newest template.
        updated: i64,
        /// Pods asked for.
        wanted: i64,
    },
    /// Fewer Pods are ready than are asked for.
    NotReady {
        /// Pods that are ready.
        ready: i64,
        /// Pods asked for.
        wanted: i64,
    },
    /// A claim waits for its volume.
    ClaimPending,
    /// A claim's volume is gone.
    ClaimLost,
    /// A custom resource definition is not served yet.
    NotEstablished,
    /// The namespace is being deleted.
    Terminating,
}

impl fmt::Display for NotServing {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotObserved => out.write_str("its controller has not seen the newest spec"),
            Self::Updating { updated, wanted } => write!(out, "{updated} of {wanted} Pods are up to date"),
            Self::NotReady { ready, wanted } => write!(out, "{ready} of {wanted} Pods are ready"),
            Self::ClaimPending => out.write_str("the claim waits for its volume"),
            Self::ClaimLost => out.write_str("the claim has lost its volume"),
            Self::NotEstablished => out.write_str("the definition is not served yet"),
            Self::Terminating => out.write_str("the namespace is being deleted"),
        }
    }
}

/// Whether this object serves.
pub fn is_serving(live: &Value) -> Serving {
    match group_kind(live) {
        ("apps", "Deployment") | ("apps.openshift.io", "DeploymentConfig") => {
            pods(live, replicas(live), "readyReplicas", Some("updatedReplicas"))
        }
        ("apps", "StatefulSet") => pods(
            live,
            replicas(live),
            "readyReplicas",
            updates(live).then_some("updatedReplicas"),
        ),
        ("apps", "DaemonSet") => {
            let wanted = number(live, &["status", "desiredNumberScheduled"]).unwrap_or(0);
            pods(
                live,
                wanted,
                "numberReady",
                updates(live).then_some("updatedNumberScheduled"),
            )
        }
        ("apps", "ReplicaSet") | ("", "ReplicationController") => {
            pods(live, replicas(live), "readyReplicas", None)
        }
        ("", "Pod") => pod(live),
        ("", "PersistentVolumeClaim") => claim(live),
        ("", "Namespace") if text(live, &["status", "phase"]) == "Terminating" => {
            Serving::No(NotServing::Terminating)
        }
        ("apiextensions.k8s.io", "CustomResourceDefinition") if condition_is_true(live, "Established") => {
            Serving::Yes
        }
        ("apiextensions.k8s.io", "CustomResourceDefinition") => Serving::No(NotServing::NotEstablished),
        _ => Serving::NotApplicable,
    }
}

/// Whether Pods are replaced by themselves, all of them, when the template changes.
fn updates(live: &Value) -> bool {
    text(live, &["spec", "updateStrategy", "type"]) != "OnDelete"
        && number(live, &["spec", "updateStrategy", "rollingUpdate", "partition"]).unwrap_or(0) == 0
}

fn pods(live: &Value, wanted: i64, ready: &str, updated: Option<&str>) -> Serving {
    let generation = number(live, &["metadata", "generation"]).unwrap_or(0);
    // A controller that never looked has written no observedGeneration at all.
    if number(live, &["status", "observedGeneration"]).is_none_or(|seen| seen < generation) {
        return Serving::No(NotServing::NotObserved);
    }
    if let Some(field) = updated {
        let updated = number(live, &["status", field]).unwrap_or(0);
        if updated < wanted {
            return Serving::No(NotServing::Updating { updated, wanted });
        }
    }
    let ready = number(live, &["status", ready]).unwrap_or(0);
    if ready < wanted {
        return Serving::No(NotServing::NotReady { ready, wanted });
    }
    Serving::Yes
}

fn pod(live: &Value) -> Serving {
    match text(live, &["status", "phase"]) {
        "Succeeded" | "Failed" => Serving::NotApplicable,
        _ if condition_is_true(live, "Ready") => Serving::Yes,
        _ => Serving::No(NotServing::NotReady { ready: 0, wanted: 1 }),
    }
}

/// A class that waits for the first consumer leaves the claim pending, without naming a provisioner, until a
/// Pod wants it; the Pod's own readiness tells the rest.
fn claim(live: &Value) -> Serving {
    match text(live, &["status", "phase"]) {
        "Bound" => Serving::Yes,
        "Lost" => Serving::No(NotServing::ClaimLost),
        _ if annotation(live, "volume.kubernetes.io/storage-provisioner").is_empty()
            && annotation(live, "volume.beta.kubernetes.io/storage-provisioner").is_empty() =>
        {
            Serving::Yes
        }
        _ => Serving::No(NotServing::ClaimPending),
    }
}
