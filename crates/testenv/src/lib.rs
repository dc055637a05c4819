//! Real Kubernetes control planes on loopback, for tests that must not trust a simulator.
//!
//! Read `plane::cluster` first, then `plane::relay`. Not here: pods that run (a node is the test's affair).
//! Invariants: no root, no network beyond 127.0.0.1, never the current kubeconfig; whatever was started is
//! gone when its owner is, however the owner ended.

pub mod binaries; // which programs, and where they come from
#[cfg(feature = "cluster")]
mod plane; // a control plane that runs them, and the network to it

#[cfg(feature = "cluster")]
pub use plane::{
    Cluster, ClusterOptions, Daemon, Entry, Mode, Process, Puller, Registry, Relay, TestenvError, client,
};
