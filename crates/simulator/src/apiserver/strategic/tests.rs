//! Lists with keys, lists without, and each directive.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::super::builtin;
use super::merge;

fn check(mut value: Value, patch: &Value, expected: &Value) {
    merge(&mut value, patch, &builtin::schema("core.v1.Pod")).unwrap();
    assert_eq!(value, *expected, "{patch}");
}

#[test]
fn lists_with_keys_merge_by_key() {
    check(
        json!({"spec": {"containers": [{"name": "a", "image": "1"}, {"name": "b", "image": "2"}]}}),
        &json!({"spec": {"containers": [{"name": "b", "image": "3"}, {"name": "c"}]}}),
        &json!({"spec": {"containers": [{"name": "a", "image": "1"}, {"name": "b", "image": "3"}, {"name": "c"}]}}),
    );
}

#[test]
fn directives_delete_replace_and_order() {
    check(
        json!({"spec": {"containers": [{"name": "a"}, {"name": "b"}]}}),
        &json!({"spec": {"containers": [{"name": "a", "$patch": "delete"}]}}),
        &json!({"spec": {"containers": [{"name": "b"}]}}),
    );
    check(
        json!({"spec": {"containers": [{"name": "a"}, {"name": "b"}]}}),
        &json!({"spec": {"$setElementOrder/containers": [{"name": "b"}, {"name": "a"}]}}),
        &json!({"spec": {"containers": [{"name": "b"}, {"name": "a"}]}}),
    );
    check(
        json!({"metadata": {"finalizers": ["x/a", "x/b"]}}),
        &json!({"metadata": {"$deleteFromPrimitiveList/finalizers": ["x/a"]}}),
        &json!({"metadata": {"finalizers": ["x/b"]}}),
    );
}

#[test]
fn lists_without_keys_are_replaced_and_null_removes() {
    check(
        json!({"spec": {"containers": [{"name": "a", "args": ["1", "2"]}], "nodeName": "n"}}),
        &json!({"spec": {"containers": [{"name": "a", "args": ["3"]}], "nodeName": null}}),
        &json!({"spec": {"containers": [{"name": "a", "args": ["3"]}]}}),
    );
}

fn mk_pod() -> impl Strategy<Value = Value> {
    let containers = proptest::collection::btree_map("[a-d]", "[x-z]", 0..4);
    let labels = proptest::collection::btree_map("[a-c]", "[x-z]", 0..3);
    (containers, labels, proptest::collection::vec("[x-z]", 0..3)).prop_map(|(containers, labels, finalizers)| {
        let containers: Vec<_> =
            containers.iter().map(|(name, image)| json!({"name": name, "image": image})).collect();
        json!({"metadata": {"labels": labels, "finalizers": finalizers}, "spec": {"containers": containers}})
    })
}

proptest! {
    #[test]
    fn the_same_patch_again_changes_nothing(pod in mk_pod(), patch in mk_pod()) {
        let schema = builtin::schema("core.v1.Pod");
        let mut once = pod;
        merge(&mut once, &patch, &schema).unwrap();
        let mut twice = once.clone();
        merge(&mut twice, &patch, &schema).unwrap();
        prop_assert_eq!(once, twice);
    }

    #[test]
    fn what_a_patch_says_is_so_and_nothing_is_lost(pod in mk_pod(), patch in mk_pod()) {
        let mut merged = pod.clone();
        merge(&mut merged, &patch, &builtin::schema("core.v1.Pod")).unwrap();
        let list = |value: &Value| value["spec"]["containers"].as_array().cloned().unwrap_or_default();
        for wanted in list(&patch) {
            prop_assert!(list(&merged).contains(&wanted));
        }
        for had in list(&pod) {
            prop_assert!(list(&merged).iter().any(|item| item["name"] == had["name"]));
        }
    }
}
