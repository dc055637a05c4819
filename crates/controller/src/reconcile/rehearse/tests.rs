//! When dry runs are made by themselves, and when not.
use havenmeester_api::migration::Verdict;
use jiff::SignedDuration;
use serde_json::{Value, json};

use super::*;
use crate::mk::{self, AZURE, Moved, SPACE, mk_move, mk_scene};
use crate::scene::Scene;

fn weekly(more: &Value) -> Value {
    let mut rehearse = json!({"every": "7d"});
    if let (Some(rehearse), Some(more)) = (rehearse.as_object_mut(), more.as_object()) {
        rehearse.extend(more.clone());
    }
    json!({"rehearse": rehearse})
}

fn shops(names: &[&str]) -> Scene {
    let scene = mk_scene().policy("rehearsed", weekly(&json!({})));
    names
        .iter()
        .fold(scene, |scene, name| scene.workload(name, AZURE, mk::low()))
}

fn made(scene: &Scene) -> Vec<String> {
    let made = scene.intents().migrations;
    let dry = made.iter().filter(|one| one.object.spec.dry_run);
    dry.map(|one| {
        let spec = &one.object.spec;
        format!("{} to {}", one.object.metadata.name.clone().unwrap(), spec.target)
    })
    .collect()
}

fn hours(scene: Scene, hours: i64) -> Scene {
    scene.later(SignedDuration::from_hours(hours))
}

/// Every dry run that is under way comes to its end.
fn answered(mut scene: Scene, verdict: Verdict) -> Scene {
    let open: Vec<Migration> = scene
        .migrations
        .values()
        .filter(|m| m.spec.dry_run && !ended(m))
        .map(|m| Migration::clone(m))
        .collect();
    for run in open {
        let now = scene.now;
        let mut run = run.says(condition::COMPLETE, now);
        run.status.as_mut().unwrap().verdict = Some(verdict);
        scene = scene.migration(run);
    }
    scene
}

#[test]
fn without_a_policy_that_asks_none_is_made() {
    let scene = mk_scene().workload("shop", AZURE, mk::low());
    assert!(made(&scene).is_empty());
}

#[test]
fn a_workload_is_rehearsed_at_once_and_then_on_schedule() {
    let scene = shops(&["shop"]);
    assert_eq!(made(&scene), ["shop-rehearsal-1 to eu-1"], "another provider's");
    let scene = scene.after_turn(60);
    assert!(made(&scene).is_empty(), "one at a time");
    let scene = answered(scene, Verdict::Ready).after_turn(60);
    assert!(made(&hours(scene.clone(), 7 * 24 - 1)).is_empty());
    assert_eq!(made(&hours(scene, 7 * 24)), ["shop-rehearsal-2 to eu-1"]);
}

#[test]
fn where_it_must_stand_or_where_a_policy_names_is_rehearsed() {
    let scene = mk_scene().workload("shop", AZURE, mk::low());
    let named = scene.policy(
        "rehearsed",
        weekly(&json!({"to": ["eu-2", "eu-3", AZURE, "nowhere"]})),
    );
    assert_eq!(
        made(&named),
        ["shop-rehearsal-1 to eu-2", "shop-rehearsal-2 to eu-3"]
    );
}

#[test]
fn a_change_of_what_it_rests_on_calls_for_another_after_an_hour() {
    let scene = answered(shops(&["shop"]).after_turn(60), Verdict::Ready).after_turn(60);
    let changes: [fn(Scene) -> Scene; 3] = [
        |mut scene| {
            scene.view("eu-1", |view| view.version = Some("v1.35.0".to_owned()));
            scene
        },
        |scene| scene.policy("rehearsed", weekly(&json!({"every": "8d"}))),
        |mut scene| {
            let member = Arc::make_mut(scene.members.get_mut("eu-1").unwrap());
            member.spec.classes.ingress = Some("nginx".to_owned());
            scene
        },
    ];
    for change in changes {
        let other = change(scene.clone());
        assert!(made(&other).is_empty(), "not at once");
        assert_eq!(made(&hours(other, 1)), ["shop-rehearsal-2 to eu-1"]);
    }
    assert!(made(&hours(scene, 1)).is_empty());
}

#[test]
fn a_few_run_at_once_the_most_critical_first() {
    let scene = shops(&["a", "b", "c", "d", "e"]);
    assert_eq!(made(&scene).len(), AT_ONCE);
    let scene = scene.after_turn(1);
    assert!(made(&scene).is_empty());
    let scene = answered(scene, Verdict::Ready).after_turn(1);
    assert!(scene.migrations.keys().any(|(_, name)| name == "e-rehearsal-1"));
}

#[test]
fn the_most_critical_goes_first() {
    let scene = mk_scene().policy("rehearsed", weekly(&json!({"to": ["eu-2"]})));
    let names = ["a", "b", "c", "d"];
    let scene = names
        .iter()
        .fold(scene, |scene, name| scene.workload(name, AZURE, mk::low()));
    let scene = scene.workload("z", "eu-1", mk::critical());
    assert_eq!(made(&scene)[0], "z-rehearsal-1 to eu-2");
}

#[test]
fn none_begins_beside_a_failover_or_a_cut_off() {
    let scene = shops(&["shop"]);
    let failing = scene
        .clone()
        .migration(mk_move("other-1", "other", MoveKind::Failover, "eu-1", "eu-2").begun(1));
    assert!(made(&failing).is_empty());
    let lost = shops(&["shop"])
        .workload("till", "eu-1", mk::low())
        .lost("eu-1", 600);
    let urgent = lost.intents().migrations;
    assert!(urgent.iter().any(|one| is_urgent(&one.object)));
    assert!(urgent.iter().all(|one| !one.object.spec.dry_run));
    assert!(!made(&scene).is_empty());
}

#[test]
fn what_is_on_its_way_is_not_rehearsed() {
    let scene =
        shops(&["shop"]).migration(mk_move("shop-1", "shop", MoveKind::Relocate, AZURE, "eu-1").begun(1));
    assert!(made(&scene).is_empty());
}

#[test]
fn the_last_two_of_each_target_are_kept() {
    let mut scene = shops(&["shop"]);
    for _ in 0..3 {
        scene = hours(answered(scene.after_turn(60), Verdict::Ready), 8 * 24);
    }
    let outdated = scene.intents().outdated;
    let names: Vec<&str> = outdated
        .iter()
        .filter_map(|m| m.metadata.name.as_deref())
        .collect();
    assert_eq!(names, ["shop-rehearsal-1"]);
    let key = (SPACE.to_owned(), "shop-rehearsal-1".to_owned());
    scene.migrations.remove(&key);
    assert!(scene.intents().outdated.is_empty());
    assert_eq!(
        made(&scene),
        ["shop-rehearsal-4 to eu-1"],
        "a number is not given twice"
    );
}
