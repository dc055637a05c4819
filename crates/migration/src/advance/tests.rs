//! What callers rely on beside what is done.

use super::*;

fn is_send<T: Send>(_: &T) {}

#[test]
fn a_move_may_go_on_in_another_thread() {
    // Never run: it is its type that counts.
    let check = |migration: &Migration, workload: &Workload, deps: &Deps| {
        is_send(&advance(migration, workload, deps));
    };
    let _ = check;
}

#[test]
fn a_sentence_is_said_once_on_the_step_that_began_last() {
    let mut status = MigrationStatus::default();
    let what = (
        MoveKind::Relocate,
        havenmeester_api::workload::Mode::Replicable,
        false,
    );
    state::begin(&mut status, what, (1, None), Timestamp::UNIX_EPOCH);
    state::start(&mut status, Step::Capture, Timestamp::UNIX_EPOCH);
    note(&mut status, "not in the decision log: full");
    note(&mut status, "not in the decision log: full");
    assert_eq!(
        status.steps[0].message.as_deref(),
        Some("not in the decision log: full")
    );
}
