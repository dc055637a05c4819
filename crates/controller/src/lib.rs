//! The daemon: observes the hub and the fleet, decides, and has the decision enacted and accounted for.
//!
//! Read [`run`], then `round` (one turn from observation to intents), then `reconcile/` (a file per kind).
//! Not here: deciding (`placement`), reaching clusters (`fleet`), moving (`migration`).
//! Invariant: keeps no truth of its own; killed at any point and started again it goes on.

mod admission; // which moves may run now
mod because; // why a workload must stand where it must
mod chain; // errors with their causes, for logs
mod driver; // runs the moves
mod enact; // carries out what a round intends on the hub
mod events; // Kubernetes Events
mod identity; // which workload is which copy, how strict, and where its home is
mod intent; // what a round wants written
mod lease; // who leads
mod log_entry; // what goes into the decision log
mod metrics; // what Prometheus sees
mod observe; // keeps what the hub's API server says
mod options; // what can be set
mod planning; // the plan, from round to round
mod reconcile; // one file per kind: from what is to what must be written
mod request; // what placement is asked
mod round; // one turn
mod run; // the whole daemon
mod scene; // all that a round may know
mod server; // health and metrics over HTTP
mod shelf; // objects of one kind, in order
mod silence; // what is said waits for what is done
mod turn; // what one turn hands to every reconcile

#[cfg(test)]
mod mk; // the smallest valid scenes, for tests

pub use chain::{Chain, chain};
pub use options::Options;
pub use reconcile::paused;
pub use request::build as build_request;
pub use run::{RunError, run};
pub use scene::Scene;
