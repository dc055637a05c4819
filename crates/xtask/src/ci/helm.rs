//! The chart, judged by Helm itself.

use std::{path::PathBuf, process::Command};

use anyhow::ensure;
use havenmeester_testenv::binaries::{Binary, find};

use crate::{shell, workspace::Workspace};

/// Whether `helm lint` finds nothing, warnings included.
pub(super) fn lint(workspace: &Workspace) -> anyhow::Result<bool> {
    let chart = chart(workspace)?;
    shell::succeeds(
        Command::new(find(Binary::Helm)?)
            .args(["lint", "--strict"])
            .arg(chart),
    )
}

/// Whether `helm template` renders the chart with its own values. Prints what it rendered only if not.
pub(super) fn template(workspace: &Workspace) -> anyhow::Result<bool> {
    let chart = chart(workspace)?;
    let output = Command::new(find(Binary::Helm)?)
        .args([
            "template",
            "havenmeester",
            "--include-crds",
            "--namespace",
            "havenmeester",
        ])
        .arg(chart)
        .output()?;
    if !output.status.success() {
        println!(
            "{}{}",
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        );
    }
    Ok(output.status.success())
}

fn chart(workspace: &Workspace) -> anyhow::Result<PathBuf> {
    let chart = workspace.root().join("charts/havenmeester");
    ensure!(
        chart.join("Chart.yaml").is_file(),
        "there is no chart in {}",
        chart.display()
    );
    Ok(chart)
}
