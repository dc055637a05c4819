//! Measures how long a plan takes, and how much memory: `cargo xtask bench plan`.
//!
//! Prints one JSON line per figure: `{"bench":"plan","case":"100000x100","oursSeconds":…,"peakMiB":…}`.
//! Each case runs in a process of its own, so that the peak is the peak of that case.
#![allow(
    clippy::disallowed_methods,
    reason = "it measures time that passes, and no decision hangs on it"
)]
use std::process::{Command, ExitCode};
use std::time::Instant;

use anyhow::Context as _;
use havenmeester_placement::{Action, decide, lint};
use serde_json::{Value, json};

mod change; // one fact that is new
mod fleet; // a made-up city
mod rules; // its policies and exemptions

/// The seed of all that is made up.
const SEED: u64 = 2026;
/// How many clusters there are.
const CLUSTERS: u64 = 100;
/// The case that has limits.
const WHOLE: usize = 100_000;
/// From these sizes the growth is fitted.
const SIZES: [usize; 4] = [10_000, 30_000, 100_000, 300_000];
/// How often each is timed; the median counts.
const TIMES: usize = 5;

fn main() -> anyhow::Result<ExitCode> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    match words.first().map(String::as_str) {
        Some("size") => {
            let size = words.get(1).context("which size")?.parse()?;
            println!("{}", plan(size)?);
            Ok(ExitCode::SUCCESS)
        }
        Some("changes") => {
            for line in change::measure(WHOLE, CLUSTERS, SEED)? {
                println!("{line}");
            }
            Ok(ExitCode::SUCCESS)
        }
        Some(other) => anyhow::bail!("no case {other:?}"),
        None => all(),
    }
}

/// Every case; failure when one is over its limit.
fn all() -> anyhow::Result<ExitCode> {
    let mut sound = true;
    let mut points = Vec::new();
    for size in SIZES {
        let lines = apart(&["size", &size.to_string()])?;
        let figures = lines.first().context("no line")?;
        let seconds = figures["oursSeconds"].as_f64().context("oursSeconds")?;
        points.push((size, seconds));
        if size == WHOLE {
            let mebibytes = figures["peakMiB"].as_u64().context("peakMiB")?;
            sound &= seconds <= 2.0 && mebibytes <= 1024;
        }
        println!("{figures}");
    }
    for figures in apart(&["changes"])? {
        let seconds = figures["oursSeconds"].as_f64().context("oursSeconds")?;
        sound &= figures["case"] != "one-change" || seconds <= 0.005;
        println!("{figures}");
    }
    let exponent = exponent(&points);
    sound &= exponent <= 1.15;
    println!(
        "{}",
        json!({"bench": "plan", "case": "growth", "exponent": round(exponent), "atMost": 1.15})
    );
    Ok(if sound {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// One case in a process of its own.
fn apart(words: &[&str]) -> anyhow::Result<Vec<Value>> {
    let output = Command::new(std::env::current_exe()?).args(words).output()?;
    anyhow::ensure!(
        output.status.success(),
        "{words:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    let text = String::from_utf8(output.stdout)?;
    Ok(text.lines().map(serde_json::from_str).collect::<Result<_, _>>()?)
}

/// A whole plan of so many workloads.
fn plan(size: usize) -> anyhow::Result<Value> {
    let request = fleet::generate(size, CLUSTERS, SEED)?;
    let input = peak()?;
    let mut plan = decide(&request);
    let worked_before = worked()?;
    let seconds = median(|| plan = decide(&request));
    let cpu = (worked()? - worked_before) / f64::from(u32::try_from(TIMES)?);
    let peak = peak()?;
    let linting = Instant::now();
    let faults = lint(&request, &plan);
    let linted = linting.elapsed().as_secs_f64();
    let moves = plan.decisions.values().filter(|d| d.desired != d.home);
    let waits = plan
        .decisions
        .values()
        .filter(|d| matches!(d.action, Action::Wait(_)));
    anyhow::ensure!(
        faults.is_empty(),
        "the linter finds {} faults: {:?}",
        faults.len(),
        faults.first()
    );
    Ok(json!({
        "bench": "plan", "case": format!("{size}x{CLUSTERS}"), "oursSeconds": round(seconds), "cpuSeconds": round(cpu), "peakMiB": peak,
        "inputMiB": input, "moves": moves.count(), "waits": waits.count(), "lintSeconds": round(linted),
    }))
}

/// Of several runs, in seconds.
fn median(mut run: impl FnMut()) -> f64 {
    let mut times: Vec<f64> = (0..TIMES)
        .map(|_| {
            let begun = Instant::now();
            run();
            begun.elapsed().as_secs_f64()
        })
        .collect();
    times.sort_by(f64::total_cmp);
    times[TIMES / 2]
}

/// The slope of log time over log size, by least squares.
fn exponent(points: &[(usize, f64)]) -> f64 {
    let logs: Vec<(f64, f64)> = points
        .iter()
        .map(|(size, seconds)| {
            (
                f64::from(u32::try_from(*size).unwrap_or(u32::MAX)).ln(),
                seconds.ln(),
            )
        })
        .collect();
    let mean = |of: fn(&(f64, f64)) -> f64| {
        logs.iter().map(of).sum::<f64>() / f64::from(u32::try_from(logs.len()).unwrap_or(1))
    };
    let (x, y) = (mean(|p| p.0), mean(|p| p.1));
    let over: f64 = logs.iter().map(|p| (p.0 - x) * (p.1 - y)).sum();
    let under: f64 = logs.iter().map(|p| (p.0 - x).powi(2)).sum();
    over / under
}

/// The most memory that this process has had, in MiB.
fn peak() -> anyhow::Result<u64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))
        .context("VmHWM")?;
    let kibibytes: u64 = line.trim().trim_end_matches(" kB").parse()?;
    Ok(kibibytes / 1024)
}

/// How long this thread was at work, in seconds: what others do on the machine does not count.
fn worked() -> anyhow::Result<f64> {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat")?;
    let nanos: u64 = told.split_whitespace().next().context("schedstat")?.parse()?;
    Ok(std::time::Duration::from_nanos(nanos).as_secs_f64())
}

fn round(value: f64) -> f64 {
    (value * 10_000.0).round() / 10_000.0
}
