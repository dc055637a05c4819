//! What placement gets to know.
use havenmeester_api::condition;
use havenmeester_api::migration::{MoveKind, Step, StepState};
use havenmeester_api::workload::CopyState;

use super::*;
use crate::mk::{self, AZURE, Moved, id, mk_move, mk_scene};

#[test]
fn quarantine_bars_a_cluster() {
    let scene = mk_scene().quarantined("eu-1", &["shop"]);
    let request = build(&scene);
    assert!(request.fleet.clusters["eu-1"].barred.is_some());
    assert!(request.fleet.clusters["eu-2"].barred.is_none());
}

#[test]
fn what_a_policy_may_ask_of_haven_is_what_the_status_knows() {
    let status: HavenStatus = serde_json::from_value(serde_json::json!({
        "compliant": "Unknown", "observedAt": "2026-05-01T00:00:00Z", "passed": 1, "failed": 1, "unknown": 15,
        "checks": [
            {"name": "multiaz", "result": "Yes", "evidence": ""}, {"name": "rbac", "result": "No", "evidence": ""},
            {"name": "cncf", "result": "Unknown", "evidence": ""},
        ],
    }))
    .unwrap();
    let seen = haven(&status).last().cloned().unwrap();
    assert!(!seen.compliant);
    let checks: Vec<(&str, bool)> = seen
        .checks
        .iter()
        .map(|(name, good)| (name.as_str(), *good))
        .collect();
    assert_eq!(checks, [("multiaz", true), ("rbac", false)]);
    let unseen = HavenStatus {
        observed_at: None,
        ..status
    };
    assert_eq!(haven(&unseen).last(), None);
}

#[test]
fn a_capture_of_another_cluster_is_no_capture_of_the_home() {
    let mut scene = mk_scene().workload("shop", AZURE, mk::low());
    assert!(build(&scene).workloads[&id("shop")].captured);
    scene.status("shop", |s| {
        s.capture.as_mut().unwrap().cluster = "eu-1".to_owned();
    });
    assert!(!build(&scene).workloads[&id("shop")].captured);
}

#[test]
fn what_is_nobodys_business_is_left_out() {
    let untagged = mk_scene().workload("shop", AZURE, None);
    assert!(build(&untagged).workloads.is_empty());
    let twice = mk_scene()
        .workload("shop", AZURE, mk::low())
        .written("twin", |w| {
            w.spec.target.namespace = "shop".to_owned();
        });
    assert_eq!(build(&twice).workloads.keys().collect::<Vec<_>>(), [&id("shop")]);
}

#[test]
fn a_move_under_way_is_told_with_its_target() {
    let scene = mk_scene()
        .workload("shop", AZURE, mk::low())
        .copy("eu-1", "shop", mk::low(), CopyState::Stopped)
        .migration(mk_move("shop-1", "shop", MoveKind::Relocate, AZURE, "eu-1"));
    let moving = build(&scene).workloads[&id("shop")].moving.clone().unwrap();
    assert_eq!(
        (moving.migration.as_str(), moving.target.as_str()),
        ("shop-1", "eu-1")
    );
}

#[test]
fn a_way_back_does_not_hold_up_a_failover() {
    let back = mk_move("shop-1", "shop", MoveKind::Relocate, AZURE, "eu-1")
        .begun(1)
        .says(condition::FAILED, mk::ago(5))
        .step(Step::RestartSource, StepState::Running);
    let scene = mk_scene().workload("shop", AZURE, mk::low()).migration(back);
    assert!(build(&scene).workloads[&id("shop")].moving.is_some());
    assert!(
        build(&scene.lost(AZURE, 60)).workloads[&id("shop")]
            .moving
            .is_none()
    );
}
