//! An exemption says how it stands, warns, and ends by itself.
use havenmeester_api::require::CoreValue;
use serde_json::{Value, json};

use super::*;
use crate::intent::NewMigration;
use crate::mk::{AZURE, SPACE, critical, id, mk_scene, written};
use crate::scene::Scene;

/// A critical workload on azure, exempt from the categories of `autonomous` for some days to come.
fn exempt(days: i64, change: &Value) -> Scene {
    let mut scene = mk_scene().workload("permits", AZURE, critical());
    let today = Date::of(scene.now);
    let mut spec = json!({
        "policy": "autonomous", "rule": "categories", "workloads": ["permits"], "reason": "no other database",
        "weighing": CoreValue::ALL.map(|value| json!({"value": value, "speaks": "Neither"})),
        "owner": "permits", "approver": "cio",
        "since": today.plus_days(-100), "until": today.plus_days(days),
    });
    for (field, value) in change.as_object().into_iter().flatten() {
        spec[field] = value.clone();
    }
    let mut exemption = Exemption::new("legacy", serde_json::from_value(spec).unwrap());
    exemption.metadata.namespace = Some(SPACE.to_owned());
    scene.exemptions.insert(id("legacy"), Arc::new(exemption));
    scene
}

fn moves(scene: &Scene) -> usize {
    let made: Vec<NewMigration> = scene.intents().migrations;
    made.len()
}

#[track_caller]
fn check(days: i64, in_force: &str, ending: &str, moved: usize) {
    let scene = exempt(days, &json!({}));
    let intents = scene.intents();
    let status = written!(intents.statuses, Exemption, "legacy").unwrap();
    let told = |kind: &str| {
        let found = condition::get(&status.conditions, kind).unwrap();
        format!("{} {}", found.status, found.reason)
    };
    assert_eq!(
        (
            told(condition::IN_FORCE).as_str(),
            told(condition::ENDING).as_str()
        ),
        (in_force, ending),
        "{days}"
    );
    assert_eq!(moves(&scene), moved, "{days}");
}

/// Who rides on it leaves the policy's lead time (30 days) before it ends.
#[test]
fn it_warns_three_times_and_ends_by_itself() {
    check(90, "True InForce", "False NotSoon", 0);
    check(89, "True InForce", "True WithinNinetyDays", 0);
    check(29, "True InForce", "True WithinThirtyDays", 1);
    check(6, "True InForce", "True WithinSevenDays", 1);
    check(0, "True InForce", "True WithinSevenDays", 1);
    check(-1, "False Expired", "False NotSoon", 1);
}

#[test]
fn each_warning_is_told_once_and_names_who_will_be_moved() {
    let scene = exempt(29, &json!({}));
    let about = |intents: &Intents| -> Vec<String> {
        let ours = intents
            .notices
            .iter()
            .filter(|n| matches!(n.about, About::Exemption(_)));
        ours.map(|n| format!("{}: {}", n.reason, n.note)).collect()
    };
    let told = about(&scene.intents());
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(
        told[0].starts_with("ExemptionEnds") && told[0].contains("permits will be moved"),
        "{told:?}"
    );
    let status = written!(scene.intents().statuses, Exemption, "legacy").unwrap();
    assert_eq!(status.rely_on_it, ["permits"]);
    assert!(about(&scene.after_turn(60).intents()).is_empty());
}

#[test]
fn what_is_not_valid_loosens_nothing() {
    let scene = exempt(30, &json!({"approver": "permits"}));
    let status = written!(scene.intents().statuses, Exemption, "legacy").unwrap();
    let valid = condition::get(&status.conditions, condition::VALID).unwrap();
    assert_eq!((valid.status.as_str(), moves(&scene)), ("False", 1));
    assert!(
        valid.message.contains("Exemption/legacy, spec.approver"),
        "{}",
        valid.message
    );
}

/// The daemon was down while it ended: the first thing that it does is to move what rode on it.
#[test]
fn a_daemon_that_was_down_at_the_end_moves_in_its_first_round() {
    let scene = exempt(40, &json!({})).after_turn(1);
    assert_eq!(moves(&scene), 0);
    let scene = scene.later(jiff::SignedDuration::from_hours(24 * 400));
    assert_eq!(moves(&scene), 1);
}
