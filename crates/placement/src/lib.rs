//! Pure placement: where must each workload stand, and why. Read [`Request`], then [`decide`], then [`Decision`].
//!
//! Invariant: no tokio, no kube client, no clock, no randomness. Same input, same output.

pub mod autonomy; // whose laws reach an entity, and through whom
mod class; // workloads for which the same policies hold
mod decide; // the only entry point
mod decision; // what was decided, one variant per reason
mod explain; // a decision for people, as data and as text
mod fact; // a value with its freshness
mod filter; // who cannot
mod fleet; // the clusters at one moment
mod lint; // checks a plan anew, with code of its own
mod merge; // all policies that match, the strictest of each
mod place; // the clusters with what follows from their facts
mod problems; // what is wrong with providers, clusters and policies
mod request; // all a decision may know
mod room; // what is free, and what is promised
mod score; // who is best
mod sentence; // the words for each reason

#[cfg(test)]
mod mk; // the smallest valid things, for tests

pub use autonomy::Autonomy;
pub use decide::decide;
pub use decision::{Action, Candidate, Decision, Plan, Refusal, Rules, Score, Violation, Waiting};
pub use explain::{Explanation, Row, Told, explain};
pub use fact::{FRESH_FOR, Fact};
pub use fleet::{ClusterView, Contact, CopyView, Demand, FleetView, Reach};
pub use lint::{Fault, LintFinding, lint};
pub use merge::{
    Ask, Effective, FAILOVER_AFTER, LEAD_TIME, Merged, ROLLBACK_WINDOW, Requirements, effective,
};
pub use problems::{Object, Problem, Weight, problems};
pub use request::{Moving, Request, WorkloadId, WorkloadView};
pub use score::STABILITY;
