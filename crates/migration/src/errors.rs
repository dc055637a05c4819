//! What can go wrong, with its context and its category.
//!
//! Display never prints the source; the log prints the chain. Invariant: no content of an object is in an error.

use havenmeester_api::member::Cause;
use havenmeester_portability::said::{Asked, Stored, Unseen};

/// `advance` could not do its work. Nothing is lost: calling it again goes on.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MoveError {
    /// The hub did not answer, or refused.
    #[error("{what} on the hub")]
    Hub {
        /// What was asked of it.
        what: &'static str,
        /// Its answer.
        #[source]
        source: kube::Error,
    },
    /// The Migration has no namespace or no name.
    #[error("a Migration without a namespace cannot be advanced")]
    NoNamespace,
    /// A member did not do what was asked.
    #[error(transparent)]
    Member(#[from] MemberError),
}

/// A member did not do what was asked of it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MemberError {
    /// It is lost, cut off or unknown.
    #[error("{}", self.unseen())]
    Unavailable {
        /// Which.
        cluster: String,
        /// Why; none: it is not known.
        cause: Option<Cause>,
    },
    /// It does not serve a kind.
    #[error("{cluster} does not serve {kind}")]
    NotServed {
        /// Which.
        cluster: String,
        /// The kind with its group and version.
        kind: String,
    },
    /// It answered with an error, or not at all.
    #[error("{verb} {object} on {cluster}")]
    Request {
        /// Which.
        cluster: String,
        /// What was asked.
        verb: Asked,
        /// Of which object.
        object: String,
        /// The answer.
        #[source]
        source: Box<kube::Error>,
    },
    /// The fresh capture failed.
    #[error("capturing on {cluster}")]
    Capture {
        /// Which.
        cluster: String,
        /// Why.
        #[source]
        source: Box<havenmeester_fleet::CaptureError>,
    },
    /// No capture is named where one should be.
    #[error("the status names no capture")]
    NoCapture,
    /// The capture store does not give what it should.
    #[error("{what} in the capture store")]
    Store {
        /// What was asked.
        what: Stored,
        /// The answer.
        #[source]
        source: havenmeester_ledger::LedgerError,
    },
}

/// In which way it failed: metric label and event reason, never made from text.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Category {
    /// No answer, or one that is worth waiting for.
    Unreachable,
    /// Somebody else changed it meanwhile.
    Conflict,
    /// A clear no.
    Refused,
    /// The capture store.
    Store,
}

impl MoveError {
    /// In which way it failed.
    pub fn category(&self) -> Category {
        match self {
            Self::Hub { source, .. } => of_kube(source),
            Self::NoNamespace => Category::Refused,
            Self::Member(error) => error.category(),
        }
    }
}

impl MemberError {
    /// In which way it failed.
    pub fn category(&self) -> Category {
        match self {
            Self::Unavailable { .. } | Self::Capture { .. } => Category::Unreachable,
            Self::NotServed { .. } | Self::NoCapture => Category::Refused,
            Self::Request { source, .. } => of_kube(source),
            Self::Store { .. } => Category::Store,
        }
    }

    /// The error with the API server's own words, for a condition. Server messages name objects and fields.
    pub(crate) fn sentence(&self) -> String {
        self.unseen().to_string()
    }

    /// The same as a reason why something was not seen, in each language.
    pub(crate) fn unseen(&self) -> Unseen {
        match self {
            Self::Unavailable { cluster, cause } => Unseen::Away {
                cluster: cluster.clone(),
                cause: *cause,
            },
            Self::NotServed { cluster, kind } => Unseen::NotServed {
                cluster: cluster.clone(),
                kind: kind.clone(),
            },
            Self::Request {
                cluster,
                verb,
                object,
                source,
            } => Unseen::Answered {
                asked: *verb,
                object: object.clone(),
                cluster: cluster.clone(),
                words: words(source),
            },
            Self::Capture { cluster, source } => Unseen::NotCaptured {
                cluster: cluster.clone(),
                words: source.to_string(),
            },
            Self::NoCapture => Unseen::NoCapture,
            Self::Store { what, source } => Unseen::Store {
                what: *what,
                words: source.to_string(),
            },
        }
    }
}

/// What the API server said.
pub(crate) fn words(error: &kube::Error) -> String {
    if let kube::Error::Api(status) = error {
        status.message.clone()
    } else {
        error.to_string()
    }
}

/// The HTTP status of an API server's answer.
pub(crate) fn code(error: &kube::Error) -> Option<u16> {
    if let kube::Error::Api(status) = error {
        Some(status.code)
    } else {
        None
    }
}

/// The reason in an API server's answer.
pub(crate) fn is_reason(error: &kube::Error, reason: &str) -> bool {
    matches!(error, kube::Error::Api(status) if status.reason == reason)
}

fn of_kube(error: &kube::Error) -> Category {
    match code(error) {
        Some(409) => Category::Conflict,
        Some(408 | 429) | None => Category::Unreachable,
        Some(code) if code >= 500 => Category::Unreachable,
        Some(_) => Category::Refused,
    }
}
