//! The whole daemon over simulated clusters, in virtual time: the very code that runs in production.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "the helpers of a test may fail it"
)]

mod contract; // rounds of dry runs on their days
mod cutoff; // a member vanishes, and returns
mod drill; // the same, rehearsed
mod placement; // what may not stand there is moved
mod replicas; // who leads, and who takes over
mod route; // moves that somebody must approve
mod shut; // a store that fills up
mod stage; // hub, members, applications, daemon
mod trouble; // what must do nothing, or go on all the same
