//! What is read from a Migration and its Workload.

use serde_json::json;

use super::*;

fn mk_workload(status: &serde_json::Value) -> Workload {
    serde_json::from_value(json!({
        "apiVersion": "havenmeester.dev/v1alpha1", "kind": "Workload",
        "metadata": {"namespace": "hub", "name": "shop"},
        "spec": {"target": {"namespace": "shop"}}, "status": status,
    }))
    .unwrap()
}

fn mk_migration(spec: &serde_json::Value) -> Migration {
    serde_json::from_value(json!({
        "apiVersion": "havenmeester.dev/v1alpha1", "kind": "Migration",
        "metadata": {"namespace": "hub", "name": "go"}, "spec": spec,
    }))
    .unwrap()
}

#[test]
fn a_dry_run_without_a_source_takes_the_cluster_on_which_the_workload_stands() {
    let spec = json!({"workload": "shop", "kind": "Relocate", "target": "b", "dryRun": true});
    let moving = Moving::read(&mk_migration(&spec), &mk_workload(&json!({"cluster": "a"}))).unwrap();
    assert_eq!((moving.source.as_str(), moving.id.as_str()), ("a", "hub/go"));
    let nowhere = Moving::read(&mk_migration(&spec), &mk_workload(&json!({})));
    assert!(nowhere.is_err_and(|sentence| sentence.starts_with("spec.source")));
    let there = Moving::read(&mk_migration(&spec), &mk_workload(&json!({"cluster": "b"})));
    assert!(there.is_err_and(|sentence| sentence.starts_with("spec.target")));
}

#[test]
fn a_workload_that_says_nothing_of_its_mode_is_exclusive() {
    let spec = json!({"workload": "shop", "kind": "Relocate", "source": "a", "target": "b"});
    let moving = Moving::read(&mk_migration(&spec), &mk_workload(&json!({}))).unwrap();
    assert_eq!((moving.mode, moving.window), (Mode::Exclusive, ROLLBACK_WINDOW));
}

#[test]
fn a_new_namespace_is_tagged_with_what_is_known_of_the_workload() {
    let spec = json!({"workload": "shop", "kind": "Relocate", "source": "a", "target": "b"});
    let status = json!({"criticality": "Critical", "sensitivity": "High", "mode": "Replicable"});
    let moving = Moving::read(&mk_migration(&spec), &mk_workload(&status)).unwrap();
    let read = havenmeester_api::labels::Tags::read(&moving.tags).unwrap();
    assert_eq!(read.mode, Mode::Replicable);
    assert!(read.misread.is_empty(), "{:?}", read.misread);
}
