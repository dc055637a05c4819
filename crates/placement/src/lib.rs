//! Pure placement: where must each workload stand, and why. Read [`Request`], then [`decide`], then [`Decision`].
//!
//! Invariant: no tokio, no kube client, no clock, no randomness. Same input, same output.

mod decision; // what was decided, one variant per reason
mod fact; // a value with its freshness
mod fleet; // the clusters at one moment
mod request; // all a decision may know

pub use decision::{Action, Candidate, Decision, Plan, Refusal, Rules, Score, Violation, Waiting};
pub use fact::Fact;
pub use fleet::{ClusterView, Contact, CopyView, Demand, FleetView, Reach};
pub use request::{Moving, Request, WorkloadId, WorkloadView};
