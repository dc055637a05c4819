//! What the answers of registries mean for a move.

use std::collections::BTreeSet;

use serde_json::json;

use super::super::tests::mk_images;
use super::check;
use crate::{
    ClusterClasses, Fact, Route, Severity, Start, TargetFacts, Transformed,
    image::{ImageFact, ImageFacts, Mirrors, RegistryFact},
    said::{Both, Unanswered, Unseen},
    transform,
};

const IMAGE: &str = "city.azurecr.io/shop/web:1";

fn mk_app(image: &str) -> Transformed {
    let deployment = json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"namespace": "shop", "name": "web"},
        "spec": {"template": {"spec": {"containers": [{"name": "c", "image": image}]}}}});
    let classes = ClusterClasses::default();
    let route = Route {
        from: &classes,
        to: &classes,
        namespaces_only: None,
        served: None,
    };
    transform(&[deployment], &route, Start::AsCaptured)
}

/// `Severity message` of each finding, and its remedy, after a change to what is known.
fn told(image: &str, change: impl FnOnce(&mut ImageFacts)) -> Vec<(Severity, String, String)> {
    let app = mk_app(image);
    let mut images = mk_images(&app);
    change(&mut images);
    let facts = TargetFacts {
        images: Some(images),
        ..TargetFacts::default()
    };
    let found = check(&app, &facts);
    found
        .into_iter()
        .map(|one| {
            (
                one.severity,
                one.message.to_string(),
                one.remedy.map_or_else(String::new, |remedy| remedy.to_string()),
            )
        })
        .collect()
}

#[track_caller]
fn answered(fact: &ImageFact, severity: Severity, words: &[&str]) {
    let all = told(IMAGE, |images| {
        images.answers.values_mut().for_each(|one| *one = fact.clone());
    });
    let [(seen, message, _)] = all.as_slice() else {
        panic!("{all:?}");
    };
    assert_eq!(*seen, severity, "{message}");
    for word in words {
        assert!(message.contains(word), "{message}");
    }
}

fn mk_set(texts: &[&str]) -> BTreeSet<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

#[test]
fn a_clear_no_blocks_and_the_rest_is_unknown() {
    assert_eq!(told(IMAGE, |_| {}), []);
    let refused = |tried: &[&str], unread: &[&str]| ImageFact::NoAccess {
        tried: mk_set(tried),
        unread: mk_set(unread),
    };
    answered(
        &ImageFact::NotFound,
        Severity::Block,
        &[IMAGE, "not in its registry"],
    );
    answered(
        &refused(&["pull"], &[]),
        Severity::Block,
        &["city.azurecr.io refuses", "Secret pull"],
    );
    answered(&refused(&[], &[]), Severity::Block, &["without a login"]);
    answered(
        &refused(&[], &["made-there"]),
        Severity::Unknown,
        &["Secret made-there"],
    );
    let why = Unanswered::NotReached;
    answered(
        &ImageFact::Unknown { why },
        Severity::Unknown,
        &["cannot be reached"],
    );
    let silent = told(IMAGE, |images| images.answers.clear());
    assert_eq!(silent.first().map(|one| one.0), Some(Severity::Unknown));
}

#[test]
fn an_image_that_no_node_can_run_blocks_and_one_that_some_can_warns() {
    let on = |nodes: &[&str]| {
        let nodes = mk_set(nodes);
        let all = told(IMAGE, |images| images.architectures = Fact::Known(nodes));
        all.first().map(|one| one.0)
    };
    assert_eq!(on(&["amd64"]), None);
    assert_eq!(on(&["arm64"]), Some(Severity::Block));
    assert_eq!(on(&["amd64", "arm64"]), Some(Severity::Warn));
    let unseen = told(IMAGE, |images| {
        images.architectures = Fact::unknown(Unseen::NamespacesOnly);
    });
    assert_eq!(unseen.first().map(|one| one.0), Some(Severity::Unknown));
}

#[test]
fn what_is_no_name_blocks_in_a_pod() {
    let all = told("Web:1", |_| {});
    assert_eq!(all.first().map(|one| one.0), Some(Severity::Block));
}

#[test]
fn an_image_that_goes_with_the_provider_blocks_a_rehearsal_and_says_how_to_mirror_it() {
    let with = |rehearsed: bool| {
        told(IMAGE, |images| {
            images.rehearsed = rehearsed;
            images.mirror = Some("harbor.example.nl/apps/".to_owned());
            let owner = RegistryFact {
                provider: "azure".to_owned(),
                lost: Some(mk_both("it goes when azure is cut off")),
                refused: None,
            };
            images.registries.insert("city.azurecr.io".to_owned(), owner);
        })
    };
    let rehearsed = with(true);
    let [(severity, message, remedy)] = rehearsed.as_slice() else {
        panic!("{rehearsed:?}");
    };
    assert_eq!(*severity, Severity::Block);
    assert!(message.contains("it goes when azure is cut off"), "{message}");
    let copy = format!(
        "crane copy city.azurecr.io/shop/web@sha256:{} harbor.example.nl/apps/shop/web:1;",
        "a".repeat(64)
    );
    assert!(remedy.contains(&copy), "{remedy}");
    assert_eq!(
        with(false).first().map(|one| one.0),
        Some(Severity::Warn),
        "it works today"
    );
}

/// Everything from one mirror.
fn mk_mirrors(only: bool) -> Mirrors {
    Mirrors::said(&[havenmeester_api::member::Mirror {
        registry: "*".to_owned(),
        prefix: "harbor.example.nl/all".to_owned(),
        only,
    }])
}

fn mk_both(english: &str) -> Both {
    Both {
        english: english.to_owned(),
        dutch: "het verdwijnt met azure".to_owned(),
    }
}

fn mk_registry(provider: &str, lost: Option<&str>) -> RegistryFact {
    RegistryFact {
        provider: provider.to_owned(),
        lost: lost.map(mk_both),
        refused: None,
    }
}

#[test]
fn a_registry_under_a_law_that_the_policies_refuse_is_a_warning() {
    let all = told(IMAGE, |images| {
        let refused = mk_both("no policy would let the workload stand there: the law of US reaches it");
        let owner = RegistryFact {
            refused: Some(refused),
            ..mk_registry("azure", None)
        };
        images.registries.insert("city.azurecr.io".to_owned(), owner);
    });
    let [(severity, message, remedy)] = all.as_slice() else {
        panic!("{all:?}");
    };
    assert_eq!(*severity, Severity::Warn);
    assert!(message.contains("the law of US reaches it"), "{message}");
    assert!(remedy.contains("crane copy"), "{remedy}");
}

#[test]
fn an_image_in_a_mirror_that_stays_outlives_the_registry_of_its_name() {
    let with = |mirror: Option<&str>| {
        told(IMAGE, |images| {
            images.rehearsed = true;
            images.mirrors = mk_mirrors(false);
            let azure = mk_registry("azure", Some("it goes when azure is cut off"));
            images.registries.insert("city.azurecr.io".to_owned(), azure);
            let city = mk_registry("city", None);
            images.registries.insert("harbor.example.nl".to_owned(), city);
            for fact in images.answers.values_mut() {
                if let ImageFact::Found { mirror: from, .. } = fact {
                    *from = mirror.map(str::to_owned);
                }
            }
        })
    };
    assert_eq!(with(Some("harbor.example.nl")), []);
    let not_there = with(None);
    let [(severity, _, remedy)] = not_there.as_slice() else {
        panic!("{not_there:?}");
    };
    assert_eq!(*severity, Severity::Block);
    let copy = "harbor.example.nl/all/shop/web:1; the target's nodes pull from there already";
    assert!(remedy.contains(copy), "{remedy}");
}

#[test]
fn where_nodes_ask_only_a_mirror_it_is_named_for_what_it_lacks() {
    let all = told(IMAGE, |images| {
        images.mirrors = mk_mirrors(true);
        images
            .answers
            .values_mut()
            .for_each(|one| *one = ImageFact::NotFound);
    });
    let [(severity, message, remedy)] = all.as_slice() else {
        panic!("{all:?}");
    };
    assert_eq!(*severity, Severity::Block);
    assert!(
        message.contains("not in harbor.example.nl, the only mirror"),
        "{message}"
    );
    assert!(remedy.contains("push it to harbor.example.nl"), "{remedy}");
}

#[test]
fn a_registry_that_nobody_names_is_a_warning_of_a_rehearsal() {
    let all = told(IMAGE, |images| images.rehearsed = true);
    assert_eq!(all.first().map(|one| one.0), Some(Severity::Warn));
    assert_eq!(told(IMAGE, |_| {}), []);
}
