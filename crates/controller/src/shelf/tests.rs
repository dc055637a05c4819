//! What is kept when the watch breaks, lists anew, or brings what cannot be read.
use havenmeester_api::Provider;
use serde_json::json;

use super::*;

fn guard(name: &str, country: &serde_json::Value) -> DeserializeGuard<Provider> {
    let object = json!({"apiVersion": "havenmeester.dev/v1alpha1", "kind": "Provider", "metadata": {"name": name},
        "spec": {"legalName": name, "country": country}});
    serde_json::from_value(object).unwrap()
}

fn good(name: &str, country: &str) -> DeserializeGuard<Provider> {
    guard(name, &json!(country))
}

fn bad(name: &str) -> DeserializeGuard<Provider> {
    guard(name, &json!({"not": "a country"}))
}

fn names(shelf: &Shelf<Provider>) -> Vec<String> {
    shelf.all().into_keys().map(|key| key.1).collect()
}

fn filled() -> Shelf<Provider> {
    let shelf = Shelf::default();
    shelf.apply(Event::Init);
    shelf.apply(Event::InitApply(good("a", "NL")));
    shelf.apply(Event::InitApply(good("b", "NL")));
    assert!(!shelf.ready(), "half a list is no list");
    shelf.apply(Event::InitDone);
    shelf
}

#[test]
fn a_list_counts_when_it_is_complete() {
    let shelf = filled();
    assert!(shelf.ready());
    assert_eq!(names(&shelf), ["a", "b"]);
}

#[test]
fn what_was_there_stays_until_the_next_list_is_complete() {
    let shelf = filled();
    shelf.apply(Event::Init);
    shelf.apply(Event::InitApply(good("b", "NL")));
    assert_eq!(names(&shelf), ["a", "b"]);
    shelf.apply(Event::Init); // the list broke off and begins anew
    shelf.apply(Event::InitApply(good("c", "NL")));
    shelf.apply(Event::InitDone);
    assert_eq!(names(&shelf), ["c"]);
}

#[test]
fn an_object_that_cannot_be_read_keeps_its_last_readable_version() {
    let shelf = filled();
    shelf.apply(Event::Apply(bad("a")));
    assert_eq!(shelf.get("", "a").unwrap().spec.country, "NL");
    shelf.apply(Event::Init);
    shelf.apply(Event::InitApply(bad("a")));
    shelf.apply(Event::InitDone);
    assert_eq!(names(&shelf), ["a"], "also over a new list");
}

#[test]
fn one_that_was_never_readable_is_left_out_and_holds_up_nobody() {
    let shelf = filled();
    shelf.apply(Event::Apply(bad("new")));
    shelf.apply(Event::Apply(good("z", "NL")));
    assert_eq!(names(&shelf), ["a", "b", "z"]);
}

#[test]
fn what_is_deleted_is_gone_even_when_it_cannot_be_read() {
    let shelf = filled();
    shelf.apply(Event::Delete(bad("a")));
    assert_eq!(names(&shelf), ["b"]);
}

#[test]
fn who_set_which_field_is_not_kept() {
    let shelf = filled();
    let object = json!({"apiVersion": "havenmeester.dev/v1alpha1", "kind": "Provider",
        "metadata": {"name": "a", "labels": {"kept": "yes"}, "managedFields": [{"manager": "kubectl", "operation": "Update",
            "apiVersion": "havenmeester.dev/v1alpha1", "fieldsType": "FieldsV1", "fieldsV1": {"f:spec": {}}}]},
        "spec": {"legalName": "a", "country": "NL"}});
    shelf.apply(Event::Apply(serde_json::from_value(object).unwrap()));
    let kept = shelf.get("", "a").unwrap();
    assert_eq!(kept.metadata.managed_fields, None);
    assert_eq!(kept.metadata.labels.as_ref().unwrap()["kept"], "yes");
}
