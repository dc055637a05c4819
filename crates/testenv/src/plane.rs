//! A control plane: its processes, what they trust, and the network to it.

mod certificates; // the authority of one cluster
mod cluster; // one control plane
mod daemon; // one process of it: kill, stop, cont, restart
mod error; // what can go wrong
mod flags; // the command line of each process
mod guard; // outlives us only to clean up after us
mod home; // where its files are
mod kubeconfig; // credentials as a file
mod options; // what a test may choose
mod pki; // what a cluster trusts, as files
mod ports; // numbers that nobody else takes
mod process; // names
mod programs; // what runs, and how it is called
mod pull; // images, as a node asks for them
mod push; // images, as a pipeline makes them
mod registry; // images, and who may have them
mod relay; // the network between a client and a cluster

pub use cluster::Cluster;
pub use daemon::Daemon;
pub use error::TestenvError;
pub use kubeconfig::client;
pub use options::ClusterOptions;
pub use process::Process;
pub use pull::Puller;
pub use registry::{Entry, Registry};
pub use relay::{Mode, Relay};
