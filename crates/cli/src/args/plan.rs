//! The arguments of `plan` and `explain`.
use clap::Args;

use super::{DecidedArgs, LimitsArgs};

/// `plan`.
#[derive(Args, Debug)]
pub(crate) struct PlanArgs {
    /// Suppose that something were so, and show what would move, what could not, in what order and how long it takes;
    /// nothing is written. A file with our kinds, or policy=FILE, or provider=NAME,lost, or cluster=NAME,lost, or
    /// cluster=NAME,cpu=-50% (cpu, memory, pods), or owner=PROVIDER:COUNTRY@YYYY-MM-DD. May be given several times.
    #[arg(long, value_name = "WHAT")]
    pub(crate) what_if: Vec<String>,
    #[command(flatten)]
    pub(crate) decided: DecidedArgs,
    #[command(flatten)]
    pub(crate) limits: LimitsArgs,
}

/// `explain`.
#[derive(Args, Debug)]
pub(crate) struct ExplainArgs {
    /// The Workload: NAME, or NAMESPACE/NAME.
    pub(crate) workload: String,
    #[command(flatten)]
    pub(crate) decided: DecidedArgs,
}
