//! Volumes for claims, where a controller manager binds and only the storage system is missing.
//!
//! Not here: binding (`controllers` in the simulator, kube-controller-manager on a real cluster), data.
//! Invariant: touches no volume and no claim of another provisioner than those it plays.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use futures::{Stream, StreamExt};
use k8s_openapi::api::{
    core::v1::{PersistentVolume, PersistentVolumeClaim},
    storage::v1::StorageClass,
};
use kube::{
    Api, Client, ResourceExt,
    api::{DeleteParams, PostParams},
};
use serde_json::json;

use crate::reflect::{Change, changes};

/// The provisioner of simulated storage classes.
pub const PROVISIONER: &str = "simulated.havenmeester.dev";

/// Where Kubernetes notes who made a volume.
const PROVISIONED_BY: &str = "pv.kubernetes.io/provisioned-by";

/// Where a scheduler notes the node for a claim that waits for its first consumer.
const SELECTED_NODE: &str = "volume.kubernetes.io/selected-node";

/// Before what failed is tried again.
const RETRY: Duration = Duration::from_secs(1);

type Key = (String, String);

enum Seen {
    Class(Change<StorageClass>),
    Claim(Change<PersistentVolumeClaim>),
    Volume(Change<PersistentVolume>),
}

#[derive(Default)]
struct Storage {
    /// Provisioners of block storage that are played beside our own.
    block: BTreeSet<String>,
    classes: BTreeMap<String, StorageClass>,
    /// Claims that may want a volume.
    claims: BTreeMap<Key, PersistentVolumeClaim>,
    /// Volumes of ours whose claim is gone.
    released: BTreeSet<String>,
}

/// Runs until it is dropped.
pub(super) async fn run(client: Client, block: BTreeSet<String>) {
    let mut storage = Storage {
        block,
        ..Storage::default()
    };
    let mut seen = watched(&client);
    let mut failed = false;
    loop {
        tokio::select! {
            biased;
            Some(change) = seen.next() => storage.see(change),
            () = tokio::time::sleep(RETRY), if failed => {}
        }
        failed = match storage.work(&client).await {
            Ok(()) => false,
            Err(error) => {
                tracing::debug!(%error, "a volume could not be made or removed; trying again");
                true
            }
        };
    }
}

fn watched(client: &Client) -> impl Stream<Item = Seen> + Unpin + use<> {
    futures::stream::select_all([
        changes(Api::<StorageClass>::all(client.clone()))
            .map(Seen::Class)
            .boxed(),
        changes(Api::<PersistentVolumeClaim>::all(client.clone()))
            .map(Seen::Claim)
            .boxed(),
        changes(Api::<PersistentVolume>::all(client.clone()))
            .map(Seen::Volume)
            .boxed(),
    ])
}

impl Storage {
    fn see(&mut self, seen: Seen) {
        match seen {
            Seen::Class(Change::Reset(classes)) => {
                self.classes = classes
                    .into_iter()
                    .map(|class| (class.name_any(), class))
                    .collect();
            }
            Seen::Class(Change::Applied(class)) => {
                self.classes.insert(class.name_any(), *class);
            }
            Seen::Class(Change::Gone(class)) => {
                self.classes.remove(&class.name_any());
            }
            Seen::Claim(Change::Reset(claims)) => {
                self.claims = claims.into_iter().map(|claim| (key(&claim), claim)).collect();
            }
            Seen::Claim(Change::Applied(claim)) => {
                self.claims.insert(key(&claim), *claim);
            }
            Seen::Claim(Change::Gone(claim)) => {
                self.claims.remove(&key(&claim));
            }
            Seen::Volume(Change::Reset(volumes)) => {
                self.released = volumes
                    .iter()
                    .filter(|volume| self.is_released(volume))
                    .map(ResourceExt::name_any)
                    .collect();
            }
            Seen::Volume(Change::Applied(volume)) => {
                if self.is_released(&volume) {
                    self.released.insert(volume.name_any());
                }
            }
            Seen::Volume(Change::Gone(volume)) => {
                self.released.remove(&volume.name_any());
            }
        }
    }

    /// Makes the volumes that are wanted, removes those that are done with.
    async fn work(&mut self, client: &Client) -> kube::Result<()> {
        let volumes = Api::<PersistentVolume>::all(client.clone());
        let wanting: Vec<Key> = self
            .claims
            .iter()
            .filter(|(_, claim)| self.class_of(claim).is_some())
            .map(|(key, _)| key.clone())
            .collect();
        for key in wanting {
            let Some(claim) = self.claims.get(&key) else {
                continue;
            };
            if let Some(class) = self.class_of(claim) {
                let volume = volume_for(claim, class)?;
                match volumes.create(&PostParams::default(), &volume).await {
                    Err(kube::Error::Api(status)) if status.reason == "AlreadyExists" => {}
                    other => drop(other?),
                }
            }
            self.claims.remove(&key);
        }
        while let Some(name) = self.released.first().cloned() {
            match volumes.delete(&name, &DeleteParams::default()).await {
                Err(kube::Error::Api(status)) if status.code == 404 => {}
                other => drop(other?),
            }
            self.released.remove(&name);
        }
        Ok(())
    }

    /// The class, ours, from which the claim wants a volume now.
    fn class_of(&self, claim: &PersistentVolumeClaim) -> Option<&StorageClass> {
        let spec = claim.spec.as_ref()?;
        let class = self.classes.get(spec.storage_class_name.as_ref()?)?;
        let waits = class.volume_binding_mode.as_deref() == Some("WaitForFirstConsumer")
            && !claim.annotations().contains_key(SELECTED_NODE);
        let open = spec.volume_name.is_none() && claim.metadata.deletion_timestamp.is_none();
        let plays = class.provisioner == PROVISIONER
            || (self.block.contains(&class.provisioner) && !is_shared(claim));
        (plays && open && !waits).then_some(class)
    }

    fn is_released(&self, volume: &PersistentVolume) -> bool {
        let phase = volume.status.as_ref().and_then(|status| status.phase.as_deref());
        let policy = volume
            .spec
            .as_ref()
            .and_then(|spec| spec.persistent_volume_reclaim_policy.as_deref());
        let ours = |by: &String| by == PROVISIONER || self.block.contains(by);
        phase == Some("Released")
            && policy == Some("Delete")
            && volume.annotations().get(PROVISIONED_BY).is_some_and(ours)
    }
}

/// Files for many writers.
fn is_shared(claim: &PersistentVolumeClaim) -> bool {
    let spec = claim.spec.as_ref();
    let modes = spec.and_then(|spec| spec.access_modes.as_ref());
    let many = modes.is_some_and(|modes| modes.iter().any(|mode| mode == "ReadWriteMany"));
    many && spec.and_then(|spec| spec.volume_mode.as_deref()) != Some("Block")
}

fn volume_for(claim: &PersistentVolumeClaim, class: &StorageClass) -> kube::Result<PersistentVolume> {
    let spec = claim.spec.clone().unwrap_or_default();
    let name = format!("pvc-{}", claim.uid().unwrap_or_default());
    let volume = json!({
        "apiVersion": "v1", "kind": "PersistentVolume",
        "metadata": {"name": name, "annotations": {PROVISIONED_BY: class.provisioner}},
        "spec": {
            "accessModes": spec.access_modes,
            "capacity": spec.resources.and_then(|resources| resources.requests),
            "claimRef": {
                "apiVersion": "v1", "kind": "PersistentVolumeClaim",
                "namespace": claim.namespace(), "name": claim.name_any(), "uid": claim.uid(),
            },
            "csi": {"driver": class.provisioner, "volumeHandle": name},
            "persistentVolumeReclaimPolicy": class.reclaim_policy.as_deref().unwrap_or("Delete"),
            "storageClassName": class.name_any(),
            "volumeMode": spec.volume_mode.as_deref().unwrap_or("Filesystem"),
        },
    });
    serde_json::from_value(volume).map_err(kube::Error::SerdeError)
}

fn key(claim: &PersistentVolumeClaim) -> Key {
    (claim.namespace().unwrap_or_default(), claim.name_any())
}
