//! What counts of a standard is said.
use std::sync::Arc;

use serde_json::{Value, json};

use super::*;
use crate::mk::{mk_scene, written};
use crate::scene::Scene;

fn with_standard(name: &str, spec: Value) -> Scene {
    let mut scene = mk_scene();
    let standard = AutonomyStandard::new(name, serde_json::from_value(spec).unwrap());
    scene.standards.insert(name.to_owned(), Arc::new(standard));
    scene
}

fn check(scene: &Scene, name: &str, valid: &str, adverse: Option<&str>, weights: Option<&str>) {
    let status = written!(scene.intents().statuses, Standard, name).unwrap();
    let condition = condition::get(&status.conditions, condition::VALID).unwrap();
    assert_eq!(format!("{} {}", condition.status, condition.reason), valid);
    assert_eq!(status.adverse_summary.as_deref(), adverse);
    assert_eq!(status.weights.as_deref(), weights);
}

#[test]
fn what_holds_today_is_summed_up() {
    let adverse = json!([
        {"country": "US", "reason": "a", "since": "2026-01-01"},
        {"country": "CN", "reason": "a", "since": "2027-01-01"},
        {"country": "HU", "reason": "a"},
    ]);
    let spec = json!({"adverse": adverse, "weights": {"published": "Annex2026"}});
    check(
        &with_standard("default", spec),
        "default",
        "True Valid",
        Some("HU,US"),
        Some("annex-2026"),
    );
}

#[test]
fn only_one_counts_and_its_mistakes_are_named() {
    check(
        &with_standard("other", json!({})),
        "other",
        "False NotUsed",
        None,
        None,
    );
    let own = json!({"version": "v", "source": "s", "objectives": [{"objective": "SOV-1", "percent": 90}]});
    let spec = json!({"weights": {"own": own}});
    check(
        &with_standard("default", spec),
        "default",
        "False Invalid",
        Some(""),
        Some("v"),
    );
}

#[test]
fn a_declaration_makes_a_provider_foreign_at_once() {
    let scene = with_standard(
        "default",
        json!({"adverse": [{"country": "NL", "reason": "decision 7"}]}),
    );
    let status = written!(scene.intents().statuses, Provider, "eu").unwrap();
    let condition = condition::get(&status.conditions, condition::AUTONOMOUS).unwrap();
    assert_eq!(condition.reason, "ForeignLaw");
    assert!(
        condition.message.contains("adverse: decision 7"),
        "{}",
        condition.message
    );
}
