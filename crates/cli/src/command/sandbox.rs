//! `havenmeester sandbox`.
use std::process::ExitCode;

use crate::args::SandboxArgs;

/// Plays the story that was asked for.
pub(crate) fn run(args: &SandboxArgs, _colour: bool) -> anyhow::Result<ExitCode> {
    anyhow::bail!(
        "sandbox is not built yet (scenario {:?}, seed {})",
        args.scenario,
        args.seed
    )
}
