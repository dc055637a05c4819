//! Rollouts within the surge, scaling, pausing, and what the status tells.

use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;
use serde_json::{Value, json};

use super::{
    super::{
        cache::Cache,
        kind::{Key, Kind},
        write::Write,
    },
    decide, share,
};

fn mk_deployment(replicas: i32, image: &str) -> Value {
    json!({
        "metadata": {"namespace": "a", "name": "web", "uid": "d", "generation": 2},
        "spec": {
            "replicas": replicas,
            "selector": {"matchLabels": {"app": "web"}},
            "strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}},
            "template": mk_template(image, None),
        },
    })
}

fn mk_template(image: &str, hash: Option<&str>) -> Value {
    let mut template = json!({
        "metadata": {"labels": {"app": "web"}}, "spec": {"containers": [{"name": "c", "image": image}]},
    });
    if let Some(hash) = hash {
        template["metadata"]["labels"]["pod-template-hash"] = json!(hash);
    }
    template
}

fn mk_set(image: &str, replicas: i32, available: i32) -> Value {
    json!({
        "metadata": {
            "namespace": "a", "name": format!("web-{image}"), "uid": image,
            "annotations": {"deployment.kubernetes.io/revision": "1"},
            "ownerReferences": [
                {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web", "uid": "d", "controller": true},
            ],
        },
        "spec": {
            "replicas": replicas,
            "selector": {"matchLabels": {"app": "web", "pod-template-hash": image}},
            "template": mk_template(image, Some(image)),
        },
        "status": {"replicas": replicas, "readyReplicas": available, "availableReplicas": available},
    })
}

fn writes(deployment: Value, sets: impl IntoIterator<Item = Value>) -> Vec<Write> {
    let mut cache = Cache::default();
    cache.absorb(Kind::Deployment, deployment);
    for set in sets {
        cache.absorb(Kind::ReplicaSet, set);
    }
    let key: Key = ("a".to_owned(), "web".to_owned());
    decide(&cache, &key).writes
}

/// The sizes that the sets are given, by name.
fn sizes(writes: &[Write]) -> Vec<(String, i64)> {
    let size = |write: &Write| match write {
        Write::Patch {
            kind: Kind::ReplicaSet,
            key,
            body,
        } => Some((key.1.clone(), body["spec"]["replicas"].as_i64()?)),
        Write::Patch { .. } | Write::Create { .. } | Write::Status { .. } | Write::Delete { .. } => None,
    };
    writes.iter().filter_map(size).collect()
}

#[test]
fn a_new_template_gets_a_set_within_the_surge() {
    let made = writes(mk_deployment(3, "two"), [mk_set("one", 3, 3)]);
    let Some(Write::Create {
        kind: Kind::ReplicaSet,
        body,
        ..
    }) = made.first()
    else {
        panic!("{made:?}")
    };
    assert_eq!(body["spec"]["replicas"], 1);
    assert_eq!(
        body["metadata"]["annotations"]["deployment.kubernetes.io/revision"],
        "2"
    );
    let hash = &body["metadata"]["labels"]["pod-template-hash"];
    assert_eq!(
        body["spec"]["selector"]["matchLabels"]["pod-template-hash"],
        *hash
    );
    assert_eq!(
        body["spec"]["template"]["metadata"]["labels"]["pod-template-hash"],
        *hash
    );
}

#[test]
fn the_old_set_waits_for_the_new_pods() {
    let sets = |available| [mk_set("one", 3, 3), mk_set("two", 1, available)];
    assert_eq!(sizes(&writes(mk_deployment(3, "two"), sets(0))), []);
    assert_eq!(
        sizes(&writes(mk_deployment(3, "two"), sets(1))),
        [("web-one".to_owned(), 2)]
    );
}

#[test]
fn scaling_does_not_roll_out() {
    let made = writes(mk_deployment(5, "one"), [mk_set("one", 3, 3)]);
    assert_eq!(sizes(&made), [("web-one".to_owned(), 5)]);
}

#[test]
fn recreate_stops_the_old_before_it_makes_the_new() {
    let mut deployment = mk_deployment(2, "two");
    deployment["spec"]["strategy"] = json!({"type": "Recreate"});
    let made = writes(deployment.clone(), [mk_set("one", 2, 2)]);
    assert_eq!(sizes(&made), [("web-one".to_owned(), 0)]);
    assert!(
        !made.iter().any(|write| matches!(write, Write::Create { .. })),
        "{made:?}"
    );
    let made = writes(deployment, [mk_set("one", 0, 0)]);
    assert!(
        made.iter().any(|write| matches!(write, Write::Create { .. })),
        "{made:?}"
    );
}

#[test]
fn a_paused_deployment_makes_no_set() {
    let mut deployment = mk_deployment(2, "two");
    deployment["spec"]["paused"] = json!(true);
    let made = writes(deployment, [mk_set("one", 2, 2)]);
    assert!(
        made.iter().all(|write| matches!(write, Write::Status { .. })),
        "{made:?}"
    );
}

#[test]
fn the_status_tells_how_far_it_is() {
    let made = writes(mk_deployment(3, "one"), [mk_set("one", 3, 2)]);
    let Some(Write::Status { status, .. }) = made.last() else {
        panic!("{made:?}")
    };
    assert_eq!(status["readyReplicas"], 2);
    assert_eq!(status["unavailableReplicas"], 1);
    assert_eq!(status["observedGeneration"], 2);
    let found: Vec<_> = status["conditions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|c| [&c["type"], &c["status"]])
        .collect();
    assert_eq!(found, [["Progressing", "True"], ["Available", "False"]]);
}

#[test]
fn percentages_round_as_kubernetes_rounds_them() {
    for (text, of, up, expected) in [
        ("25%", 10, true, 3),
        ("25%", 10, false, 2),
        ("100%", 3, false, 3),
        ("x", 3, true, 0),
    ] {
        assert_eq!(
            share(&IntOrString::String(text.to_owned()), of, up),
            expected,
            "{text} of {of}"
        );
    }
    assert_eq!(share(&IntOrString::Int(2), 10, true), 2);
}
