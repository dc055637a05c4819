//! The stories of the sandbox, as a user runs them: the result, the exit code, and that a seed is a story.
#![allow(clippy::unwrap_used, reason = "a test that panics fails, and says where")]
use assert_cmd::cargo::cargo_bin_cmd;
use serde_json::Value;

fn play(arguments: &[&str]) -> Value {
    let mut command = cargo_bin_cmd!("havenmeester");
    let output = command
        .args(["sandbox", "--speed", "max", "-o", "json"])
        .args(arguments)
        .output()
        .unwrap();
    let stdout = String::from_utf8(output.stdout).unwrap();
    assert!(
        output.status.success(),
        "{stdout}\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
    assert_eq!(
        stdout.trim().lines().count(),
        1,
        "one JSON object and nothing else: {stdout}"
    );
    serde_json::from_str(&stdout).unwrap()
}

#[test]
fn all_three_stories_come_out_on_one_fleet() {
    let outcome = play(&[]);
    assert_eq!(outcome["ok"], true);
    assert_eq!(
        outcome["workloads"],
        serde_json::json!({"total": 9, "moved": 5, "failedOver": 3, "blocked": 1})
    );
    assert_eq!(
        outcome["dryRuns"],
        // Each has a host name, whose record a person points at the target.
        serde_json::json!({"ready": 0, "withWarnings": 3, "blocked": 1, "unknown": 0})
    );
    // 8.5 s of silence, 30 s that the policy waits, and the start of the pods.
    let slowest = outcome["rto"]["maxSeconds"].as_f64().unwrap();
    assert!((38.0..60.0).contains(&slowest), "{slowest}");
}

#[test]
fn one_scenario_plays_alone() {
    let outcome = play(&["--scenario", "placement"]);
    assert_eq!(outcome["scenario"], "placement");
    assert_eq!(outcome["workloads"]["failedOver"], 0);
    assert_eq!(outcome["rto"]["p50Seconds"], Value::Null);
}

#[test]
fn the_same_seed_is_the_same_story() {
    let story = || play(&["--scenario", "cutoff", "--seed", "7"]);
    assert_eq!(story(), story());
}
