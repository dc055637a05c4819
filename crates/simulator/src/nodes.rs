//! Simulated nodes: a client of any API server, simulated or real, that makes pods run.
//!
//! Not here: workload controllers (`controllers`, or the real kube-controller-manager), containers, networks.
//! Invariant: everything is done through the API and observed again; a second run beside a dead one goes on.

mod config; // what nodes to be
mod kubelet; // the loop: events in, deeds out, one after the other in time
mod orders; // what a test may break while they run
mod place; // which node a pod goes to
mod register; // Node objects and their leases
mod requests; // what is sent about a pod
mod slip; // what is kept of a pod
mod source; // from where images come
mod status; // what a kubelet writes into a pod's status
mod volumes; // the storage system behind claims

use tokio_util::sync::CancellationToken;

pub use self::{config::NodesConfig, orders::NodesControl, source::ImageSource, volumes::PROVISIONER};

/// The simulated nodes of one cluster.
#[derive(Debug)]
pub struct Nodes;

impl Nodes {
    /// Registers the nodes and runs their pods until `cancel`. An API server that is away is tried again; the nodes
    /// need rights to nodes, leases and namespaces (create, get, patch), pods (all), config maps, secrets and drivers (get);
    /// with `schedule`, to persistent volume claims (list, watch); with `provision`, to storage classes and claims
    /// (list, watch) and persistent volumes (all).
    pub async fn run(client: kube::Client, config: NodesConfig, cancel: CancellationToken) {
        let provision = config.provision;
        let block = config.block_provisioners.clone();
        tokio::select! {
            biased;
            () = cancel.cancelled() => {}
            () = volumes::run(client.clone(), block), if provision => {}
            () = kubelet::run(client, config) => {}
        }
    }
}
