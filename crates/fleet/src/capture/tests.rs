//! What a capture holds.
use serde_json::{Value, json};

use super::complete;
use crate::fleet::Tracked;

fn object(kind: &str, name: &str, labels: &Value) -> Value {
    json!({"apiVersion": "v1", "kind": kind, "metadata": {"name": name, "namespace": "shop", "labels": labels}})
}

fn kinds(objects: &[Value]) -> Vec<&str> {
    objects
        .iter()
        .filter_map(|object| object["kind"].as_str())
        .collect()
}

#[test]
fn a_capture_holds_the_namespace_and_what_else_the_objects_need() {
    let account = object("ServiceAccount", "robot", &json!({}));
    let namespace = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop"}});
    let role = |name: &str| json!({"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole", "metadata": {"name": name}, "rules": []});
    let binding = json!({
        "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRoleBinding", "metadata": {"name": "robot"},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "used"},
        "subjects": [{"kind": "ServiceAccount", "name": "robot", "namespace": "shop"}],
    });
    let shared = [role("used"), role("unused"), binding];
    let objects = complete(vec![account], Some(namespace), &shared, &Tracked::default()).unwrap();
    let mut found = kinds(&objects);
    found.sort_unstable();
    assert_eq!(
        found,
        ["ClusterRole", "ClusterRoleBinding", "Namespace", "ServiceAccount"]
    );
}

#[test]
fn labels_that_select_nothing_give_no_capture() {
    let tracked = Tracked {
        match_labels: [("a".to_owned(), "b".to_owned())].into(),
        ..Tracked::default()
    };
    let other = object("ConfigMap", "x", &json!({"a": "c"}));
    let ours = object("ConfigMap", "y", &json!({"a": "b"}));
    assert!(complete(vec![other.clone()], None, &[], &tracked).is_none());
    assert_eq!(
        complete(vec![other, ours], None, &[], &tracked).map(|objects| objects.len()),
        Some(1)
    );
}

#[test]
fn what_the_selected_objects_need_is_captured_with_them_and_their_neighbours_are_not() {
    let tracked = Tracked {
        match_labels: [("app".to_owned(), "a".to_owned())].into(),
        ..Tracked::default()
    };
    let mut app = object("Pod", "app", &json!({"app": "a"}));
    app["spec"] = json!({"containers": [{"envFrom": [{"secretRef": {"name": "needed"}}]}]});
    let secret = |name: &str| object("Secret", name, &json!({}));
    let objects = complete(vec![app, secret("needed"), secret("other")], None, &[], &tracked).unwrap();
    let names: Vec<&str> = objects
        .iter()
        .filter_map(|object| object["metadata"]["name"].as_str())
        .collect();
    assert_eq!(names, ["app", "needed"]);
}
