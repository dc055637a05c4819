//! Limits, defaults and pruning by a schema.

use serde_json::{Value, json};

use super::super::{Schema, defaulting, pruning};
use super::validate;

fn mk_schema() -> Schema {
    Schema::from_crd(&json!({
        "type": "object",
        "required": ["name"],
        "properties": {
            "name": {"type": "string", "maxLength": 4, "pattern": "^[a-z]+$"},
            "size": {"type": "integer", "minimum": 1, "maximum": 9, "default": 3},
            "level": {"type": "string", "enum": ["Low", "High"]},
            "port": {"x-kubernetes-int-or-string": true},
            "free": {"type": "object", "x-kubernetes-preserve-unknown-fields": true},
            "items": {
                "type": "array", "maxItems": 2, "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["k"],
                "items": {"type": "object", "properties": {"k": {"type": "string"}, "v": {"type": "string", "default": "x"}}}
            }
        }
    }))
}

fn check(value: &Value, expected: &[&str]) {
    let found: Vec<_> = validate(value, &mk_schema())
        .into_iter()
        .map(|e| e.field)
        .collect();
    assert_eq!(found, expected, "{value}");
}

#[test]
fn each_limit_is_enforced() {
    check(&json!({"name": "abc"}), &[]);
    check(&json!({}), &["name"]);
    check(&json!({"name": "abcde"}), &["name"]);
    check(&json!({"name": "A"}), &["name"]);
    check(&json!({"name": "a", "size": 0}), &["size"]);
    check(&json!({"name": "a", "size": 10}), &["size"]);
    check(&json!({"name": "a", "size": "1"}), &["size"]);
    check(&json!({"name": "a", "level": "Middle"}), &["level"]);
    check(&json!({"name": "a", "port": "http"}), &[]);
    check(&json!({"name": "a", "port": true}), &["port"]);
    check(
        &json!({"name": "a", "items": [{"k": "1"}, {"k": "1"}]}),
        &["items[1]"],
    );
    check(
        &json!({"name": "a", "items": [{}, {"k": "1"}, {"k": "2"}]}),
        &["items"],
    );
}

#[test]
fn defaults_reach_into_lists() {
    let mut value = json!({"name": "a", "items": [{"k": "1"}]});
    defaulting::fill(&mut value, &mk_schema());
    assert_eq!(
        value,
        json!({"name": "a", "size": 3, "items": [{"k": "1", "v": "x"}]})
    );
}

#[test]
fn unknown_fields_go_and_free_ones_stay() {
    let mut value = json!({"name": "a", "more": 1, "free": {"x": 1}, "items": [{"k": "1", "y": 2}]});
    let dropped = pruning::prune(&mut value, &mk_schema());
    assert_eq!(
        value,
        json!({"name": "a", "free": {"x": 1}, "items": [{"k": "1"}]})
    );
    assert_eq!(dropped, ["items[0].y", "more"]);
}
