//! The rules of conditions.
use super::*;

#[test]
fn the_transition_time_moves_only_when_the_status_does() {
    let (t0, t1) = (Timestamp::UNIX_EPOCH, Timestamp::from_second(60).unwrap());
    let mut all = Vec::new();
    assert!(set(&mut all, REACHABLE, State::True, "Answers", "", Some(1), t0));
    assert!(!set(&mut all, REACHABLE, State::True, "Answers", "", Some(2), t1));
    assert!(set(
        &mut all,
        REACHABLE,
        State::True,
        "Slow",
        "700 ms",
        Some(2),
        t1
    ));
    assert_eq!(get(&all, REACHABLE).unwrap().last_transition_time.0, t0);
    assert!(set(
        &mut all,
        REACHABLE,
        State::Unknown,
        "Silent",
        "",
        Some(2),
        t1
    ));
    assert_eq!(get(&all, REACHABLE).unwrap().last_transition_time.0, t1);
    assert!(!is_true(&all, REACHABLE));
}

#[test]
fn conditions_stand_in_a_stable_order() {
    let mut all = Vec::new();
    for kind in [VALID, ADMITTED, REACHABLE] {
        set(
            &mut all,
            kind,
            State::True,
            "Yes",
            "",
            None,
            Timestamp::UNIX_EPOCH,
        );
    }
    let kinds: Vec<_> = all.iter().map(|c| c.type_.as_str()).collect();
    assert_eq!(kinds, [ADMITTED, REACHABLE, VALID]);
}
