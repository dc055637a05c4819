//! The arguments of `audit`.
use clap::Subcommand;
use havenmeester_ledger::Kept;

use super::{Output, StoreArgs};

/// `audit`.
#[derive(Debug, Subcommand)]
pub(crate) enum AuditCommand {
    /// Walk the chain: finds a changed, removed or reordered entry.
    Verify {
        #[command(flatten)]
        store: StoreArgs,
        /// A head of the log that was kept elsewhere, as NUMBER:HASH: finds a log that was cut off or rewritten since. The
        /// daemon keeps one in the annotation havenmeester.dev/log-head of its Lease.
        #[arg(long, value_name = "NUMBER:HASH")]
        head: Option<Kept>,
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
