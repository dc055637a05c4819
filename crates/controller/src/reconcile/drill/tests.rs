//! When a drill begins, who takes part, and when it ends.
use havenmeester_api::Migration;
use havenmeester_api::member::{Cause, ReachabilityState};
use havenmeester_api::migration::MoveKind;
use serde_json::{Value, json};

use super::*;
use crate::mk::{self, AZURE, Moved, ago, id, mk_move, mk_scene, written};

fn spec(mode: &str) -> Value {
    json!({"scenario": {"cutOff": {"provider": "azure"}}, "mode": mode})
}

fn city() -> Scene {
    mk_scene()
        .workload("low", AZURE, mk::low())
        .workload("vital", AZURE, mk::critical())
        .policy("stay", json!({"migration": {"mode": "Manual"}}))
}

fn live() -> Scene {
    city().drill("cut", spec("Live"))
}

fn status(scene: &Scene, name: &str) -> DrillStatus {
    let intents = scene.intents();
    let seen = scene
        .drills
        .values()
        .find(|d| d.metadata.name.as_deref() == Some(name));
    written!(intents.first, Drill, name)
        .or_else(|| seen.and_then(|d| d.status.clone()))
        .unwrap_or_default()
}

fn reason(scene: &Scene, name: &str) -> String {
    let status = status(scene, name);
    let complete = condition::get(&status.conditions, condition::COMPLETE).unwrap();
    format!("{} {}", complete.status, complete.reason)
}

/// As the fleet says it while a drill keeps it away.
fn cut(scene: Scene, seconds: i64) -> Scene {
    let mut scene = scene.lost(AZURE, seconds);
    scene.view(AZURE, |view| {
        view.reachability.state = ReachabilityState::CutOff;
        view.reachability.cause = Some(Cause::Drill);
    });
    scene
}

#[test]
fn contact_is_broken_only_when_who_takes_part_is_written() {
    let scene = live();
    assert!(cut_off(&scene).is_empty());
    let begun = scene.after_turn(1);
    assert_eq!(cut_off(&begun), [AZURE.to_owned()].into());
    assert_eq!(status(&begun, "cut").total, Some(2));
    assert!(takes_part(begun.drills.values().next().unwrap(), &id("vital")));
}

#[test]
fn too_many_participants_are_refused_before_anything_happens() {
    let mut narrow = spec("Live");
    narrow["guards"] = json!({"maxWorkloads": 1});
    let scene = city().drill("cut", narrow.clone()).after_turn(1);
    assert_eq!(reason(&scene, "cut"), "True GuardExceeded");
    assert!(cut_off(&scene).is_empty());
    narrow["workloads"] = json!({"anyOf": [{"criticality": "Critical"}]});
    assert_eq!(status(&city().drill("cut", narrow), "cut").total, Some(1));
}

#[test]
fn a_provider_without_clusters_is_refused() {
    let nobody = json!({"scenario": {"cutOff": {"provider": "nobody"}}, "mode": "Live"});
    assert_eq!(reason(&city().drill("cut", nobody), "cut"), "True NothingInScope");
}

#[test]
fn a_real_incident_goes_first() {
    let scene = live().lost("eu-3", 60).after_turn(1);
    assert_eq!(reason(&scene, "cut"), "False Waiting");
    assert!(cut_off(&scene).is_empty());
    let barred = live().quarantined("eu-3", &["low"]);
    assert_eq!(reason(&barred, "cut"), "False Waiting");
    assert_eq!(
        reason(&scene.contact("eu-3", Contact::Reachable), "cut"),
        "False CutOff"
    );
}

#[test]
fn drills_go_one_at_a_time_also_when_both_are_new() {
    let scene = live().drill("second", spec("Live")).after_turn(1);
    assert_eq!(reason(&scene, "cut"), "False CutOff");
    assert_eq!(reason(&scene, "second"), "False Waiting");
}

#[test]
fn simulate_says_where_to_and_writes_nothing_else() {
    let scene = city().drill("cut", spec("Simulate"));
    let intents = scene.intents();
    assert!(
        intents
            .migrations
            .iter()
            .all(|m| m.object.spec.kind != MoveKind::Failover)
    );
    let done = status(&scene, "cut");
    assert!(done.ended_at.is_some());
    assert!(
        done.workloads.iter().all(|w| w.target.is_some()),
        "{:?}",
        done.workloads
    );
    assert!(cut_off(&scene.after_turn(1)).is_empty());
}

#[test]
fn simulate_waits_until_every_cluster_was_asked() {
    let scene = city()
        .drill("cut", spec("Simulate"))
        .contact("eu-1", Contact::Unknown);
    assert_eq!(reason(&scene, "cut"), "False Waiting");
    let mut broken = scene;
    broken.view("eu-1", |view| {
        view.reachability.cause = Some(Cause::Misconfigured);
    });
    assert_eq!(reason(&broken, "cut"), "True Simulated");
}

#[test]
fn it_ends_when_every_participant_serves_elsewhere_and_contact_returns() {
    let scene = cut(live().after_turn(10), 0).after_turn(40);
    assert_eq!(reason(&scene, "cut"), "False CutOff");
    let scene = scene.after_turn(1);
    assert_eq!(scene.moves.len(), 2, "failovers were made");
    let served = ["low", "vital"].into_iter().fold(scene, |scene, name| {
        let made = Migration::clone(&scene.moves_of(&id(name))[0]);
        scene.migration(made.begun(1).arrived())
    });
    let ended = served.after_turn(1);
    assert_eq!(reason(&ended, "cut"), "True Done");
    assert_eq!(status(&ended, "cut").serving, Some(2));
    assert!(cut_off(&ended).is_empty());
}

#[test]
fn who_may_not_fail_over_is_settled_as_not_executed() {
    let scene = city()
        .policy(
            "slow",
            json!({"failover": {"mode": "Manual"}, "workloads": {"anyOf": [{"namespace": "low"}]}}),
        )
        .workload("alone", AZURE, mk::tags("low", "low", "exclusive"))
        .drill(
            "cut",
            json!({"scenario": {"cutOff": {"provider": "azure"}}, "mode": "Live",
            "workloads": {"anyOf": [{"criticality": "Low"}]}}),
        );
    let ended = cut(scene.after_turn(1), 0).after_turn(1);
    assert_eq!(reason(&ended, "cut"), "True Done");
    let status = status(&ended, "cut");
    assert!(
        condition::is_true(&status.conditions, condition::FAILED),
        "not all came up"
    );
    let why: Vec<_> = status
        .workloads
        .iter()
        .map(|w| w.not_executed.is_some())
        .collect();
    assert_eq!(why, [true, true]);
}

#[test]
fn who_left_or_is_gone_is_settled() {
    let begun = live().after_turn(1);
    let mut left = cut(begun, 0);
    left.status("low", |s| s.cluster = Some("eu-1".to_owned()));
    left.workloads.remove(&id("vital"));
    let ended = left.after_turn(1);
    assert_eq!(reason(&ended, "cut"), "True Done");
    assert!(
        status(&ended, "cut")
            .workloads
            .iter()
            .all(|w| w.not_executed.is_some())
    );
}

#[test]
fn it_ends_at_its_deadline_at_the_latest() {
    let mut short = spec("Live");
    short["deadline"] = json!("10m");
    let begun = city().drill("cut", short).after_turn(601);
    assert_eq!(reason(&begun.after_turn(0), "cut"), "True DeadlinePassed");
}

#[test]
fn an_abort_ends_it_at_once() {
    let mut begun = live().after_turn(5);
    Arc::make_mut(begun.drills.values_mut().next().unwrap())
        .spec
        .abort = true;
    let ended = begun.after_turn(1);
    assert_eq!(reason(&ended, "cut"), "True Aborted");
    assert!(cut_off(&ended).is_empty());
    let never = live();
    let mut never = never;
    Arc::make_mut(never.drills.values_mut().next().unwrap())
        .spec
        .abort = true;
    assert_eq!(status(&never, "cut").started_at, None);
}

#[test]
fn a_failover_that_fails_settles_its_participant() {
    let scene = cut(live().after_turn(10), 60);
    let mut failed =
        mk_move("low-1", "low", MoveKind::Failover, AZURE, "eu-1").says(condition::FAILED, ago(1));
    failed.metadata.labels = Some([("havenmeester.dev/drill".to_owned(), "cut".to_owned())].into());
    let status = status(&scene.migration(failed), "cut");
    let low = status
        .workloads
        .iter()
        .find(|w| w.workload.ends_with("low"))
        .unwrap();
    assert_eq!(low.not_executed.as_deref(), Some("as the test says"));
}
