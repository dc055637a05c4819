//! `PersistentVolumeClaim`: a volume for every claim whose class exists.
//!
//! Not here: data, resizing, snapshots, matching of claims with volumes that nobody reserved for them, by size.
//! Invariant: a claim without a class that exists stays Pending; a bound claim is never bound again.

use std::sync::Arc;

use k8s_openapi::api::{
    core::v1::{PersistentVolume, PersistentVolumeClaim, PersistentVolumeClaimSpec},
    storage::v1::StorageClass,
};
use kube::ResourceExt;
use serde_json::json;

use super::{
    cache::Cache,
    kind::{Key, Kind},
    owned,
    write::Turn,
};

const IS_DEFAULT: &str = "storageclass.kubernetes.io/is-default-class";
const BOUND_BY: &str = "pv.kubernetes.io/bound-by-controller";
const BIND_COMPLETED: &str = "pv.kubernetes.io/bind-completed";
const PROVISIONED_BY: &str = "pv.kubernetes.io/provisioned-by";

pub(super) fn decide(cache: &Cache, at: &Key) -> Turn {
    let mut turn = Turn::default();
    let Some(claim) = cache.claims.get(at) else {
        return turn;
    };
    let Some(spec) = &claim.spec else { return turn };
    let phase = claim
        .status
        .as_ref()
        .and_then(|status| status.phase.as_deref())
        .unwrap_or_default();
    if claim.metadata.deletion_timestamp.is_some() || phase == "Bound" {
        return turn;
    }
    if phase.is_empty() {
        turn.status(Kind::Claim, at, json!({"phase": "Pending"}));
    }
    if let Some(volume) = volume_of(cache, claim, spec) {
        bind(claim, spec, volume, &mut turn);
        return turn;
    }
    let class = match spec.storage_class_name.as_deref() {
        Some("") => None,
        Some(name) => cache.classes.get(&(String::new(), name.to_owned())),
        None => cache
            .classes
            .all()
            .find(|class| class.annotations().get(IS_DEFAULT).is_some_and(|is| is == "true")),
    };
    if let Some(class) = class.filter(|class| spec.volume_name.is_none() && !waits(cache, at, class)) {
        if spec.storage_class_name.is_none() {
            turn.patch(
                Kind::Claim,
                at,
                json!({"spec": {"storageClassName": class.name_any()}}),
            );
        }
        provision(claim, spec, class, &mut turn);
    }
    turn
}

/// What becomes of a volume whose claim is gone.
pub(super) fn release(cache: &Cache, at: &Key) -> Turn {
    let mut turn = Turn::default();
    let Some(volume) = cache.volumes.get(at) else {
        return turn;
    };
    let Some(spec) = &volume.spec else { return turn };
    let phase = volume
        .status
        .as_ref()
        .and_then(|status| status.phase.as_deref())
        .unwrap_or_default();
    let Some(reference) = &spec.claim_ref else {
        if phase != "Available" {
            turn.status(Kind::PersistentVolume, at, json!({"phase": "Available"}));
        }
        return turn;
    };
    let claim = (
        reference.namespace.clone().unwrap_or_default(),
        reference.name.clone().unwrap_or_default(),
    );
    let holder = cache
        .claims
        .get(&claim)
        .filter(|claim| reference.uid.is_none() || claim.uid() == reference.uid);
    // A volume reserved for a claim that is still to come waits for it.
    if holder.is_some() || reference.uid.is_none() || volume.metadata.deletion_timestamp.is_some() {
        return turn;
    }
    if spec.persistent_volume_reclaim_policy.as_deref() == Some("Delete") {
        turn.delete(Kind::PersistentVolume, at, &owned::uid(&**volume));
    } else if phase != "Released" {
        turn.status(Kind::PersistentVolume, at, json!({"phase": "Released"}));
    }
    turn
}

/// The volume that was made for this claim, is named by it, or is reserved for it.
fn volume_of<'a>(
    cache: &'a Cache,
    claim: &PersistentVolumeClaim,
    spec: &PersistentVolumeClaimSpec,
) -> Option<&'a Arc<PersistentVolume>> {
    let reserved = |volume: &&Arc<PersistentVolume>| {
        let reference = volume.spec.as_ref().and_then(|spec| spec.claim_ref.as_ref());
        reference.is_some_and(|reference| {
            reference.namespace == claim.metadata.namespace
                && reference.name == claim.metadata.name
                && (reference.uid.is_none() || reference.uid == claim.metadata.uid)
        })
    };
    let free = |volume: &&Arc<PersistentVolume>| {
        reserved(volume) || volume.spec.as_ref().is_some_and(|spec| spec.claim_ref.is_none())
    };
    match &spec.volume_name {
        Some(name) => cache.volumes.get(&(String::new(), name.clone())).filter(free),
        None => cache.volumes.all().find(reserved),
    }
}

/// A class that waits for the first consumer, and no pod asks for the claim yet.
fn waits(cache: &Cache, at: &Key, class: &StorageClass) -> bool {
    let asked = || {
        cache.pods.within(&at.0).any(|(_, pod)| {
            let volumes = pod.spec.iter().flat_map(|spec| spec.volumes.iter().flatten());
            let mut claims = volumes.filter_map(|volume| volume.persistent_volume_claim.as_ref());
            claims.any(|claim| claim.claim_name == at.1)
        })
    };
    class.volume_binding_mode.as_deref() == Some("WaitForFirstConsumer") && !asked()
}

fn provision(
    claim: &PersistentVolumeClaim,
    spec: &PersistentVolumeClaimSpec,
    class: &StorageClass,
    turn: &mut Turn,
) {
    let name = format!("pvc-{}", owned::uid(claim));
    let capacity = spec
        .resources
        .as_ref()
        .and_then(|resources| resources.requests.clone())
        .unwrap_or_default();
    turn.create(Kind::PersistentVolume, "", json!({
        "metadata": {"name": name, "annotations": {PROVISIONED_BY: class.provisioner}},
        "spec": {
            "accessModes": spec.access_modes,
            "capacity": capacity,
            "claimRef": {
                "apiVersion": "v1", "kind": "PersistentVolumeClaim", "namespace": claim.metadata.namespace,
                "name": claim.metadata.name, "uid": claim.metadata.uid,
            },
            "csi": {"driver": class.provisioner, "volumeHandle": name},
            "persistentVolumeReclaimPolicy": class.reclaim_policy.as_deref().unwrap_or("Delete"),
            "storageClassName": class.name_any(),
            "volumeMode": spec.volume_mode.as_deref().unwrap_or("Filesystem"),
        },
    }));
}

fn bind(
    claim: &PersistentVolumeClaim,
    spec: &PersistentVolumeClaimSpec,
    volume: &PersistentVolume,
    turn: &mut Turn,
) {
    let (claim_key, volume_key) = (owned::key(claim), (String::new(), volume.name_any()));
    let own = volume.spec.as_ref();
    if own
        .and_then(|own| own.claim_ref.as_ref())
        .is_none_or(|reference| reference.uid.is_none())
    {
        turn.patch(
            Kind::PersistentVolume,
            &volume_key,
            json!({"spec": {"claimRef": {
                "apiVersion": "v1", "kind": "PersistentVolumeClaim", "namespace": claim.metadata.namespace,
                "name": claim.metadata.name, "uid": claim.metadata.uid,
            }}}),
        );
    }
    turn.status(Kind::PersistentVolume, &volume_key, json!({"phase": "Bound"}));
    if spec.volume_name.is_none() {
        turn.patch(
            Kind::Claim,
            &claim_key,
            json!({
                "metadata": {"annotations": {BIND_COMPLETED: "yes", BOUND_BY: "yes"}},
                "spec": {"volumeName": volume.name_any()},
            }),
        );
    }
    turn.status(
        Kind::Claim,
        &claim_key,
        json!({
            "phase": "Bound",
            "accessModes": own.and_then(|own| own.access_modes.clone()),
            "capacity": own.and_then(|own| own.capacity.clone()),
        }),
    );
}

#[cfg(test)]
mod tests;
