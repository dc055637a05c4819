//! Measures `havenmeester check`, as a process of its own, over many manifests of real applications.
//!
//! The manifests are those of `../shared/manifests` (else of `examples/check`), each many times under other names.
//! Prints `{"bench":"portability","case":"check-10000","oursSeconds":…,"atMostSeconds":5,"mebibytes":…}`.
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail, ensure};
use serde_json::{Value, json};
use tokio::process::Command;
use tokio::time::Instant;

/// How many manifests are in one file: about what an application has.
const PER_FILE: usize = 20;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let count: usize = std::env::args()
        .nth(1)
        .map_or(Ok(10_000), |n| n.parse())
        .context("how many manifests")?;
    let directory = tempfile::tempdir()?;
    let bytes = write(directory.path(), &originals()?, count)?;
    let begun = Instant::now();
    let output = Command::new(binary()?)
        .args(["check", "-o", "json"])
        .arg(directory.path())
        .output()
        .await
        .context("starting the check")?;
    let seconds = begun.elapsed().as_secs_f64();
    let report: Value = serde_json::from_slice(&output.stdout).context("reading the report")?;
    ensure!(
        report["objects"] == count,
        "{} of {count} manifests were checked",
        report["objects"]
    );
    println!(
        "{}",
        json!({"bench": "portability", "case": format!("check-{count}"), "oursSeconds": seconds, "atMostSeconds": 5,
            "mebibytes": bytes / 1024 / 1024})
    );
    Ok(())
}

/// The binary that stands beside this program, as it is installed.
fn binary() -> anyhow::Result<PathBuf> {
    let binary = std::env::current_exe()?.with_file_name("havenmeester");
    if !binary.exists() {
        bail!(
            "{} is not there; build it: cargo build --release --package havenmeester",
            binary.display()
        );
    }
    Ok(binary)
}

/// The text of each manifest that has a name.
fn originals() -> anyhow::Result<Vec<String>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let shared = root.join("../shared/manifests");
    let from = if shared.is_dir() {
        shared
    } else {
        root.join("examples/check")
    };
    let reading = || format!("reading {}", from.display());
    let mut originals = Vec::new();
    for entry in std::fs::read_dir(&from).with_context(reading)? {
        let path = entry.with_context(reading)?.path();
        if path.extension().is_none_or(|end| end != "yaml") {
            continue;
        }
        let text = std::fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))?;
        let documents = text.split("\n---").filter(|text| text.contains("\n  name: "));
        originals.extend(documents.map(str::to_owned));
    }
    ensure!(
        !originals.is_empty(),
        "there are no manifests in {}",
        from.display()
    );
    Ok(originals)
}

/// Writes so many manifests, each under a name of its own. How many bytes they are.
fn write(directory: &Path, originals: &[String], count: usize) -> anyhow::Result<usize> {
    let mut bytes = 0;
    let numbers: Vec<usize> = (0..count).collect();
    for (file, numbers) in numbers.chunks(PER_FILE).enumerate() {
        let mut text = String::new();
        for number in numbers {
            let original = originals.get(number % originals.len()).map_or("", String::as_str);
            let original = original.strip_prefix("---").unwrap_or(original);
            text.push_str("---\n");
            text.push_str(&original.replacen("\n  name: ", &format!("\n  name: copy-{number}-"), 1));
            text.push('\n');
        }
        bytes += text.len();
        std::fs::write(directory.join(format!("{file}.yaml")), text)?;
    }
    Ok(bytes)
}
