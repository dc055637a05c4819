//! What the simulated nodes of a cluster are like.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};

use super::{ImageSource, NodesControl};
use crate::clock::SimClock;

/// Size, number and habits of the simulated nodes of one cluster.
#[derive(Clone, Debug)]
pub struct NodesConfig {
    /// How many nodes.
    pub count: u32,
    /// Node names are `PREFIX-0`, `PREFIX-1`, ...
    pub prefix: String,
    /// Capacity of each node, in thousandths of a core.
    pub cpu_milli: u64,
    /// Capacity of each node, in MiB.
    pub memory_mib: u64,
    /// Pods that fit on each node.
    pub pods: u32,
    /// Zones, given to the nodes in turn; empty: no zone label.
    pub zones: Vec<String>,
    /// The region label of every node.
    pub region: Option<String>,
    /// From bound to running, images present.
    pub start_delay: Duration,
    /// Up to this much more per pod, chosen by the seed.
    pub start_jitter: Duration,
    /// Pull time of an image on its first use at a node, where it differs from `pull_delay`.
    pub pull_delays: BTreeMap<String, Duration>,
    /// Pull time of any other image on its first use at a node.
    pub pull_delay: Duration,
    /// From asked to stop to gone; a pod's own grace period, where shorter, wins.
    pub stop_delay: Duration,
    /// From running to succeeded, for pods that are not restarted when they end (those of Jobs).
    pub run_time: Duration,
    /// Between two renewals of a node's lease. A real controller manager calls a node lost after 40 s or more.
    pub heartbeat: Duration,
    /// Also bind pods to nodes. For clusters without a scheduler.
    pub schedule: bool,
    /// Also make volumes for claims whose storage class has the provisioner [`super::PROVISIONER`]. For clusters with
    /// a real controller manager, which binds them; the simulator's controllers do both.
    pub provision: bool,
    /// Provisioners of real block storage that `provision` stands in for. As those do, it makes no volume of files for
    /// many writers: such a claim stays pending.
    pub block_provisioners: BTreeSet<String>,
    /// A pod waits until the config maps and secrets that it must have exist, and a driver (`CSIDriver`) for each volume
    /// of its own that wants one, as on a real node.
    pub check_references: bool,
    /// Asked for each image before a container starts. `None`: every image is there.
    pub images: Option<Arc<dyn ImageSource>>,
    /// The version the nodes say they have, as `v1.33.0`.
    pub version: String,
    /// Chooses the jitter.
    pub seed: u64,
    /// Most requests in flight at once.
    pub in_flight: usize,
    /// Gives the times in statuses and leases. On a real API server: a clock that began at the wall time.
    pub clock: SimClock,
    /// Through this a test breaks things while the nodes run.
    pub control: NodesControl,
}

impl Default for NodesConfig {
    fn default() -> Self {
        Self {
            count: 3,
            prefix: "node".to_owned(),
            cpu_milli: 64_000,
            memory_mib: 262_144,
            pods: 500,
            zones: Vec::new(),
            region: None,
            start_delay: Duration::from_secs(1),
            start_jitter: Duration::ZERO,
            pull_delays: BTreeMap::new(),
            pull_delay: Duration::ZERO,
            stop_delay: Duration::from_secs(1),
            run_time: Duration::from_secs(2),
            heartbeat: Duration::from_secs(10),
            schedule: false,
            provision: false,
            block_provisioners: BTreeSet::new(),
            check_references: true,
            images: None,
            version: "v1.33.0".to_owned(),
            seed: 0,
            in_flight: 16,
            clock: SimClock::default(),
            control: NodesControl::default(),
        }
    }
}

impl NodesConfig {
    /// The names of the nodes, in order.
    pub fn names(&self) -> impl Iterator<Item = String> + '_ {
        (0..self.count).map(|index| format!("{}-{index}", self.prefix))
    }

    /// How long an image takes that a node does not have yet.
    pub(super) fn pull_time(&self, image: &str) -> Duration {
        self.pull_delays.get(image).copied().unwrap_or(self.pull_delay)
    }
}
