//! Rules of `manifest`, each test named as its rule.

use std::error::Error;

use serde_json::json;

use super::manifests;

#[test]
fn documents_come_in_order_and_empty_ones_are_passed_over() {
    let text = "---\n# nothing\n---\nkind: A\n---\n\n---\nkind: B\n";
    assert_eq!(
        manifests(text).expect("YAML"),
        [json!({ "kind": "A" }), json!({ "kind": "B" })]
    );
    assert_eq!(manifests("").expect("nothing"), [json!(null); 0]);
}

#[test]
fn a_list_is_opened_and_json_is_read() {
    let text = r#"{"apiVersion": "v1", "kind": "List", "items": [{"kind": "A"}, {"kind": "B"}]}"#;
    assert_eq!(manifests(text).expect("JSON").len(), 2);
}

#[test]
fn a_mode_is_octal_as_kubectl_reads_it_and_text_stays_text() {
    let read = manifests("a: 0755\nb: \"0755\"\nc: 755\nd: 0.5\ne: \"yes\"").expect("YAML");
    assert_eq!(
        read,
        [json!({ "a": 493, "b": "0755", "c": 755, "d": 0.5, "e": "yes" })]
    );
}

#[test]
fn an_error_names_the_place_and_not_the_text() {
    let wrong = manifests("kind: Secret\ndata:\n  k: geheim\n  - x\n").expect_err("no YAML");
    assert_eq!(wrong.line, 4);
    let source = wrong.source().map(ToString::to_string).unwrap_or_default();
    assert!(!format!("{wrong} {source}").contains("geheim"), "{source}");
}

#[test]
fn a_list_in_a_list_is_opened_and_its_elements_have_its_kind() {
    let text = "apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: ServiceList\n  items:\n  - metadata: {name: a}\n";
    assert_eq!(
        manifests(text).expect("YAML"),
        [json!({ "apiVersion": "v1", "kind": "Service", "metadata": { "name": "a" } })]
    );
}
