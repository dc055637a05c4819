//! Which pods are made, adopted and taken away.

use serde_json::{Value, json};

use super::{
    super::{
        cache::Cache,
        kind::{Key, Kind},
        write::Write,
    },
    decide,
};

fn mk_set(replicas: i32) -> Value {
    json!({
        "metadata": {"namespace": "a", "name": "web", "uid": "set", "generation": 1},
        "spec": {
            "replicas": replicas,
            "selector": {"matchLabels": {"app": "web"}},
            "template": {"metadata": {"labels": {"app": "web"}}, "spec": {"containers": []}},
        },
    })
}

fn mk_pod(name: &str, ready: bool) -> Value {
    let ready = if ready { "True" } else { "False" };
    json!({
        "metadata": {
            "namespace": "a", "name": name, "uid": name, "labels": {"app": "web"},
            "ownerReferences": [
                {"apiVersion": "apps/v1", "kind": "ReplicaSet", "name": "web", "uid": "set", "controller": true},
            ],
        },
        "spec": {"nodeName": "n", "containers": []},
        "status": {"phase": "Running", "conditions": [{"type": "Ready", "status": ready}]},
    })
}

fn mk_cache(set: Value, pods: impl IntoIterator<Item = Value>) -> Cache {
    let mut cache = Cache::default();
    cache.absorb(Kind::ReplicaSet, set);
    for pod in pods {
        cache.absorb(Kind::Pod, pod);
    }
    cache
}

fn mk_key() -> Key {
    ("a".to_owned(), "web".to_owned())
}

fn writes(cache: &Cache) -> Vec<Write> {
    decide(cache, &mk_key()).writes
}

fn deleted(writes: &[Write]) -> Vec<&str> {
    let name = |write| match write {
        &Write::Delete {
            key: (_, ref name), ..
        } => Some(name.as_str()),
        Write::Create { .. } | Write::Patch { .. } | Write::Status { .. } => None,
    };
    writes.iter().filter_map(name).collect()
}

#[test]
fn missing_pods_are_made_with_owner_and_labels() {
    let made = writes(&mk_cache(mk_set(2), [mk_pod("p", true)]));
    let [
        Write::Create {
            kind: Kind::Pod,
            namespace,
            body,
        },
        Write::Status { .. },
    ] = made.as_slice()
    else {
        panic!("{made:?}")
    };
    assert_eq!(namespace, "a");
    assert_eq!(body["metadata"]["generateName"], "web-");
    assert_eq!(body["metadata"]["labels"], json!({"app": "web"}));
    assert_eq!(body["metadata"]["ownerReferences"][0]["uid"], "set");
}

#[test]
fn the_pod_that_is_not_ready_goes_first() {
    let made = writes(&mk_cache(mk_set(1), [mk_pod("p", true), mk_pod("q", false)]));
    assert_eq!(deleted(&made), ["q"]);
}

#[test]
fn ended_and_leaving_pods_do_not_count() {
    let mut ended = mk_pod("p", true);
    ended["status"]["phase"] = json!("Failed");
    let mut leaving = mk_pod("q", true);
    leaving["metadata"]["deletionTimestamp"] = json!("2026-01-01T00:00:00Z");
    let made = writes(&mk_cache(mk_set(1), [ended, leaving]));
    assert!(
        matches!(made.first(), Some(Write::Create { kind: Kind::Pod, .. })),
        "{made:?}"
    );
}

#[test]
fn a_set_that_is_deleted_makes_nothing() {
    let mut set = mk_set(1);
    set["metadata"]["deletionTimestamp"] = json!("2026-01-01T00:00:00Z");
    let made = writes(&mk_cache(set, []));
    assert!(
        made.iter().all(|write| matches!(write, Write::Status { .. })),
        "{made:?}"
    );
}

#[test]
fn pods_that_nobody_controls_are_adopted() {
    let mut pod = mk_pod("p", true);
    pod["metadata"]["ownerReferences"] = json!([]);
    let made = writes(&mk_cache(mk_set(1), [pod]));
    let [
        Write::Patch {
            kind: Kind::Pod,
            body,
            ..
        },
    ] = made.as_slice()
    else {
        panic!("{made:?}")
    };
    assert_eq!(body["metadata"]["ownerReferences"][0]["uid"], "set");
}

#[test]
fn what_is_as_wanted_is_left_alone() {
    let mut set = mk_set(1);
    set["status"] = json!({
        "replicas": 1, "fullyLabeledReplicas": 1, "readyReplicas": 1, "availableReplicas": 1,
        "observedGeneration": 1,
    });
    assert_eq!(writes(&mk_cache(set, [mk_pod("p", true)])), []);
}
