//! What the name of a capture depends on, and what it does not.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::{Capture, CaptureId};

fn mk_object(kind: &str, name: &str) -> Value {
    json!({"apiVersion": "v1", "kind": kind, "metadata": {"namespace": "shop", "name": name}})
}

fn mk_capture(objects: Vec<Value>) -> Capture {
    Capture {
        workload: "havenmeester/shop".to_owned(),
        cluster: "azure-weu".to_owned(),
        objects,
    }
}

fn id(capture: &Capture) -> CaptureId {
    CaptureId::of(&capture.plaintext().unwrap())
}

#[test]
fn the_id_does_not_depend_on_the_order_of_objects() {
    let (a, b) = (mk_object("Secret", "a"), mk_object("ConfigMap", "b"));
    let twin = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"namespace": "shop", "name": "b"}, "data": {}});
    let one = id(&mk_capture(vec![a.clone(), b.clone(), twin.clone()]));
    assert_eq!(id(&mk_capture(vec![twin.clone(), b.clone(), a.clone()])), one);
    assert_eq!(id(&mk_capture(vec![b, twin, a])), one);
}

#[test]
fn the_id_does_not_depend_on_the_order_of_fields() {
    let one: Value =
        serde_json::from_str(r#"{"kind":"Pod","metadata":{"name":"a","labels":{"x":"1","y":"2"}}}"#).unwrap();
    let other: Value =
        serde_json::from_str(r#"{"metadata":{"labels":{"y":"2","x":"1"},"name":"a"},"kind":"Pod"}"#).unwrap();
    assert_eq!(id(&mk_capture(vec![one])), id(&mk_capture(vec![other])));
}

#[test]
fn the_id_depends_on_workload_cluster_and_every_object() {
    let one = mk_capture(vec![mk_object("Secret", "a")]);
    let elsewhere = Capture {
        cluster: "eu-west-1".to_owned(),
        ..one.clone()
    };
    let of_another = Capture {
        workload: "havenmeester/other".to_owned(),
        ..one.clone()
    };
    let without = mk_capture(vec![]);
    let twice = mk_capture(vec![mk_object("Secret", "a"), mk_object("Secret", "a")]);
    let ids: std::collections::BTreeSet<_> = [&one, &elsewhere, &of_another, &without, &twice].map(id).into();
    assert_eq!(ids.len(), 5);
}

#[test]
fn the_plaintext_is_json_of_the_capture_with_its_objects_in_order() {
    let capture = mk_capture(vec![mk_object("Secret", "a"), mk_object("ConfigMap", "b")]);
    let read: Capture = serde_json::from_slice(&capture.plaintext().unwrap()).unwrap();
    assert_eq!(
        read,
        mk_capture(vec![mk_object("ConfigMap", "b"), mk_object("Secret", "a")])
    );
}

#[test]
fn an_id_has_one_spelling() {
    let id = CaptureId::of(b"x");
    assert_eq!(id.to_string().parse(), Ok(id));
    assert_eq!(
        serde_json::from_value::<CaptureId>(json!(id.to_string())).unwrap(),
        id
    );
    let shown = id.to_string();
    for bad in [
        "",
        "sha256-",
        "sha256-00",
        &shown.to_uppercase(),
        &shown[1..],
        &format!("{shown}0"),
    ] {
        assert!(bad.parse::<CaptureId>().is_err(), "{bad}");
    }
    assert!(
        format!("sha256-{}", &shown[7..].to_uppercase())
            .parse::<CaptureId>()
            .is_err()
    );
}

proptest! {
    #[test]
    fn any_text_is_an_id_or_an_error(text in ".{0,80}") {
        if let Ok(id) = text.parse::<CaptureId>() {
            prop_assert_eq!(id.to_string(), text);
        }
    }
}
