//! Rules of the silence, each test named as its rule.
use jiff::Timestamp;

use super::Silence;

fn check(rounds: &[(i64, bool)], silent: &[bool]) {
    let mut silence = Silence::default();
    let at = |second: i64| Timestamp::from_second(second).expect("a time");
    let kept: Vec<bool> = rounds
        .iter()
        .map(|(second, urgent)| silence.keeps(*urgent, at(*second)))
        .collect();
    assert_eq!(kept, silent);
}

#[test]
fn without_failovers_everything_is_said() {
    check(&[(0, false), (1, false)], &[false, false]);
}

#[test]
fn while_failovers_are_created_nothing_is_said_and_then_all() {
    check(&[(0, true), (2, true), (3, false)], &[true, true, false]);
}

#[test]
fn after_five_seconds_something_is_said_all_the_same() {
    check(
        &[(0, true), (4, true), (5, true), (6, true), (10, true), (11, true)],
        &[true, true, false, true, true, false],
    );
}

#[test]
fn a_new_storm_is_a_new_silence() {
    check(&[(0, true), (1, false), (100, true)], &[true, false, true]);
}
