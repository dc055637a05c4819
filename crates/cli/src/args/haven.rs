//! The arguments of `haven`.
use std::path::PathBuf;

use clap::Args;

use super::Output;

/// `haven`.
#[derive(Args, Debug)]
pub(crate) struct HavenArgs {
    /// The MemberCluster; absent = only what the file says.
    #[arg(required_unless_present = "file")]
    pub(crate) cluster: Option<String>,
    /// The output of `haven check --output=json`, to hold beside it.
    #[arg(long)]
    pub(crate) file: Option<PathBuf>,
    /// How to print.
    #[arg(short, long, value_enum, default_value_t)]
    pub(crate) output: Output,
}
