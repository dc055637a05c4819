//! The command line of `kpi`.
use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::{LanguageArgs, Output};

/// What to do with KPIs, besides measuring.
#[derive(Debug, Subcommand)]
pub(crate) enum KpiCommand {
    /// Make manifests (ExternalApplication) of a register of applications, to be applied on the hub. A line that cannot
    /// be read is told and kept aside in a file; then the exit code is 1.
    Import(KpiImportArgs),
}

/// `kpi import`.
#[derive(Args, Debug)]
pub(crate) struct KpiImportArgs {
    /// The register: CSV with the columns name, supplier, and if wished criticality, sensitivity, storageGib, contractEnd
    /// (YYYY-MM-DD) and owner.
    pub(crate) file: PathBuf,
    /// Where lines that could not be read are written, as they stood; absent = beside the register, with .aside.csv in
    /// the place of .csv.
    #[arg(long, value_name = "CSV")]
    pub(crate) aside: Option<PathBuf>,
    /// How to print.
    #[arg(short, long, value_enum, default_value_t = Output::Yaml)]
    pub(crate) output: Output,
    #[command(flatten)]
    pub(crate) language: LanguageArgs,
}

/// `kpi`.
#[derive(Args, Debug)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct KpiArgs {
    /// Absent = measure.
    #[command(subcommand)]
    pub(crate) command: Option<KpiCommand>,
    /// Files or directories instead of the hub.
    #[arg(short, long)]
    pub(crate) filename: Vec<PathBuf>,
    /// A register of applications that are not on Kubernetes, counted with the ExternalApplications of the hub or the
    /// files: CSV, as `kpi import` reads it. A line takes the place of the object of that name. A line that cannot be read
    /// is told and not counted; then the exit code is 1.
    #[arg(long, value_name = "CSV")]
    pub(crate) external: Vec<PathBuf>,
    /// Where lines that could not be read are written, as they stood.
    #[arg(long, value_name = "CSV")]
    pub(crate) aside: Option<PathBuf>,
    /// How many of what makes the difference are shown per measure; all are in the JSON.
    #[arg(long, default_value_t = 5)]
    pub(crate) top: usize,
    /// How to print.
    #[arg(short, long, value_enum, default_value_t)]
    pub(crate) output: Output,
    #[command(flatten)]
    pub(crate) language: LanguageArgs,
}
