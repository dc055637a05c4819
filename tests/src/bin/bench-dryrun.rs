//! Measures the command: from `havenmeester migrate --dry-run` to its end, with the daemon as a process, a hub, a source and
//! a target as real API servers, a real registry, and an application of 60 objects.
//!
//! Prints `{"bench":"dryrun","objects":60,"runs":5,"seconds":median,"slowest":...,"verdict":...}`.
use anyhow::{Context as _, ensure};
use havenmeester_api::condition;
use havenmeester_tests::{App, NAMESPACE, Plan, Stage};
use serde_json::{Value, json};
use tokio::time::Instant;

const OBJECTS: usize = 60;
const RUNS: usize = 5;
const NAME: &str = "parkeren";

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let mut stage = Stage::set(&[Plan::AZURE, Plan::EU]).await?;
    let app = App::small(NAME, Some(("low", "low", "replicable"))).of_objects(OBJECTS);
    stage.run_apps(Plan::AZURE.name, &[app]).await?;
    stage.register().await?;
    stage.start_daemon()?;
    stage
        .wait("it to be captured", |seen| {
            seen.of_workload(NAME, condition::CAPTURED) == "True Captured"
        })
        .await?;
    let asked = format!("{NAMESPACE}/{NAME}");
    let mut seconds = Vec::new();
    let mut verdict = Value::Null;
    for _ in 0..RUNS {
        let begun = Instant::now();
        let output = stage.command(&[
            "migrate",
            &asked,
            "--dry-run",
            "--to",
            Plan::EU.name,
            "-o",
            "json",
        ])?;
        seconds.push(begun.elapsed().as_secs_f64());
        let report: Value = serde_json::from_slice(&output.stdout)
            .with_context(|| String::from_utf8_lossy(&output.stderr).into_owned())?;
        ensure!(!report["verdict"].is_null(), "no verdict: {report:#}");
        verdict = report["verdict"].clone();
    }
    seconds.sort_by(f64::total_cmp);
    let figure = json!({"bench": "dryrun", "objects": OBJECTS, "runs": RUNS, "seconds": seconds[RUNS / 2],
        "slowest": seconds.last(), "verdict": verdict});
    println!("{figure}");
    stage.end().await
}
