//! The rules of `deny.toml`: licences, sources, banned and doubled crates.

use std::{
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::Context as _;
use havenmeester_testenv::binaries;

use crate::{shell, workspace::Workspace};

/// What is installed where there is none.
const VERSION: &str = "0.20.2";

/// Whether all rules hold. Not asked: known vulnerabilities, which need a list from the network and change
/// without a change of ours.
pub(super) fn run(workspace: &Workspace) -> anyhow::Result<bool> {
    let mut command = Command::new(program(workspace.root())?);
    command.current_dir(workspace.root());
    shell::succeeds(command.args([
        "--workspace",
        "--log-level",
        "warn",
        "check",
        "bans",
        "licenses",
        "sources",
    ]))
}

/// On PATH, from an earlier installation of ours, or installed now.
fn program(root: &Path) -> anyhow::Result<PathBuf> {
    let mut asked = Command::new("cargo-deny");
    if asked
        .arg("--version")
        .stdout(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
    {
        return Ok("cargo-deny".into());
    }
    let tools = binaries::cache()?.join("tools");
    let program = tools.join("bin/cargo-deny");
    if !program.is_file() {
        install(root, &tools)?;
    }
    Ok(program)
}

/// With a target directory of its own, removed afterwards: half a gibibyte that nothing else uses.
fn install(root: &Path, tools: &Path) -> anyhow::Result<()> {
    println!("installing cargo-deny {VERSION} (once per machine, some minutes)");
    let target = tools.join("target");
    let mut command = shell::cargo(root);
    command
        .args([
            "install",
            "cargo-deny",
            "--version",
            VERSION,
            "--locked",
            "--quiet",
            "--root",
        ])
        .arg(tools);
    let installed = shell::succeeds(command.env("CARGO_TARGET_DIR", &target))?;
    if target.is_dir() {
        std::fs::remove_dir_all(&target).with_context(|| format!("removing {}", target.display()))?;
    }
    anyhow::ensure!(
        installed,
        "cargo-deny is not installed and could not be: `cargo install cargo-deny --locked`"
    );
    Ok(())
}
