//! The arguments of `policy`.
use clap::{Args, Subcommand};

use super::DecidedArgs;

/// `policy`.
#[derive(Debug, Subcommand)]
pub(crate) enum PolicyCommand {
    /// Find policies that no cluster can satisfy, rules that another policy makes idle, policies and exemptions that do
    /// nothing or end soon. Exit code 1 when something cannot be satisfied or used.
    Lint(PolicyLintArgs),
}

/// `policy lint`.
#[derive(Args, Debug)]
pub(crate) struct PolicyLintArgs {
    #[command(flatten)]
    pub(crate) decided: DecidedArgs,
}
