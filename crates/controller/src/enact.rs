//! Carries out what a round intends on the hub.
//!
//! Not here: writing to members (`migration` does).
//! Invariant: compare-and-swap on every status; a conflict is not an error, the next round sees what is.
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;
use std::sync::Arc;

use futures::StreamExt;
use havenmeester_api::{FIELD_MANAGER, Migration, Workload};
use havenmeester_ledger::{Entry, Ledger};
use jiff::Timestamp;
use kube::api::{DeleteParams, PostParams, Preconditions};
use kube::core::NamespaceResourceScope;
use kube::{Api, Client, Resource, ResourceExt};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tracing::{info, warn};

use crate::events::Publisher;
use crate::intent::{Intents, Notice, StatusWrite};
use crate::metrics::{Failure, Metrics};
use crate::scene::Scene;
use crate::shelf::{Key, key_of};
use crate::silence::Silence;

/// Hub writes in flight at once. More only adds waiting at the API server (measured: its CPU is the bound).
const IN_FLIGHT: usize = 16;

/// Writes to the hub, the ledger and the event stream.
pub(crate) struct Hand {
    pub(crate) hub: Client,
    pub(crate) ledger: Ledger,
    pub(crate) events: Publisher,
    pub(crate) metrics: Arc<Metrics>,
    /// The version on which our last write of each object was based: until the watch shows another one, what we
    /// would write is the same again.
    based_on: BTreeMap<String, String>,
    /// What was last logged of each subject by this process.
    logged: BTreeMap<String, Entry>,
    /// The moves that the hub would not take in the last round.
    pub(crate) refused: BTreeSet<Key>,
    /// Whether Events wait for failovers.
    pub(crate) silence: Silence,
    /// Those that do.
    owed: Vec<Notice>,
}

/// What became of objects sent.
#[derive(Default)]
struct Posted {
    made: usize,
    refused: BTreeSet<Key>,
}

impl Hand {
    pub(crate) fn new(hub: Client, ledger: Ledger, events: Publisher, metrics: Arc<Metrics>) -> Self {
        Self {
            hub,
            ledger,
            events,
            metrics,
            based_on: BTreeMap::new(),
            logged: BTreeMap::new(),
            refused: BTreeSet::new(),
            silence: Silence::default(),
            owed: Vec::new(),
        }
    }

    /// Log, bars, discoveries, moves, statuses, notices: in this order.
    #[tracing::instrument(skip_all, fields(moves = intents.migrations.len(), statuses = intents.first.len() + intents.statuses.len()))]
    pub(crate) async fn carry_out(&mut self, intents: Intents, now: Timestamp) {
        let Intents {
            log,
            first,
            discovered,
            migrations,
            outdated,
            statuses,
            notices,
        } = intents;
        self.log(log).await;
        self.write(first).await;
        self.discover(discovered).await;
        // A failover whose quarantine could not be written yet is made all the same: admission keeps it waiting.
        self.create(migrations.into_iter().map(|m| *m.object).collect())
            .await;
        self.write(statuses).await;
        self.delete(outdated).await;
        self.owed.extend(notices);
        if !self.silence.kept() {
            let owed = std::mem::take(&mut self.owed);
            self.events.publish(owed, now).await;
        }
    }

    /// Into the decision log, once: what a round intends is intended again until the hub shows it done, and a hub that
    /// refuses it for hours must not fill the log.
    async fn log(&mut self, mut entries: Vec<Entry>) {
        entries.retain(|entry| {
            self.logged
                .get(&entry.subject)
                .is_none_or(|last| !says_as(last, entry))
        });
        if entries.is_empty() {
            return;
        }
        match self.ledger.append_all(entries.clone()).await {
            Ok(_) => {
                let by_subject = entries.into_iter().map(|entry| (entry.subject.clone(), entry));
                self.logged.extend(by_subject);
            }
            Err(error) => {
                // A log that refuses must not keep a city's services down: said aloud, and gone on.
                self.metrics.failed(Failure::Ledger);
                warn!(error = %crate::chain::chain(&error), "the decision log refuses entries");
            }
        }
    }

    async fn write(&mut self, writes: Vec<StatusWrite>) {
        let fresh: Vec<(String, String, StatusWrite)> = writes
            .into_iter()
            .filter_map(|write| {
                let (key, version) = write.identity();
                (self.based_on.get(&key) != Some(&version)).then_some((key, version, write))
            })
            .collect();
        let hub = &self.hub;
        let results: Vec<(String, String, Result<String, kube::Error>)> = futures::stream::iter(fresh)
            .map(|(key, version, write)| async move { (key, version, write.send(hub).await) })
            .buffered(IN_FLIGHT)
            .collect()
            .await;
        for (key, version, result) in results {
            match result {
                // A write that changed nothing is not echoed by the watch.
                Ok(now) if now == version => {}
                Ok(_) => {
                    self.based_on.insert(key, version);
                }
                Err(error) if is_conflict(&error) => {} // seen in the next round
                Err(error) => {
                    self.metrics.failed(Failure::HubWrite);
                    warn!(object = %key, error = %crate::chain::chain(&error), "writing a status");
                }
            }
        }
    }

    /// Exactly those that were seen: one that changed, or another of the same name, stays.
    async fn delete(&self, migrations: Vec<Arc<Migration>>) {
        for migration in migrations.into_iter().take(IN_FLIGHT) {
            let api: Api<Migration> = namespaced(&self.hub, migration.as_ref());
            let seen = Preconditions {
                resource_version: migration.resource_version(),
                uid: migration.uid(),
            };
            let params = DeleteParams::default().preconditions(seen);
            let name = migration.name_any();
            match api.delete(&name, &params).await {
                Ok(_) => info!(%name, "an outdated rehearsal was deleted"),
                Err(error) if is_conflict(&error) || is_gone(&error) => {}
                Err(error) => {
                    self.metrics.failed(Failure::HubWrite);
                    warn!(%name, error = %crate::chain::chain(&error), "deleting an outdated rehearsal");
                }
            }
        }
    }

    async fn discover(&self, workloads: Vec<Workload>) {
        let Posted { made, .. } = self.post(workloads).await;
        if made > 0 {
            info!(made, "workloads discovered");
        }
    }

    async fn create(&mut self, migrations: Vec<Migration>) {
        let Posted { made, refused } = self.post(migrations).await;
        if made > 0 {
            info!(made, "moves made");
        }
        self.refused = refused;
    }

    /// In order, several at once; what is there already was made by us, or by another replica.
    async fn post<K>(&self, objects: Vec<K>) -> Posted
    where
        K: Resource<Scope = NamespaceResourceScope, DynamicType = ()>
            + Clone
            + Debug
            + Serialize
            + DeserializeOwned
            + Sync,
    {
        let params = PostParams {
            field_manager: Some(FIELD_MANAGER.to_owned()),
            ..PostParams::default()
        };
        let (hub, params) = (&self.hub, &params);
        futures::stream::iter(objects)
            .map(|object| async move {
                let namespace = object.namespace().unwrap_or_default();
                let api: Api<K> = Api::namespaced(hub.clone(), &namespace);
                let result = api.create(params, &object).await;
                (key_of(object.meta()), result.map(|_| ()))
            })
            .buffered(IN_FLIGHT)
            .fold(Posted::default(), |mut posted, (key, result)| async move {
                match result {
                    Ok(()) => posted.made += 1,
                    Err(error) if is_conflict(&error) => {}
                    Err(error) => {
                        self.metrics.failed(Failure::HubWrite);
                        warn!(kind = %K::kind(&()), name = %key.1, error = %crate::chain::chain(&error), "creating");
                        posted.refused.insert(key);
                    }
                }
                posted
            })
            .await
    }

    /// Takes workloads whose stale copy was seen stopped off their cluster's quarantine list.
    pub(crate) async fn release(&mut self, scene: &Scene, cluster: &str, stopped: &[String]) {
        let Some(member) = scene.members.get(cluster) else {
            return;
        };
        let mut object = (**member).clone();
        if let Some(quarantine) = object.status.as_mut().and_then(|s| s.quarantine.as_mut()) {
            quarantine.stale.retain(|id| !stopped.contains(id));
        }
        if let Some(status) = object.status.as_mut()
            && status.quarantine.as_ref().is_some_and(|q| q.stale.is_empty())
        {
            status.quarantine = None;
        }
        self.write(vec![StatusWrite::Member(Box::new(object))]).await;
    }
}

impl StatusWrite {
    /// The object, and the version of it that was seen.
    fn identity(&self) -> (String, String) {
        match self {
            Self::Provider(o) => identity(o.as_ref()),
            Self::Member(o) => identity(o.as_ref()),
            Self::Workload(o) => identity(o.as_ref()),
            Self::Policy(o) => identity(o.as_ref()),
            Self::Contract(o) => identity(o.as_ref()),
            Self::Drill(o) => identity(o.as_ref()),
            Self::Standard(o) => identity(o.as_ref()),
            Self::Exemption(o) => identity(o.as_ref()),
            Self::External(o) => identity(o.as_ref()),
            Self::Approval(o) => identity(o.as_ref()),
        }
    }

    /// Returns the version that the object has now.
    async fn send(self, hub: &Client) -> Result<String, kube::Error> {
        match self {
            Self::Provider(o) => replace(Api::all(hub.clone()), *o).await,
            Self::Member(o) => replace(Api::all(hub.clone()), *o).await,
            Self::Policy(o) => replace(Api::all(hub.clone()), *o).await,
            Self::Contract(o) => replace(Api::all(hub.clone()), *o).await,
            Self::Standard(o) => replace(Api::all(hub.clone()), *o).await,
            Self::Workload(o) => replace(namespaced(hub, o.as_ref()), *o).await,
            Self::Approval(o) => replace(namespaced(hub, o.as_ref()), *o).await,
            Self::Exemption(o) => replace(namespaced(hub, o.as_ref()), *o).await,
            Self::External(o) => replace(namespaced(hub, o.as_ref()), *o).await,
            Self::Drill(o) => replace(namespaced(hub, o.as_ref()), *o).await,
        }
    }
}

fn identity<K: Resource<DynamicType = ()>>(object: &K) -> (String, String) {
    let meta = object.meta();
    let key = format!(
        "{} {}/{}",
        K::kind(&()),
        meta.namespace.as_deref().unwrap_or_default(),
        meta.name.as_deref().unwrap_or_default()
    );
    (key, meta.resource_version.clone().unwrap_or_default())
}

fn namespaced<K: Resource<Scope = NamespaceResourceScope, DynamicType = ()>>(
    hub: &Client,
    object: &K,
) -> Api<K> {
    Api::namespaced(
        hub.clone(),
        object.meta().namespace.as_deref().unwrap_or_default(),
    )
}

async fn replace<K>(api: Api<K>, object: K) -> Result<String, kube::Error>
where
    K: Resource<DynamicType = ()> + Clone + Debug + Serialize + DeserializeOwned,
{
    let params = PostParams {
        field_manager: Some(FIELD_MANAGER.to_owned()),
        ..PostParams::default()
    };
    let written = api.replace_status(&object.name_any(), &params, &object).await?;
    Ok(written.resource_version().unwrap_or_default())
}

/// Whether two entries say the same, apart from when.
fn says_as(one: &Entry, other: &Entry) -> bool {
    one.kind == other.kind && one.message == other.message && one.data == other.data
}

fn is_gone(error: &kube::Error) -> bool {
    matches!(error, kube::Error::Api(status) if status.code == 404)
}

fn is_conflict(error: &kube::Error) -> bool {
    matches!(error, kube::Error::Api(status) if status.code == 409)
}
