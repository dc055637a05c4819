//! The source files, and what each of them must have and must not have.

use std::path::{Path, PathBuf};

use anyhow::Context as _;

use super::Finding;
use crate::{
    tier::Tier,
    workspace::{Workspace, directory},
};

/// A file of a member of the workspace.
pub(super) struct SourceFile {
    /// Relative to the workspace's root.
    pub(super) path: PathBuf,
    pub(super) text: String,
}

/// Every `.rs` below the members, in the order of their paths.
pub(super) fn read(workspace: &Workspace) -> anyhow::Result<Vec<SourceFile>> {
    let mut paths = Vec::new();
    for package in workspace.packages() {
        walk(&directory(package), &mut paths)?;
    }
    paths.sort();
    let read = |path: PathBuf| {
        let text = std::fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))?;
        let path = path
            .strip_prefix(workspace.root())
            .map(Path::to_owned)
            .unwrap_or(path);
        Ok(SourceFile { path, text })
    };
    paths.into_iter().map(read).collect()
}

fn walk(directory: &Path, found: &mut Vec<PathBuf>) -> anyhow::Result<()> {
    let entries = std::fs::read_dir(directory).with_context(|| format!("listing {}", directory.display()))?;
    for entry in entries {
        let path = entry
            .with_context(|| format!("listing {}", directory.display()))?
            .path();
        let is_target = path.file_name().is_some_and(|name| name == "target");
        if path.is_dir() && !is_target {
            walk(&path, found)?;
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    Ok(())
}

/// Checks that look at one file at a time.
pub(super) fn check(files: &[SourceFile]) -> Vec<Finding> {
    files.iter().flat_map(check_one).collect()
}

fn check_one(file: &SourceFile) -> Vec<Finding> {
    let mut findings = Vec::new();
    let place = file.path.display().to_string();
    if !file.text.starts_with("//!") {
        findings.push(Finding::new(
            &place,
            "begin it with `//!`: what it is, is not, and must keep true",
        ));
    }
    for (number, line) in file.text.lines().enumerate() {
        let code = line.trim_start();
        let place = format!("{place}:{}", number + 1);
        if code.starts_with("#[ignore") {
            findings.push(Finding::new(
                place,
                "make the test run or remove it: nothing is ignored here",
            ));
        } else if code.starts_with("todo!(") || code.starts_with("unimplemented!(") {
            findings.push(Finding::new(place, "write it, or leave the function out"));
        }
    }
    findings.extend(check_tier(file));
    findings
}

/// A test that starts clusters must be in a tier that limits how many run at once.
fn check_tier(file: &SourceFile) -> Option<Finding> {
    let mut parts = file.path.iter().rev();
    let name = Path::new(parts.next()?).file_stem()?.to_str()?;
    let in_tests = parts.next()? == "tests";
    let package = parts.next()?.to_str()?;
    let uses_clusters = file.text.contains("havenmeester_testenv::");
    let exempt = ["testenv", "xtask"].contains(&package) || file.path.starts_with("tests");
    let tier = Tier::of(package, &[cargo_metadata::TargetKind::Test], name)?;
    let misplaced = in_tests && uses_clusters && !exempt && !tier.needs_clusters();
    misplaced.then(|| {
        Finding::new(
            file.path.display(),
            format!("it starts clusters: call it `real_{name}.rs`, so that it is in the tier `real`"),
        )
    })
}
