//! Versions stand in the workspace's manifest and nowhere else; every member has the lints of the house.

use anyhow::Context as _;

use super::Finding;
use crate::workspace::Workspace;

pub(super) fn check(workspace: &Workspace) -> anyhow::Result<Vec<Finding>> {
    let mut findings = Vec::new();
    for package in workspace.packages() {
        let path = package.manifest_path.as_std_path();
        let text = std::fs::read_to_string(path).with_context(|| format!("reading {}", path.display()))?;
        let place = path
            .strip_prefix(workspace.root())
            .unwrap_or(path)
            .display()
            .to_string();
        findings.extend(check_one(&place, &text));
    }
    Ok(findings)
}

pub(super) fn check_one(place: &str, manifest: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    if !manifest.contains("[lints]\nworkspace = true") {
        findings.push(Finding::new(place, "add `[lints]` with `workspace = true`"));
    }
    let mut section = "";
    for line in manifest.lines().map(str::trim) {
        if line.starts_with('[') {
            section = line;
        }
        let is_dependency =
            section.ends_with("dependencies]") && line.contains('=') && !line.starts_with('#');
        let in_workspace = line.contains("workspace = true") || line.contains("path = ");
        if is_dependency && !in_workspace {
            let name = line.split(['=', '.', ' ']).next().unwrap_or_default();
            findings.push(Finding::new(
                place,
                format!("move the version of {name} to [workspace.dependencies] and write `{name}.workspace = true`"),
            ));
        }
    }
    findings
}
