//! The one clock of a simulated world: a start in calendar time, and tokio's own time since.
//!
//! Not here: the wall clock. Nothing in this crate reads it.
//! Invariant: two clocks that began at the same instant with the same start always agree.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::time::Instant;

/// Calendar time that moves with `tokio::time`: it stands still, jumps and flows as the runtime does.
#[derive(Clone, Copy, Debug)]
pub struct SimClock {
    start: Timestamp,
    begun: Instant,
}

impl SimClock {
    /// A clock that says `start` now.
    pub fn begin(start: Timestamp) -> Self {
        Self {
            start,
            begun: Instant::now(),
        }
    }

    /// The calendar time now; the last representable one after the year 9999.
    pub fn now(&self) -> Timestamp {
        let gone = SignedDuration::try_from(self.elapsed()).unwrap_or(SignedDuration::MAX);
        self.start.checked_add(gone).unwrap_or(Timestamp::MAX)
    }

    /// How long this clock has run, in tokio's time.
    pub fn elapsed(&self) -> Duration {
        self.begun.elapsed()
    }
}

impl Default for SimClock {
    /// Begins at 2026-01-01T00:00:00Z, so that dates in a simulation look like dates.
    fn default() -> Self {
        Self::begin(Timestamp::from_second(1_767_225_600).unwrap_or(Timestamp::UNIX_EPOCH))
    }
}
