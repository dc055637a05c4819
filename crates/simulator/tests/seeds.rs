//! Random scenarios by seed: deploy, scale, cut, heal, delete; invariants are watched after every event.
//!
//! `SEEDS=FIRST..END` chooses the seeds (default 0..50). A failure prints its seed and the commit.
#![allow(
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

#[path = "seeds/checker.rs"]
mod checker;
#[path = "seeds/play.rs"]
mod play;
#[allow(dead_code, reason = "shared with the scripts, which use the rest")]
mod scenario;

use std::{num::NonZero, ops::Range, process::Command, thread};

fn seeds() -> Range<u64> {
    let given = std::env::var("SEEDS").ok();
    let parsed = given.as_deref().and_then(|text| {
        let (first, end) = text.split_once("..")?;
        Some(first.parse().ok()?..end.parse().ok()?)
    });
    parsed.unwrap_or(0..50)
}

fn commit() -> String {
    let output = Command::new("git")
        .args(["rev-parse", "--short", "HEAD"])
        .output();
    output.map_or_else(
        |_| "unknown".to_owned(),
        |output| String::from_utf8_lossy(&output.stdout).trim().to_owned(),
    )
}

/// Each seed has a runtime of its own, so seeds may run beside each other.
#[test]
fn invariants_hold_for_every_seed() {
    let workers = u64::try_from(thread::available_parallelism().map_or(1, NonZero::get)).unwrap_or(1);
    thread::scope(|scope| {
        for worker in 0..workers {
            scope.spawn(move || {
                for seed in seeds().filter(|seed| seed % workers == worker) {
                    play_by_the_rules(seed);
                }
            });
        }
    });
}

fn play_by_the_rules(seed: u64) {
    let play = play::run(seed);
    if let Err(broken) = play.verdict {
        let tail = play
            .log
            .iter()
            .rev()
            .take(40)
            .rev()
            .cloned()
            .collect::<Vec<_>>()
            .join("\n");
        panic!(
            "seed {seed} at commit {}: {broken}\nthe log ends:\n{tail}",
            commit()
        );
    }
}

/// The meta test: if a run is not a function of its seed, no failure can be found again.
#[test]
fn a_seed_gives_the_same_log_each_time() {
    for seed in seeds().take(5) {
        let (first, second) = (play::run(seed).log, play::run(seed).log);
        for (line, (one, other)) in first.iter().zip(&second).enumerate() {
            assert_eq!(
                one,
                other,
                "seed {seed} at commit {}: line {line} differs",
                commit()
            );
        }
        assert_eq!(first.len(), second.len(), "seed {seed} at commit {}", commit());
    }
}

#[test]
fn different_seeds_give_different_logs() {
    assert_ne!(play::run(1).log, play::run(2).log);
}
