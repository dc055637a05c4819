//! What is only said of objects waits while failovers are being created.
//!
//! What brings services back comes before what tells of them, and both take from the same machines.
//! Invariant: pure; never silent for longer than [`AT_MOST`] at a stretch.
use jiff::{SignedDuration, Timestamp};

/// 5 s, more than creating hundreds of failovers takes; longer would leave people without a word when a target is slow.
const AT_MOST: SignedDuration = SignedDuration::from_secs(5);

/// Since when it is silent.
#[derive(Debug, Default)]
pub(crate) struct Silence {
    since: Option<Timestamp>,
}

impl Silence {
    /// Whether this round keeps silent.
    pub(crate) fn keeps(&mut self, urgent: bool, now: Timestamp) -> bool {
        let since = self.since.filter(|_| urgent).unwrap_or(now);
        let silent = urgent && now.duration_since(since) < AT_MOST;
        self.since = silent.then_some(since);
        silent
    }

    /// What the last round did.
    pub(crate) const fn kept(&self) -> bool {
        self.since.is_some()
    }
}

#[cfg(test)]
mod tests;
