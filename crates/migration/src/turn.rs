//! What came of one look at the world.
//!
//! Invariant: Done means seen done, never written.

use std::time::Duration;

use havenmeester_api::Language;
use havenmeester_portability::said::Outcome;

use crate::reason::Reason;

/// What came of a step's turn.
#[derive(Debug)]
pub(crate) enum Turn {
    /// It was seen done; the sentence says what came of it.
    Done(Option<Told>),
    /// Something was written or changes by itself: look again after this time.
    Wait {
        /// After how long.
        after: Duration,
        /// For what, in words that do not change with each look.
        waiting_for: String,
    },
    /// It cannot be done, whatever is waited for.
    Failed(Reason, String),
    /// It need not be done, and will not be.
    Skip(String),
    /// Another move of the same workload was there first.
    Superseded(String),
}

/// What came of a step: in English, and in Dutch what reports of dry runs show.
#[derive(Debug)]
pub(crate) struct Told {
    pub(crate) english: String,
    pub(crate) dutch: Option<String>,
}

impl From<String> for Told {
    fn from(english: String) -> Self {
        Self { english, dutch: None }
    }
}

impl From<&Outcome> for Told {
    fn from(outcome: &Outcome) -> Self {
        Self {
            english: outcome.to_string(),
            dutch: Some(outcome.say(Language::Nl)),
        }
    }
}

impl Turn {
    /// Done, and what came of it.
    pub(crate) fn done(told: impl Into<Told>) -> Self {
        Self::Done(Some(told.into()))
    }

    /// Look again after so many milliseconds.
    pub(crate) fn wait(millis: u64, waiting_for: impl Into<String>) -> Self {
        Self::Wait {
            after: Duration::from_millis(millis),
            waiting_for: waiting_for.into(),
        }
    }
}

/// When the caller is to come again.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Next {
    /// After this time, or sooner when the Migration changes.
    In(Duration),
    /// The objects stand on the target and their pods start: after this time, and until the copy is seen to serve there
    /// is nothing to write on a member.
    Serving(Duration),
    /// Never: nothing is left to do.
    Finished,
}
