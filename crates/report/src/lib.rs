//! Reports: data in, text out. Read `drill`, then `dry_run` and `exit`; each is data first, then blocks of text.
//!
//! Not here: reading clusters or the hub; deciding; anything that is not in the objects that are handed in.
//! Invariant: pure. The same objects and the same `now` give the same bytes. Every word for people is in `words`, and the
//! questions of a dry run in `question`.

mod block; // headings, tables, lists: what a report consists of
mod drill; // a rehearsed cut-off: objective against measured
mod dry_run; // could it be moved, and if not, what to do
mod exit; // could we leave before the contract ends
mod html; // blocks as a page that stands by itself
mod length; // a length of time, for people and as seconds
mod markdown; // blocks for a wiki or an issue
mod question; // what a dry run asks, with the answers
mod step; // one step of a move, with its times
mod text; // blocks for a terminal
mod words; // every word, in each language

pub use {
    drill::{DrillReport, DrillState, Figure, Miss, MissReason, Objective, Outcome, WorkloadReport},
    dry_run::{DryRunReport, DryRunState, Finding, FindingCounts, Severity},
    exit::{CommonFinding, ExitReport, ExitRow},
    length::Length,
    question::QuestionReport,
    step::StepReport,
    words::Language,
};
