//! A fact about a cluster, with its freshness.
//!
//! Invariant: unknown is not absent. Nothing here turns an unknown fact into an empty one.
use jiff::{SignedDuration, Timestamp};

/// Something that was seen, or why it could not be.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub enum Fact<T> {
    /// It was seen.
    Known {
        /// What was seen.
        value: T,
        /// When it was last known to be so. Grows old when the cluster falls silent.
        observed_at: Timestamp,
    },
    /// It was never seen, or cannot be.
    Unknown {
        /// What stood in the way.
        why: Unseen,
    },
}

/// Why something was not seen.
#[derive(Clone, Copy, Debug, Eq, PartialEq, serde::Serialize)]
pub enum Unseen {
    /// The cluster was not seen completely since we know it.
    NotYet,
    /// It was seen too long ago.
    LastSeen {
        /// Then.
        at: Timestamp,
    },
    /// The credentials reach only some namespaces, and so no nodes.
    OnlyNamespaces,
    /// The credentials do not let us see nodes and pods.
    NodesAndPodsRefused,
    /// The credentials do not let us see nodes.
    NodesRefused,
    /// Its nodes were not seen yet.
    NodesNotSeen,
    /// What it serves was not seen yet.
    ServedNotSeen,
    /// No Haven check of it is known.
    NoHavenCheck,
    /// Its Haven checks cannot be seen.
    HavenNotSeen,
    /// The daemon has not told its capacity.
    NotTold,
}

impl std::fmt::Display for Unseen {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::NotYet => f.write_str("the cluster was not seen completely yet"),
            Self::LastSeen { at } => write!(f, "last seen at {at}"),
            Self::OnlyNamespaces => {
                f.write_str("the credentials reach only some namespaces, so that nodes cannot be seen")
            }
            Self::NodesAndPodsRefused => f.write_str("the credentials do not let us see nodes and pods"),
            Self::NodesRefused => f.write_str("the credentials do not let us see nodes"),
            Self::NodesNotSeen => f.write_str("its nodes were not seen yet"),
            Self::ServedNotSeen => f.write_str("what it serves was not seen yet"),
            Self::NoHavenCheck => f.write_str("no Haven check of it is known"),
            Self::HavenNotSeen => f.write_str("its Haven checks cannot be seen"),
            Self::NotTold => f.write_str("the daemon has not told its capacity"),
        }
    }
}

impl<T> Fact<T> {
    /// Seen at `observed_at`.
    pub const fn known(value: T, observed_at: Timestamp) -> Self {
        Self::Known { value, observed_at }
    }

    /// Not seen.
    pub const fn unknown(why: Unseen) -> Self {
        Self::Unknown { why }
    }

    /// The last value that was seen, however old.
    pub const fn last(&self) -> Option<&T> {
        match self {
            Self::Known { value, .. } => Some(value),
            Self::Unknown { .. } => None,
        }
    }

    /// Whether another says the same, whenever that was seen.
    pub(crate) fn says_the_same(&self, other: &Self) -> bool
    where
        T: PartialEq,
    {
        match (self, other) {
            (Self::Known { value, .. }, Self::Known { value: other, .. }) => value == other,
            (Self::Unknown { why }, Self::Unknown { why: other }) => why == other,
            (Self::Known { .. }, Self::Unknown { .. }) | (Self::Unknown { .. }, Self::Known { .. }) => false,
        }
    }

    /// The value, when it was seen no longer than `limit` before `now`.
    pub fn fresh(&self, now: Timestamp, limit: SignedDuration) -> Option<&T> {
        match self {
            Self::Known { value, observed_at } if now.duration_since(*observed_at) <= limit => Some(value),
            Self::Known { .. } | Self::Unknown { .. } => None,
        }
    }
}

/// How old a fact about a cluster may be for an action to be built on it: 5 minutes.
///
/// A fact is renewed as long as its cluster answers, so one that is older says that something is wrong with the
/// watch. Lower would stop moves at each hiccup; higher would move what is long gone.
pub const FRESH_FOR: SignedDuration = SignedDuration::from_mins(5);
