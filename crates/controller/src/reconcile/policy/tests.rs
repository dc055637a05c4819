//! What a policy touches.
use serde_json::json;

use crate::mk::{self, AZURE, mk_scene, written};

use super::*;

#[test]
fn a_policy_counts_what_it_touches_and_what_stands_where_it_forbids() {
    let scene = mk_scene()
        .workload("vital", AZURE, mk::critical())
        .workload("safe", "eu-1", mk::critical())
        .workload("low", AZURE, mk::low());
    let statuses = scene.intents().statuses;
    let autonomous = written!(statuses, Policy, "autonomous").unwrap();
    assert_eq!((autonomous.workloads, autonomous.violations), (Some(2), Some(1)));
    let all = written!(statuses, Policy, "default").unwrap();
    assert_eq!((all.workloads, all.violations), (Some(3), Some(0)));
}

#[test]
fn a_policy_that_names_what_is_not_there_is_invalid() {
    let scene = mk_scene().policy("typo", json!({"require": {"clusters": ["eu-west-9"]}}));
    let status = written!(scene.intents().statuses, Policy, "typo").unwrap();
    let valid = condition::get(&status.conditions, condition::VALID).unwrap();
    assert_eq!(valid.status, "False");
    assert!(valid.message.contains("eu-west-9"), "{}", valid.message);
}
