//! One cluster, from engagement to disengagement; and what others get to work on it.
use std::sync::Arc;
use std::time::Duration;

use havenmeester_api::MemberCluster;
use havenmeester_ledger::Ledger;
use havenmeester_placement::Reach;
use havenmeester_portability::ClusterClasses;
use kube::Client;
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;

use crate::capture::{self, Claims};
use crate::clock::Clock;
use crate::connector::{Connector, Purpose};
use crate::errors::Unavailable;
use crate::haven;
use crate::heartbeat;
use crate::observe;
use crate::served::Served;
use crate::state::{ClusterState, locked};
use crate::view;

/// A cluster to work on.
#[derive(Clone)]
pub struct Member {
    /// The name of the MemberCluster.
    pub name: String,
    /// A client for writes, behind the same gate as all others.
    pub client: Client,
    /// How far the credentials reach.
    pub reach: Reach,
    /// What the cluster calls things.
    pub classes: ClusterClasses,
    /// What it serves, as it was last seen; never empty.
    pub served: Arc<Served>,
    /// Places for requests, shared by all that work on this cluster: take one for each.
    pub in_flight: Arc<Semaphore>,
}

impl std::fmt::Debug for Member {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Member")
            .field("name", &self.name)
            .field("reach", &self.reach)
            .finish_non_exhaustive()
    }
}

impl Member {
    /// Looks anew at what the cluster serves.
    pub async fn discover(&self) -> kube::Result<Served> {
        Served::discover(&self.client).await
    }
}

/// What the tasks of every cluster share.
#[derive(Clone)]
pub(crate) struct Deps {
    pub(crate) connector: Arc<dyn Connector>,
    pub(crate) ledger: Ledger,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) claims: watch::Receiver<Claims>,
    pub(crate) changed: watch::Sender<u64>,
}

/// Looks after a cluster until it is dropped, and with it all its tasks.
pub(crate) async fn engage(state: Arc<ClusterState>, deps: Deps) {
    let mut tasks = JoinSet::new();
    tasks.spawn(heartbeat::run(
        state.clone(),
        deps.connector.clone(),
        deps.clock.clone(),
    ));
    tasks.spawn(haven::run(
        state.clone(),
        deps.connector.clone(),
        deps.clock.clone(),
    ));
    tasks.spawn(observe::run(state.clone(), deps.connector));
    tasks.spawn(capture::run(
        state.clone(),
        deps.ledger,
        deps.clock,
        deps.claims.clone(),
    ));
    tasks.spawn(track(state.clone(), deps.claims));
    tasks.spawn(publish(state.clone(), deps.changed));
    if let Some(Err(error)) = tasks.join_next().await {
        // The others are stopped with this one and all are started again: better than half a cluster.
        tracing::error!(cluster = %state.name, %error, "a task of this cluster ended");
    }
}

/// Tells the index which namespaces Workloads claim.
async fn track(state: Arc<ClusterState>, mut claims: watch::Receiver<Claims>) {
    loop {
        let claimed = claims
            .borrow_and_update()
            .values()
            .map(|tracked| tracked.namespace.clone())
            .collect();
        let touched = state.index().track(claimed);
        state.touched(touched);
        if claims.changed().await.is_err() {
            std::future::pending::<()>().await; // the fleet is gone, and with it soon this task
        }
    }
}

/// Changes within this time are one snapshot: a snapshot looks at every namespace, and a rollout changes one object
/// after the other.
const COALESCE: Duration = Duration::from_millis(50);

/// Takes a new snapshot when something changed, and tells the others when it says anything new.
async fn publish(state: Arc<ClusterState>, changed: watch::Sender<u64>) {
    loop {
        if view::refresh(&state) {
            changed.send_modify(|version| *version += 1);
        }
        tokio::time::sleep(COALESCE).await;
        state.outdated.notified().await;
    }
}

/// The cluster, to work on.
pub(crate) async fn open(state: &ClusterState, connector: &dyn Connector) -> Result<Member, Unavailable> {
    let refuse = |cause| Unavailable {
        cluster: state.name.clone(),
        cause,
    };
    state.unavailable().map_err(refuse)?;
    let served = state.served();
    if served.is_empty() {
        // It answers, but what it serves was not asked yet: a kind that is not known must not read as one without
        // objects. After a restart of the daemon this is the first moment of a cluster that comes back.
        return Err(refuse(None));
    }
    let member = state.member();
    let cached = locked(&state.write).clone();
    let client = if let Some(client) = cached {
        client
    } else {
        let made = connector
            .connect(&member, Purpose::Write)
            .await
            .map_err(|error| refuse(error.cause()))?;
        let client = state.gate.before(made);
        *locked(&state.write) = Some(client.clone());
        client
    };
    Ok(Member {
        name: state.name.clone(),
        client,
        reach: view::reach(&member),
        classes: classes(&member, state),
        served,
        in_flight: Arc::clone(&state.in_flight),
    })
}

/// What the MemberCluster says, and what is seen where it says nothing.
fn classes(member: &MemberCluster, state: &ClusterState) -> ClusterClasses {
    let mut classes = ClusterClasses::said(&member.spec.classes);
    let index = state.index();
    let default = index.storage.iter().find(|(_, default)| **default);
    classes.default_storage = default.map(|(name, _)| name.to_string());
    let mut seen = index.ingress.iter();
    if let (Some(only), None) = (seen.next(), seen.next()) {
        classes.ingress.get_or_insert_with(|| only.to_string());
    }
    classes
}
