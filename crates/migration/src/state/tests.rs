//! What becomes of a status, and what no order of events may lead to.
use proptest::prelude::*;

use super::*;
use Step::{
    AwaitServing, Capture, CleanUp, Create, CreateStopped, Preflight, RemoveTarget, RestartSource, Retain,
    Start, StopSource, Verify,
};

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

fn mk_begun(kind: MoveKind, mode: Mode) -> MigrationStatus {
    let mut status = MigrationStatus::default();
    begin(&mut status, (kind, mode, false), (3, Some(1)), at(0));
    status
}

fn mk_at(kind: MoveKind, mode: Mode, step: Step) -> MigrationStatus {
    let mut status = mk_begun(kind, mode);
    while let Some(next) = current(&status).map(|s| s.name) {
        start(&mut status, next, at(1));
        if next == step {
            return status;
        }
        finish(&mut status, next, None, at(2));
    }
    panic!("{kind:?} of {mode:?} has no {step:?}");
}

fn reason(status: &MigrationStatus, kind: &str) -> String {
    condition::get(&status.conditions, kind)
        .map(|c| format!("{}/{}", c.status, c.reason))
        .unwrap_or_default()
}

#[test]
fn every_step_is_listed_from_the_beginning() {
    let status = mk_begun(MoveKind::Failover, Mode::Replicable);
    let all: Vec<(Step, StepState)> = status.steps.iter().map(|s| (s.name, s.state)).collect();
    let left = StepState::NotExecuted;
    let done = StepState::Pending;
    assert_eq!(
        all,
        [
            (Capture, done),
            (Create, done),
            (AwaitServing, done),
            (Verify, done),
            (StopSource, left),
            (Retain, left),
            (CleanUp, left),
        ]
    );
    assert_eq!(reason(&status, condition::COMPLETE), "False/InProgress");
}

#[test]
fn a_move_that_fails_before_it_wrote_ends_at_once() {
    let mut status = mk_at(MoveKind::Relocate, Mode::Replicable, Preflight);
    fail(
        &mut status,
        MoveKind::Relocate,
        Reason::PreflightBlocked,
        "no",
        at(3),
    );
    assert!(is_over(&status));
    assert_eq!(reason(&status, condition::FAILED), "True/PreflightBlocked");
    assert_eq!(of(&status, CleanUp), StepState::NotExecuted);
    assert_eq!(of(&status, RestartSource), StepState::Pending, "there is none");
    assert!(!status.steps.iter().any(|s| s.name == RemoveTarget));
}

#[test]
fn a_move_that_fails_after_it_wrote_goes_back() {
    let mut status = mk_at(MoveKind::Relocate, Mode::Replicable, AwaitServing);
    fail(
        &mut status,
        MoveKind::Relocate,
        Reason::DeadlinePassed,
        "late",
        at(3),
    );
    assert_eq!(
        of(&status, RestartSource),
        StepState::NotExecuted,
        "the source was not stopped"
    );
    assert_eq!(current(&status).map(|s| s.name), Some(RemoveTarget));
    assert!(!is_over(&status));
}

#[test]
fn a_stopped_source_is_started_again_before_the_target_is_removed() {
    let mut status = mk_at(MoveKind::Relocate, Mode::Exclusive, AwaitServing);
    fail(&mut status, MoveKind::Relocate, Reason::Aborted, "aborted", at(3));
    assert_eq!(current(&status).map(|s| s.name), Some(RestartSource));
}

#[test]
fn a_superseded_move_takes_nothing_back() {
    let mut status = mk_at(MoveKind::Relocate, Mode::Replicable, Create);
    superseded(&mut status, "newer", at(3));
    assert!(is_over(&status));
    assert_eq!(reason(&status, condition::COMPLETE), "True/Superseded");
    assert!(!status.steps.iter().any(|s| s.name == RemoveTarget));
}

#[test]
fn a_move_that_is_superseded_in_its_window_has_moved_all_the_same() {
    let mut status = mk_at(MoveKind::Relocate, Mode::Replicable, Retain);
    complete(&mut status, Reason::Moved, "moved", at(3));
    superseded(&mut status, "back", at(4));
    assert_eq!(reason(&status, condition::COMPLETE), "True/Moved");
    assert_eq!(of(&status, CleanUp), StepState::NotExecuted);
    assert!(is_over(&status));
}

#[test]
fn the_target_is_home_when_it_serves_and_the_source_is_stopped_or_lost() {
    assert!(!is_home(&mk_at(MoveKind::Relocate, Mode::Replicable, StopSource)));
    assert!(is_home(&mk_at(MoveKind::Relocate, Mode::Replicable, Verify)));
    assert!(!is_home(&mk_at(
        MoveKind::Relocate,
        Mode::Exclusive,
        AwaitServing
    )));
    assert!(is_home(&mk_at(MoveKind::Relocate, Mode::Exclusive, Verify)));
    assert!(!is_home(&mk_at(
        MoveKind::Failover,
        Mode::Replicable,
        AwaitServing
    )));
    assert!(is_home(&mk_at(MoveKind::Failover, Mode::Replicable, Verify)));
}

#[test]
fn a_step_that_begins_twice_keeps_its_deadline() {
    let mut status = mk_at(MoveKind::Relocate, Mode::Replicable, Create);
    let before = status.clone();
    start(&mut status, Create, at(99));
    assert_eq!(status, before);
}

#[test]
fn a_step_that_is_done_after_it_was_stuck_is_stuck_no_more() {
    let mut status = mk_at(MoveKind::Failover, Mode::Replicable, AwaitServing);
    assert!(stuck(&mut status, "an image", at(9_999)));
    assert!(!stuck(&mut status, "an image", at(10_000)), "said once");
    finish(&mut status, AwaitServing, None, at(10_001));
    assert_eq!(reason(&status, condition::STUCK), "False/Going");
}

#[test]
fn a_step_is_overdue_after_its_deadline() {
    let status = mk_at(MoveKind::Relocate, Mode::Exclusive, Start);
    let step = current(&status).unwrap();
    assert!(!is_overdue(step, at(121)));
    assert!(is_overdue(step, at(122)));
    let kept = mk_at(MoveKind::Relocate, Mode::Exclusive, Retain);
    assert!(!is_overdue(current(&kept).unwrap(), at(i64::from(i32::MAX))));
}

#[derive(Clone, Copy, Debug)]
enum Event {
    Done,
    Failed,
    Skipped,
    Superseded,
}

/// The copies of an exclusive workload as the steps leave them: what Start and RestartSource promise is that they
/// end Done only when the other copy is seen stopped; here only their order is at stake.
fn play(kind: MoveKind, mode: Mode, events: &[Event]) {
    let mut status = mk_begun(kind, mode);
    let (mut source, mut target, mut served) = (true, false, false);
    for event in events {
        let Some(step) = current(&status).map(|s| s.name) else {
            break;
        };
        start(&mut status, step, at(1));
        if step == CleanUp {
            assert!(
                served && of(&status, Verify) == StepState::Done && !source,
                "{:?}",
                status.steps
            );
        }
        match event {
            Event::Done => {
                match step {
                    StopSource => source = false,
                    Start | Create => target = true,
                    AwaitServing => served = true,
                    // Its first deed is to see the target stopped.
                    RestartSource => (target, source) = (target && mode == Mode::Replicable, true),
                    RemoveTarget => target = false,
                    Capture | Preflight | CreateStopped | Verify | Retain | CleanUp => {}
                }
                finish(&mut status, step, None, at(2));
            }
            Event::Failed if steps::goes_back(step, kind) => {
                fail(&mut status, kind, Reason::DeadlinePassed, "", at(2));
            }
            Event::Skipped if step == CleanUp => not_executed(&mut status, step, "", at(2)),
            Event::Superseded => superseded(&mut status, "newer", at(2)),
            Event::Failed | Event::Skipped => {}
        }
        if mode == Mode::Exclusive {
            assert!(
                !(source && target),
                "two active copies after {step:?}: {:?}",
                status.steps
            );
        }
        assert!(
            source || target || mode == Mode::Exclusive,
            "no copy is left after {step:?}"
        );
    }
}

proptest! {
    #[test]
    fn no_order_of_events_makes_two_copies_or_deletes_the_last_good_one(
        events in prop::collection::vec(
            prop_oneof![
                6 => Just(Event::Done), 2 => Just(Event::Failed), 1 => Just(Event::Skipped), 1 => Just(Event::Superseded)
            ],
            0..24,
        ),
        kind in prop_oneof![Just(MoveKind::Relocate), Just(MoveKind::Failback)],
        mode in prop_oneof![Just(Mode::Exclusive), Just(Mode::Replicable)],
    ) {
        play(kind, mode, &events);
    }
}
