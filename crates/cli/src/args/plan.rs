//! The arguments of `plan` and `explain`.
use std::path::PathBuf;

use clap::Args;

use super::{LanguageArgs, Output};

/// `plan`.
#[derive(Args, Debug)]
pub(crate) struct PlanArgs {
    /// Suppose that something were so, and show what would move, what could not, in what order and how long it takes;
    /// nothing is written. A file with our kinds, or policy=FILE, or provider=NAME,lost, or cluster=NAME,lost, or
    /// cluster=NAME,cpu=-50% (cpu, memory, pods), or owner=PROVIDER:COUNTRY@YYYY-MM-DD. May be given several times.
    #[arg(long, value_name = "WHAT")]
    pub(crate) what_if: Vec<String>,
    /// Files or directories with our kinds (and, as `havenmeester.dev/cluster`-annotated namespaces, what runs where)
    /// instead of the hub.
    #[arg(short, long)]
    pub(crate) filename: Vec<PathBuf>,
    /// How to print.
    #[arg(short, long, value_enum, default_value_t)]
    pub(crate) output: Output,
    #[command(flatten)]
    pub(crate) language: LanguageArgs,
}

/// `explain`.
#[derive(Args, Debug)]
pub(crate) struct ExplainArgs {
    /// The Workload: NAME, or NAMESPACE/NAME.
    pub(crate) workload: String,
    /// Files or directories instead of the hub.
    #[arg(short, long)]
    pub(crate) filename: Vec<PathBuf>,
    /// How to print.
    #[arg(short, long, value_enum, default_value_t)]
    pub(crate) output: Output,
    #[command(flatten)]
    pub(crate) language: LanguageArgs,
}
