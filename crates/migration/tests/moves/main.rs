//! Moves between simulated clusters, under paused time: the code that runs in production, on clusters in the process.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "in a test a panic is the answer, also in its helpers"
)]

mod asked; // dry runs
mod back; // what goes back
mod cut; // a call that is cut off anywhere
mod guard; // what is never done
mod lost; // failovers
mod planned; // relocations
mod stage; // clusters, an application, a hub
