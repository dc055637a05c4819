//! Who may know whom: the walls of ARCHITECTURE.md, over what cargo resolves.
//!
//! Asked per crate with `cargo tree`: features unify over the workspace, so the whole workspace's
//! resolution would show the client of kube below crates that ask for its types alone.

use anyhow::{Context as _, bail};
use cargo_metadata::DependencyKind;

use super::Finding;
use crate::{shell, workspace::Workspace};

/// The deciding crates, which must stay pure.
const PURE: [&str; 2] = ["havenmeester-placement", "havenmeester-portability"];
/// What would let a pure crate talk, wait or look at a clock.
const IMPURE: [&str; 5] = ["kube-client", "kube-runtime", "tokio", "hyper", "reqwest"];
/// What only proofs may know: that a cluster is not real.
const UNREAL: [&str; 2] = ["havenmeester-simulator", "havenmeester-testenv"];
/// Who may know it. The command line has `sandbox`.
const MAY_KNOW_UNREAL: [&str; 5] = [
    "havenmeester",
    "havenmeester-simulator",
    "havenmeester-testenv",
    "havenmeester-tests",
    "xtask",
];
const WORDS: &str = "havenmeester-api";

pub(super) fn check(workspace: &Workspace) -> anyhow::Result<Vec<Finding>> {
    let mut findings = Vec::new();
    for package in PURE {
        let reached = reached(workspace, package)?;
        for forbidden in IMPURE
            .iter()
            .filter(|name| reached.iter().any(|found| found == *name))
        {
            let how = format!("`cargo tree -p {package} -e normal -i {forbidden}` shows the way; cut it");
            findings.push(Finding::new(
                package,
                format!("it decides, so it must not reach {forbidden}: {how}"),
            ));
        }
    }
    for (package, needs) in direct(workspace) {
        let own = needs.starts_with("havenmeester");
        if package == WORDS && own {
            findings.push(Finding::new(
                &package,
                format!("it holds words only: remove {needs}"),
            ));
        }
        if UNREAL.contains(&needs.as_str()) && !MAY_KNOW_UNREAL.contains(&package.as_str()) {
            let remedy = format!("it must not know that a cluster is not real: {needs} only for its tests");
            findings.push(Finding::new(&package, remedy));
        }
    }
    Ok(findings)
}

/// Every normal dependency between a member and a crate, by name.
fn direct(workspace: &Workspace) -> Vec<(String, String)> {
    let of = |package: &cargo_metadata::Package| {
        let name = package.name.to_string();
        let normal = package
            .dependencies
            .iter()
            .filter(|needs| needs.kind == DependencyKind::Normal);
        normal
            .map(|needs| (name.clone(), needs.name.clone()))
            .collect::<Vec<_>>()
    };
    workspace.packages().into_iter().flat_map(of).collect()
}

/// The names of all crates that `package` alone is built from.
fn reached(workspace: &Workspace, package: &str) -> anyhow::Result<Vec<String>> {
    let output = shell::cargo(workspace.root())
        .args([
            "tree",
            "--package",
            package,
            "--edges",
            "normal",
            "--prefix",
            "none",
            "--format",
            "{p}",
        ])
        .output()
        .context("starting cargo tree")?;
    if !output.status.success() {
        bail!("cargo tree: {}", String::from_utf8_lossy(&output.stderr));
    }
    let tree = String::from_utf8_lossy(&output.stdout);
    Ok(tree
        .lines()
        .filter_map(|line| line.split(' ').next())
        .map(str::to_owned)
        .collect())
}
