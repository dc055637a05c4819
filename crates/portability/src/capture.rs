//! What of a live object is kept for a move.
//!
//! Not here: what the target calls things differently (`transform`). Invariant: capturing a capture changes
//! nothing, and no field that a user set is lost.

mod never;
mod owner;
mod strip;
#[cfg(test)]
mod tests;

use serde_json::Value;

use crate::draft::Draft;

pub(crate) use never::is_finished_job;
pub use never::{NotCopied, is_captured_kind, not_copied};

/// The object without what its API server set, ready to be stored; none when it is never copied.
///
/// Takes the live object with its `metadata.managedFields`: they tell a node port that a user chose from one
/// that the cluster gave. Without them (on an object that has a uid) the port counts as given and goes.
/// An object without `apiVersion`, `kind` or name is not copied either: fill in what a list leaves out.
pub fn capture(live: &Value) -> Option<Value> {
    if not_copied(live).is_some() {
        return None;
    }
    Some(stripped(live).finish().0)
}

/// The object as a draft, with what the source's API server set taken out and noted.
pub(crate) fn stripped(live: &Value) -> Draft {
    strip::strip(live)
}
