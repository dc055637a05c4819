//! Keeps what the hub's API server says of every kind of ours.
//!
//! Invariant: reads only; a standby replica keeps the same warm shelves as the leader.
use std::fmt::Debug;
use std::sync::Arc;

use futures::{StreamExt, TryStreamExt};
use havenmeester_api::{
    Approval, AutonomyStandard, Contract, Drill, Exemption, ExternalApplication, MemberCluster, Migration,
    PlacementPolicy, Provider, Workload,
};
use kube::core::DeserializeGuard;
use kube::runtime::{WatchStreamExt, watcher};
use kube::{Api, Client, Resource};
use serde::de::DeserializeOwned;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tracing::warn;

use crate::shelf::Shelf;

/// A shelf per kind, and a number that grows with every change.
#[derive(Clone)]
pub(crate) struct Hub {
    pub(crate) providers: Shelf<Provider>,
    pub(crate) members: Shelf<MemberCluster>,
    pub(crate) workloads: Shelf<Workload>,
    pub(crate) policies: Shelf<PlacementPolicy>,
    pub(crate) migrations: Shelf<Migration>,
    pub(crate) contracts: Shelf<Contract>,
    pub(crate) drills: Shelf<Drill>,
    pub(crate) standards: Shelf<AutonomyStandard>,
    pub(crate) exemptions: Shelf<Exemption>,
    pub(crate) externals: Shelf<ExternalApplication>,
    pub(crate) approvals: Shelf<Approval>,
    changed: Arc<watch::Sender<u64>>,
}

impl Hub {
    /// Begins to watch every kind; the tasks end with `tasks`.
    pub(crate) fn watch(client: &Client, tasks: &mut JoinSet<()>) -> Self {
        let hub = Self {
            providers: Shelf::default(),
            members: Shelf::default(),
            workloads: Shelf::default(),
            policies: Shelf::default(),
            migrations: Shelf::default(),
            contracts: Shelf::default(),
            drills: Shelf::default(),
            standards: Shelf::default(),
            exemptions: Shelf::default(),
            externals: Shelf::default(),
            approvals: Shelf::default(),
            changed: Arc::new(watch::Sender::new(0)),
        };
        tasks.spawn(follow(
            client.clone(),
            hub.providers.clone(),
            Arc::clone(&hub.changed),
        ));
        tasks.spawn(follow(
            client.clone(),
            hub.members.clone(),
            Arc::clone(&hub.changed),
        ));
        tasks.spawn(follow(
            client.clone(),
            hub.workloads.clone(),
            Arc::clone(&hub.changed),
        ));
        tasks.spawn(follow(
            client.clone(),
            hub.policies.clone(),
            Arc::clone(&hub.changed),
        ));
        tasks.spawn(follow(
            client.clone(),
            hub.migrations.clone(),
            Arc::clone(&hub.changed),
        ));
        tasks.spawn(follow(
            client.clone(),
            hub.contracts.clone(),
            Arc::clone(&hub.changed),
        ));
        tasks.spawn(follow(
            client.clone(),
            hub.drills.clone(),
            Arc::clone(&hub.changed),
        ));
        tasks.spawn(follow(
            client.clone(),
            hub.standards.clone(),
            Arc::clone(&hub.changed),
        ));
        tasks.spawn(follow(
            client.clone(),
            hub.exemptions.clone(),
            Arc::clone(&hub.changed),
        ));
        tasks.spawn(follow(
            client.clone(),
            hub.externals.clone(),
            Arc::clone(&hub.changed),
        ));
        tasks.spawn(follow(
            client.clone(),
            hub.approvals.clone(),
            Arc::clone(&hub.changed),
        ));
        hub
    }

    /// Changes with every event.
    pub(crate) fn changed(&self) -> watch::Receiver<u64> {
        self.changed.subscribe()
    }

    /// Whether every kind was listed completely at least once: before that nothing may be decided.
    pub(crate) fn ready(&self) -> bool {
        self.providers.ready()
            && self.members.ready()
            && self.workloads.ready()
            && self.policies.ready()
            && self.migrations.ready()
            && self.contracts.ready()
            && self.drills.ready()
            && self.standards.ready()
            && self.exemptions.ready()
            && self.externals.ready()
            && self.approvals.ready()
    }
}

/// Objects in one page of a list: what is read of a page is in memory at once, many times its length.
const PAGE: u32 = 100;

async fn follow<K>(client: Client, shelf: Shelf<K>, changed: Arc<watch::Sender<u64>>)
where
    K: Resource<DynamicType = ()> + Clone + Debug + DeserializeOwned + Send + Sync + 'static,
{
    // 45 s: shorter than the idle limits of common load balancers (240 s), long enough to be cheap.
    let config = watcher::Config::default().timeout(45).page_size(PAGE);
    let api: Api<DeserializeGuard<K>> = Api::all(client);
    let mut events = watcher(api, config).default_backoff().boxed();
    loop {
        match events.try_next().await {
            Ok(Some(event)) => {
                if shelf.apply(event) {
                    changed.send_modify(|n| *n += 1);
                }
            }
            Ok(None) => return,
            Err(error) => {
                warn!(kind = %K::kind(&()), error = %crate::chain::chain(&error), "watching the hub");
            }
        }
    }
}
