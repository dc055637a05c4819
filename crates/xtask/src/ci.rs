//! `cargo xtask ci`: everything that a change must pass.
//!
//! Invariant: every step runs whatever the steps before it gave, and the last line counts them all.

mod deny; // dependencies
mod helm; // the chart

use std::time::{Duration, Instant};

use crate::{shell, tally::Tally, test, tidy, workspace::Workspace};

/// A name, and what it does.
type Step = (&'static str, fn(&Workspace) -> anyhow::Result<Outcome>);

/// Quick ones first, but for the tests: a fault in them is what a change most likely has.
const STEPS: [Step; 8] = [
    ("format", format),
    ("clippy", clippy),
    ("tidy", |_| tidy::run().map(Outcome::Check)),
    ("test", |workspace| test::all(workspace).map(Outcome::Tests)),
    ("dependencies", |workspace| {
        deny::run(workspace).map(Outcome::Check)
    }),
    ("documentation", documentation),
    ("helm lint", |workspace| helm::lint(workspace).map(Outcome::Check)),
    ("helm template", |workspace| {
        helm::template(workspace).map(Outcome::Check)
    }),
];

enum Outcome {
    /// Not a test: it succeeded or not.
    Check(bool),
    /// Tests: how many passed and failed.
    Tests(Tally),
}

/// Runs all steps and prints; whether nothing failed.
pub(crate) fn run() -> anyhow::Result<bool> {
    let workspace = Workspace::load()?;
    let mut sum = Tally::default();
    let mut failed = Vec::new();
    for (name, step) in STEPS {
        println!("\n=== {name}");
        let started = now();
        let tally = match step(&workspace) {
            Ok(Outcome::Check(true)) => Tally::default(),
            Ok(Outcome::Check(false)) => Tally::ONE_FAILURE,
            Ok(Outcome::Tests(tally)) => tally,
            Err(error) => {
                println!("error: {error:#}");
                Tally::ONE_FAILURE
            }
        };
        let verdict = if tally.failed == 0 { "ok" } else { "FAILED" };
        println!("=== {name}: {verdict} after {} s", since(started).as_secs());
        if tally.failed > 0 {
            failed.push(name);
        }
        sum += tally;
    }
    if !failed.is_empty() {
        println!("\nfailed steps: {}", failed.join(", "));
    }
    println!("\n{sum}");
    Ok(sum.failed == 0)
}

fn format(workspace: &Workspace) -> anyhow::Result<Outcome> {
    let mut command = shell::cargo(workspace.root());
    shell::succeeds(command.args(["fmt", "--all", "--check"])).map(Outcome::Check)
}

fn clippy(workspace: &Workspace) -> anyhow::Result<Outcome> {
    let mut command = shell::cargo(workspace.root());
    command.args([
        "clippy",
        "--workspace",
        "--all-targets",
        "--quiet",
        "--",
        "-D",
        "warnings",
    ]);
    shell::succeeds(&mut command).map(Outcome::Check)
}

fn documentation(workspace: &Workspace) -> anyhow::Result<Outcome> {
    let mut command = shell::cargo(workspace.root());
    command
        .args(["doc", "--workspace", "--no-deps", "--keep-going", "--quiet"])
        .env("RUSTDOCFLAGS", "-D warnings");
    shell::succeeds(&mut command).map(Outcome::Check)
}

#[expect(
    clippy::disallowed_methods,
    reason = "says how long a step took; nothing is decided by it"
)]
fn now() -> Instant {
    Instant::now()
}

fn since(started: Instant) -> Duration {
    now().duration_since(started)
}
