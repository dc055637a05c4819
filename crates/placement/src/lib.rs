//! Pure placement: where must each workload stand, and why. Read [`Request`], then [`decide`], then [`Decision`].
//!
//! Invariant: no tokio, no kube client, no clock, no randomness. Same input, same output.

mod apart; // how far a standby is from its cluster
mod approval; // moves to which a person must agree
mod asked; // what policies ask of a cluster, rule by rule
pub mod autonomy; // whose laws reach an entity, and through whom
mod bill; // what a place loses for what it costs
mod bound; // how near to its data a workload must stand
mod class; // workloads for which the same policies hold
mod components; // what people call API groups
mod decide; // the only entry point
mod decision; // what was decided, one variant per reason
mod dutch; // every sentence in Dutch
mod exempt; // which rules do not hold for whom
mod explain; // a decision for people, as data and as text
mod external; // applications that are not on Kubernetes
mod fact; // a value with its freshness
mod filter; // who cannot
mod fleet; // the clusters at one moment
mod flow; // sensitivity flows from data to what processes it
mod gap; // what a cluster lacks
mod hypothesis; // what if
mod kpi; // how far the city is with its targets
mod latency; // how long data takes between clusters
mod lint; // checks a plan anew, with code of its own
mod merge; // all policies that match, the strictest of each
mod paused; // a move that is left alone for a while
mod place; // the clusters with what follows from their facts
mod planner; // decides again after one change
mod problems; // what is wrong with providers, clusters and policies
mod reasons; // why not elsewhere
mod registry; // whose an image registry is
mod request; // all a decision may know
mod resource; // what can be short
mod room; // what is free, and what is promised
mod route; // over less autonomous places to an autonomous one
mod say; // what can be told, in each language
mod score; // who is best
mod sentence; // the words for each reason
mod stock; // the same as room, in numbers
mod tariff; // what clusters cost
mod traits; // what a cluster was seen to be and to have
mod waves; // what moves in which order, and until when

#[cfg(test)]
mod mk; // the smallest valid things, for tests

pub use apart::Apart;
pub use approval::{ApprovalView, Asked, Given, Ground};
pub use asked::{Ask, Requirements};
pub use autonomy::Autonomy;
pub use bill::{MOST_BY_VOLUME, POINT_MIB};
pub use decide::decide;
pub use decide::ties::{FAR, SAME_REGION, TOGETHER};
pub use decision::{Action, Candidate, Decision, Plan, Refusal, Rules, Score, Violation, Waiting};
pub use exempt::{Waiver, relying};
pub use explain::{Explanation, Row, Told, explain, explain_in};
pub use external::{Aside, CsvError, External, Import, LineFault, import, manifests};
pub use fact::{FRESH_FOR, Fact, Unseen};
pub use fleet::{Bar, ClusterView, Contact, CopyView, Demand, FleetView, Reach};
pub use flow::flow;
pub use gap::Gap;
pub use hypothesis::{Dimension, Hypothesis, HypothesisError};
pub use kpi::{Kpi, Measure, Missing, Register, kpis};
pub use latency::Latency;
pub use lint::{Fault, LintFinding, lint};
pub use merge::{Effective, FAILOVER_AFTER, LEAD_TIME, Merged, ROLLBACK_WINDOW, effective};
pub use paused::Paused;
pub use planner::{Advance, Change, Planner};
pub use problems::{Example, Object, Problem, Reason, Wrong, problems};
pub use reasons::Reasons;
pub use registry::{RegistryLost, registry_lost, registry_owner};
pub use request::{Moving, Request, Search, Using, WorkloadId, WorkloadView};
pub use resource::Resource;
pub use say::Say;
pub use score::{Part, STABILITY};
pub use tariff::Price;
pub use traits::{HavenView, Traits};
pub use waves::{Forecast, Limits, Step, Wave, WaveFault, Window, WindowError, check_waves, waves};
