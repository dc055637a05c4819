//! Rules of `key`, each test named as its rule.

use serde_json::json;

use super::{Gvk, KeyError, ObjectKey};

#[test]
fn a_key_prints_group_kind_namespace_and_name() {
    let check = |api_version: &str, namespace: Option<&str>, expected: &str| {
        let object = json!({ "apiVersion": api_version, "kind": "K", "metadata": { "name": "a", "namespace": namespace } });
        assert_eq!(
            ObjectKey::from_value(&object).map(|key| key.to_string()),
            Ok(expected.to_owned())
        );
    };
    check("apps/v1", Some("n"), "apps/K n/a");
    check("v1", Some("n"), "K n/a");
    check("v1", None, "K a");
    assert_eq!(
        Gvk::new("apps", "v1", "Deployment").to_string(),
        "apps/v1 Deployment"
    );
    assert_eq!(Gvk::new("", "v1", "Pod").to_string(), "v1 Pod");
}

#[test]
fn what_is_missing_is_named() {
    let check = |object, expected| assert_eq!(ObjectKey::from_value(&object), Err(expected));
    for metadata in [json!({ "name": false }), json!({ "name": "a", "namespace": 1 })] {
        check(
            json!({ "apiVersion": "v1", "kind": "K", "metadata": metadata }),
            KeyError::NameIsNoText,
        );
    }
    check(json!([]), KeyError::NotAnObject);
    check(json!({}), KeyError::NoApiVersion);
    check(json!({ "apiVersion": "v1" }), KeyError::NoKind);
    check(
        json!({ "apiVersion": "v1", "kind": "Pod", "metadata": { "generateName": "a-" } }),
        KeyError::NoName,
    );
}
