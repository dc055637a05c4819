//! Which moves are made, under which name, and when not.
use havenmeester_api::drill::DrillStatus;
use havenmeester_api::member::Cause;
use havenmeester_api::migration::MoveKind;
use serde_json::json;

use super::*;
use crate::mk::{self, AZURE, Moved, ago, mk_move, mk_scene};
use crate::scene::Scene;

fn made(scene: &Scene) -> Vec<String> {
    let name = |m: &NewMigration| {
        format!(
            "{} {:?} {}",
            m.object.metadata.name.as_deref().unwrap(),
            m.object.spec.kind,
            m.object.spec.target
        )
    };
    scene.intents().migrations.iter().map(name).collect()
}

fn forbidden() -> Scene {
    mk_scene().workload("shop", AZURE, mk::critical())
}

fn failed(name: &str, seconds_ago: i64) -> Migration {
    mk_move(name, "shop", MoveKind::Relocate, AZURE, "eu-1").says(condition::FAILED, ago(seconds_ago))
}

#[test]
fn the_same_turn_names_the_same_move() {
    assert_eq!(made(&forbidden()), ["shop-1 Relocate eu-1"]);
    assert_eq!(made(&forbidden()), made(&forbidden()));
}

#[test]
fn one_policy_that_asks_for_digests_is_enough_and_a_failover_keeps_names() {
    let pinned = json!({"migration": {"mode": "Automatic", "pinDigests": true}});
    let pins = |scene: &Scene| -> Vec<bool> {
        let made = scene.intents().migrations;
        made.iter().map(|one| one.object.spec.pin_digests).collect()
    };
    assert_eq!(pins(&forbidden()), [false]);
    assert_eq!(pins(&forbidden().policy("pinned", pinned.clone())), [true]);
    let lost = mk_scene().workload("shop", AZURE, mk::low()).lost(AZURE, 600);
    assert_eq!(pins(&lost.policy("pinned", pinned)), [false]);
}

#[test]
fn one_move_at_a_time() {
    let scene = forbidden().after_turn(1);
    assert!(made(&scene).is_empty());
}

#[test]
fn a_number_is_never_used_twice() {
    assert_eq!(
        made(&forbidden().migration(failed("shop-9", 9_999))),
        ["shop-10 Relocate eu-1"]
    );
    let mut dry = mk_move("shop-1", "shop", MoveKind::Relocate, AZURE, "eu-1");
    dry.spec.dry_run = true;
    assert_eq!(
        made(&forbidden().migration(dry)),
        ["shop-2 Relocate eu-1"],
        "a dry run has a name too"
    );
    let others = mk_move("shop-3", "other", MoveKind::Relocate, AZURE, "eu-1");
    assert_eq!(
        made(&forbidden().migration(others)),
        ["shop-4 Relocate eu-1"],
        "so has a move of another"
    );
}

#[test]
fn a_failed_move_is_left_alone_for_longer_each_time() {
    assert!(made(&forbidden().migration(failed("shop-1", 299))).is_empty());
    assert_eq!(
        made(&forbidden().migration(failed("shop-1", 301))),
        ["shop-2 Relocate eu-1"]
    );
    let twice = |seconds| {
        forbidden()
            .migration(failed("shop-1", 5_000))
            .migration(failed("shop-2", seconds))
    };
    assert!(made(&twice(599)).is_empty());
    assert_eq!(made(&twice(601)).len(), 1);
    let often = (1..80).fold(forbidden(), |scene, n| {
        scene.migration(failed(&format!("shop-{n}"), 3_601))
    });
    assert_eq!(
        made(&often),
        ["shop-80 Relocate eu-1"],
        "never longer than an hour"
    );
}

#[test]
fn a_move_that_is_left_alone_says_what_came_of_the_last_one_and_when_it_is_tried_again() {
    let scene = forbidden()
        .migration(failed("shop-1", 5_000))
        .migration(failed("shop-2", 100));
    let told = |scene: &Scene| -> Vec<Paused> {
        let plan = havenmeester_placement::decide(&crate::request::build(scene));
        paused(scene, &plan).into_values().collect()
    };
    let expected = Paused {
        migration: "shop-2".to_owned(),
        target: "eu-1".to_owned(),
        why: "as the test says".to_owned(),
        again: ago(100 - 600),
    };
    assert_eq!(told(&scene), [expected]);
    assert_eq!(told(&forbidden().migration(failed("shop-1", 301))), []);
}

#[test]
fn the_most_critical_failover_is_made_first() {
    let scene = mk_scene()
        .workload("a-low", AZURE, mk::low())
        .workload("vital", AZURE, mk::critical())
        .lost(AZURE, 60);
    assert_eq!(made(&scene), ["vital-1 Failover eu-1", "a-low-1 Failover eu-1"]);
}

fn drilled(participants: &[&str], ended: bool) -> Scene {
    let mut scene = mk_scene()
        .workload("in", AZURE, mk::low())
        .workload("out", AZURE, mk::low())
        .lost(AZURE, 60)
        .drill(
            "cut",
            json!({"scenario": {"cutOff": {"provider": "azure"}}, "mode": "Live"}),
        );
    scene.view(AZURE, |view| {
        view.reachability.cause = Some(Cause::Drill);
        view.reachability.state = havenmeester_api::member::ReachabilityState::CutOff;
    });
    let drill = std::sync::Arc::make_mut(scene.drills.values_mut().next().unwrap());
    let time = k8s_openapi::apimachinery::pkg::apis::meta::v1::Time;
    drill.status = Some(DrillStatus {
        started_at: Some(time(ago(100))),
        ended_at: ended.then(|| time(ago(1))),
        clusters: vec![AZURE.to_owned()],
        workloads: participants
            .iter()
            .map(|w| havenmeester_api::drill::DrillWorkload {
                workload: mk::id(w).to_string(),
                migration: None,
                target: None,
                not_executed: None,
            })
            .collect(),
        ..DrillStatus::default()
    });
    if ended {
        condition::set(
            &mut drill.status.as_mut().unwrap().conditions,
            condition::COMPLETE,
            condition::State::True,
            "Done",
            "",
            None,
            ago(1),
        );
    }
    scene
}

#[test]
fn in_a_drill_only_its_participants_fail_over() {
    let scene = drilled(&["in"], false);
    assert_eq!(made(&scene), ["in-1 Failover eu-1"]);
    let label = scene.intents().migrations[0]
        .object
        .metadata
        .labels
        .clone()
        .unwrap();
    assert_eq!(label[labels::DRILL], "cut");
}

#[test]
fn the_echo_of_a_drill_that_ended_is_no_loss() {
    assert!(made(&drilled(&["in"], true)).is_empty());
    let mut real = drilled(&["in"], true);
    real.view(AZURE, |view| {
        view.reachability.cause = Some(Cause::Unreachable);
        view.reachability.state = havenmeester_api::member::ReachabilityState::Lost;
    });
    assert_eq!(made(&real).len(), 2, "a cluster that does not come back is lost");
}
