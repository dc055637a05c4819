//! Which plan is the later one.
use havenmeester_api::migration::{MigrationSpec, MigrationStatus, MoveKind};

use super::*;

fn mk_migration(name: &str, generation: i64) -> Migration {
    let spec = MigrationSpec {
        workload: "shop".to_owned(),
        kind: MoveKind::Relocate,
        source: Some("a".to_owned()),
        target: "b".to_owned(),
        dry_run: false,
        rollback_window: None,
        rto: None,
        rpo: None,
        reason: None,
        abort: false,
    };
    let mut migration = Migration::new(name, spec);
    let status = MigrationStatus {
        plan_generation: Some(generation),
        ..MigrationStatus::default()
    };
    migration.status = Some(status);
    migration
}

#[test]
fn a_new_plan_is_later_than_every_other_of_its_workload() {
    let mut other = mk_migration("three", 9);
    other.spec.workload = "another".to_owned();
    let all = [mk_migration("one", 1), mk_migration("two", 4), other];
    assert_eq!(next_generation(&all, "shop", "me"), 5);
    assert_eq!(next_generation(&[], "shop", "me"), 1);
}

#[test]
fn only_a_later_move_supersedes() {
    let all = [
        mk_migration("one", 1),
        mk_migration("two", 4),
        mk_migration("me", 9),
    ];
    assert_eq!(
        superseding(&all, "shop", "me", 3).map(kube::ResourceExt::name_any),
        Some("two".to_owned())
    );
    assert!(superseding(&all, "shop", "me", 4).is_none());
}

#[test]
fn a_move_that_came_to_nothing_supersedes_nothing() {
    let mut blocked = mk_migration("blocked", 7);
    let status = blocked.status.get_or_insert_default();
    let now = jiff::Timestamp::UNIX_EPOCH;
    let (yes, reason) = (condition::State::True, Reason::NotMoved.as_str());
    condition::set(
        &mut status.conditions,
        condition::COMPLETE,
        yes,
        reason,
        "",
        None,
        now,
    );
    assert!(superseding(&[blocked], "shop", "me", 1).is_none());
}

#[test]
fn a_dry_run_supersedes_nothing() {
    let mut rehearsal = mk_migration("rehearsal", 7);
    rehearsal.spec.dry_run = true;
    assert!(superseding(&[rehearsal], "shop", "me", 1).is_none());
}
