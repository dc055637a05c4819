//! The handle that others hold: a store, the keys to it, and the way to its log.
//!
//! Invariant: it keeps no truth of its own; another `Ledger` on the same store says the same.

use std::{fmt, sync::Arc};

use object_store::ObjectStore;

use crate::{
    capture::{Capture, CaptureId, CaptureRef},
    check::Verified,
    entry::{Entry, Sealed},
    error::LedgerError,
    index,
    kept::Kept,
    keys::Keys,
    log,
    objects::Objects,
    queue::Queue,
    vault,
};

/// The captures and the decision log of one hub. Clones share everything.
#[derive(Clone)]
pub struct Ledger {
    objects: Objects,
    keys: Arc<Keys>,
    queue: Arc<Queue>,
}

impl Ledger {
    /// A ledger on a store. Nothing is read or written yet.
    pub fn new(store: Arc<dyn ObjectStore>, keys: Keys) -> Self {
        Self {
            objects: Objects::new(store),
            keys: Arc::new(keys),
            queue: Arc::new(Queue::new()),
        }
    }

    /// Stores a capture that was taken at `at`; repeating it changes nothing.
    ///
    /// Content that is in the store already is not written again. Where it is also the latest of its
    /// workload and cluster, that reference moves on to `at` (never back) and is returned; a capture
    /// that is older than the latest takes its place in the history and leaves the latest as it is.
    /// Compresses and encrypts on the calling task: about 1 ms for 60 objects.
    pub async fn put_capture(
        &self,
        capture: &Capture,
        at: jiff::Timestamp,
    ) -> Result<CaptureRef, LedgerError> {
        let plain = capture.plaintext().map_err(|source| LedgerError::Encode {
            what: format!("the capture of {} on {}", capture.workload, capture.cluster),
            source,
        })?;
        let id = CaptureId::of(&plain);
        // The content first: a reference without content would promise a failover that cannot be done.
        vault::store(&self.objects, &self.keys, &id, &plain).await?;
        let new = CaptureRef {
            id,
            workload: capture.workload.clone(),
            cluster: capture.cluster.clone(),
            taken_at: at,
            objects: capture.objects.len(),
            bytes: plain.len() as u64,
        };
        index::record(&self.objects, new).await
    }

    /// The capture with this id, its content checked against the id. Its objects come in the order of
    /// apiVersion, kind, namespace, name.
    pub async fn get_capture(&self, id: &CaptureId) -> Result<Capture, LedgerError> {
        vault::load(&self.objects, &self.keys, id).await
    }

    /// The latest capture of a workload (`namespace/name`) on a cluster.
    pub async fn latest(&self, workload: &str, cluster: &str) -> Result<Option<CaptureRef>, LedgerError> {
        index::latest(&self.objects, workload, cluster).await
    }

    /// Every capture of a workload (`namespace/name`) on whatever cluster, newest first.
    pub async fn captures(&self, workload: &str) -> Result<Vec<CaptureRef>, LedgerError> {
        index::all(&self.objects, workload).await
    }

    /// Adds one entry to the log. Safe beside other tasks and other replicas; what other tasks add at the
    /// same time goes into the same write. An error means that it is not in the log, except where the
    /// store itself failed in the middle of the write (`Unavailable`): then it may be.
    pub async fn append(&self, entry: Entry) -> Result<Sealed, LedgerError> {
        let mut sealed = self.append_all(vec![entry]).await?;
        sealed.pop().ok_or(LedgerError::Empty {
            path: "log".to_owned(),
        })
    }

    /// Adds entries to the log one after the other, in one write: all of them or none.
    pub async fn append_all(&self, entries: Vec<Entry>) -> Result<Vec<Sealed>, LedgerError> {
        self.queue.append(&self.objects, entries).await
    }

    /// The last entry that was added through this handle or a clone of it; `None` before the first. Asks nobody.
    pub fn head(&self) -> Option<Kept> {
        self.queue.head()
    }

    /// Walks the log from its first entry to its end and says whether it is whole.
    ///
    /// Keep the `head` of an intact log elsewhere from time to time: somebody who may write to the store
    /// can rewrite the log consistently from some entry on, and only an older head shows that.
    pub async fn verify(&self) -> Result<Verified, LedgerError> {
        log::verify(&self.objects, None).await
    }

    /// The same, and whether the entry of a head that was kept elsewhere is still there and still what it was.
    pub async fn verify_against(&self, kept: Kept) -> Result<Verified, LedgerError> {
        log::verify(&self.objects, Some(kept)).await
    }

    /// The entries from number `from` on (the first has 1), as they stand in the store.
    pub async fn entries(&self, from: u64) -> Result<Vec<Sealed>, LedgerError> {
        log::entries(&self.objects, from).await
    }
}

impl fmt::Debug for Ledger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ledger")
            .field("keys", &self.keys)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
