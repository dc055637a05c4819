//! `cargo xtask bench NAME`: runs a measuring program of the crate `tests`, built for release.

use anyhow::Context as _;
use cargo_metadata::TargetKind;

use crate::{kube, shell, workspace::Workspace};

const PACKAGE: &str = "havenmeester-tests";
const PREFIX: &str = "bench-";

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// What to measure: `failover`, `detect`, `memory`, ...
    name: String,
    /// Handed to the program
    #[arg(last = true)]
    handed_on: Vec<String>,
}

/// Builds and runs; whether it succeeded.
pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<bool> {
    let workspace = Workspace::load()?;
    let known: Vec<&str> = workspace
        .targets()
        .filter(|(package, target)| {
            package.name.as_str() == PACKAGE && target.kind.contains(&TargetKind::Bin)
        })
        .filter_map(|(_, target)| target.name.strip_prefix(PREFIX))
        .collect();
    let name = known
        .iter()
        .find(|name| **name == arguments.name)
        .with_context(|| {
            format!(
                "no benchmark {:?}; there are: {}",
                arguments.name,
                known.join(", ")
            )
        })?;
    kube::programs()?;
    // Some measure the daemon as a process of its own, from beside themselves.
    let mut daemon = shell::cargo(workspace.root());
    if !shell::succeeds(daemon.args(["build", "--release", "--quiet", "--package", "havenmeester"]))? {
        return Ok(false);
    }
    let program = format!("{PREFIX}{name}");
    let mut command = shell::cargo(workspace.root());
    command.args([
        "run",
        "--release",
        "--quiet",
        "--package",
        PACKAGE,
        "--bin",
        &program,
        "--",
    ]);
    shell::succeeds(command.args(&arguments.handed_on))
}
