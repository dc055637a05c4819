//! What can be set when the daemon starts.
use std::net::SocketAddr;
use std::time::Duration;

use havenmeester_fleet::{FleetOptions, Registries};

/// Everything that `run` needs beside its seams.
#[derive(Clone, Debug)]
pub struct Options {
    /// The name of this replica in the leader Lease; different for each replica.
    pub identity: String,
    /// The namespace on the hub for discovered Workloads, their Migrations and the leader Lease.
    pub namespace: String,
    /// Where health and metrics are served; `None` = not at all.
    pub listen: Option<SocketAddr>,
    /// How long a leader is believed without a sign of life.
    /// 15 s: a new leader within the detection time of a lost cluster; the lease is renewed every third of it.
    pub lease_duration: Duration,
    /// How many failovers, and how many other moves, may be before or in their Create step at once; those that wait for
    /// pods take no place. 32: what a member is sent at once has a bound of its own (`fleet::Limits::in_flight`).
    pub concurrent_moves: usize,
    /// The longest time between two rounds when nothing changes, so that dates are noticed.
    pub tick: Duration,
    /// How clusters are watched.
    pub fleet: FleetOptions,
    /// Where dry runs look for images. Not asked unless set: a simulated world has none.
    pub registries: Registries,
}

impl Options {
    /// The defaults for one replica.
    pub fn new(identity: impl Into<String>, namespace: impl Into<String>) -> Self {
        Self {
            identity: identity.into(),
            namespace: namespace.into(),
            listen: None,
            lease_duration: Duration::from_secs(15),
            concurrent_moves: 32,
            tick: Duration::from_secs(2),
            fleet: FleetOptions::default(),
            registries: Registries::not_asked(),
        }
    }
}
