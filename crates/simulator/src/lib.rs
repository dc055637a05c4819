//! Kubernetes clusters inside the process: API server, controllers, nodes, and the network between them.
//!
//! All time is tokio's, so that it can be paused: a simulated hour takes a blink. All chance comes from seeds.
mod apiserver; // the API server
mod clock; // calendar time on tokio's time
mod controllers; // Deployment, StatefulSet, Job, ... for the simulated API server
mod journal; // what happened, in order
mod network; // links with latency, loss and faults
mod nodes; // simulated nodes, for any API server
mod quantity; // `500m` and `1.5Gi` as numbers
mod reflect; // list and watch, as a stream
mod serve; // an API server on a loopback port
mod world; // all of it together

pub use apiserver::{ApiServer, ApiServerConfig, Body, Rule, User};
pub use clock::SimClock;
pub use controllers::Controllers;
pub use journal::Journal;
pub use network::{Fault, Network, Quality, SimBody, SimService};
pub use nodes::{ImageSource, Nodes, NodesConfig, NodesControl, PROVISIONER};
pub use serve::{ServeError, Served, serve};
pub use world::{Cluster, ClusterSpec, NotInTime, World, WorldBuilder, WorldError, until};
