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
            "[{name: A, valueFrom: {fieldRef: {fieldPath: a.b}}}]",
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
fn a_list_grows_behind_what_stands_in_it() {
    check(
        |object| {
            object["spec"]["template"]["spec"]["tolerations"] = json!([{ "key": "gpu" }, { "key": "other" }]);
        },
        &[(
            "      tolerations:\n      - key: gpu\n",
            "      tolerations:\n      - key: gpu\n      - key: other\n",
        )],
    );
    check(
        |object| {
            let env = &mut object["spec"]["template"]["spec"]["containers"][0]["env"];
            *env = json!([{ "name": "A", "value": "b" }, { "name": "C", "value": "on" }]);
        },
        &[(
            "[{name: A, value: b}]",
            "[{name: A, value: b}, {name: C, value: \"on\"}]",
        )],
    );
    check(
        |object| {
            object["spec"]["template"]["spec"]["tolerations"] = json!([{ "key": "x", "operator": "Exists" }]);
        },
        &[("      - key: gpu\n", "      - key: x\n        operator: Exists\n")],
    );
}

#[test]
fn a_list_keeps_its_comments_when_it_shrinks_and_grows() {
    let head = "apiVersion: v1\nkind: A\nmetadata: {name: b}\n";
    for (text, is, wanted) in [
        (
            "a:\n  - one  # first\n  # of two\n  - two\nb: c\n",
            json!(["one", "three"]),
            "a:\n  - one  # first\n  # of two\n  - three\nb: c\n",
        ),
        (
            "a:\n- {k: 1}  # kept\n- k: 2\n  # end",
            json!([{ "k": 1 }, { "k": 2 }, { "k": 3, "l": [4] }]),
            "a:\n- {k: 1}  # kept\n- k: 2\n  # end\n- k: 3\n  l:\n  - 4",
        ),
        (
            "a: [ 1, 2, 3 ]  # some\n",
            json!([1, 3, 4]),
            "a: [ 1, 3, 4 ]  # some\n",
        ),
        ("a: []\n", json!(["x"]), "a:\n  - x\n"),
    ] {
        let text = format!("{head}{text}");
        let mut after = manifests(&text).expect("YAML").remove(0);
        after["a"] = is;
        if text.contains("b: c") {
            after["b"] = json!("c");
        }
        assert_eq!(retouch(&text, &after), Some(format!("{head}{wanted}")));
    }
}

#[test]
fn lines_end_as_they_do_in_the_text() {
    let text = "apiVersion: v1\r\nkind: A\r\nmetadata:\r\n  name: b\r\na:\r\n- c  # d\r\n";
    let mut after = manifests(text).expect("YAML").remove(0);
    after["metadata"]["labels"] = json!({ "e": "f" });
    after["a"] = json!(["c", { "g": "h", "i": "j" }]);
    let wanted = text.replace("name: b\r\n", "name: b\r\n  labels:\r\n    e: f\r\n") + "- g: h\r\n  i: j\r\n";
    assert_eq!(retouch(text, &after), Some(wanted));
}

#[test]
fn what_an_anchor_names_changes_where_it_stands() {
    let text = "apiVersion: v1\nkind: A\nmetadata: {name: b}\nlist:\n- &first\n  image: old # of both\n  n: 1\n- <<: *first\n  n: 2\n\
                other: *first\n";
    let mut after = manifests(text).expect("YAML").remove(0);
    for pointer in ["/list/0/image", "/list/1/image", "/other/image"] {
        *after.pointer_mut(pointer).expect("an image") = json!("new");
    }
    assert_eq!(retouch(text, &after), Some(text.replace("old", "new")));
    after["other"]["image"] = json!("third");
    assert_eq!(retouch(text, &after), None, "one of them is no longer the same");
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

#[test]
fn what_is_written_is_quoted_where_a_word_would_mean_something_else() {
    for word in [
        "yes", "No", "y", "N", "on", "OFF", "1_000", "0b1", "0755", "null", "~", "1e3", "a: b", "- a", "#",
        "",
    ] {
        check_added(word);
    }
}

/// An entry with this text is added, on lines and within braces, and reads as this text.
#[track_caller]
fn check_added(word: &str) {
    for text in ["a:\n  b: c\n", "a: {b: c}\n"] {
        let value = json!({ "a": { "b": "c", "d": word, "e": [{ "f": word }] } });
        let written = retouch(text, &value).expect("written in its place");
        assert_eq!(manifests(&written).expect("YAML"), [value], "{written}");
    }
}
