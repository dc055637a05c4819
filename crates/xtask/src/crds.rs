//! `cargo xtask crds`: the chart's resource definitions, as `havenmeester crds` prints them.
//!
//! Invariant: the directory holds one file per definition, named after it, and nothing older.

use anyhow::{Context as _, bail};

use crate::{shell, workspace::Workspace};

/// Below the workspace's root.
const DIRECTORY: &str = "charts/havenmeester/crds";

/// Writes the files and prints their names.
pub(crate) fn run() -> anyhow::Result<bool> {
    let workspace = Workspace::load()?;
    let output = shell::cargo(workspace.root())
        .args(["run", "--quiet", "--package", "havenmeester", "--", "crds"])
        .output()
        .context("starting cargo")?;
    if !output.status.success() {
        bail!(
            "`havenmeester crds` failed: {}",
            String::from_utf8_lossy(&output.stderr)
        );
    }
    let printed = String::from_utf8(output.stdout).context("reading what `havenmeester crds` printed")?;
    if documents(&printed).next().is_none() {
        bail!("`havenmeester crds` printed nothing");
    }
    let directory = workspace.root().join(DIRECTORY);
    if directory.is_dir() {
        std::fs::remove_dir_all(&directory).with_context(|| format!("emptying {}", directory.display()))?;
    }
    std::fs::create_dir_all(&directory).with_context(|| format!("making {}", directory.display()))?;
    for document in documents(&printed) {
        let path = directory.join(format!("{}.yaml", name(document)?));
        std::fs::write(&path, format!("{}\n", document.trim_end()))
            .with_context(|| format!("writing {}", path.display()))?;
        println!("{}", path.display());
    }
    Ok(true)
}

/// The YAML documents of `printed`, which `---` on a line of its own separates.
fn documents(printed: &str) -> impl Iterator<Item = &str> {
    printed
        .split("\n---\n")
        .map(|document| document.strip_prefix("---\n").unwrap_or(document))
        .filter(|document| !document.trim().is_empty())
}

fn name(document: &str) -> anyhow::Result<String> {
    let value: serde_json::Value =
        serde_saphyr::from_str(document).context("reading a resource definition")?;
    let name = value["metadata"]["name"]
        .as_str()
        .context("a resource definition without metadata.name")?;
    Ok(name.to_owned())
}
