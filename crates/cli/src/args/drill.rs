//! The arguments of `drill`.
use clap::{Args, Subcommand, ValueEnum};

use super::{LanguageArgs, Output};

/// `drill`.
#[derive(Debug, Subcommand)]
pub(crate) enum DrillCommand {
    /// Begin a cut-off of a provider.
    Run(DrillRunArgs),
    /// Show how a drill stands.
    Status(DrillNameArgs),
    /// End a drill now: contact is restored.
    Abort(DrillNameArgs),
    /// Print the report of a drill.
    Report(DrillReportArgs),
}

/// `drill run`.
#[derive(Args, Debug)]
pub(crate) struct DrillRunArgs {
    /// The drill's name; absent = made from the provider and the time.
    pub(crate) name: Option<String>,
    /// The Provider that is cut off.
    #[arg(long)]
    pub(crate) provider: String,
    /// Really stop talking to its clusters. Without it the drill only decides and reports.
    #[arg(long)]
    pub(crate) live: bool,
    /// The most workloads that may take part.
    #[arg(long)]
    pub(crate) max_workloads: Option<i32>,
    /// When it ends at the latest, as in 2h.
    #[arg(long)]
    pub(crate) deadline: Option<havenmeester_api::Span>,
    /// Wait for the end and print the report.
    #[arg(long)]
    pub(crate) wait: bool,
}

/// One drill.
#[derive(Args, Debug)]
pub(crate) struct DrillNameArgs {
    /// The drill.
    pub(crate) name: String,
    /// How to print.
    #[arg(short, long, value_enum, default_value_t)]
    pub(crate) output: Output,
}

/// `drill report`.
#[derive(Args, Debug)]
pub(crate) struct DrillReportArgs {
    /// The drill.
    pub(crate) name: String,
    /// As what.
    #[arg(short, long, value_enum, default_value_t = ReportFormat::Text)]
    pub(crate) output: ReportFormat,
    #[command(flatten)]
    pub(crate) language: LanguageArgs,
}

/// As what a report is printed.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(crate) enum ReportFormat {
    /// Aligned columns, for a terminal.
    Text,
    /// For a wiki or an issue.
    Markdown,
    /// A page of its own.
    Html,
    /// For programs.
    Json,
}
