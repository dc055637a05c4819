//! The arguments of `audit`.
use clap::Subcommand;

use super::{Output, StoreArgs};

/// `audit`.
#[derive(Debug, Subcommand)]
pub(crate) enum AuditCommand {
    /// Walk the chain: finds a changed, removed or reordered entry.
    Verify {
        #[command(flatten)]
        store: StoreArgs,
        /// How to print.
        #[arg(short, long, value_enum, default_value_t)]
        output: Output,
    },
    /// Print the entries.
    Log {
        #[command(flatten)]
        store: StoreArgs,
        /// How to print.
        #[arg(short, long, value_enum, default_value_t)]
        output: Output,
    },
}
