//! Texts with only what must change changed.

use serde_json::{Value, json};

use super::retouch;
use crate::manifest::manifests;

const TEXT: &str = "\
# The web shop.
apiVersion: apps/v1
kind: Deployment
metadata:
  name: shop   # as the chart calls it
  annotations:
    a.b/c: \"x\"
    d: e
spec:
  replicas: 2

  # why two: one may be drained
  template:
    spec:
      nodeSelector: {pool: gpu}
      containers:
      - name: web
        image: 'old.example.nl/web:1'
        env: [{name: A, value: b}]
      - name: side
        image: quay.io/side
      tolerations:
      - key: gpu
";

#[track_caller]
fn check(change: impl FnOnce(&mut Value), expected: &[(&str, &str)]) {
    let mut after = manifests(TEXT).expect("YAML").remove(0);
    change(&mut after);
    let mut wanted = TEXT.to_owned();
    for (was, is) in expected {
        assert!(wanted.contains(was), "{was}");
        wanted = wanted.replacen(was, is, 1);
    }
    assert_eq!(retouch(TEXT, &after).as_deref(), Some(wanted.as_str()));
}

#[test]
fn what_is_equal_is_byte_for_byte_the_same() {
    check(|_| {}, &[]);
}

#[test]
fn a_scalar_changes_in_its_place_and_keeps_its_quotes() {
    check(
        |object| object["spec"]["template"]["spec"]["containers"][0]["image"] = json!("new.example.nl/web:1"),
        &[("'old.example.nl/web:1'", "'new.example.nl/web:1'")],
    );
    check(
        |object| object["spec"]["replicas"] = json!(0),
        &[("replicas: 2", "replicas: 0")],
    );
    check(
        |object| object["metadata"]["name"] = json!("on"),
        &[("name: shop   #", "name: \"on\"   #")],
    );
}

#[test]
fn an_entry_is_added_and_removed_as_a_line() {
    check(
        |object| object["metadata"]["annotations"]["havenmeester.dev/replicas"] = json!("2"),
        &[("    d: e\n", "    d: e\n    havenmeester.dev/replicas: \"2\"\n")],
    );
    check(
        |object| {
            object["metadata"]
                .as_object_mut()
                .map(|metadata| metadata.remove("annotations"));
        },
        &[("  annotations:\n    a.b/c: \"x\"\n    d: e\n", "")],
    );
}

#[test]
fn an_item_is_removed_with_its_lines() {
    check(
        |object| {
            object["spec"]["template"]["spec"]["containers"]
                .as_array_mut()
                .map(|list| list.remove(0));
        },
        &[(
            "      - name: web\n        image: 'old.example.nl/web:1'\n        env: [{name: A, value: b}]\n",
            "",
        )],
    );
}

#[test]
fn a_map_on_one_line_stays_on_it() {
    let selector =
        |is: Value| move |object: &mut Value| object["spec"]["template"]["spec"]["nodeSelector"] = is;
    for (is, text) in [
        (json!({ "nodes": "gpu" }), "{nodes: gpu}"),
        (
            json!({ "pool": "gpu", "zone": "on" }),
            "{pool: gpu, zone: \"on\"}",
        ),
        (json!({ "pool": "cpu" }), "{pool: cpu}"),
    ] {
        check(selector(is), &[("{pool: gpu}", text)]);
    }
    check(
        |object| {
            object["spec"]["template"]["spec"]["containers"][0]["env"][0] =
                json!({ "name": "A", "valueFrom": { "fieldRef": { "fieldPath": "a.b" } } });
        },
        &[(
            "[{name: A, value: b}]",
            "[{name: A, valueFrom: {\"fieldRef\":{\"fieldPath\":\"a.b\"}}}]",
        )],
    );
}

#[test]
fn a_map_on_one_line_keeps_its_spaces_quotes_and_lists() {
    for (text, is, wanted) in [
        (
            "a: {b: 'c', d: {e: \"f\"}}\n",
            json!({ "b": "g", "d": { "e": "h" } }),
            "a: {b: 'g', d: {e: \"h\"}}\n",
        ),
        (
            "a: { b: [1, {c: d}, ], 'e': f }  # g\n",
            json!({ "b": [1, { "c": "d" }], "e": "f", "h": [2] }),
            "a: { b: [1, {c: d}, ], 'e': f, h: [2] }  # g\n",
        ),
        (
            "a: {\"b\": \"c\", \"d\": 1}\n",
            json!({ "b": "c", "e": "f" }),
            "a: {\"b\": \"c\", \"e\": \"f\"}\n",
        ),
    ] {
        let head = "apiVersion: v1\nkind: A\nmetadata:\n  name: b\n";
        let text = format!("{head}{text}");
        let mut after = manifests(&text).expect("YAML").remove(0);
        after["a"] = is;
        assert_eq!(retouch(&text, &after), Some(format!("{head}{wanted}")));
    }
}

#[test]
fn a_list_that_grows_is_written_anew_and_the_rest_stays() {
    check(
        |object| {
            object["spec"]["template"]["spec"]["tolerations"] = json!([{ "key": "gpu" }, { "key": "other" }]);
        },
        &[(
            "      tolerations:\n      - key: gpu\n",
            "      tolerations:\n        - key: gpu\n        - key: other\n",
        )],
    );
}

#[test]
fn several_documents_json_and_lists_are_left_to_the_caller() {
    let after = json!({ "apiVersion": "v1", "kind": "A", "metadata": { "name": "b" } });
    for text in [
        "a: 1\n---\nb: 2\n",
        "{\"apiVersion\": \"v1\", \"kind\": \"A\"}",
        "apiVersion: v1\nkind: List\nitems: []\n",
        "a: [",
        "",
    ] {
        assert_eq!(retouch(text, &after), None, "{text}");
    }
}
