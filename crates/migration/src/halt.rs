//! Stopping one copy on one member, or only looking whether it stands still.
//!
//! Used wherever a copy is stopped: by StopSource, by a rollback, in quarantine.
//! Invariant: stopped means that no controller asks for Pods and that no Pod of it is seen; every write carries the
//! version that was looked at.

use std::collections::{BTreeMap, BTreeSet};

use havenmeester_fleet::Member;
use havenmeester_portability::{Gvk, KeyError, ObjectKey, is_stopped, start_patch, stop_patch};
use serde_json::Value;

use crate::{
    errors::{Category, MemberError},
    objects,
};

/// What runs Pods. Others (operators' own kinds) are known by the Pods that they leave running.
const RUNS_PODS: &[(&str, &str, &str)] = &[
    ("apps", "v1", "Deployment"),
    ("apps", "v1", "StatefulSet"),
    ("apps", "v1", "DaemonSet"),
    ("apps", "v1", "ReplicaSet"),
    ("", "v1", "ReplicationController"),
    ("batch", "v1", "CronJob"),
    ("batch", "v1", "Job"),
];

/// What of a copy runs or would run.
#[derive(Debug, Default)]
pub(crate) struct Copy {
    /// What runs Pods and is not itself run by another that we see.
    controllers: Vec<(ObjectKey, Value)>,
    /// Pods that have not ended.
    pods: Vec<(ObjectKey, Value)>,
}

/// How far a copy is stopped.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Halt {
    /// Nothing of it runs, and nothing would start again.
    Seen,
    /// Not yet: what is waited for.
    Not(String),
}

impl Copy {
    /// Reads it anew from the member. Every cluster serves these kinds: one that is not known is a view that is not
    /// complete, and an error, never an empty list.
    pub(crate) async fn look(
        member: &Member,
        namespace: &str,
        labels: &BTreeMap<String, String>,
    ) -> Result<Self, MemberError> {
        let mut all = Vec::new();
        for (group, version, kind) in RUNS_PODS {
            all.extend(objects::list(member, &Gvk::new(group, version, kind), namespace).await?);
        }
        let pods = objects::list(member, &Gvk::new("", "v1", "Pod"), namespace).await?;
        Ok(Self::of(all, pods, labels))
    }

    /// Picks what belongs to the copy: by labels, or through its owner. Pure.
    fn of(all: Vec<Value>, pods: Vec<Value>, labels: &BTreeMap<String, String>) -> Self {
        let mut known: BTreeSet<String> = BTreeSet::new();
        // What runs others stands before them in the list of kinds, so one pass suffices, but for Jobs of CronJobs
        // that stand in it too.
        let mut controllers = Vec::new();
        for object in all {
            let owned = owners(&object).any(|uid| known.contains(uid));
            if !owned && !carries(&object, labels) {
                continue;
            }
            known.extend(
                object
                    .pointer("/metadata/uid")
                    .and_then(Value::as_str)
                    .map(str::to_owned),
            );
            // A ReplicaSet of a Deployment is scaled by it; a Job of a CronJob runs on until it is stopped itself.
            if owned && object.get("kind").and_then(Value::as_str) != Some("Job") {
                continue;
            }
            controllers.extend(keyed(object));
        }
        let pods = pods
            .into_iter()
            .filter(|pod| !is_stopped(pod))
            .filter(|pod| carries(pod, labels) || owners(pod).any(|uid| known.contains(uid)))
            .filter_map(|pod| keyed(pod).ok())
            .collect();
        Self { controllers, pods }
    }

    /// How far it is stopped, as it was seen.
    pub(crate) fn halt(&self) -> Halt {
        if let Some((key, _)) = self
            .controllers
            .iter()
            .find(|(_, live)| stop_patch(live).is_some())
        {
            return Halt::Not(format!("{key} to be stopped"));
        }
        match self.pods.as_slice() {
            [] => Halt::Seen,
            [(key, _)] => Halt::Not(format!("{key} to be gone")),
            [(key, _), ..] => Halt::Not(format!("{key} and others to be gone")),
        }
    }

    /// Whether nothing of it is there at all.
    pub(crate) fn is_absent(&self) -> bool {
        self.controllers.is_empty() && self.pods.is_empty()
    }

    /// Pods that nobody runs: they can only be deleted.
    pub(crate) fn bare_pods(&self) -> impl Iterator<Item = &(ObjectKey, Value)> {
        self.pods.iter().filter(|(_, live)| owners(live).next().is_none())
    }

    /// Writes at most one stop per object: what was seen running is asked to stop. A bare Pod is deleted where
    /// `captured` says that it is kept elsewhere. Returns whether anything was written.
    pub(crate) async fn stop(
        &self,
        member: &Member,
        captured: impl Fn(&ObjectKey) -> bool,
    ) -> Result<bool, MemberError> {
        let mut wrote = false;
        for (key, live) in &self.controllers {
            if let Some(patch) = stop_patch(live) {
                wrote |= write(objects::merge(member, key, patch, live).await)?;
            }
        }
        for (key, live) in self.bare_pods() {
            let leaving = live.pointer("/metadata/deletionTimestamp").is_some();
            if !leaving && captured(key) {
                objects::delete(member, key, live).await?;
                wrote = true;
            }
        }
        Ok(wrote)
    }

    /// Writes at most one start per object that we had stopped. Returns whether anything was written.
    pub(crate) async fn start(&self, member: &Member) -> Result<bool, MemberError> {
        let mut wrote = false;
        for (key, live) in &self.controllers {
            if let Some(patch) = start_patch(live) {
                wrote |= write(objects::merge(member, key, patch, live).await)?;
            }
        }
        Ok(wrote)
    }

    /// What runs Pods, as it was seen.
    pub(crate) fn controllers(&self) -> &[(ObjectKey, Value)] {
        &self.controllers
    }
}

/// Somebody else wrote meanwhile: that is no error, the next look tells.
fn write(done: Result<(), MemberError>) -> Result<bool, MemberError> {
    match done {
        Err(error) if error.category() == Category::Conflict => Ok(true),
        other => other.map(|()| true),
    }
}

fn keyed(object: Value) -> Result<(ObjectKey, Value), KeyError> {
    Ok((ObjectKey::from_value(&object)?, object))
}

fn owners(object: &Value) -> impl Iterator<Item = &str> {
    let owners = object
        .pointer("/metadata/ownerReferences")
        .and_then(Value::as_array);
    owners
        .into_iter()
        .flatten()
        .filter_map(|owner| owner.get("uid").and_then(Value::as_str))
}

fn carries(object: &Value, labels: &BTreeMap<String, String>) -> bool {
    let carried = object.pointer("/metadata/labels");
    labels.iter().all(|(name, value)| {
        carried.and_then(|all| all.get(name)).and_then(Value::as_str) == Some(value.as_str())
    })
}

#[cfg(test)]
mod tests;
