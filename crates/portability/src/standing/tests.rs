//! Lost, new, running, serving.
use serde_json::json;

use super::*;

fn mk(objects: &[Value]) -> Standing {
    let mut standing = Standing::default();
    for object in objects {
        standing.keep(object.clone());
    }
    standing
}

fn settings(value: &str) -> Value {
    json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "settings", "namespace": "shop"}, "data": {"a": value}})
}

fn claim(class: &str) -> Value {
    json!({"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": {"name": "data", "namespace": "shop"},
        "spec": {"storageClassName": class, "accessModes": ["ReadWriteOnce"]}})
}

fn web(replicas: u32, ready: u32) -> Value {
    json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web", "namespace": "shop", "generation": 1},
        "spec": {"replicas": replicas, "selector": {"matchLabels": {"app": "web"}}},
        "status": {"observedGeneration": 1, "replicas": ready, "updatedReplicas": ready, "readyReplicas": ready, "availableReplicas": ready}})
}

#[test]
fn what_is_the_same_but_for_names_of_classes_is_the_same() {
    let (here, there) = (
        mk(&[settings("x"), claim("fast")]),
        mk(&[settings("x"), claim("ceph")]),
    );
    assert_eq!(here.lost_in(&there), Vec::<String>::new());
    assert_eq!(here.added_in(&there), Vec::<String>::new());
}

#[test]
fn what_is_missing_changed_or_new_is_named() {
    let (here, there) = (
        mk(&[settings("x"), claim("fast")]),
        mk(&[settings("y"), web(1, 1)]),
    );
    let lost = here.lost_in(&there);
    assert_eq!(lost.len(), 2, "{lost:?}");
    assert!(
        lost.iter()
            .any(|one| one.contains("settings") && one.contains("data.a")),
        "{lost:?}"
    );
    assert!(
        lost.iter()
            .any(|one| one.contains("data") && one.ends_with("is missing")),
        "{lost:?}"
    );
    assert_eq!(here.added_in(&there).len(), 1);
}

#[test]
fn what_runs_and_what_does_not_serve_is_told_apart() {
    assert_eq!(mk(&[web(1, 1)]).running().len(), 1);
    assert_eq!(mk(&[web(1, 1)]).not_serving(), Vec::<String>::new());
    assert_eq!(mk(&[web(1, 0)]).not_serving().len(), 1);
    assert_eq!(mk(&[settings("x")]).running(), Vec::<String>::new());
}

#[test]
fn what_is_not_captured_is_not_kept() {
    let pod = json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "web-1", "namespace": "shop",
        "ownerReferences": [{"apiVersion": "apps/v1", "kind": "ReplicaSet", "name": "web", "uid": "u", "controller": true}]}});
    assert!(mk(&[pod]).live().is_empty());
}
