//! The arguments of `closure` and `transform`.
use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::{Output, RegistryArgs};

/// `closure`.
#[derive(Args, Debug)]
pub(crate) struct ClosureArgs {
    /// Files or directories with the manifests of the application, and of all that stands around it.
    #[arg(short, long, required = true)]
    pub(crate) filename: Vec<PathBuf>,
    /// The namespace that is the application; absent = everything in the files.
    #[arg(long)]
    pub(crate) of: Option<String>,
    /// Only the objects with these labels are the application: name=value,name=value.
    #[arg(short = 'l', long)]
    pub(crate) selector: Option<String>,
    /// How to print.
    #[arg(short, long, value_enum, default_value_t)]
    pub(crate) output: Output,
}

/// `transform`.
#[derive(Args, Debug)]
pub(crate) struct TransformArgs {
    /// Files or directories (with those in them) with the application's manifests; `-` = stdin.
    #[arg(short, long, required = true)]
    pub(crate) filename: Vec<PathBuf>,
    /// The MemberCluster on which they stand, or its provider where that has one.
    #[arg(long)]
    pub(crate) from: String,
    /// The MemberCluster for which they are rewritten, or its provider where that has one.
    #[arg(long)]
    pub(crate) to: String,
    /// Files or directories with the MemberClusters; absent = they stand among the manifests.
    #[arg(long)]
    pub(crate) fleet: Vec<PathBuf>,
    /// How what runs is created.
    #[arg(long, value_enum, default_value_t = Begin::AsCaptured)]
    pub(crate) start: Begin,
    /// Ask the registries, with the pull Secrets among the manifests, and name images by their digests.
    #[arg(long)]
    pub(crate) pin_digests: bool,
    #[command(flatten)]
    pub(crate) registry: RegistryArgs,
    /// How to print. What changed and why goes to stderr, but with json.
    #[arg(short, long, value_enum, default_value_t = TransformOutput::Yaml)]
    pub(crate) output: TransformOutput,
}

/// How what runs is created.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(crate) enum Begin {
    /// Running.
    AsCaptured,
    /// Running, but for Jobs and CronJobs, beside a copy that still runs.
    Beside,
    /// Nothing runs: replicas 0, Jobs and CronJobs suspended.
    Stopped,
}

/// How the outcome of `transform` is printed.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(crate) enum TransformOutput {
    /// The manifests, in the order in which they must be created.
    Yaml,
    /// What changes, as `diff -u` shows it.
    Diff,
    /// One JSON document with objects, changes, findings and what to ask the platform team for.
    Json,
}
