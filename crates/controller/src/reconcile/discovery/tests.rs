//! What becomes a Workload, and what never does.
use havenmeester_api::workload::CopyState;

use crate::mk::{self, AZURE, ago, mk_scene};
use crate::scene::Scene;

use super::*;

fn found(scene: &Scene) -> Vec<String> {
    let found = scene.intents().discovered;
    found
        .iter()
        .map(|w| {
            format!(
                "{} {}",
                w.metadata.name.as_deref().unwrap(),
                w.spec.target.namespace
            )
        })
        .collect()
}

fn running(tags: Option<labels::Tags>) -> Scene {
    mk_scene().copy(AZURE, "shop", tags, CopyState::Active)
}

#[test]
fn a_tagged_namespace_becomes_one_workload_however_many_copies_it_has() {
    let scene = running(mk::low()).copy("eu-1", "shop", mk::low(), CopyState::Active);
    assert_eq!(found(&scene), ["shop shop"]);
    assert_eq!(
        scene
            .intents()
            .log
            .iter()
            .filter(|e| e.subject.contains("shop"))
            .count(),
        1
    );
}

#[test]
fn an_untagged_namespace_is_never_touched() {
    assert!(found(&running(None)).is_empty());
}

#[test]
fn a_known_namespace_is_not_discovered_again() {
    assert!(found(&running(mk::low()).after_turn(1)).is_empty());
    let written = running(mk::low()).written("other-name", |w| w.spec.target.namespace = "shop".to_owned());
    assert!(found(&written).is_empty());
}

#[test]
fn old_knowledge_discovers_nothing() {
    assert!(found(&running(mk::low()).lost(AZURE, 5)).is_empty());
    assert!(found(&running(mk::low()).contact(AZURE, Contact::Suspect { since: ago(1) })).is_empty());
}

#[test]
fn a_name_that_is_taken_by_another_workload_is_left_to_it() {
    let elsewhere = |w: &mut Workload| w.spec.target.namespace = "elsewhere".to_owned();
    let scene = running(mk::low()).written("shop", elsewhere);
    assert_eq!(found(&scene), ["shop-discovered shop"]);
    let scene = scene.written("shop-discovered", elsewhere);
    assert_eq!(found(&scene), ["shop-discovered-2 shop"]);
}
