//! The objects as last seen: by the watches, or in the answer to a write of our own, whichever is newer.
//!
//! Invariant: an older version never replaces a newer one, so that a controller always sees its own writes.

use std::{collections::BTreeMap, sync::Arc};

use jiff::Timestamp;
use k8s_openapi::api::{
    apps::v1::{DaemonSet, Deployment, ReplicaSet, StatefulSet},
    batch::v1::Job,
    core::v1::{Namespace, Node, PersistentVolume, PersistentVolumeClaim, Pod, Service, ServiceAccount},
    discovery::v1::EndpointSlice,
    storage::v1::StorageClass,
};
use kube::{Resource, ResourceExt};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::kind::{Key, Kind};
use crate::reflect::Change;

/// All objects of one kind.
#[derive(Debug)]
pub(super) struct Shelf<K> {
    objects: BTreeMap<Key, Arc<K>>,
    /// A list has been seen.
    listed: bool,
}

/// All objects that controllers look at.
#[derive(Debug, Default)]
pub(super) struct Cache {
    pub(super) claims: Shelf<PersistentVolumeClaim>,
    pub(super) classes: Shelf<StorageClass>,
    pub(super) daemon_sets: Shelf<DaemonSet>,
    pub(super) deployments: Shelf<Deployment>,
    pub(super) jobs: Shelf<Job>,
    pub(super) namespaces: Shelf<Namespace>,
    pub(super) nodes: Shelf<Node>,
    pub(super) pods: Shelf<Pod>,
    pub(super) replica_sets: Shelf<ReplicaSet>,
    pub(super) service_accounts: Shelf<ServiceAccount>,
    pub(super) services: Shelf<Service>,
    pub(super) slices: Shelf<EndpointSlice>,
    pub(super) stateful_sets: Shelf<StatefulSet>,
    pub(super) volumes: Shelf<PersistentVolume>,
    /// The time of this look.
    pub(super) now: Timestamp,
}

/// A change of any kind.
#[derive(Debug)]
pub(super) enum Seen {
    Claim(Change<PersistentVolumeClaim>),
    Class(Change<StorageClass>),
    DaemonSet(Change<DaemonSet>),
    Deployment(Change<Deployment>),
    Job(Change<Job>),
    Namespace(Change<Namespace>),
    Node(Change<Node>),
    Pod(Change<Pod>),
    ReplicaSet(Change<ReplicaSet>),
    Service(Change<Service>),
    ServiceAccount(Change<ServiceAccount>),
    Slice(Change<EndpointSlice>),
    StatefulSet(Change<StatefulSet>),
    Volume(Change<PersistentVolume>),
}

impl Cache {
    /// Every kind has been listed.
    pub(super) fn is_complete(&self) -> bool {
        let listed = [
            self.claims.listed,
            self.classes.listed,
            self.daemon_sets.listed,
            self.deployments.listed,
            self.jobs.listed,
            self.namespaces.listed,
            self.nodes.listed,
            self.pods.listed,
            self.replica_sets.listed,
            self.service_accounts.listed,
            self.services.listed,
            self.slices.listed,
            self.stateful_sets.listed,
            self.volumes.listed,
        ];
        listed.into_iter().all(|listed| listed)
    }

    /// Takes a change; gives the objects to look at because of it.
    pub(super) fn see(&mut self, seen: Seen) -> Vec<(Kind, Key)> {
        match seen {
            Seen::Claim(change) => {
                let met = self.claims.take(change);
                after_claims(&met)
            }
            Seen::Class(change) => {
                self.classes.take(change);
                self.all_claims()
            }
            Seen::DaemonSet(change) => touched(Kind::DaemonSet, &self.daemon_sets.take(change)),
            Seen::Deployment(change) => touched(Kind::Deployment, &self.deployments.take(change)),
            Seen::Job(change) => touched(Kind::Job, &self.jobs.take(change)),
            Seen::Namespace(change) => touched(Kind::Namespace, &self.namespaces.take(change)),
            Seen::Node(change) => {
                self.nodes.take(change);
                self.daemon_sets
                    .keys()
                    .map(|key| (Kind::DaemonSet, key.clone()))
                    .collect()
            }
            Seen::Pod(change) => {
                let met = self.pods.take(change);
                self.after_pods(&met)
            }
            Seen::ReplicaSet(change) => {
                let met = self.replica_sets.take(change);
                let mut items = touched(Kind::ReplicaSet, &met);
                let orphans = met.iter().filter(|object| object.owner_references().is_empty());
                for namespace in orphans.filter_map(|object| object.namespace()) {
                    items.extend(
                        self.deployments
                            .keys_in(&namespace)
                            .map(|key| (Kind::Deployment, key.clone())),
                    );
                }
                items
            }
            Seen::Service(change) => touched(Kind::Service, &self.services.take(change)),
            Seen::ServiceAccount(change) => {
                let met = self.service_accounts.take(change);
                met.iter()
                    .filter_map(|object| Some((Kind::Namespace, (String::new(), object.namespace()?))))
                    .collect()
            }
            Seen::Slice(change) => touched(Kind::EndpointSlice, &self.slices.take(change)),
            Seen::StatefulSet(change) => touched(Kind::StatefulSet, &self.stateful_sets.take(change)),
            Seen::Volume(change) => {
                let met = self.volumes.take(change);
                let mut items = touched(Kind::PersistentVolume, &met);
                items.extend(self.all_claims());
                items
            }
        }
    }

    /// Takes the answer to a write of our own. One that is not understood is left to the watches.
    pub(super) fn absorb(&mut self, kind: Kind, object: Value) -> Vec<(Kind, Key)> {
        let seen = match kind {
            Kind::Claim => applied(object).map(Seen::Claim),
            Kind::DaemonSet => applied(object).map(Seen::DaemonSet),
            Kind::Deployment => applied(object).map(Seen::Deployment),
            Kind::EndpointSlice => applied(object).map(Seen::Slice),
            Kind::Job => applied(object).map(Seen::Job),
            Kind::PersistentVolume => applied(object).map(Seen::Volume),
            Kind::Pod => applied(object).map(Seen::Pod),
            Kind::ReplicaSet => applied(object).map(Seen::ReplicaSet),
            Kind::ServiceAccount => applied(object).map(Seen::ServiceAccount),
            Kind::StatefulSet => applied(object).map(Seen::StatefulSet),
            Kind::ConfigMap | Kind::Namespace | Kind::Service => None,
        };
        seen.map(|seen| self.see(seen)).unwrap_or_default()
    }

    fn after_pods(&self, met: &[Arc<Pod>]) -> Vec<(Kind, Key)> {
        let mut items = touched(Kind::Pod, met);
        for pod in met {
            let Some(namespace) = pod.namespace() else {
                continue;
            };
            items.extend(
                self.services
                    .keys_in(&namespace)
                    .map(|key| (Kind::Service, key.clone())),
            );
            if pod.owner_references().is_empty() {
                items.extend(
                    self.replica_sets
                        .keys_in(&namespace)
                        .map(|key| (Kind::ReplicaSet, key.clone())),
                );
            }
            let volumes = pod.spec.iter().flat_map(|spec| spec.volumes.iter().flatten());
            for claim in volumes.filter_map(|volume| volume.persistent_volume_claim.as_ref()) {
                items.push((Kind::Claim, (namespace.clone(), claim.claim_name.clone())));
            }
        }
        items
    }

    fn all_claims(&self) -> Vec<(Kind, Key)> {
        self.claims.keys().map(|key| (Kind::Claim, key.clone())).collect()
    }
}

impl<K: Resource<DynamicType = ()>> Shelf<K> {
    pub(super) fn get(&self, key: &Key) -> Option<&Arc<K>> {
        self.objects.get(key)
    }

    pub(super) fn all(&self) -> impl Iterator<Item = &Arc<K>> {
        self.objects.values()
    }

    pub(super) fn keys(&self) -> impl Iterator<Item = &Key> {
        self.objects.keys()
    }

    /// The objects of one namespace, by name.
    pub(super) fn within<'a>(
        &'a self,
        namespace: &str,
    ) -> impl Iterator<Item = (&'a Key, &'a Arc<K>)> + use<'a, K> {
        let namespace = namespace.to_owned();
        let from = (namespace.clone(), String::new());
        self.objects
            .range(from..)
            .take_while(move |(key, _)| key.0 == namespace)
    }

    fn keys_in<'a>(&'a self, namespace: &str) -> impl Iterator<Item = &'a Key> + use<'a, K> {
        self.within(namespace).map(|(key, _)| key)
    }

    /// The objects that the change is about, those that are gone included.
    pub(super) fn take(&mut self, change: Change<K>) -> Vec<Arc<K>> {
        match change {
            Change::Reset(objects) => {
                let now: BTreeMap<Key, Arc<K>> = objects
                    .into_iter()
                    .map(|object| (key_of(&object), Arc::new(object)))
                    .collect();
                let gone = self.objects.iter().filter(|(key, _)| !now.contains_key(key));
                let mut met: Vec<Arc<K>> = gone.map(|(_, object)| Arc::clone(object)).collect();
                met.extend(now.values().map(Arc::clone));
                self.objects = now;
                self.listed = true;
                met
            }
            Change::Applied(object) => {
                let key = key_of(&*object);
                if self
                    .objects
                    .get(&key)
                    .is_some_and(|known| version(&**known) >= version(&*object))
                {
                    return Vec::new();
                }
                let object: Arc<K> = Arc::from(object);
                self.objects.insert(key, Arc::clone(&object));
                vec![object]
            }
            Change::Gone(object) => {
                let key = key_of(&*object);
                if self
                    .objects
                    .get(&key)
                    .is_none_or(|known| version(&**known) <= version(&*object))
                {
                    self.objects.remove(&key);
                }
                vec![Arc::from(object)]
            }
        }
    }
}

impl<K> Default for Shelf<K> {
    fn default() -> Self {
        Self {
            objects: BTreeMap::new(),
            listed: false,
        }
    }
}

fn applied<K: DeserializeOwned>(object: Value) -> Option<Change<K>> {
    serde_json::from_value(object)
        .ok()
        .map(|object| Change::Applied(Box::new(object)))
}

fn after_claims(met: &[Arc<PersistentVolumeClaim>]) -> Vec<(Kind, Key)> {
    let mut items = touched(Kind::Claim, met);
    for claim in met {
        let volume = claim.spec.as_ref().and_then(|spec| spec.volume_name.clone());
        items.extend(volume.map(|volume| (Kind::PersistentVolume, (String::new(), volume))));
    }
    items
}

/// The objects themselves, and the objects that control them.
fn touched<K: Resource<DynamicType = ()>>(kind: Kind, met: &[Arc<K>]) -> Vec<(Kind, Key)> {
    let mut items = Vec::new();
    for object in met {
        let key = key_of(&**object);
        let controllers = object
            .owner_references()
            .iter()
            .filter(|owner| owner.controller == Some(true));
        let owners = controllers.filter_map(|owner| Some((Kind::named(&owner.kind)?, owner.name.clone())));
        items.extend(owners.map(|(kind, name)| (kind, (key.0.clone(), name))));
        items.push((kind, key));
    }
    items
}

fn key_of<K: Resource<DynamicType = ()>>(object: &K) -> Key {
    (object.namespace().unwrap_or_default(), object.name_any())
}

/// Versions of the simulated API server are numbers that grow.
fn version<K: Resource<DynamicType = ()>>(object: &K) -> u64 {
    object
        .resource_version()
        .and_then(|version| version.parse().ok())
        .unwrap_or(0)
}
