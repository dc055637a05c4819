//! Moves as a persisted, resumable state machine: the only crate that writes to member clusters.
//!
//! Read `advance`, then `steps` and `state`, then the step of interest. `stop_stale` is for quarantine.
//! Not here: deciding (`placement`), watching clusters (`fleet`), what must change on the way (`portability`).
//! Invariant: make before break; an exclusive workload's copy is started only when the other is seen stopped; the
//! last good copy is never deleted; every step can be done again.

mod abreast; // several requests at once
mod account; // the decision log
mod advance; // one call: as far as it goes now
mod asked; // what policies ask of those on whom it depends
mod back; // the way back: RestartSource and RemoveTarget
mod classes; // what the source calls its classes
mod clean; // CleanUp
mod create; // Create and CreateStopped
mod cx; // what steps share during one call
mod deps; // what a move works with
mod errors; // what can go wrong
mod facts; // what the target answers
mod halt; // stopping one copy, or looking whether it stands still
mod images; // what registries say
mod moving; // what one move is
mod namespace; // whose turn it is to write there
mod objects; // the verbs on one member
mod owned; // whose an object is
mod persist; // the Migration on the hub
mod plan; // the name of a plan, and the order of plans
mod preflight; // Preflight: would the target take it
mod reason; // the condition reasons
mod retain; // Retain
mod served; // under which path a member serves a kind
mod serving; // AwaitServing
mod stale; // quarantine
mod state; // what becomes of the status
mod steps; // which steps, in which order, how long
mod stop; // StopSource
mod take; // Capture
mod turn; // what came of one look
mod verify; // Verify
mod volumes; // data that nothing copies yet
mod wake; // Start

pub use {
    advance::{advance, advance_through},
    deps::Deps,
    errors::{Category, MemberError, MoveError},
    preflight::Gate,
    stale::{Stopped, stop_stale},
    state::{is_home, is_over},
    steps::{steps, time_limit},
    turn::Next,
};
