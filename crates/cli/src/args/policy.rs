//! The arguments of `policy`.
use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::{LanguageArgs, Output};

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
    /// Files or directories with our kinds instead of the hub.
    #[arg(short, long)]
    pub(crate) filename: Vec<PathBuf>,
    /// How to print.
    #[arg(short, long, value_enum, default_value_t)]
    pub(crate) output: Output,
    #[command(flatten)]
    pub(crate) language: LanguageArgs,
}
