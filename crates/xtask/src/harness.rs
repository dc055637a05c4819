//! Runs a test program, counts what it tells, and stops it when it hangs.
//!
//! Invariant: the wait for a program ends, whatever the program or what it started does.

#[cfg(test)]
mod tests;

use std::{
    collections::BTreeSet,
    io::{BufRead as _, BufReader, Read},
    process::{Child, Command, ExitStatus, Stdio},
    sync::mpsc::{self, Receiver},
    thread,
    time::Duration,
};

use anyhow::Context as _;

use crate::{shell, tally::Tally};

/// How long a stopped program's last lines are waited for: 2 s, ample for what is in a pipe. What it had
/// started may hold the pipe open for ever, so that its end cannot be waited for.
const LAST_WORDS: Duration = Duration::from_secs(2);

/// What a program's output tells.
#[derive(Debug, Default)]
struct Told {
    tally: Tally,
    /// Tests that the harness called slow, and that have not ended since.
    slow: BTreeSet<String>,
}

/// Runs to the end, or for `limit`. Passes the lines on, but for those about nothing; a failure that no line told counts as one.
pub(crate) fn run(name: &str, command: &mut Command, limit: Duration) -> anyhow::Result<Tally> {
    let program = shell::name(command);
    let mut child = command
        .stdout(Stdio::piped())
        .spawn()
        .with_context(|| format!("starting {program}"))?;
    let output = child.stdout.take().context("a test's output is not ours")?;
    let told = follow(output);
    let (status, mut told) = match told.recv_timeout(limit) {
        Ok(told) => (child.wait().context("waiting for a test")?, told?),
        Err(_) => stop(name, &mut child, &told, limit)?,
    };
    if !status.success() && told.tally.failed == 0 {
        println!("{name} ({program}) ended with {status}");
        told.tally += Tally::ONE_FAILURE;
    }
    Ok(told.tally)
}

/// Reads to the end on a thread of its own, so that it need not be waited for.
fn follow(output: impl Read + Send + 'static) -> Receiver<anyhow::Result<Told>> {
    let (sender, receiver) = mpsc::sync_channel(1);
    thread::spawn(move || {
        // Nobody listens any more when the program was stopped and given up: then nobody need know.
        let _gone = sender.send(read(output));
    });
    receiver
}

fn read(output: impl Read) -> anyhow::Result<Told> {
    let mut told = Told::default();
    for line in BufReader::new(output).split(b'\n') {
        let line = line.context("reading a test's output")?;
        let line = String::from_utf8_lossy(&line);
        if told.hear(&line) {
            println!("{line}");
        }
    }
    Ok(told)
}

/// Kills it. What it started is the affair of what it started it with: `testenv` sees its owner go.
fn stop(
    name: &str,
    child: &mut Child,
    told: &Receiver<anyhow::Result<Told>>,
    limit: Duration,
) -> anyhow::Result<(ExitStatus, Told)> {
    let ended = child.try_wait().context("looking at a test")?.is_some();
    child.kill().with_context(|| format!("stopping {name}"))?;
    let status = child.wait().context("waiting for a stopped test")?;
    let mut told = told
        .recv_timeout(LAST_WORDS)
        .unwrap_or_else(|_| Ok(Told::default()))?;
    let seconds = limit.as_secs();
    if ended {
        println!("{name} ended, but what it started held its output for {seconds} s");
    } else {
        println!("{name} was stopped after {seconds} s{}", told.still_running());
    }
    told.tally += Tally::ONE_FAILURE;
    Ok((status, told))
}

impl Told {
    /// Counts, and says whether the line is worth passing on.
    fn hear(&mut self, line: &str) -> bool {
        if let Some(test) = line.strip_prefix("test ") {
            if let Some((test, _)) = test.split_once(" has been running for over") {
                self.slow.insert(test.to_owned());
            } else if let Some((test, _)) = test.split_once(" ... ") {
                self.slow.remove(test);
            }
        }
        let counted = Tally::parse(line);
        self.tally += counted.unwrap_or_default();
        counted.is_none_or(Tally::ran_something) && line != "running 0 tests" && !line.is_empty()
    }

    /// Empty when the harness named none.
    fn still_running(&self) -> String {
        if self.slow.is_empty() {
            return String::new();
        }
        let tests: Vec<&str> = self.slow.iter().map(String::as_str).collect();
        format!("; still running: {}", tests.join(", "))
    }
}
