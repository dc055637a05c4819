//! A move that failed or was blocked, and is left alone for a while.
//!
//! Not here: for how long, and which moves failed (those who enact know).
use std::fmt::{Display, Formatter, Result};

use jiff::Timestamp;
use serde::Serialize;

use crate::explain::{Explanation, Told};
use crate::say::Say;
use havenmeester_api::Language;

/// The word for it, as `next.rule`.
const PAUSED: &str = "Paused";

/// Such a move.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Paused {
    /// The Migration that came to nothing.
    pub migration: String,
    /// Where it went.
    pub target: String,
    /// What was said of it.
    pub why: String,
    /// When it is tried again.
    pub again: Timestamp,
}

impl Display for Paused {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        let Self {
            migration,
            target,
            why,
            again,
        } = self;
        write!(
            f,
            "it waits: {migration} to {target} came to nothing ({why}); it is tried again from {again} on"
        )
    }
}

impl Explanation {
    /// With a move that is left alone for a while in the place of what would happen next.
    #[must_use]
    pub fn paused(mut self, paused: &Paused, language: Language) -> Self {
        self.next = Told {
            rule: PAUSED.to_owned(),
            policy: None,
            message: paused.say(language),
        };
        self
    }
}
