//! The arguments of `check` and `rules`.
use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::Output;

/// `check`.
#[derive(Args, Debug)]
pub(crate) struct CheckArgs {
    /// Files, directories (with those in them), or - for stdin.
    #[arg(required = true)]
    pub(crate) paths: Vec<PathBuf>,
    /// Where the manifests run now: only rules about this provider (and about none) count; absent = all.
    #[arg(long, value_name = "PROVIDER", conflicts_with = "haven_app")]
    pub(crate) from: Option<String>,
    /// Where they go: rules about this provider do not count; haven = to a cluster with nothing of any provider. Platforms
    /// are known too: aks, eks, gke, ocp, logius (OpenShift).
    #[arg(long, value_name = "PROVIDER", conflicts_with = "haven_app")]
    pub(crate) to: Option<String>,
    /// Rules of your own: a file, or a directory of files (in it a directory per provider).
    #[arg(long, value_name = "DIR", conflicts_with = "haven_app")]
    pub(crate) rules: Vec<PathBuf>,
    /// Check Haven's conditions on applications instead of the rules.
    #[arg(long)]
    pub(crate) haven_app: bool,
    /// The mildest severity that makes the exit code 1.
    #[arg(long, value_enum, default_value_t)]
    pub(crate) fail_on: FailOn,
    /// How to print.
    #[arg(short, long, value_enum, default_value_t)]
    pub(crate) output: CheckOutput,
}

/// The mildest severity that fails a check.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, ValueEnum)]
pub(crate) enum FailOn {
    /// What needs a choice and a migration, or could not be read.
    #[default]
    Block,
    /// What must be written otherwise, too.
    Rewrite,
    /// What works otherwise elsewhere, too.
    Warn,
    /// Anything.
    Info,
}

/// As what a check is printed.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, ValueEnum)]
pub(crate) enum CheckOutput {
    /// For people.
    #[default]
    Table,
    /// One JSON document.
    Json,
    /// SARIF 2.1.0, for code scanning.
    Sarif,
    /// JUnit XML, for test reports.
    Junit,
    /// A page of its own.
    Html,
}

/// `rules`.
#[derive(Debug, Subcommand)]
pub(crate) enum RulesCommand {
    /// List the rules.
    List(RulesListArgs),
    /// Show one rule: what it matches, why, and what to do.
    Explain(RulesExplainArgs),
}

/// `rules list`.
#[derive(Args, Debug)]
pub(crate) struct RulesListArgs {
    /// Only those of this provider.
    #[arg(long)]
    pub(crate) provider: Option<String>,
    /// Rules of your own as well.
    #[arg(long, value_name = "DIR")]
    pub(crate) rules: Vec<PathBuf>,
    /// How to print.
    #[arg(short, long, value_enum, default_value_t)]
    pub(crate) output: Output,
}

/// `rules explain`.
#[derive(Args, Debug)]
pub(crate) struct RulesExplainArgs {
    /// The rule.
    pub(crate) id: String,
    /// Rules of your own as well.
    #[arg(long, value_name = "DIR")]
    pub(crate) rules: Vec<PathBuf>,
    /// How to print.
    #[arg(short, long, value_enum, default_value_t)]
    pub(crate) output: Output,
}
