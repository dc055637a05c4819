//! What a world is made of.

use std::{collections::BTreeMap, time::Duration};

use jiff::Timestamp;
use k8s_openapi::api::storage::v1::StorageClass;
use kube::{Api, api::PostParams};
use serde_json::json;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::{Cluster, World, WorldError};
use crate::{
    apiserver::{ApiServer, ApiServerConfig},
    clock::SimClock,
    controllers::Controllers,
    journal::Journal,
    network::{Network, Quality},
    nodes::{Nodes, NodesConfig, NodesControl, PROVISIONER},
};

/// A world in the making.
#[derive(Clone, Debug)]
pub struct WorldBuilder {
    seed: u64,
    start: Timestamp,
    clusters: BTreeMap<String, ClusterSpec>,
}

/// One cluster in the making.
#[derive(Clone, Debug)]
pub struct ClusterSpec {
    /// Major and minor version of Kubernetes.
    pub version: (u32, u32),
    /// Its nodes. Seed, clock, control and version are set by the world.
    pub nodes: NodesConfig,
    /// Names of its storage classes; the first is the default class.
    pub storage_classes: Vec<String>,
    /// How good the way to it is.
    pub quality: Quality,
}

impl Default for ClusterSpec {
    /// Version 1.33, three nodes that start pods after a second, the storage class `standard`, a near network.
    fn default() -> Self {
        let nodes = NodesConfig {
            schedule: true,
            heartbeat: Duration::from_mins(1),
            ..NodesConfig::default()
        };
        Self {
            version: (1, 33),
            nodes,
            storage_classes: vec!["standard".to_owned()],
            quality: Quality::NEAR,
        }
    }
}

impl Default for WorldBuilder {
    /// Seed 0, no clusters, on 2026-01-01T00:00:00Z.
    fn default() -> Self {
        Self {
            seed: 0,
            start: SimClock::default().now(),
            clusters: BTreeMap::new(),
        }
    }
}

impl WorldBuilder {
    /// Decides every chance in this world.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// The calendar time at which the world begins.
    #[must_use]
    pub fn start(mut self, start: Timestamp) -> Self {
        self.start = start;
        self
    }

    /// Adds a cluster; one of the same name is replaced.
    #[must_use]
    pub fn cluster(mut self, name: &str, spec: ClusterSpec) -> Self {
        self.clusters.insert(name.to_owned(), spec);
        self
    }

    /// Makes the world and lets it run, in the tokio runtime of the caller.
    pub async fn build(self) -> Result<World, WorldError> {
        let clock = SimClock::begin(self.start);
        let journal = Journal::new(clock);
        let network = Network::new(self.seed, journal.clone());
        let cancel = CancellationToken::new();
        let mut world = World {
            clock,
            journal,
            network,
            clusters: BTreeMap::new(),
            cancel,
            tasks: JoinSet::new(),
        };
        for (index, (name, spec)) in self.clusters.into_iter().enumerate() {
            // Clusters draw from different dice.
            let seed = self
                .seed
                .wrapping_mul(1_000_003)
                .wrapping_add(u64::try_from(index).unwrap_or(0));
            add(&mut world, name, spec, seed, self.start).await?;
        }
        Ok(world)
    }
}

async fn add(
    world: &mut World,
    name: String,
    spec: ClusterSpec,
    seed: u64,
    start: Timestamp,
) -> Result<(), WorldError> {
    let ClusterSpec {
        version,
        nodes,
        storage_classes,
        quality,
    } = spec;
    let config = ApiServerConfig {
        name: name.clone(),
        seed,
        start,
        version,
        ..ApiServerConfig::default()
    };
    let server = ApiServer::new(config);
    for (index, class) in storage_classes.iter().enumerate() {
        storage_class(&server, class, index == 0)
            .await
            .map_err(|source| WorldError::SetUp {
                cluster: name.clone(),
                object: format!("StorageClass {class}"),
                source,
            })?;
    }
    let control = NodesControl::default();
    let nodes = NodesConfig {
        seed,
        clock: world.clock,
        control: control.clone(),
        version: format!("v{}.{}.0", version.0, version.1),
        ..nodes
    };
    world.network.join(&name, server.clone());
    world.network.set_quality(&name, quality);
    world.tasks.spawn(Controllers::run(
        server.client(),
        world.clock,
        world.cancel.clone(),
    ));
    world
        .tasks
        .spawn(Nodes::run(server.client(), nodes, world.cancel.clone()));
    world.clusters.insert(
        name,
        Cluster {
            server,
            nodes: control,
        },
    );
    Ok(())
}

async fn storage_class(server: &ApiServer, name: &str, default: bool) -> kube::Result<()> {
    let class = json!({
        "apiVersion": "storage.k8s.io/v1", "kind": "StorageClass",
        "metadata": {
            "name": name,
            "annotations": {"storageclass.kubernetes.io/is-default-class": default.to_string()},
        },
        "provisioner": PROVISIONER,
        "reclaimPolicy": "Delete",
        "volumeBindingMode": "Immediate",
    });
    let class = serde_json::from_value::<StorageClass>(class).map_err(kube::Error::SerdeError)?;
    Api::all(server.client())
        .create(&PostParams::default(), &class)
        .await
        .map(drop)
}
