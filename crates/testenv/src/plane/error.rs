//! Everything that can keep a test cluster from running, each with what was being done.
//!
//! Invariant: Display never prints the source; walk the chain for it.

use std::path::PathBuf;

use super::Process;
use crate::binaries::BinariesError;

/// Why a test cluster, or a part of it, could not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum TestenvError {
    /// A program is neither given, cached nor buildable.
    #[error("finding the programs of a control plane")]
    Binaries(#[from] BinariesError),
    /// A certificate could not be made.
    #[error("making the certificate of {subject}")]
    Certificate {
        /// Common name of the certificate.
        subject: String,
        /// What rcgen said.
        source: rcgen::Error,
    },
    /// More groups than a client certificate can carry.
    #[error("a kubeconfig for {user} with {count} groups: its certificate holds at most one")]
    Groups {
        /// The user.
        user: String,
        /// How many groups were asked.
        count: usize,
    },
    /// A file or directory of the cluster could not be written or read.
    #[error("{action} {}", path.display())]
    File {
        /// The verb, with its preposition.
        action: &'static str,
        /// The file or directory.
        path: PathBuf,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// Every port of the range is taken.
    #[error("no free port on 127.0.0.1 between {first} and {last}")]
    NoFreePort {
        /// First port that was tried.
        first: u16,
        /// Last port that was tried.
        last: u16,
    },
    /// A process could not be started.
    #[error("starting {program}")]
    Spawn {
        /// The program.
        program: String,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// A process could not be signalled or waited for.
    #[error("{action} {process}")]
    Signal {
        /// The verb.
        action: &'static str,
        /// The process.
        process: Process,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// A signal was sent to a process that is not running.
    #[error("{process} of {cluster} is not running")]
    NotRunning {
        /// The cluster's name.
        cluster: String,
        /// The process.
        process: Process,
    },
    /// A process ended by itself.
    #[error("{process} of {cluster} ended by itself ({status}); the end of its log:\n{log}")]
    Ended {
        /// The cluster's name.
        cluster: String,
        /// The process.
        process: Process,
        /// Its exit status.
        status: std::process::ExitStatus,
        /// The last lines that it wrote.
        log: String,
    },
    /// The cluster did not become ready in time.
    #[error(
        "{cluster} is not ready after {seconds} s: {waiting_for}; the end of the log of {process}:\n{log}"
    )]
    NotReady {
        /// The cluster's name.
        cluster: String,
        /// The limit, in seconds.
        seconds: u64,
        /// What was still missing.
        waiting_for: &'static str,
        /// The process that should have provided it.
        process: Process,
        /// The last lines that it wrote.
        log: String,
    },
    /// An image registry did not begin to listen.
    #[error("the registry {name} does not listen after {seconds} s; the end of its log:\n{log}")]
    Registry {
        /// Its name.
        name: String,
        /// The limit, in seconds.
        seconds: u64,
        /// The last lines that it wrote.
        log: String,
    },
    /// A registry did not take an image.
    #[error("pushing {image}")]
    Push {
        /// Its name, without the host.
        image: String,
        /// What the client said.
        source: Box<oci_client::errors::OciDistributionError>,
    },
    /// A kubeconfig that cannot be read.
    #[error("reading a kubeconfig")]
    Kubeconfig(#[from] kube::config::KubeconfigError),
    /// A request to the API server failed, or a client could not be made.
    #[error("{action}")]
    Api {
        /// What was asked.
        action: &'static str,
        /// What the client said.
        source: Box<kube::Error>,
    },
    /// The relay has no socket, or lost its task.
    #[error("the relay to {target}")]
    Relay {
        /// The address behind the relay.
        target: std::net::SocketAddr,
        /// What the operating system said.
        source: std::io::Error,
    },
}

impl TestenvError {
    /// For `map_err` on file operations.
    pub(crate) fn file(
        action: &'static str,
        path: impl Into<PathBuf>,
    ) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |source| Self::File { action, path, source }
    }

    /// For `map_err` on requests.
    pub(crate) fn api(action: &'static str) -> impl FnOnce(kube::Error) -> Self {
        move |source| Self::Api {
            action,
            source: Box::new(source),
        }
    }
}
