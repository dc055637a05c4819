//! Can an application move to another cluster, and what must change? Pure: no I/O, no clock, no client.
//!
//! Read `capture`, then `transform`, then `preflight`.
mod capture; // what of a live object is kept
mod classes; // what clusters call things
mod draft; // an object under change, every change with its reason
mod field; // reading JSON
mod finding; // one answer to one question
mod key; // what an object is called
mod kinds; // order, scope and Pods per kind
mod run; // stop and start
mod serving; // does it do its work
mod transform; // what the target is sent

pub mod mark; // the annotations that we write

pub use {
    capture::{NotCopied, capture, is_captured_kind, not_copied},
    classes::{ClusterClasses, Route, StorageClassKind},
    draft::{Change, Why},
    finding::{Finding, Question, Severity},
    key::{Gvk, KeyError, ObjectKey},
    run::{is_stopped, start_patch, stop_patch},
    serving::{NotServing, Serving, is_serving},
    transform::{LeftOut, Planned, Start, Transformed, transform},
};
