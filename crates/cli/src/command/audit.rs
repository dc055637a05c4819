//! `havenmeester audit`: the decision log, straight from the store; no hub is needed.
use std::process::ExitCode;

use anyhow::Context as _;
use havenmeester_ledger::{Kept, Sealed, Verified};

use super::verdict;
use crate::args::{Output, StoreArgs};
use crate::output::{self, Cell, Screen, Tone};
use crate::store;

/// Walks the chain. Exit code 1 when it is broken.
pub(crate) async fn verify(
    args: &StoreArgs,
    head: Option<&Kept>,
    output: Output,
    screen: Screen,
) -> anyhow::Result<ExitCode> {
    let ledger = store::open_log(args)?;
    let verified = match head {
        Some(head) => ledger.verify_against(head.clone()).await,
        None => ledger.verify().await,
    };
    let verified = verified.context("verifying the decision log")?;
    output::show(output, &verified, |verified| sentence(verified, screen))?;
    Ok(verdict(matches!(verified, Verified::Intact { .. })))
}

fn sentence(verified: &Verified, screen: Screen) -> String {
    match verified {
        Verified::Intact { entries, head } => {
            let intact = screen.paint("intact", Tone::Good);
            format!(
                "{intact}: {entries} entries, head {entries}:{head}\nKeep the head elsewhere, and give it with --head: only that shows a log that was cut off or rewritten as a whole.\n"
            )
        }
        Verified::Broken { seq, kind, detail } => {
            format!(
                "{}: {kind} at entry {seq}: {detail}\n",
                screen.paint("broken", Tone::Bad)
            )
        }
    }
}

/// Prints every entry.
pub(crate) async fn log(args: &StoreArgs, output: Output, screen: Screen) -> anyhow::Result<ExitCode> {
    let ledger = store::open_log(args)?;
    let entries = ledger.entries(1).await.context("reading the decision log")?;
    output::show(output, &entries, |entries| table(entries, screen))?;
    Ok(ExitCode::SUCCESS)
}

fn table(entries: &[Sealed], screen: Screen) -> String {
    let rows = entries.iter().map(|sealed| {
        let entry = &sealed.entry;
        vec![
            Cell::plain(&sealed.seq),
            Cell::plain(&entry.at.strftime("%Y-%m-%dT%H:%M:%SZ")),
            Cell::plain(&entry.actor),
            Cell::plain(&entry.kind),
            Cell::plain(&entry.subject),
            Cell::plain(&entry.message),
        ]
    });
    screen.table(
        &["Seq", "At", "Actor", "Kind", "Subject", "Message"],
        rows.collect(),
    )
}
