//! What was decided or done, by whom and about what.
//!
//! Not here: the hash (`chain`). An entry is public to whoever reads the store: it is not encrypted, so
//! that an auditor needs no key. No secret may be put into `message` or `data`.
//! Invariant: a field that is added to `Entry` later must be left out when it is empty, because old
//! entries must keep their spelling to keep their hash.

use std::fmt;

use serde::{Deserialize, Serialize};

/// One thing that was decided or done.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
pub struct Entry {
    /// When, by the clock of the one who acted.
    pub at: jiff::Timestamp,
    /// Who: a user, or the component of ours that acted by itself.
    pub actor: String,
    /// What, from a closed set.
    pub kind: EntryKind,
    /// About what: a `kind/namespace/name` on the hub, or a cluster.
    pub subject: String,
    /// One sentence for people.
    pub message: String,
    /// The same for programs; `null` where there is nothing to add.
    pub data: serde_json::Value,
}

/// What an entry is about. A closed set: also the label of a metric.
#[derive(Serialize, Deserialize, Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EntryKind {
    /// A workload was found on a cluster by its labels.
    Discovered,
    /// Where a workload must stand was decided.
    Decided,
    /// A migration left its plan and began.
    MigrationStarted,
    /// A step of a migration was seen to be done.
    StepDone,
    /// A step of a migration failed or passed its deadline.
    StepFailed,
    /// A migration reached its end.
    Completed,
    /// A migration was undone.
    RolledBack,
    /// A cluster was declared lost.
    ClusterLost,
    /// A lost cluster answered again.
    ClusterReturned,
    /// A returned cluster was put aside until its stale copies are stopped.
    Quarantined,
    /// A cluster was admitted, for the first time or again.
    Admitted,
    /// A drill began.
    DrillStarted,
    /// A drill ended or was aborted.
    DrillEnded,
    /// A dry run gave its verdict.
    DryRun,
    /// A contract reached one of its lead times.
    ContractDue,
    /// What a migration left at its source was removed.
    CleanedUp,
}

impl fmt::Display for EntryKind {
    /// The spelling that it has in the log.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}

/// An entry in its place in the log.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
pub struct Sealed {
    /// Its place; the first entry has 1, and there are no gaps.
    pub seq: u64,
    /// The hash of the entry before it; of the first, `sha256-` and 64 zeros.
    pub previous: String,
    /// `sha256-` and the digest of the canonical JSON of `entry`, `previous` and `seq`.
    pub hash: String,
    /// What was decided or done.
    pub entry: Entry,
}
