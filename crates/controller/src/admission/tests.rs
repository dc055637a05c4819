//! Who goes first.
use havenmeester_api::condition;
use havenmeester_api::migration::{Step, StepState};

use super::*;
use crate::identity::resolve;
use crate::mk::{self, AZURE, Moved, mk_move, mk_scene};

fn names(scene: &Scene) -> Vec<String> {
    names_beside(scene, &[])
}

fn names_beside(scene: &Scene, coming: &[&Migration]) -> Vec<String> {
    let queue = runnable(scene, &resolve(scene), coming).moves;
    queue.into_iter().map(|(key, _)| key.1).collect()
}

fn failover(name: &str) -> Migration {
    mk_move(&format!("{name}-1"), name, MoveKind::Failover, AZURE, "eu-1")
}

fn city() -> Scene {
    mk_scene()
        .workload("low", AZURE, mk::low())
        .workload("vital", AZURE, mk::critical())
        .workload("other", "eu-2", mk::critical())
        .lost(AZURE, 60)
}

#[test]
fn a_failover_waits_until_its_source_is_barred() {
    let scene = city().migration(failover("low"));
    assert!(names(&scene).is_empty());
    assert_eq!(names(&scene.quarantined(AZURE, &["low"])), ["low-1"]);
}

#[test]
fn a_failover_that_has_begun_goes_on_whatever_the_quarantine_says() {
    let begun = failover("low").begun(1).step(Step::Create, StepState::Running);
    assert_eq!(names(&city().migration(begun)), ["low-1"]);
}

#[test]
fn the_most_critical_failover_goes_first_and_the_rest_waits_until_its_objects_stand() {
    let relocation = mk_move("other-1", "other", MoveKind::Relocate, "eu-2", "eu-3");
    let scene = city()
        .quarantined(AZURE, &["low", "vital"])
        .migration(failover("low"))
        .migration(failover("vital"))
        .migration(relocation);
    assert_eq!(names(&scene), ["vital-1"]);
    let mut created = failover("vital").begun(1).step(Step::Create, StepState::Done);
    created.status.as_mut().unwrap().measured.created_at =
        Some(k8s_openapi::apimachinery::pkg::apis::meta::v1::Time(mk::now()));
    let scene = scene.migration(created.clone());
    assert_eq!(names(&scene), ["vital-1", "low-1"]);
    let done = created.says(condition::COMPLETE, mk::now());
    let scene = scene
        .migration(done)
        .migration(failover("low").says(condition::COMPLETE, mk::now()));
    assert_eq!(names(&scene), ["other-1"]);
}

/// The less critical failover is there; the critical one is still to be made.
fn mk_half_made() -> (Scene, [NewMigration; 1]) {
    let scene = city()
        .quarantined(AZURE, &["low", "vital"])
        .migration(failover("low"));
    let wanted = NewMigration {
        criticality: Criticality::Critical,
        object: Box::new(failover("vital")),
    };
    (scene, [wanted])
}

#[test]
fn a_failover_waits_for_a_more_critical_one_that_is_still_to_be_made() {
    let (scene, wanted) = mk_half_made();
    let coming = coming(&wanted, &BTreeSet::new());
    assert!(names_beside(&scene, &coming).is_empty());
    assert!(runnable(&scene, &resolve(&scene), &coming).urgent);
}

#[test]
fn a_failover_that_the_hub_refuses_holds_up_nobody() {
    let (scene, wanted) = mk_half_made();
    let refused = BTreeSet::from([key_of(&wanted[0].object.metadata)]);
    assert_eq!(names_beside(&scene, &coming(&wanted, &refused)), ["low-1"]);
}

#[test]
fn a_failover_that_is_stuck_holds_up_nobody() {
    let stuck = failover("vital")
        .begun(1)
        .step(Step::Create, StepState::Running)
        .says(condition::STUCK, mk::now());
    let scene = city()
        .quarantined(AZURE, &["low", "vital"])
        .migration(failover("low"))
        .migration(stuck);
    assert_eq!(names(&scene), ["vital-1", "low-1"]);
}

#[test]
fn what_has_begun_does_not_wait_for_a_failover() {
    let begun = mk_move("other-1", "other", MoveKind::Relocate, "eu-2", "eu-3")
        .begun(1)
        .step(Step::Create, StepState::Running);
    let scene = city()
        .quarantined(AZURE, &["vital"])
        .migration(failover("vital"))
        .migration(begun);
    assert_eq!(names(&scene), ["vital-1", "other-1"]);
}

#[test]
fn a_failover_of_a_workload_that_is_not_there_holds_up_nobody() {
    let scene = city()
        .quarantined(AZURE, &["nobody", "low"])
        .migration(failover("nobody"))
        .migration(failover("low"));
    assert_eq!(names(&scene), ["nobody-1", "low-1"]);
}

#[test]
fn what_is_over_is_not_driven_and_a_way_back_is() {
    let failed = mk_move("other-1", "other", MoveKind::Relocate, "eu-2", "eu-3")
        .begun(1)
        .step(Step::Create, StepState::Failed)
        .says(condition::FAILED, mk::now());
    assert!(names(&city().migration(failed.clone())).is_empty());
    let back = failed.step(Step::RemoveTarget, StepState::Pending);
    assert_eq!(names(&city().migration(back)), ["other-1"]);
    let refused = mk_move("other-1", "other", MoveKind::Relocate, "eu-2", "eu-3")
        .says(condition::FAILED, mk::now())
        .says(condition::COMPLETE, mk::now());
    assert!(names(&city().migration(refused)).is_empty());
}

#[test]
fn dry_runs_come_last() {
    let mut dry = mk_move("a-dry", "low", MoveKind::Relocate, AZURE, "eu-1");
    dry.spec.dry_run = true;
    let scene =
        city()
            .migration(dry)
            .migration(mk_move("other-1", "other", MoveKind::Relocate, "eu-2", "eu-3"));
    assert_eq!(names(&scene), ["other-1", "a-dry"]);
}
