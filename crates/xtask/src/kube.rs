//! `cargo xtask kube`: the programs that tests on real API servers run.

use anyhow::Context as _;
use havenmeester_testenv::binaries::{Binary, find};

/// Finds or builds all of them and prints a line for each.
pub(crate) fn run() -> anyhow::Result<bool> {
    for binary in Binary::ALL {
        println!("{binary} {}", find(binary)?.display());
    }
    Ok(true)
}

/// Makes sure of all of them, before tests that would otherwise each wait for the build.
pub(crate) fn programs() -> anyhow::Result<()> {
    for binary in Binary::ALL {
        find(binary).context("the tiers conformance and real need a control plane")?;
    }
    Ok(())
}
