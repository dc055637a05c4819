//! `cargo xtask bench NAME`: runs a measuring program, built for release.
//!
//! Those that need clusters are programs of the crate `tests`; those that only decide are examples of `placement`, so
//! that they are built without any of the rest.

use anyhow::Context as _;
use cargo_metadata::TargetKind;

use crate::{kube, shell, workspace::Workspace};

const PACKAGE: &str = "havenmeester-tests";
const PURE: &str = "havenmeester-placement";
const PREFIX: &str = "bench-";
/// Names for several at once.
const GROUPS: &[(&str, &[&str])] = &[("portability", &["check", "transform"])];
/// Programs of the crate `tests` that start no cluster.
const WITHOUT_CLUSTERS: &[&str] = &["check", "transform"];

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// What to measure: `failover`, `detect`, `memory`, `portability`, ...
    name: String,
    /// Handed to the program
    #[arg(last = true)]
    handed_on: Vec<String>,
}

/// Builds and runs; whether it succeeded.
pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<bool> {
    let workspace = Workspace::load()?;
    let group = GROUPS.iter().find(|(name, _)| *name == arguments.name);
    let Some((_, members)) = group else {
        return one(&workspace, &arguments.name, &arguments.handed_on);
    };
    for name in *members {
        if !one(&workspace, name, &arguments.handed_on)? {
            return Ok(false);
        }
    }
    Ok(true)
}

fn one(workspace: &Workspace, wanted: &str, handed_on: &[String]) -> anyhow::Result<bool> {
    let known: Vec<(&str, bool)> = workspace
        .targets()
        .filter_map(|(package, target)| {
            let of = |name, kind| package.name.as_str() == name && target.kind.contains(&kind);
            let pure = of(PURE, TargetKind::Example);
            let name = target.name.strip_prefix(PREFIX)?;
            (pure || of(PACKAGE, TargetKind::Bin)).then_some((name, pure))
        })
        .collect();
    let (name, pure) = *known.iter().find(|(name, _)| *name == wanted).with_context(|| {
        let groups = GROUPS.iter().map(|(name, _)| *name);
        let names: Vec<&str> = known.iter().map(|(name, _)| *name).chain(groups).collect();
        format!("no benchmark {wanted:?}; there are: {}", names.join(", "))
    })?;
    if pure {
        return example(workspace, name, handed_on);
    }
    if !WITHOUT_CLUSTERS.contains(&name) {
        kube::programs()?;
    }
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
    shell::succeeds(command.args(handed_on))
}

/// One that only decides.
fn example(workspace: &Workspace, name: &str, handed_on: &[String]) -> anyhow::Result<bool> {
    let program = format!("{PREFIX}{name}");
    let mut command = shell::cargo(workspace.root());
    command.args([
        "run",
        "--release",
        "--quiet",
        "--package",
        PURE,
        "--example",
        &program,
        "--",
    ]);
    shell::succeeds(command.args(handed_on))
}
