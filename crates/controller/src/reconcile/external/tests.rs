//! What is said of an application that is not on Kubernetes.
use serde_json::json;

use crate::mk::{mk_scene, written};
use crate::scene::Scene;

use super::*;

fn scene(spec: serde_json::Value) -> Scene {
    mk_scene().external("mail", spec)
}

fn said(scene: &Scene) -> ExternalApplicationStatus {
    written!(scene.intents().statuses, External, "mail").unwrap()
}

fn reason(scene: &Scene, kind: &str) -> String {
    let status = said(scene);
    let found = condition::get(&status.conditions, kind).unwrap();
    format!("{} {}", found.status, found.reason)
}

#[test]
fn it_is_as_autonomous_as_its_provider() {
    let american = scene(json!({"provider": "azure", "criticality": "Low", "sensitivity": "Low"}));
    assert_eq!(reason(&american, condition::AUTONOMOUS), "False ForeignLaw");
    assert_eq!(said(&american).jurisdiction_summary.as_deref(), Some("US"));
    let dutch = scene(json!({"provider": "eu"}));
    assert_eq!(reason(&dutch, condition::AUTONOMOUS), "True NoForeignLaw");
    assert_eq!(said(&dutch).seal, Some(3));
}

#[test]
fn a_provider_that_nobody_knows_is_not_autonomous_and_named() {
    let scene = scene(json!({"provider": "nobody"}));
    assert_eq!(reason(&scene, condition::AUTONOMOUS), "Unknown UnknownProvider");
    let status = said(&scene);
    let valid = condition::get(&status.conditions, condition::VALID).unwrap();
    assert_eq!(
        (valid.status.as_str(), valid.message.as_str()),
        ("False", "spec.provider: there is no Provider \"nobody\"")
    );
}

#[test]
fn what_nobody_has_classified_is_told() {
    let half = scene(json!({"provider": "eu", "criticality": "Low"}));
    assert_eq!(reason(&half, condition::CLASSIFIED), "False NotClassified");
    let whole = scene(json!({"provider": "eu", "criticality": "Low", "sensitivity": "High"}));
    assert_eq!(reason(&whole, condition::CLASSIFIED), "True Classified");
}

#[test]
fn the_end_of_its_contract_is_warned_of_once() {
    // The scene is of 2026-11-24.
    for (end, expected, left) in [
        ("2027-05-24", "False NotSoon", 181),
        ("2027-05-23", "True EndsSoon", 180),
        ("2026-11-24", "True EndsSoon", 0),
        ("2026-11-23", "True Ended", -1),
    ] {
        let scene = scene(json!({"provider": "eu", "contractEnd": end, "owner": "IT"}));
        assert_eq!(reason(&scene, condition::ENDING), expected, "{end}");
        assert_eq!(said(&scene).days_left, Some(left), "{end}");
        let events = |scene: &Scene| {
            let notices = scene.intents().notices;
            notices
                .iter()
                .filter(|notice| notice.reason == "ContractEnds")
                .count()
        };
        assert_eq!(events(&scene), usize::from(left <= 180), "{end}");
        assert_eq!(events(&scene.after_turn(1)), 0, "{end}");
    }
}

#[test]
fn what_is_written_is_not_written_again() {
    let scene = scene(json!({"provider": "eu", "contractEnd": "2027-01-01"})).after_turn(1);
    assert!(written!(scene.intents().statuses, External, "mail").is_none());
}
