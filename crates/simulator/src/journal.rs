//! The journal of a simulated world: what happened, when, in order.
//!
//! Invariant: a line is a function of the seed and the scenario: no wall time, no address, no thread.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::clock::SimClock;

/// Cheap to clone; all clones are the same journal.
#[derive(Clone, Debug)]
pub struct Journal {
    clock: SimClock,
    lines: Arc<Mutex<Vec<String>>>,
}

impl Journal {
    /// An empty journal whose lines begin with the time of `clock`.
    pub fn new(clock: SimClock) -> Self {
        Self {
            clock,
            lines: Arc::default(),
        }
    }

    /// Adds a line about `subject`.
    pub fn note(&self, subject: &str, what: &str) {
        let line = format!("{:.6} {subject}: {what}", self.clock.now());
        self.locked().push(line);
    }

    /// All lines so far.
    pub fn lines(&self) -> Vec<String> {
        self.locked().clone()
    }

    fn locked(&self) -> MutexGuard<'_, Vec<String>> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
