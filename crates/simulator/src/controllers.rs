//! Workload controllers for the simulated API server: what kube-controller-manager does, as far as placement sees it.
//!
//! Each controller is a pure function: the cache and a key in, writes out. One loop watches, keeps the cache, works
//! off one queue in order, and sends the writes; what a write answers goes into the cache before the next key.
//!
//! Not here: garbage collection and the end of namespaces (`apiserver`), scheduling and pods' states (`nodes`).
//! Invariant: a controller that finds what it wants writes nothing.

mod cache; // the objects, as last seen
mod claim; // PersistentVolumeClaim -> PersistentVolume
mod daemon_set;
mod deployment;
mod endpoints; // Service -> EndpointSlice
mod job;
mod kind; // the kinds that controllers touch
mod manager; // the loop
mod namespace; // what every namespace has
mod owned; // owners, selectors, pods from templates
mod replica_set;
mod stateful_set;
mod status; // conditions, and "does it differ"
mod template; // fingerprints of pod templates
mod write; // what a controller may ask for

use tokio_util::sync::CancellationToken;

use crate::clock::SimClock;

/// The controllers of one simulated cluster.
#[derive(Debug)]
pub struct Controllers;

impl Controllers {
    /// Runs them until `cancel`. `client` must be allowed everything; `clock` gives the times in statuses.
    pub async fn run(client: kube::Client, clock: SimClock, cancel: CancellationToken) {
        tokio::select! {
            biased;
            () = cancel.cancelled() => {}
            () = manager::run(client, clock) => {}
        }
    }
}
