//! A simulated world: clusters with their controllers and nodes, the network to them, one clock, one seed.
//!
//! Not here: the daemon, or any other client; they get their clients from here and know no difference.
//! Invariant: under a paused current-thread runtime, seed and scenario decide everything; [`World::log`] proves it.

mod builder; // what a world is made of

use std::{collections::BTreeMap, time::Duration};

use kube::Client;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

pub use self::builder::{ClusterSpec, WorldBuilder};
use crate::{
    apiserver::{ApiServer, User},
    clock::SimClock,
    journal::Journal,
    network::{Fault, Network, SimService},
    nodes::NodesControl,
};

/// Clusters in the process. Dropping it ends its tasks; [`Self::shutdown`] also waits for them.
pub struct World {
    clock: SimClock,
    journal: Journal,
    network: Network,
    clusters: BTreeMap<String, Cluster>,
    cancel: CancellationToken,
    tasks: JoinSet<()>,
}

/// One cluster, as its own administrators see it: nothing here goes over the network.
#[derive(Clone)]
pub struct Cluster {
    server: ApiServer,
    nodes: NodesControl,
}

/// A world could not be made, or was asked for what it does not have.
#[derive(Debug, thiserror::Error)]
pub enum WorldError {
    /// No cluster has this name.
    #[error("there is no cluster {name:?} in this world")]
    NoSuchCluster {
        /// The name that was asked for.
        name: String,
    },
    /// An object that every cluster begins with could not be made.
    #[error("setting up {object} in cluster {cluster:?}")]
    SetUp {
        /// The cluster.
        cluster: String,
        /// Kind and name.
        object: String,
        /// What its API server said.
        #[source]
        source: kube::Error,
    },
}

/// What was waited for did not come in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not within {} s", .limit.as_secs_f32())]
pub struct NotInTime {
    /// How long it was waited for.
    pub limit: Duration,
}

impl World {
    /// A world to be made.
    pub fn builder() -> WorldBuilder {
        WorldBuilder::default()
    }

    /// The cluster of this name.
    pub fn cluster(&self, name: &str) -> Result<&Cluster, WorldError> {
        self.clusters.get(name).ok_or_else(|| WorldError::NoSuchCluster {
            name: name.to_owned(),
        })
    }

    /// All clusters, by name.
    pub fn clusters(&self) -> impl Iterator<Item = (&str, &Cluster)> {
        self.clusters
            .iter()
            .map(|(name, cluster)| (name.as_str(), cluster))
    }

    /// The network; the link to a cluster has the cluster's name.
    pub fn network(&self) -> &Network {
        &self.network
    }

    /// The way from outside to a cluster, for a client with layers of its own.
    pub fn service(&self, cluster: &str, who: User) -> SimService {
        self.network.service(cluster, who)
    }

    /// A client outside the cluster, without any time-out.
    pub fn client(&self, cluster: &str, who: User) -> Client {
        self.network.client(cluster, who)
    }

    /// Breaks the way to a cluster. Inside the cluster everything goes on.
    pub fn cut(&self, cluster: &str, fault: Fault) {
        self.network.set(cluster, fault);
    }

    /// Mends the way to a cluster.
    pub fn heal(&self, cluster: &str) {
        self.network.heal(cluster);
    }

    /// The clock of everything in this world.
    pub fn clock(&self) -> SimClock {
        self.clock
    }

    /// Adds a line of the scenario's own to the log.
    pub fn note(&self, subject: &str, what: &str) {
        self.journal.note(subject, what);
    }

    /// What happened: first the journal of the network and the scenario, then, cluster by cluster, every write that
    /// its API server took, each in order. Equal seeds and scenarios give equal bytes.
    pub fn log(&self) -> Vec<String> {
        let mut lines = self.journal.lines();
        for (name, cluster) in &self.clusters {
            lines.extend(
                cluster
                    .server
                    .log()
                    .into_iter()
                    .map(|line| format!("{name} {line}")),
            );
        }
        lines
    }

    /// Ends controllers and nodes, and waits until they have ended.
    pub async fn shutdown(mut self) {
        self.cancel.cancel();
        while self.tasks.join_next().await.is_some() {}
    }
}

impl Cluster {
    /// Its API server.
    pub fn server(&self) -> &ApiServer {
        &self.server
    }

    /// A client that may do everything.
    pub fn admin(&self) -> Client {
        self.server.client()
    }

    /// What can be broken on its nodes.
    pub fn nodes(&self) -> &NodesControl {
        &self.nodes
    }
}

/// Looks every 100 ms of tokio's time until `look` finds something, for `limit` at most.
pub async fn until<T>(limit: Duration, mut look: impl AsyncFnMut() -> Option<T>) -> Result<T, NotInTime> {
    let looking = async {
        loop {
            if let Some(found) = look().await {
                return found;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    tokio::time::timeout(limit, looking)
        .await
        .map_err(|_| NotInTime { limit })
}

#[cfg(test)]
mod tests;
