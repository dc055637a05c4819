//! The wall time of one API server: a fixed start plus what tokio's clock has counted since.
//!
//! Invariant: no real clock is read, so that under a paused runtime a run depends on its input alone.

use jiff::{SignedDuration, Timestamp};
use tokio::time::Instant;

#[derive(Debug)]
pub(crate) struct WallClock {
    start: Timestamp,
    origin: Instant,
}

impl WallClock {
    pub(crate) fn starting_at(start: Timestamp) -> Self {
        Self {
            start,
            origin: Instant::now(),
        }
    }

    /// Now, to the nanosecond.
    pub(crate) fn now(&self) -> Timestamp {
        let elapsed = SignedDuration::try_from(self.origin.elapsed()).unwrap_or(SignedDuration::MAX);
        self.start.saturating_add(elapsed).unwrap_or(Timestamp::MAX)
    }

    /// Now in the form of `metav1.Time`: whole seconds, UTC.
    pub(crate) fn stamp(&self) -> String {
        stamp(self.now())
    }
}

/// `metav1.Time` in JSON: whole seconds, UTC.
pub(crate) fn stamp(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// Reads an RFC 3339 time; absent or unreadable is `None`.
pub(crate) fn parse(text: &str) -> Option<Timestamp> {
    text.parse().ok()
}
