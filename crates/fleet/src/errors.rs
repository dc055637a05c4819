//! Why a cluster cannot be reached and why a capture cannot be had.
use havenmeester_api::member::Cause;
use havenmeester_ledger::LedgerError;

use crate::cause::cause_of;

/// Why no connection could be set up.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// The hub has no such Secret.
    #[error("spec.connection.kubeconfigSecret: there is no Secret {namespace}/{name}")]
    NoSecret {
        /// Its namespace.
        namespace: String,
        /// Its name.
        name: String,
    },
    /// The Secret lacks the key.
    #[error(
        "spec.connection.kubeconfigSecret: the Secret {namespace}/{name} has no key {key:?}; it has {found}"
    )]
    NoKey {
        /// Its namespace.
        namespace: String,
        /// Its name.
        name: String,
        /// The key that is wanted.
        key: String,
        /// The keys that are there, for people.
        found: String,
    },
    /// The hub's API server does not give the Secret now. Says nothing of the member.
    #[error("reading the Secret {namespace}/{name} on the hub")]
    Hub {
        /// Its namespace.
        namespace: String,
        /// Its name.
        name: String,
        /// Why not.
        #[source]
        source: kube::Error,
    },
    /// The kubeconfig is not one, or asks for what is not allowed here.
    #[error("the kubeconfig in the Secret {namespace}/{name}, key {key:?}: {why}")]
    Kubeconfig {
        /// Its namespace.
        namespace: String,
        /// Its name.
        name: String,
        /// The key.
        key: String,
        /// Which field is wrong, and what would be right. Holds nothing of the credentials.
        why: String,
    },
    /// The connection's TLS cannot be set up from what the kubeconfig says.
    #[error("setting up TLS for {cluster}")]
    Tls {
        /// The cluster.
        cluster: String,
        /// Why not.
        #[source]
        source: Box<kube::Error>,
    },
    /// The connector does not know the cluster.
    #[error("there is no cluster {cluster}")]
    NoSuchCluster {
        /// The name.
        cluster: String,
    },
}

impl ConnectError {
    /// What it means for the cluster; `None`: nothing, the hub itself is the trouble.
    pub fn cause(&self) -> Option<Cause> {
        match self {
            Self::NoSecret { .. }
            | Self::NoKey { .. }
            | Self::Kubeconfig { .. }
            | Self::Tls { .. }
            | Self::NoSuchCluster { .. } => Some(Cause::Misconfigured),
            Self::Hub { .. } => None,
        }
    }
}

/// A cluster that cannot be worked with now.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{cluster} is not available: {}", reason(*cause))]
pub struct Unavailable {
    /// The cluster.
    pub cluster: String,
    /// Why; `None`: it is not known, or not yet asked.
    pub cause: Option<Cause>,
}

fn reason(cause: Option<Cause>) -> &'static str {
    match cause {
        None => "it is not known, or has not answered yet",
        Some(Cause::Unreachable) => "it does not answer",
        Some(Cause::Refused) => "it refuses connections",
        Some(Cause::NameResolution) => "its name does not resolve",
        Some(Cause::Tls) => "TLS fails",
        Some(Cause::Unauthorized) => "it refuses our credentials",
        Some(Cause::Throttled) => "it asks for fewer requests",
        Some(Cause::Slow) => "it is too slow",
        Some(Cause::Misconfigured) => "its kubeconfig cannot be used",
        Some(Cause::Drill) => "a drill cuts it off",
    }
}

/// Why a capture could not be made when it was asked for.
#[derive(Debug, thiserror::Error)]
pub enum CaptureError {
    /// The cluster cannot be worked with.
    #[error("capturing from {cluster}", cluster = .0.cluster)]
    Unavailable(#[source] Unavailable),
    /// The Workload claims nothing, as far as the fleet was told.
    #[error("it is not known what workload {workload} claims")]
    NotTracked {
        /// The Workload, `namespace/name`.
        workload: String,
    },
    /// Not everything could be listed; a partial capture is none.
    #[error("listing {kind} in {namespace} on {cluster}")]
    List {
        /// The cluster.
        cluster: String,
        /// The namespace.
        namespace: String,
        /// The kind.
        kind: String,
        /// Why not.
        #[source]
        source: kube::Error,
    },
    /// There is nothing to capture.
    #[error("there is nothing in {namespace} on {cluster}")]
    Empty {
        /// The cluster.
        cluster: String,
        /// The namespace.
        namespace: String,
    },
    /// The store did not take it.
    #[error("storing the capture of {namespace} on {cluster}")]
    Store {
        /// The cluster.
        cluster: String,
        /// The namespace.
        namespace: String,
        /// Why not.
        #[source]
        source: LedgerError,
    },
}

impl CaptureError {
    /// The cause of silence, where silence is what stood in the way.
    pub fn cause(&self) -> Option<Cause> {
        match self {
            Self::Unavailable(unavailable) => unavailable.cause,
            Self::List { source, .. } => cause_of(source),
            Self::NotTracked { .. } | Self::Empty { .. } | Self::Store { .. } => None,
        }
    }
}
