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

#[test]
fn an_object_without_fields_is_ours_when_it_came_after_our_claim() {
    let claim =
        json!({"metadata": {"managedFields": [{"manager": FIELD_MANAGER, "time": "2026-01-01T00:00:10Z"}]}});
    let made = |at: &str| json!({"metadata": {"creationTimestamp": at}});
    assert!(is_empty_since(&made("2026-01-01T00:00:10Z"), &claim));
    assert!(!is_empty_since(&made("2026-01-01T00:00:09Z"), &claim));
    assert!(
        !is_empty_since(&made("2026-01-01T00:00:11Z"), &json!({})),
        "no claim is seen"
    );
    let mut theirs = mk_written(&[("kubectl", "")]);
    theirs["metadata"]["creationTimestamp"] = "2026-01-01T00:00:11Z".into();
    assert!(!is_empty_since(&theirs, &claim));
}
