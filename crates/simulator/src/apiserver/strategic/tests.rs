//! Lists with keys, lists without, and each directive.

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
