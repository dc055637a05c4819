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
        /// For people: what stood in the way.
        why: String,
    },
}

impl<T> Fact<T> {
    /// Seen at `observed_at`.
    pub const fn known(value: T, observed_at: Timestamp) -> Self {
        Self::Known { value, observed_at }
    }

    /// Not seen.
    pub fn unknown(why: impl Into<String>) -> Self {
        Self::Unknown { why: why.into() }
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
