//! What can go wrong in the ledger, and in which of seven ways.
//!
//! Display says what was being done to what; the cause is the source. No key and no plaintext is ever
//! part of an error.

use std::{
    error::Error as StdError,
    fmt,
    io::{self, ErrorKind},
    sync::Arc,
};

use object_store::Error as StoreError;

use crate::capture::CaptureId;

/// The ways in which the ledger fails: metric label and condition reason, never made from text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Category {
    /// The store has no room (or no quota) left. Make room; nothing is lost.
    Full,
    /// The store does not let us write.
    ReadOnly,
    /// What was asked for is not in the store.
    Missing,
    /// What the store holds is not what was written.
    Corrupt,
    /// None of our keys opens it.
    Undecryptable,
    /// Somebody else kept getting there first; trying again may help.
    Conflict,
    /// The store cannot be reached, or is not set up; trying again may help.
    Unavailable,
}

impl fmt::Display for Category {
    /// One word: the value of a metric's label.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}

/// What went wrong in the ledger.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LedgerError {
    /// The URL names no kind of store that we know.
    #[error(
        "the store's URL has the scheme {scheme:?}; wanted file:///path, a path, memory: or s3://bucket/prefix"
    )]
    Scheme {
        /// What stood before the colon.
        scheme: String,
    },
    /// The URL of a store cannot be read.
    #[error("the store's URL cannot be read")]
    Url {
        /// Why not.
        #[source]
        source: url::ParseError,
    },
    /// A `file:` URL that names no local path.
    #[error("the store's URL {url} names no path on this machine; wanted file:///path")]
    NotLocal {
        /// The URL.
        url: url::Url,
    },
    /// An `s3:` URL without a bucket.
    #[error("the store's URL {url} names no bucket; wanted s3://bucket/prefix")]
    NoBucket {
        /// The URL.
        url: url::Url,
    },
    /// The directory of a local store cannot be made.
    #[error("making the store's directory {path}")]
    Directory {
        /// The directory.
        path: String,
        /// Why not.
        #[source]
        source: io::Error,
    },
    /// A store cannot be set up.
    #[error("opening the store {url}")]
    Open {
        /// Its URL, without credentials.
        url: String,
        /// Why not.
        #[source]
        source: StoreError,
    },
    /// An object cannot be read or listed.
    #[error("reading {path} from the store")]
    Read {
        /// The object, or the prefix that was listed.
        path: String,
        /// Why not.
        #[source]
        source: StoreError,
    },
    /// An object cannot be written.
    #[error("writing {path} to the store")]
    Write {
        /// The object.
        path: String,
        /// Why not.
        #[source]
        source: StoreError,
    },
    /// There is no such capture.
    #[error("no capture {id} in the store")]
    NoCapture {
        /// The one that was asked for.
        id: CaptureId,
    },
    /// The content of a capture does not give its name.
    #[error("capture {id} holds other content, which would be {found}")]
    OtherContent {
        /// The one that was asked for.
        id: CaptureId,
        /// The id of what was found in its place.
        found: CaptureId,
    },
    /// Something of ours cannot be written as JSON.
    #[error("writing {what} as JSON")]
    Encode {
        /// What it was.
        what: String,
        /// Why not.
        #[source]
        source: serde_json::Error,
    },
    /// An object of ours is not the JSON that we write.
    #[error("{path} is not what was written there")]
    Decode {
        /// The object.
        path: String,
        /// Why not.
        #[source]
        source: serde_json::Error,
    },
    /// The log lacks its head pointer though it is longer than one write.
    #[error("the log's head pointer is gone; verify the log before anything is added to it")]
    NoHead,
    /// The head pointer is not what we write.
    #[error("the log's head pointer was changed; verify the log before anything is added to it")]
    HeadChanged,
    /// An object of the log without an entry.
    #[error("{path} holds no entry")]
    Empty {
        /// The object.
        path: String,
    },
    /// A capture cannot be compressed or encrypted.
    #[error("sealing capture {id}")]
    Seal {
        /// Which.
        id: CaptureId,
        /// Why not.
        #[source]
        source: io::Error,
    },
    /// A capture was encrypted to none of our keys.
    #[error("no key of ours opens capture {id}; add the identity that it was encrypted to")]
    NoKey {
        /// Which.
        id: CaptureId,
    },
    /// A capture was changed after it was encrypted.
    #[error("capture {id} was damaged in the store")]
    Damaged {
        /// Which.
        id: CaptureId,
        /// How that shows.
        #[source]
        source: Box<dyn StdError + Send + Sync>,
    },
    /// A line of an identity file is neither an identity nor a recipient.
    #[error(
        "line {line} of the identity file is neither an age identity (AGE-SECRET-KEY-1...) nor an age recipient (age1...)"
    )]
    IdentityLine {
        /// Counted from 1. The line itself may be a secret and is not shown.
        line: usize,
    },
    /// An identity file without an identity.
    #[error("the identity file holds no age identity (AGE-SECRET-KEY-1...)")]
    NoIdentity,
    /// Entries cannot be added to the log; whoever waited for the same write gets the same answer.
    #[error("adding to the log")]
    Append {
        /// Why not.
        #[source]
        source: Arc<LedgerError>,
    },
    /// The ledger is being taken down.
    #[error("the log is closed")]
    Closed,
    /// Others kept taking the place that we wanted to write to.
    #[error("{path} was taken by others {attempts} times")]
    Contended {
        /// The last place tried.
        path: String,
        /// How often.
        attempts: usize,
    },
}

impl LedgerError {
    /// In which of the seven ways it failed.
    pub fn category(&self) -> Category {
        match self {
            Self::Closed
            | Self::Scheme { .. }
            | Self::Url { .. }
            | Self::NotLocal { .. }
            | Self::NoBucket { .. } => Category::Unavailable,
            Self::Directory { source, .. } => of_io(source).unwrap_or(Category::Unavailable),
            Self::Open { source, .. } | Self::Write { source, .. } => of_write(source),
            Self::Read { source, .. } => of_read(source),
            Self::Append { source } => source.category(),
            Self::NoCapture { .. } => Category::Missing,
            Self::OtherContent { .. }
            | Self::Encode { .. }
            | Self::Decode { .. }
            | Self::NoHead
            | Self::HeadChanged
            | Self::Empty { .. }
            | Self::Seal { .. }
            | Self::Damaged { .. } => Category::Corrupt,
            Self::NoKey { .. } | Self::IdentityLine { .. } | Self::NoIdentity => Category::Undecryptable,
            Self::Contended { .. } => Category::Conflict,
        }
    }
}

fn of_write(error: &StoreError) -> Category {
    if let Some(category) = root(error).and_then(of_io) {
        return category;
    }
    if matches!(error, StoreError::PermissionDenied { .. }) {
        return Category::ReadOnly; // of S3: the credentials may not put
    }
    if matches!(error, StoreError::NotFound { .. }) {
        return Category::Unavailable; // of S3: there is no such bucket
    }
    of_read(error)
}

fn of_read(error: &StoreError) -> Category {
    if matches!(error, StoreError::NotFound { .. }) {
        Category::Missing
    } else if matches!(
        error,
        StoreError::AlreadyExists { .. } | StoreError::Precondition { .. }
    ) {
        Category::Conflict
    } else {
        Category::Unavailable
    }
}

/// What the operating system's answer to a write means; `None` where it is neither full nor read-only.
fn of_io(error: &io::Error) -> Option<Category> {
    let kind = error.kind();
    let full = [
        ErrorKind::StorageFull,
        ErrorKind::QuotaExceeded,
        ErrorKind::FileTooLarge,
    ];
    let read_only = [ErrorKind::ReadOnlyFilesystem, ErrorKind::PermissionDenied];
    if full.contains(&kind) {
        Some(Category::Full)
    } else if read_only.contains(&kind) {
        Some(Category::ReadOnly)
    } else {
        None
    }
}

/// The first I/O error among the causes of `error`.
fn root<'a>(error: &'a (dyn StdError + 'static)) -> Option<&'a io::Error> {
    let mut cause = error.source();
    while let Some(at) = cause {
        if let Some(io) = at.downcast_ref::<io::Error>() {
            return Some(io);
        }
        cause = at.source();
    }
    None
}

#[cfg(test)]
mod tests;
