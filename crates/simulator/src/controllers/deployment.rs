//! `Deployment`: a replica set per template, rolled out within surge and unavailability.
//!
//! Invariant: the sum of the replica sets never exceeds the wanted number by more than the surge, nor, by our doing,
//! do the available pods fall below the wanted number less the allowed unavailability.

use std::sync::Arc;

use k8s_openapi::{
    api::{
        apps::v1::{Deployment, DeploymentSpec, DeploymentStatus, ReplicaSet},
        core::v1::PodTemplateSpec,
    },
    apimachinery::pkg::util::intstr::IntOrString,
};
use kube::ResourceExt;
use serde_json::json;

use super::{
    cache::Cache,
    kind::{Key, Kind},
    owned::{self, Owner},
    status::{Draft, Wanted},
    template::fingerprint,
    write::Turn,
};

const HASH: &str = "pod-template-hash";
const REVISION: &str = "deployment.kubernetes.io/revision";

/// What one deployment is made of now.
struct Fleet<'a> {
    deployment: &'a Deployment,
    spec: &'a DeploymentSpec,
    owner: Owner<'a>,
    wanted: i32,
    /// The set of the present template.
    new: Option<&'a Arc<ReplicaSet>>,
    /// All others, the oldest first.
    old: Vec<&'a Arc<ReplicaSet>>,
}

pub(super) fn decide(cache: &Cache, at: &Key) -> Turn {
    let mut turn = Turn::default();
    let Some(deployment) = cache.deployments.get(at) else {
        return turn;
    };
    let Some(spec) = &deployment.spec else { return turn };
    let owner = Owner {
        kind: Kind::Deployment,
        meta: &deployment.metadata,
    };
    if owner.adopt(&mut turn, Kind::ReplicaSet, &cache.replica_sets, &spec.selector) {
        return turn;
    }
    let mut sets = owner.owned(&cache.replica_sets);
    sets.sort_by_key(|set| (set.creation_timestamp().map(|time| time.0), set.name_any()));
    let new = sets.iter().copied().find(|set| is_of(set, &spec.template));
    sets.retain(|set| new.is_none_or(|new| !Arc::ptr_eq(new, set)));
    let wanted = spec.replicas.unwrap_or(1);
    let fleet = Fleet {
        deployment,
        spec,
        owner,
        wanted,
        new,
        old: sets,
    };
    if deployment.metadata.deletion_timestamp.is_none() {
        fleet.roll(cache, &mut turn);
        fleet.clean(&mut turn);
    }
    if let Some(status) = fleet.status(cache) {
        turn.status(Kind::Deployment, at, status);
    }
    turn
}

impl Fleet<'_> {
    fn roll(&self, cache: &Cache, turn: &mut Turn) {
        let paused = self.spec.paused == Some(true);
        let Some(new) = self.new else {
            if !paused && (!self.recreates() || self.old_pods_are_gone(cache)) {
                self.create(turn);
            } else if !paused {
                self.stop_old(turn);
            }
            return;
        };
        self.number(new, turn);
        if self.recreates() {
            if !paused {
                self.stop_old(turn);
            }
            if self.old_pods_are_gone(cache) || paused {
                scale(new, self.wanted, turn);
            }
            return;
        }
        if paused && self.old.iter().any(|set| replicas(set) > 0) {
            return;
        }
        scale(new, self.new_size(replicas(new)), turn);
        self.shrink_old(new, turn);
    }

    fn recreates(&self) -> bool {
        self.spec
            .strategy
            .as_ref()
            .and_then(|strategy| strategy.type_.as_deref())
            == Some("Recreate")
    }

    fn old_pods_are_gone(&self, cache: &Cache) -> bool {
        let has_pods = |set: &&Arc<ReplicaSet>| {
            let owner = Owner {
                kind: Kind::ReplicaSet,
                meta: &set.metadata,
            };
            owner
                .owned(&cache.pods)
                .iter()
                .any(|pod| !matches!(owned::phase(pod), "Succeeded" | "Failed"))
        };
        self.old.iter().all(|set| replicas(set) == 0) && !self.old.iter().any(has_pods)
    }

    fn stop_old(&self, turn: &mut Turn) {
        for set in &self.old {
            scale(set, 0, turn);
        }
    }

    fn create(&self, turn: &mut Turn) {
        let hash = fingerprint(&self.spec.template);
        let mut template = json!(self.spec.template);
        template["metadata"]["labels"][HASH] = json!(hash);
        let mut selector = json!(self.spec.selector);
        selector["matchLabels"][HASH] = json!(hash);
        let size = if self.recreates() {
            self.wanted
        } else {
            self.new_size(0)
        };
        turn.create(
            Kind::ReplicaSet,
            self.owner.namespace(),
            json!({
                "metadata": {
                    "namespace": self.owner.namespace(),
                    "name": format!("{}-{hash}", self.owner.name()),
                    "labels": template["metadata"]["labels"],
                    "annotations": {REVISION: self.next_revision().to_string()},
                    "ownerReferences": self.owner.reference(),
                },
                "spec": {
                    "replicas": size,
                    "minReadySeconds": self.spec.min_ready_seconds.unwrap_or(0),
                    "selector": selector,
                    "template": template,
                },
            }),
        );
    }

    /// A set whose template is wanted again becomes the newest revision; the deployment shows the newest.
    fn number(&self, new: &ReplicaSet, turn: &mut Turn) {
        let newest = self
            .old
            .iter()
            .map(|set| revision(set.annotations().get(REVISION)))
            .max()
            .unwrap_or(0);
        let mut own = revision(new.annotations().get(REVISION));
        if own <= newest {
            own = newest + 1;
            let body = json!({"metadata": {"annotations": {REVISION: own.to_string()}}});
            turn.patch(Kind::ReplicaSet, &owned::key(new), body);
        }
        if revision(self.deployment.annotations().get(REVISION)) != own {
            let body = json!({"metadata": {"annotations": {REVISION: own.to_string()}}});
            turn.patch(Kind::Deployment, &owned::key(self.deployment), body);
        }
    }

    fn next_revision(&self) -> u64 {
        self.old
            .iter()
            .map(|set| revision(set.annotations().get(REVISION)))
            .max()
            .unwrap_or(0)
            + 1
    }

    /// Surge and unavailability, in pods.
    fn leeway(&self) -> (i32, i32) {
        let rolling = self
            .spec
            .strategy
            .as_ref()
            .and_then(|strategy| strategy.rolling_update.as_ref());
        let quarter = IntOrString::String("25%".to_owned());
        let surge = rolling
            .and_then(|rolling| rolling.max_surge.as_ref())
            .unwrap_or(&quarter);
        let lack = rolling
            .and_then(|rolling| rolling.max_unavailable.as_ref())
            .unwrap_or(&quarter);
        let (surge, lack) = (share(surge, self.wanted, true), share(lack, self.wanted, false));
        // Both zero would never end.
        if surge == 0 && lack == 0 {
            (0, 1)
        } else {
            (surge, lack.min(self.wanted))
        }
    }

    /// How many the new set may have now.
    fn new_size(&self, has: i32) -> i32 {
        let old = self.old.iter().map(|set| replicas(set)).sum::<i32>();
        if has >= self.wanted || old == 0 {
            return self.wanted;
        }
        let room = (self.wanted + self.leeway().0 - old - has).max(0);
        has + room.min(self.wanted - has)
    }

    /// Takes pods from the old sets, those that serve nobody first.
    fn shrink_old(&self, new: &ReplicaSet, turn: &mut Turn) {
        let keep = self.wanted - self.leeway().1;
        let total = self.old.iter().map(|set| replicas(set)).sum::<i32>() + replicas(new);
        let new_lacks = replicas(new) - available(new);
        let mut spare = total - keep - new_lacks;
        let mut sizes: Vec<i32> = self.old.iter().map(|set| replicas(set)).collect();
        for (set, size) in self.old.iter().zip(&mut sizes) {
            let idle = (*size - available(set)).min(spare).max(0);
            *size -= idle;
            spare -= idle;
        }
        let serving = self.old.iter().map(|set| available(set)).sum::<i32>() + available(new);
        let mut spare = (serving - keep).min(spare);
        for size in &mut sizes {
            let less = (*size).min(spare).max(0);
            *size -= less;
            spare -= less;
        }
        for (set, size) in self.old.iter().zip(sizes) {
            scale(set, size, turn);
        }
    }

    /// Old sets without pods, beyond the history that is kept.
    fn clean(&self, turn: &mut Turn) {
        let keep = usize::try_from(self.spec.revision_history_limit.unwrap_or(10)).unwrap_or(0);
        let empty = |set: &&&Arc<ReplicaSet>| {
            let left = set.status.as_ref().map_or(0, |status| status.replicas);
            replicas(set) == 0 && left == 0 && set.metadata.deletion_timestamp.is_none()
        };
        let mut old: Vec<_> = self.old.iter().filter(empty).collect();
        old.sort_by_key(|set| revision(set.annotations().get(REVISION)));
        let surplus = old.len().saturating_sub(keep);
        for set in old.into_iter().take(surplus) {
            turn.delete(Kind::ReplicaSet, &owned::key(&***set), &owned::uid(&***set));
        }
    }

    fn status(&self, cache: &Cache) -> Option<serde_json::Value> {
        let sum = |of: fn(&ReplicaSet) -> i32| {
            self.old
                .iter()
                .chain(self.new.iter())
                .map(|set| of(set))
                .sum::<i32>()
        };
        let (total, serving) = (sum(existing), sum(available));
        let updated = self.new.map_or(0, |set| existing(set));
        let mut draft = Draft::over(self.deployment.status.as_ref());
        draft.count("replicas", total);
        draft.count("updatedReplicas", updated);
        draft.count("readyReplicas", sum(ready));
        draft.count("availableReplicas", serving);
        draft.count("unavailableReplicas", (total.max(self.wanted) - serving).max(0));
        draft.set("observedGeneration", self.deployment.metadata.generation);
        let complete = updated == self.wanted && total == self.wanted && serving == self.wanted;
        self.progress(&mut draft, complete, cache);
        let enough = serving >= self.wanted - self.leeway().1;
        let (reason, message) = if enough {
            ("MinimumReplicasAvailable", "Deployment has minimum availability.")
        } else {
            (
                "MinimumReplicasUnavailable",
                "Deployment does not have minimum availability.",
            )
        };
        draft.condition(
            &Wanted {
                kind: "Available",
                holds: enough,
                reason,
                message,
            },
            cache.now,
            true,
        );
        draft.difference()
    }

    fn progress(&self, draft: &mut Draft, complete: bool, cache: &Cache) {
        let done = self.new.filter(|_| complete);
        let message = match (done, self.new) {
            (Some(set), _) => format!("ReplicaSet \"{}\" has successfully progressed.", set.name_any()),
            (None, Some(set)) => format!("ReplicaSet \"{}\" is progressing.", set.name_any()),
            (None, None) => "Created new replica set".to_owned(),
        };
        // Once rolled out, a deployment whose pods come and go does not roll out again.
        let was_done = self
            .deployment
            .status
            .as_ref()
            .is_some_and(|status| rolled_out(status, self.deployment));
        let reason = match (done, was_done) {
            (Some(_), _) | (None, true) => "NewReplicaSetAvailable",
            (None, false) => "ReplicaSetUpdated",
        };
        draft.condition(
            &Wanted {
                kind: "Progressing",
                holds: true,
                reason,
                message: &message,
            },
            cache.now,
            true,
        );
    }
}

/// The rollout of this generation was seen to end.
fn rolled_out(status: &DeploymentStatus, deployment: &Deployment) -> bool {
    let conditions = status.conditions.iter().flatten();
    let mut progressing = conditions.filter(|condition| condition.type_ == "Progressing");
    status.observed_generation == deployment.metadata.generation
        && progressing.any(|condition| condition.reason.as_deref() == Some("NewReplicaSetAvailable"))
}

/// The set was made from this template.
fn is_of(set: &ReplicaSet, template: &PodTemplateSpec) -> bool {
    let Some(mut own) = set.spec.as_ref().and_then(|spec| spec.template.clone()) else {
        return false;
    };
    let labels = own.metadata.as_mut().and_then(|meta| meta.labels.as_mut());
    labels.and_then(|labels| labels.remove(HASH));
    let mut wanted = template.clone();
    for meta in [&mut own, &mut wanted]
        .into_iter()
        .filter_map(|each| each.metadata.as_mut())
    {
        // The server may or may not keep an empty map, or a time that is null.
        meta.creation_timestamp = None;
        meta.labels = meta.labels.take().filter(|labels| !labels.is_empty());
    }
    own.metadata = own
        .metadata
        .filter(|meta| *meta != k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta::default());
    wanted.metadata = wanted
        .metadata
        .filter(|meta| *meta != k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta::default());
    own == wanted
}

fn scale(set: &ReplicaSet, size: i32, turn: &mut Turn) {
    if replicas(set) != size {
        turn.patch(
            Kind::ReplicaSet,
            &owned::key(set),
            json!({"spec": {"replicas": size}}),
        );
    }
}

fn replicas(set: &ReplicaSet) -> i32 {
    set.spec.as_ref().and_then(|spec| spec.replicas).unwrap_or(1)
}

fn existing(set: &ReplicaSet) -> i32 {
    set.status.as_ref().map_or(0, |status| status.replicas)
}

fn ready(set: &ReplicaSet) -> i32 {
    set.status
        .as_ref()
        .and_then(|status| status.ready_replicas)
        .unwrap_or(0)
}

fn available(set: &ReplicaSet) -> i32 {
    set.status
        .as_ref()
        .and_then(|status| status.available_replicas)
        .unwrap_or(0)
}

fn revision(text: Option<&String>) -> u64 {
    text.and_then(|text| text.parse().ok()).unwrap_or(0)
}

/// A number, or a percentage of `of`, rounded up or down. What is neither counts as zero.
fn share(amount: &IntOrString, of: i32, up: bool) -> i32 {
    match amount {
        IntOrString::Int(number) => *number,
        IntOrString::String(text) => {
            let percent = text
                .strip_suffix('%')
                .and_then(|number| number.parse::<i32>().ok())
                .unwrap_or(0);
            let hundredths = percent.saturating_mul(of);
            if up {
                hundredths.saturating_add(99) / 100
            } else {
                hundredths / 100
            }
        }
    }
}

#[cfg(test)]
mod tests;
