//! `StatefulSet`: pods with names and claims of their own, one after the other.
//!
//! Not here: controller revisions as objects, claim retention policies other than Retain.
//! Invariant: two pods of one name never exist; claims outlive pods.

use std::{collections::BTreeMap, sync::Arc};

use k8s_openapi::api::{
    apps::v1::{StatefulSet, StatefulSetSpec},
    core::v1::Pod,
};
use kube::ResourceExt;
use serde_json::{Value, json};

use super::{
    cache::Cache,
    kind::{Key, Kind},
    owned::{self, Owner},
    status::Draft,
    template::fingerprint,
    write::Turn,
};

const REVISION: &str = "controller-revision-hash";

pub(super) fn decide(cache: &Cache, at: &Key) -> Turn {
    let mut turn = Turn::default();
    let Some(set) = cache.stateful_sets.get(at) else {
        return turn;
    };
    let Some(spec) = &set.spec else { return turn };
    let owner = Owner {
        kind: Kind::StatefulSet,
        meta: &set.metadata,
    };
    if owner.adopt(&mut turn, Kind::Pod, &cache.pods, &spec.selector) {
        return turn;
    }
    let revision = format!("{}-{}", owner.name(), fingerprint(&spec.template));
    let pods: BTreeMap<i32, &Arc<Pod>> = owner
        .owned(&cache.pods)
        .into_iter()
        .filter_map(|pod| Some((ordinal(owner.name(), &pod.name_any())?, pod)))
        .collect();
    let crew = Crew {
        owner,
        spec,
        pods,
        revision,
        cache,
    };
    if set.metadata.deletion_timestamp.is_none() {
        crew.step(&mut turn);
    }
    if let Some(status) = crew.status(set, &mut turn) {
        turn.status(Kind::StatefulSet, at, status);
    }
    turn
}

/// What one stateful set is made of now.
struct Crew<'a> {
    owner: Owner<'a>,
    spec: &'a StatefulSetSpec,
    pods: BTreeMap<i32, &'a Arc<Pod>>,
    revision: String,
    cache: &'a Cache,
}

impl Crew<'_> {
    fn ordinals(&self) -> std::ops::Range<i32> {
        let first = self
            .spec
            .ordinals
            .as_ref()
            .and_then(|ordinals| ordinals.start)
            .unwrap_or(0);
        first..first + self.spec.replicas.unwrap_or(1).max(0)
    }

    /// One step towards what is wanted; in order, unless the set says that order does not matter.
    fn step(&self, turn: &mut Turn) {
        let parallel = self.spec.pod_management_policy.as_deref() == Some("Parallel");
        for ordinal in self.ordinals() {
            match self.pods.get(&ordinal) {
                None => {
                    self.create(ordinal, turn);
                    if !parallel {
                        return;
                    }
                }
                // An ended pod is made anew.
                Some(pod) if matches!(owned::phase(pod), "Succeeded" | "Failed") => {
                    turn.delete(Kind::Pod, &owned::key(&***pod), &owned::uid(&***pod));
                    return;
                }
                Some(pod) if !parallel && !is_up(pod) => return,
                Some(_) => {}
            }
        }
        let surplus = self
            .pods
            .iter()
            .rev()
            .filter(|(ordinal, _)| !self.ordinals().contains(ordinal));
        for (_, pod) in surplus {
            if pod.metadata.deletion_timestamp.is_none() {
                turn.delete(Kind::Pod, &owned::key(&***pod), &owned::uid(&***pod));
            }
            if !parallel {
                return;
            }
        }
        self.update(turn);
    }

    /// Replaces the last pod of an old template, when all others are up.
    fn update(&self, turn: &mut Turn) {
        let strategy = self.spec.update_strategy.as_ref();
        if strategy.and_then(|strategy| strategy.type_.as_deref()) == Some("OnDelete") {
            return;
        }
        let rolling = strategy.and_then(|strategy| strategy.rolling_update.as_ref());
        let partition = rolling.and_then(|rolling| rolling.partition).unwrap_or(0);
        for (ordinal, pod) in self
            .pods
            .iter()
            .rev()
            .filter(|(ordinal, _)| self.ordinals().contains(ordinal))
        {
            let outdated = *ordinal >= partition && !self.is_updated(pod);
            if outdated && pod.metadata.deletion_timestamp.is_none() {
                turn.delete(Kind::Pod, &owned::key(&***pod), &owned::uid(&***pod));
                return;
            }
            if !is_up(pod) {
                return;
            }
        }
    }

    fn create(&self, ordinal: i32, turn: &mut Turn) {
        let name = format!("{}-{ordinal}", self.owner.name());
        let namespace = self.owner.namespace();
        let labels = [
            ("statefulset.kubernetes.io/pod-name", name.as_str()),
            ("apps.kubernetes.io/pod-index", &ordinal.to_string()),
            (REVISION, &self.revision),
        ];
        let mut pod = self.owner.pod(&self.spec.template, &name, &labels);
        pod["spec"]["hostname"] = json!(name);
        if let Some(service) = &self.spec.service_name {
            pod["spec"]["subdomain"] = json!(service);
        }
        let templates = self.spec.volume_claim_templates.iter().flatten();
        let mut volumes = pod["spec"]["volumes"].as_array().cloned().unwrap_or_default();
        for template in templates {
            let volume = template.name_any();
            let claim = format!("{volume}-{name}");
            volumes.retain(|other| other["name"] != volume.as_str());
            volumes.push(json!({"name": volume, "persistentVolumeClaim": {"claimName": claim}}));
            if self
                .cache
                .claims
                .get(&(namespace.to_owned(), claim.clone()))
                .is_none()
            {
                let mut labels = template.labels().clone();
                labels.extend(self.spec.selector.match_labels.clone().unwrap_or_default());
                turn.create(
                    Kind::Claim,
                    namespace,
                    json!({
                        "metadata": {
                            "namespace": namespace, "name": claim, "labels": labels,
                            "annotations": template.annotations(),
                        },
                        "spec": template.spec,
                    }),
                );
            }
        }
        if !volumes.is_empty() {
            pod["spec"]["volumes"] = Value::Array(volumes);
        }
        turn.create(Kind::Pod, namespace, pod);
    }

    fn is_updated(&self, pod: &Pod) -> bool {
        pod.labels().get(REVISION) == Some(&self.revision)
    }

    fn status(&self, set: &StatefulSet, turn: &mut Turn) -> Option<Value> {
        let pods = || self.pods.values().copied();
        let min_ready = self.spec.min_ready_seconds.unwrap_or(0);
        let mut available = 0;
        for wait in pods().filter_map(|pod| owned::until_available(pod, min_ready, self.cache.now)) {
            if wait.is_zero() {
                available += 1;
            } else {
                turn.again(wait);
            }
        }
        let total = owned::count(pods(), |_| true);
        let updated = owned::count(pods(), |pod| self.is_updated(pod));
        let old = set
            .status
            .as_ref()
            .and_then(|status| status.current_revision.clone());
        let current = if updated == total {
            self.revision.clone()
        } else {
            old.unwrap_or(self.revision.clone())
        };
        let on_current = owned::count(pods(), |pod| pod.labels().get(REVISION) == Some(&current));
        let mut draft = Draft::over(set.status.as_ref());
        draft.number("replicas", total);
        draft.count("readyReplicas", owned::count(pods(), owned::is_ready));
        draft.number("availableReplicas", available);
        draft.count("currentReplicas", on_current);
        draft.count("updatedReplicas", updated);
        draft.set("currentRevision", current);
        draft.set("updateRevision", self.revision.clone());
        draft.number("collisionCount", 0);
        draft.set("observedGeneration", set.metadata.generation);
        draft.difference()
    }
}

fn is_up(pod: &Pod) -> bool {
    owned::is_active(pod) && owned::is_ready(pod)
}

fn ordinal(set: &str, pod: &str) -> Option<i32> {
    pod.strip_prefix(set)?.strip_prefix('-')?.parse().ok()
}

#[cfg(test)]
mod tests;
