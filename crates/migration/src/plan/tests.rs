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
        pin_digests: false,
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

#[test]
fn a_stopped_source_is_left_to_a_later_move_only_where_that_needs_it() {
    let mk = |name: &str, generation, target: &str, ended: Option<Reason>| {
        let mut migration = mk_migration(name, generation);
        (migration.spec.source, migration.spec.target) = (Some("b".to_owned()), target.to_owned());
        if let (Some(reason), Some(status)) = (ended, migration.status.as_mut()) {
            let (kind, now) = (condition::COMPLETE, jiff::Timestamp::UNIX_EPOCH);
            let yes = condition::State::True;
            condition::set(&mut status.conditions, kind, yes, reason.as_str(), "", None, now);
        }
        migration
    };
    let seen = |all: &[Migration]| later(all, "shop", "me", 3, "a");
    assert_eq!(seen(&[mk("before", 2, "a", None)]), Later::None);
    assert_eq!(
        seen(&[mk("nothing", 4, "c", Some(Reason::NotMoved))]),
        Later::None
    );
    let on = mk("on", 4, "c", None);
    assert_eq!(seen(std::slice::from_ref(&on)), Later::UnderWay("on".to_owned()));
    let done = mk("on", 4, "c", Some(Reason::Moved));
    assert_eq!(seen(std::slice::from_ref(&done)), Later::StandsOn("c".to_owned()));
    let back = mk("on", 4, "c", Some(Reason::RolledBack));
    assert_eq!(seen(&[back]), Later::StandsOn("b".to_owned()));
    let home = mk("home", 5, "a", None);
    assert_eq!(seen(&[done, home.clone()]), Later::Needs("home".to_owned()));
    // However often it went on from there.
    assert_eq!(
        seen(&[home, mk("off", 6, "d", Some(Reason::Moved))]),
        Later::Needs("home".to_owned())
    );
}
