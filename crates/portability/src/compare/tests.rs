//! Rules of `compare`, each test named as its rule.

use serde_json::{Value, json};

use super::faithful;

fn mk(spec: &Value) -> Value {
    json!({ "apiVersion": "apps/v1", "kind": "Deployment", "metadata": { "name": "a", "namespace": "n" }, "spec": spec })
}

/// Paths of the differences between two specs.
#[track_caller]
fn check(sent: &Value, live: &Value, expected: &[&str]) {
    let found = faithful(&mk(sent), &mk(live));
    let paths: Vec<&str> = found.iter().map(|difference| difference.path.as_str()).collect();
    assert_eq!(paths, expected, "{found:?}");
}

#[test]
fn what_the_target_added_is_its_own() {
    let sent = json!({ "containers": [{ "name": "c", "image": "i", "ports": [{ "containerPort": 80 }] }] });
    let live = json!({
        "replicas": 1, "containers": [{
            "name": "c", "image": "i", "imagePullPolicy": "IfNotPresent",
            "ports": [{ "containerPort": 80, "protocol": "TCP" }],
        }],
    });
    check(&sent, &live, &[]);
    let mut whole = mk(&live);
    json_patch::merge(
        &mut whole,
        &json!({ "metadata": { "uid": "1", "labels": { "x": "y" } }, "status": { "x": 1 } }),
    );
    assert_eq!(faithful(&mk(&sent), &whole), []);
}

#[test]
fn a_lost_or_changed_field_is_not() {
    check(
        &json!({ "a": { "b": "x" }, "c": 2 }),
        &json!({ "a": {}, "c": 3 }),
        &["spec.a.b", "spec.c"],
    );
    check(
        &json!({ "list": [{ "name": "a" }, { "name": "b" }] }),
        &json!({ "list": [{ "name": "a" }] }),
        &["spec.list[1]"],
    );
    check(
        &json!({ "args": ["a", "c"] }),
        &json!({ "args": ["a", "b", "c"] }),
        &[],
    );
    check(
        &json!({ "args": ["a", "b"] }),
        &json!({ "args": ["b", "a", "c"] }),
        &["spec.args[1]"],
    );
    check(
        &json!({ "args": ["a"] }),
        &json!({ "args": ["b"] }),
        &["spec.args[0]"],
    );
}

#[test]
fn an_item_that_the_target_put_in_front_moves_none() {
    let sent = json!({ "containers": [{ "name": "app", "image": "i" }] });
    let live = json!({ "containers": [{ "name": "proxy", "image": "p" }, { "name": "app", "image": "i" }] });
    check(&sent, &live, &[]);
    let changed =
        json!({ "containers": [{ "name": "proxy", "image": "p" }, { "name": "app", "image": "j" }] });
    check(&sent, &changed, &["spec.containers[0].image"]);
}

#[test]
fn amounts_in_other_words_are_the_same() {
    let resources =
        |cpu: Value, memory: &str| json!({ "resources": { "limits": { "cpu": cpu, "memory": memory } } });
    check(
        &resources(json!("1000m"), "1024Mi"),
        &resources(json!("1"), "1Gi"),
        &[],
    );
    check(&resources(json!(1), "1Gi"), &resources(json!("1"), "1Gi"), &[]);
    check(
        &resources(json!("1"), "1Gi"),
        &resources(json!("2"), "1Gi"),
        &["spec.resources.limits.cpu"],
    );
    check(
        &json!({ "text": "1000m" }),
        &json!({ "text": "1" }),
        &["spec.text"],
    );
}

#[test]
fn nothing_may_be_left_out_but_a_wish_may_not() {
    let sent = json!({ "env": null, "hostNetwork": false, "list": [], "map": {}, "text": "", "securityContext": { "x": null } });
    check(&sent, &json!({}), &[]);
    check(
        &json!({ "automountServiceAccountToken": false, "replicas": 0 }),
        &json!({}),
        &["spec.automountServiceAccountToken", "spec.replicas"],
    );
}

#[test]
fn string_data_is_kept_as_data_and_no_value_is_shown() {
    let secret = |rest: Value| {
        let mut object = json!({ "apiVersion": "v1", "kind": "Secret", "metadata": { "name": "a" } });
        json_patch::merge(&mut object, &rest);
        object
    };
    let sent = secret(json!({ "stringData": { "k": "geheim" }, "data": { "j": "eA==" } }));
    assert_eq!(
        faithful(
            &sent,
            &secret(json!({ "data": { "k": "Z2VoZWlt", "j": "eA==" } }))
        ),
        []
    );
    let lost = faithful(&sent, &secret(json!({ "data": { "j": "eQ==" } })));
    let paths: Vec<&str> = lost.iter().map(|difference| difference.path.as_str()).collect();
    assert_eq!(paths, ["data.j", "data.k"]);
    assert!(!format!("{lost:?}").contains("geheim") && !format!("{lost:?}").contains("eQ=="));
}

#[test]
fn an_object_that_is_gone_differs_in_everything() {
    assert!(faithful(&mk(&json!({ "a": 1 })), &json!(null)).len() >= 4);
}
