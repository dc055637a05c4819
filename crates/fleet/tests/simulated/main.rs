//! The fleet over simulated clusters, in virtual time: the very code that runs in production.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "the helpers of a test may fail it"
)]

mod captures; // into the ledger in time
mod copies; // seen, and kept
mod detect; // lost, and why
mod drill; // cut off
mod haven; // the checks of the standard
mod same; // one seed, one log
mod support; // a fleet and a world
