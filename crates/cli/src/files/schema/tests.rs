//! What is refused, and what is said of it.
use havenmeester_api::Provider;
use kube::CustomResourceExt as _;
use serde_json::Value;

use super::{breaches, pattern};
use crate::files::tree::Tree;

/// The breaches of a Provider's spec, as `line field: message`.
fn check(spec: &str) -> Vec<String> {
    let definition = serde_json::to_value(Provider::crd()).unwrap();
    let schema: &Value =
        &definition["spec"]["versions"][0]["schema"]["openAPIV3Schema"]["properties"]["spec"];
    let tree: Tree = serde_saphyr::from_str(spec).unwrap();
    breaches(&tree, schema, "spec")
        .into_iter()
        .map(|b| format!("{} {}: {}", b.line, b.field, b.message))
        .collect()
}

#[test]
fn a_good_object_has_none() {
    assert_eq!(
        check("legalName: A\ncountry: NL\ncategory: Government\nowners: []\n"),
        Vec::<String>::new()
    );
}

#[test]
fn a_misspelt_category_is_told_with_what_is_right() {
    assert_eq!(
        check("legalName: A\ncountry: NL\ncategory: Hyperscaller\n"),
        [
            "3 spec.category: \"Hyperscaller\" is not known; write Hyperscaler, HyperscalerHardened, PrivateEu, \
          Government or OnPremises; did you mean Hyperscaler?"
        ]
    );
}

#[test]
fn a_misspelt_field_is_told_at_its_key() {
    let told = check("legalName: A\ncountry: NL\ncategorie: Government\n").join("\n");
    assert!(
        told.starts_with("3 spec.categorie: there is no such field; write "),
        "{told}"
    );
    assert!(told.ends_with("did you mean category?"), "{told}");
}

#[test]
fn bounds_patterns_types_and_what_is_missing() {
    let told = check("country: Netherlands\nowners: {a: 1}\nsovereignty:\n- {objective: SOV-2, seal: 5}\n");
    assert_eq!(
        told,
        [
            "1 spec.country: \"Netherlands\" does not fit; write two capital letters of ISO 3166-1, as in NL",
            "2 spec.owners: wanted a list, found a map",
            "4 spec.sovereignty[0].seal: 5 is out of range; write 0 to 4",
            "1 spec.legalName: it is missing: The name in the register of companies",
        ]
    );
}

fn patterns(schema: &Value, found: &mut std::collections::BTreeSet<String>) {
    match schema {
        Value::Object(fields) => {
            found.extend(fields.get("pattern").and_then(Value::as_str).map(str::to_owned));
            fields.values().for_each(|field| patterns(field, found));
        }
        Value::Array(elements) => elements.iter().for_each(|element| patterns(element, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[test]
fn every_pattern_of_the_definitions_is_said_in_words_and_is_one_that_can_be_read() {
    let mut found = std::collections::BTreeSet::new();
    for definition in havenmeester_api::crds::all() {
        patterns(&serde_json::to_value(definition).unwrap(), &mut found);
    }
    let said: std::collections::BTreeSet<String> = pattern::WORDS
        .iter()
        .map(|(pattern, _)| (*pattern).to_owned())
        .collect();
    assert_eq!(said, found);
    for pattern in found {
        assert!(!pattern::fits(&pattern, "\u{0}"), "{pattern}");
    }
}
