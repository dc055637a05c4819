//! The whole daemon in virtual time: one seed is one story, however often it is told and wherever it is interrupted.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    dead_code,
    reason = "the helpers of a test may fail it, and not every target uses all of them"
)]

mod crash; // killed at any point, and started again
mod same; // one seed, one log

#[path = "../daemon/stage.rs"]
mod stage; // hub, members, applications, daemon
