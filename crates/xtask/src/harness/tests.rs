//! Programs that end well, end badly, hang, or leave something behind that does.

use super::*;

/// Long enough for any shell here, and never waited for but by a program that hangs.
const AMPLE: Duration = Duration::from_mins(1);
const SHORT: Duration = Duration::from_millis(200);

const ONE_PASSED: &str = "echo 'test result: ok. 1 passed; 0 failed; 0 ignored'";

fn check(script: &str, limit: Duration, expected: Tally) {
    let tally = run("mk", Command::new("sh").args(["-c", script]), limit).expect("sh runs");

    assert_eq!(tally, expected, "{script}");
}

const fn mk_tally(passed: u64, failed: u64) -> Tally {
    Tally { passed, failed }
}

#[test]
fn what_it_tells_is_counted() {
    check(ONE_PASSED, AMPLE, mk_tally(1, 0));
}

#[test]
fn a_crash_is_a_failure() {
    check(&format!("{ONE_PASSED}; kill -9 $$"), AMPLE, mk_tally(1, 1));
}

#[test]
fn a_failure_that_was_told_is_counted_once() {
    let script = "echo 'test result: FAILED. 1 passed; 2 failed; 0 ignored'; exit 101";

    check(script, AMPLE, mk_tally(1, 2));
}

#[test]
fn a_program_that_hangs_is_stopped_and_failed() {
    check("exec sleep 600", SHORT, Tally::ONE_FAILURE);
}

#[test]
fn what_a_stopped_program_had_told_is_counted() {
    check(&format!("{ONE_PASSED}; exec sleep 600"), SHORT, mk_tally(1, 1));
}

#[test]
fn tests_that_the_harness_called_slow_are_named_until_they_end() {
    let mut told = Told::default();
    for line in [
        "test moves::there has been running for over 60 seconds",
        "test moves::back has been running for over 60 seconds",
        "test moves::there ... ok",
    ] {
        assert!(told.hear(line), "{line}");
    }

    assert_eq!(told.still_running(), "; still running: moves::back");
}

#[test]
fn what_a_program_leaves_behind_is_not_waited_for() {
    check(&format!("{ONE_PASSED}; sleep 60 &"), SHORT, Tally::ONE_FAILURE);
}
