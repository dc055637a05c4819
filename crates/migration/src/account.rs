//! What goes into the decision log about a move.
//!
//! Invariant: a log that cannot be written never holds a move up; the entry is repeated rather than lost.

use havenmeester_api::migration::{MigrationStatus, MoveKind, Step, StepState};
use havenmeester_ledger::{Entry, EntryKind, Ledger};
use jiff::Timestamp;
use serde_json::json;

use crate::{moving::Moving, state};

/// Entries that are not in the log yet.
#[derive(Debug, Default)]
pub(crate) struct Account {
    due: Vec<Entry>,
}

impl Account {
    /// Notes that something happened.
    pub(crate) fn note(
        &mut self,
        moving: &Moving,
        kind: EntryKind,
        message: impl Into<String>,
        now: Timestamp,
    ) {
        self.due.push(Entry {
            at: now,
            actor: "migration".to_owned(),
            kind,
            subject: format!("migration/{}", moving.id),
            message: message.into(),
            data: json!({
                "workload": moving.workload,
                "source": moving.source,
                "target": moving.target,
                "planGeneration": moving.generation,
            }),
        });
    }

    /// Notes that the move began.
    pub(crate) fn started(&mut self, moving: &Moving, now: Timestamp) {
        let message = format!(
            "{:?} of {} from {} to {}{}",
            moving.kind,
            moving.workload,
            moving.source,
            moving.target,
            if moving.dry_run { ", dry run" } else { "" }
        );
        self.note(moving, EntryKind::MigrationStarted, message, now);
    }

    /// Notes that a step was seen done.
    pub(crate) fn done(&mut self, moving: &Moving, step: Step, message: Option<&str>, now: Timestamp) {
        let message = message.map_or_else(|| format!("{step:?}"), |text| format!("{step:?}: {text}"));
        self.note(moving, EntryKind::StepDone, message, now);
    }

    /// After a crash while a failover created its objects: what was noted before then may not have been written.
    pub(crate) fn resume(&mut self, moving: &Moving, status: &MigrationStatus, now: Timestamp) {
        let creating =
            state::current(status).is_some_and(|s| s.name == Step::Create && s.state == StepState::Running);
        if moving.kind == MoveKind::Failover && creating {
            self.started(moving, now);
            self.done(moving, Step::Capture, Some("resumed"), now);
        }
    }

    /// Writes what is due. `Err`: a sentence on why it could not be written; it stays due.
    pub(crate) async fn flush(&mut self, ledger: &Ledger) -> Result<(), String> {
        if self.due.is_empty() {
            return Ok(());
        }
        match ledger.append_all(self.due.clone()).await {
            Ok(_) => {
                self.due.clear();
                Ok(())
            }
            Err(error) => {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "the decision log cannot be written"
                );
                Err(format!("not in the decision log: {error}"))
            }
        }
    }
}
