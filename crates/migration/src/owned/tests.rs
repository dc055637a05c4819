//! Whose an object is, on made-up managers.
use serde_json::json;

use super::*;

fn mk_written(by: &[(&str, &str)]) -> Value {
    let entries: Vec<Value> = by
        .iter()
        .map(|(manager, sub)| json!({"manager": manager, "subresource": sub}))
        .collect();
    json!({"metadata": {"managedFields": entries}})
}

#[test]
fn what_a_controller_writes_in_the_status_leaves_it_ours() {
    let live = mk_written(&[(FIELD_MANAGER, ""), ("kube-controller-manager", "status")]);
    assert!(is_by_us(&live) && is_only_by_us(&live));
}

#[test]
fn what_somebody_else_made_and_we_stopped_is_not_only_ours() {
    let live = mk_written(&[("kubectl", ""), (FIELD_MANAGER, "")]);
    assert!(is_by_us(&live) && !is_only_by_us(&live));
}

#[test]
fn an_object_that_tells_nothing_is_not_ours() {
    assert!(!is_by_us(&json!({"metadata": {}})));
}
