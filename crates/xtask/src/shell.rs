//! Runs other programs, with their output where ours goes.

use std::{
    io::{BufRead as _, BufReader},
    path::Path,
    process::{Command, Stdio},
};

use anyhow::Context as _;

use crate::tally::Tally;

/// The cargo that runs us, in the workspace's root.
pub(crate) fn cargo(root: &Path) -> Command {
    let program = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(program);
    command.current_dir(root);
    command
}

/// Runs to the end; whether it succeeded.
pub(crate) fn succeeds(command: &mut Command) -> anyhow::Result<bool> {
    let status = command
        .status()
        .with_context(|| format!("starting {}", name(command)))?;
    Ok(status.success())
}

/// Runs test harnesses: passes their lines on, but for those about nothing, and counts. A failure that no line told counts as one.
pub(crate) fn tally(command: &mut Command) -> anyhow::Result<Tally> {
    let name = name(command);
    let mut child = command
        .stdout(Stdio::piped())
        .spawn()
        .with_context(|| format!("starting {name}"))?;
    let mut tally = Tally::default();
    if let Some(output) = child.stdout.take() {
        for line in BufReader::new(output).split(b'\n') {
            let line = line.context("reading a test's output")?;
            let line = String::from_utf8_lossy(&line);
            let counted = Tally::parse(&line);
            tally += counted.unwrap_or_default();
            if counted.is_none_or(Tally::ran_something) && line != "running 0 tests" && !line.is_empty() {
                println!("{line}");
            }
        }
    }
    let status = child.wait().context("waiting for a test")?;
    if !status.success() && tally.failed == 0 {
        println!("{name} ended with {status}");
        tally += Tally::ONE_FAILURE;
    }
    Ok(tally)
}

fn name(command: &Command) -> String {
    command.get_program().to_string_lossy().into_owned()
}
