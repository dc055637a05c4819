//! The Retain step: the stopped source stays as it is until the rollback window has passed. Pure.

use havenmeester_api::Span;
use jiff::Timestamp;
use std::time::Duration;

use crate::turn::Turn;

/// The longest that the caller is told to stay away: a clock that is set right must not keep a source for ever.
const LONGEST: Duration = Duration::from_hours(1);

/// Waits for the end of the window, counted from the beginning of the step.
pub(crate) fn run(begun: Timestamp, window: Span, now: Timestamp) -> Turn {
    let Ok(end) = begun.checked_add(window.to_signed()) else {
        return Turn::wait(3_600_000, "a rollback window that never ends");
    };
    if now >= end {
        return Turn::done(format!("the rollback window of {window} has passed"));
    }
    let left = Duration::try_from(end.duration_since(now)).unwrap_or(LONGEST);
    Turn::Wait {
        after: left.min(LONGEST),
        waiting_for: format!("the end of the rollback window at {end:.0}"),
    }
}

#[cfg(test)]
mod tests;
