//! The arguments of `migrate`.
use clap::{Args, ValueEnum};

use super::LanguageArgs;

/// `migrate`.
#[derive(Args, Debug)]
pub(crate) struct MigrateArgs {
    /// The Workload: NAME, or NAMESPACE/NAME.
    pub(crate) workload: String,
    /// The cluster to go to; absent = where the policies want it.
    #[arg(long)]
    pub(crate) to: Option<String>,
    /// Only find out whether it could be done; nothing is written on either cluster.
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Name images by the digests to which their names lead, also where no policy asks for it.
    #[arg(long, conflicts_with = "dry_run")]
    pub(crate) pin_digests: bool,
    /// How long to wait for the end, in seconds.
    #[arg(long, default_value_t = 600)]
    pub(crate) timeout: u64,
    /// How to print.
    #[arg(short, long, value_enum, default_value_t)]
    pub(crate) output: RunOutput,
    #[command(flatten)]
    pub(crate) language: LanguageArgs,
}

/// As what a dry run or a move is printed.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, ValueEnum)]
pub(crate) enum RunOutput {
    /// For people, on a terminal: the verdict, and all findings but those that pass.
    #[default]
    Table,
    /// One JSON document.
    Json,
    /// One YAML document.
    Yaml,
    /// A page of its own, with what is in order as well, and every step.
    Html,
    /// The same for a wiki or an issue.
    Markdown,
}
