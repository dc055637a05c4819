//! What every list of steps must keep.
use super::*;

const KINDS: [MoveKind; 3] = [MoveKind::Relocate, MoveKind::Failover, MoveKind::Failback];
const MODES: [Mode; 2] = [Mode::Replicable, Mode::Exclusive];

fn place(list: &[Step], step: Step) -> Option<usize> {
    list.iter().position(|s| *s == step)
}

#[test]
fn an_exclusive_target_is_started_only_after_the_source_is_stopped() {
    for kind in KINDS {
        let list = steps(kind, Mode::Exclusive, false);
        assert_eq!(place(&list, Step::Create), None, "{kind:?} creates it running");
        if let Some(start) = place(&list, Step::Start) {
            assert!(place(&list, Step::StopSource).is_some_and(|stop| stop < start));
        }
    }
}

#[test]
fn clean_up_stands_after_serving_and_verify() {
    for kind in KINDS {
        for mode in MODES {
            let list = steps(kind, mode, false);
            let Some(clean_up) = place(&list, Step::CleanUp) else {
                continue;
            };
            assert!(place(&list, Step::AwaitServing).is_some_and(|serving| serving < clean_up));
            assert!(place(&list, Step::Verify).is_some_and(|verify| verify < clean_up));
        }
    }
}

#[test]
fn a_dry_run_has_no_step_that_writes() {
    for kind in KINDS {
        for mode in MODES {
            assert!(steps(kind, mode, true).into_iter().all(|step| !writes(step)));
        }
    }
}

#[test]
fn an_exclusive_failover_has_no_steps() {
    assert!(steps(MoveKind::Failover, Mode::Exclusive, false).is_empty());
}

#[test]
fn nothing_goes_back_once_the_target_is_home() {
    for kind in [MoveKind::Relocate, MoveKind::Failback] {
        assert!(goes_back(Step::AwaitServing, kind));
        assert!(!goes_back(Step::Verify, kind));
    }
    assert!(!goes_back(Step::Create, MoveKind::Failover));
}
