//! Runs other programs, with their output where ours goes.
//!
//! Not here: programs that are counted and may hang (`harness`).

use std::{path::Path, process::Command};

use anyhow::Context as _;

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

/// What to call it in a message.
pub(crate) fn name(command: &Command) -> String {
    command.get_program().to_string_lossy().into_owned()
}
