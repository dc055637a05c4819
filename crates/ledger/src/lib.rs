//! What was captured and what was decided, kept so that both can be trusted later.
//!
//! Read `ledger` (the one handle), then `capture` and `entry` (the words), then `chain` (the proof).
//! Not here: taking captures from clusters (`fleet`), deciding (`placement`), reports (`report`).
//! Invariant: an object once written is never changed; only `log/head.json` is replaced, and a
//! reference to a capture is removed only after a newer one to the same content is written.

mod canonical; // one spelling of JSON, and its digest
mod capture; // what stood on a cluster, and its name
mod chain; // entries as bytes, each holding on to the one before
mod check; // pure: is the chain whole, and if not, where not
mod entry; // what was decided or done
mod envelope; // gzip, then age
mod error; // one enum, seven categories
mod head; // where the log says that it ends
mod index; // which captures there are of a workload
mod kept; // a head of the log that is kept elsewhere
mod keys; // who can read captures
mod ledger; // the handle that others hold
mod log; // append, read, verify
mod objects; // the object store, with our errors
mod open; // a store by its URL
mod queue; // many entries, one write
mod vault; // sealed captures, under the hash of their content

pub use {
    capture::{Capture, CaptureId, CaptureRef, NotACaptureId},
    check::{Tampering, Verified},
    entry::{Entry, EntryKind, Sealed},
    error::{Category, LedgerError},
    kept::{Kept, NoHead},
    keys::Keys,
    ledger::Ledger,
    open::open_store,
};
