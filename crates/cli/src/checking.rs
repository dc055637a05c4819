//! Manifests from files against rules, and how the findings are printed.
//!
//! Read `sources` (paths to files), `check` (files to findings), then one of the printers.
//! Not here: the rules and the reader of manifests (`portability`).
//! Invariant: what could not be read is a finding; findings come in the order of files and lines, whatever the threads.

mod check; // files to findings
mod finding; // one finding, and all of them
mod html; // a page
mod junit; // test reports
mod own; // rules of the user
mod sarif; // code scanning
mod sources; // paths to files
mod table; // for people

pub(crate) use {
    check::{check, haven},
    finding::Report,
    html::html,
    junit::junit,
    own::rules,
    sarif::sarif,
    sources::sources,
    table::table,
};
