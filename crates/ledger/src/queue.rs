//! Entries that wait for their turn to be written, so that many are written at once.
//!
//! A write to the log costs two synced files or two round trips, about 15 ms either way, and they must
//! come one after the other. So whoever gets the turn writes for everyone who waits.
//! Invariant: what a cancelled writer left half-done is written again to the byte, and is thereby known
//! again by `log::append` if it had been written; nobody's entry is lost or doubled.

use std::sync::{Arc, PoisonError};

use tokio::sync::{Mutex, mpsc, oneshot};

use crate::{
    chain::End,
    entry::{Entry, Sealed},
    error::LedgerError,
    kept::Kept,
    log,
    objects::Objects,
};

type Answer = Result<Vec<Sealed>, LedgerError>;

/// The way to the log; clones of a `Ledger` share it.
pub(crate) struct Queue {
    requests: mpsc::UnboundedSender<Request>,
    turn: Mutex<Turn>,
    /// The last entry that was written. A lock of its own: who asks does not wait for a write.
    head: std::sync::Mutex<Option<Kept>>,
}

struct Request {
    entries: Vec<Entry>,
    answer: oneshot::Sender<Answer>,
}

struct Turn {
    waiting: mpsc::UnboundedReceiver<Request>,
    /// Where the log ended when we last looked.
    end: Option<End>,
    /// What is being written; not empty when a turn begins if the one before was cancelled.
    batch: Vec<Request>,
}

impl Queue {
    pub(crate) fn new() -> Self {
        let (requests, waiting) = mpsc::unbounded_channel();
        Self {
            requests,
            turn: Mutex::new(Turn {
                waiting,
                end: None,
                batch: Vec::new(),
            }),
            head: std::sync::Mutex::default(),
        }
    }

    pub(crate) fn head(&self) -> Option<Kept> {
        self.head.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Writes entries to the log, together with those of others who wait.
    pub(crate) async fn append(&self, objects: &Objects, entries: Vec<Entry>) -> Answer {
        let (answer, mut answered) = oneshot::channel();
        if self.requests.send(Request { entries, answer }).is_err() {
            return Err(LedgerError::Closed); // the receiver lives as long as we do
        }
        let mut turn = self.turn.lock().await;
        loop {
            match answered.try_recv() {
                Ok(answer) => return answer,
                Err(oneshot::error::TryRecvError::Empty) => {
                    turn.write(objects).await;
                    if let Some(end) = &turn.end {
                        let mut head = self.head.lock().unwrap_or_else(PoisonError::into_inner);
                        *head = Some(Kept::of(end));
                    }
                }
                Err(oneshot::error::TryRecvError::Closed) => return Err(LedgerError::Closed),
            }
        }
    }
}

impl Turn {
    /// Writes a batch and answers everyone in it.
    async fn write(&mut self, objects: &Objects) {
        if self.batch.is_empty() {
            while let Ok(request) = self.waiting.try_recv() {
                // Whoever gave up before it was written does not want it any more.
                if !request.answer.is_closed() {
                    self.batch.push(request);
                }
            }
        }
        let entries: Vec<Entry> = self
            .batch
            .iter()
            .flat_map(|request| &request.entries)
            .cloned()
            .collect();
        let written = log::append(objects, &mut self.end, &entries).await;
        let batch = std::mem::take(&mut self.batch);
        match written {
            Ok(sealed) => hand_out(batch, sealed),
            Err(source) => refuse(batch, source),
        }
    }
}

fn hand_out(batch: Vec<Request>, sealed: Vec<Sealed>) {
    let mut sealed = sealed.into_iter();
    for Request { entries, answer } in batch {
        // Nobody listens where the caller was cancelled meanwhile: the entry is in the log all the same.
        drop(answer.send(Ok(sealed.by_ref().take(entries.len()).collect())));
    }
}

fn refuse(batch: Vec<Request>, source: LedgerError) {
    let source = Arc::new(source);
    for Request { answer, .. } in batch {
        drop(answer.send(Err(LedgerError::Append {
            source: Arc::clone(&source),
        })));
    }
}

#[cfg(test)]
mod tests;
