//! The words of Havenmeester: its kinds, labels, condition types and reasons. Parsing and validation only.
//!
//! Read [`workload`] and [`policy`] first: a policy says where which workload may stand.
//! Not here: deciding (`placement`), reading clusters (`fleet`).
//! Invariant: depends on no other crate of ours, and reaches no client, no clock and no I/O.

#![allow(
    unreachable_pub,
    reason = "KubeSchema copies each struct into a function of its own, where no pub is reachable"
)]
#![allow(
    clippy::duplicated_attributes,
    reason = "the lint takes the same key in two printcolumn(..) for a repetition"
)]

pub mod approval; // a person's yes to one move
pub mod condition; // types and reasons, and the one way to set them
pub mod contract; // until when a provider serves us
pub mod cost; // what a cluster costs
pub mod crds; // all definitions, in the order in which they are applied
pub mod date; // a civil date as the API carries it
pub mod drill; // a rehearsed cut-off
pub mod exemption; // one rule, for some, until a day
pub mod external; // an application that is not on Kubernetes
pub mod haven; // what a cluster is by the Haven standard
pub mod labels; // what a namespace on a member says of itself
pub mod language; // in which language people are told
pub mod latency; // how long data takes between clusters
pub mod level; // criticality and sensitivity, and how they order
pub mod member; // a cluster that runs workloads
pub mod migration; // one move
pub mod policy; // where which workload may stand
pub mod provider; // a legal entity
pub mod require; // the single rules of what a cluster must be
pub mod room; // room that no node tells, and how much is kept free
pub mod route; // over less autonomous places to an autonomous one
pub mod span; // a length of time as the API carries it
pub mod standard; // by what measure autonomy is judged
pub mod workload; // what is placed and moved

pub use approval::Approval;
pub use contract::Contract;
pub use date::Date;
pub use drill::Drill;
pub use exemption::Exemption;
pub use external::ExternalApplication;
pub use language::Language;
pub use level::{Criticality, Sensitivity};
pub use member::MemberCluster;
pub use migration::Migration;
pub use policy::PlacementPolicy;
pub use provider::Provider;
pub use span::Span;
pub use standard::AutonomyStandard;
pub use workload::Workload;

/// The API group of every kind.
pub const GROUP: &str = "havenmeester.dev";
/// The one version that is served now.
pub const VERSION: &str = "v1alpha1";
/// The field manager of every write that the daemon makes, on the hub and on members.
pub const FIELD_MANAGER: &str = "havenmeester";
