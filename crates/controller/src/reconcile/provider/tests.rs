//! What follows from ownership is said.
use serde_json::json;

use crate::mk::{mk_scene, written};
use crate::scene::Scene;

use super::*;

fn reason(scene: &Scene, provider: &str, kind: &str) -> String {
    let status = written!(scene.intents().statuses, Provider, provider).unwrap();
    let found = condition::get(&status.conditions, kind).unwrap();
    format!("{} {}", found.status, found.reason)
}

fn owned_by(provider: &str, owner: &serde_json::Value) -> Scene {
    let mut scene = mk_scene();
    let object = std::sync::Arc::make_mut(scene.providers.get_mut(provider).unwrap());
    object.spec.owners = serde_json::from_value(json!([owner])).unwrap();
    scene
}

#[test]
fn foreign_law_is_not_autonomous() {
    assert_eq!(
        reason(&mk_scene(), "azure", condition::AUTONOMOUS),
        "False ForeignLaw"
    );
    assert_eq!(
        reason(&mk_scene(), "eu", condition::AUTONOMOUS),
        "True NoForeignLaw"
    );
}

#[test]
fn a_foreign_owner_reaches_through() {
    let scene = owned_by("eu", &json!({"provider": "azure", "shareBasisPoints": 10000}));
    assert_eq!(reason(&scene, "eu", condition::AUTONOMOUS), "False ForeignLaw");
}

#[test]
fn an_owner_that_is_not_there_is_unclear_and_invalid_and_the_rest_goes_on() {
    let scene = owned_by("eu", &json!({"provider": "nobody", "shareBasisPoints": 10000}));
    assert_eq!(
        reason(&scene, "eu", condition::AUTONOMOUS),
        "Unknown OwnershipUnclear"
    );
    assert_eq!(reason(&scene, "eu", condition::VALID), "False Invalid");
    assert_eq!(reason(&scene, "azure", condition::VALID), "True Valid");
}

#[test]
fn what_is_written_is_not_written_again() {
    assert!(written!(mk_scene().after_turn(1).intents().statuses, Provider, "eu").is_none());
}
