//! What runs in a cluster is seen, stays seen when the cluster is lost, and is never read as empty.
use std::sync::Arc;
use std::time::Duration;

use crate::support::{Given, SOON, Scene, config, deployment, namespace};
use havenmeester_api::Criticality;
use havenmeester_api::workload::CopyState;
use havenmeester_fleet::MemberView;
use havenmeester_placement::{Contact, CopyView, Demand, Fact, Reach, Unseen};
use havenmeester_simulator::Fault;
use jiff::Timestamp;
use object_store::memory::InMemory;
use serde_json::json;

fn copy<'v>(view: &'v MemberView, namespace: &str) -> Option<&'v CopyView> {
    view.cluster.copies.last()?.get(namespace)
}

fn seen_at<T>(fact: &Fact<T>) -> Option<Timestamp> {
    match fact {
        Fact::Known { observed_at, .. } => Some(*observed_at),
        Fact::Unknown { .. } => None,
    }
}

#[tokio::test(start_paused = true)]
async fn a_tagged_namespace_is_a_copy_with_its_tags_state_and_demand() {
    let scene = Scene::of(&["azure"]).await;
    scene.shop("azure").await;
    scene
        .apply(
            "azure",
            json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "untagged"}}),
        )
        .await;
    scene
        .until("azure", SOON, |view| {
            copy(view, "shop").is_some_and(|copy| copy.objects == 2)
        })
        .await;
    let view = scene.view("azure");
    let shop = copy(&view, "shop").unwrap();
    assert_eq!(shop.state, CopyState::Active);
    assert_eq!(
        shop.demand,
        Demand {
            cpu_milli: 500,
            memory_mib: 256,
            pods: 2,
            ..Demand::default()
        }
    );
    assert_eq!(
        shop.tags.as_ref().map(|tags| tags.criticality.level()),
        Some(Criticality::Critical)
    );
    assert!(copy(&view, "untagged").is_none());
    assert!(view.version.is_some() && view.served_groups.is_some_and(|groups| groups > 3));
    assert_eq!(view.storage_classes, ["standard"]);
    scene
        .until("azure", SOON, |view| {
            view.cluster
                .capacity
                .last()
                .is_some_and(|capacity| capacity.requested_cpu_milli == 500)
        })
        .await;
    assert!(scene.view("azure").cluster.capacity.last().unwrap().cpu_milli > 500);

    scene.apply("azure", deployment("shop", 0)).await;
    scene
        .until("azure", SOON, |view| {
            copy(view, "shop").is_some_and(|copy| copy.state == CopyState::Stopped)
        })
        .await;
    scene.end().await;
}

#[tokio::test(start_paused = true)]
async fn a_namespace_that_is_tagged_later_is_read_then() {
    let scene = Scene::of(&["azure"]).await;
    let mut later = namespace("later", "low");
    later["metadata"]["labels"] = json!({});
    scene.apply("azure", later).await;
    scene.apply("azure", config("later", "a")).await;
    scene.apply("azure", deployment("later", 1)).await;
    scene
        .until("azure", SOON, |view| view.cluster.copies.last().is_some())
        .await;
    assert!(copy(&scene.view("azure"), "later").is_none());
    scene.apply("azure", namespace("later", "low")).await;
    let mut first = None;
    scene
        .until("azure", SOON, |view| {
            first = first.or(copy(view, "later").map(|copy| copy.objects));
            first.is_some()
        })
        .await;
    assert_eq!(first, Some(2), "the first sight of it is a complete one");
    scene.end().await;
}

#[tokio::test(start_paused = true)]
async fn copies_of_a_lost_cluster_stay_and_grow_old() {
    let scene = Scene::of(&["azure"]).await;
    scene.shop("azure").await;
    scene
        .until("azure", SOON, |view| {
            copy(view, "shop").is_some_and(|copy| copy.objects == 2)
        })
        .await;
    tokio::time::sleep(Duration::from_secs(30)).await;
    let before = seen_at(&scene.view("azure").cluster.copies).unwrap();
    scene.world.cut("azure", Fault::Partition);
    scene.delete("azure", &config("shop", "a")).await;
    tokio::time::sleep(Duration::from_mins(10)).await;

    let view = scene.view("azure");
    assert!(matches!(view.cluster.contact, Contact::Lost { .. }));
    assert_eq!(copy(&view, "shop").unwrap().objects, 2);
    let after = seen_at(&view.cluster.copies).unwrap();
    assert!(after.duration_since(before).as_secs() <= 2, "{before} {after}");
    assert!(view.cluster.capacity.last().is_some());

    // What vanished meanwhile is seen as gone only now, and the facts are young again.
    scene.world.heal("azure");
    scene
        .until("azure", SOON, |view| {
            copy(view, "shop").is_some_and(|copy| copy.objects == 1)
        })
        .await;
    let now = scene.world.clock().now();
    scene
        .until("azure", SOON, |view| {
            seen_at(&view.cluster.copies).is_some_and(|at| at >= now)
        })
        .await;
    scene.end().await;
}

#[tokio::test(start_paused = true)]
async fn a_namespace_only_cluster_shows_its_namespaces_and_nothing_else() {
    let given = vec![Given::namespaces("hent", vec!["shop", "spare"])];
    let scene = Scene::with(given, Arc::new(InMemory::new())).await;
    scene.shop("hent").await;
    scene.apply("hent", namespace("other", "low")).await;
    scene.apply("hent", config("other", "a")).await;
    scene.track(&["shop", "other"]);
    scene
        .until("hent", Duration::from_secs(30), |view| {
            copy(view, "shop").is_some_and(|copy| copy.objects == 2)
        })
        .await;
    let view = scene.view("hent");
    assert_eq!(view.cluster.capacity, Fact::unknown(Unseen::OnlyNamespaces));
    assert!(matches!(&view.cluster.reach, Reach::Namespaces(names) if names.len() == 2));
    assert!(copy(&view, "other").is_none());
    assert!(copy(&view, "spare").is_none_or(|copy| copy.objects == 0));
    scene
        .until("hent", SOON, |view| {
            view.captures.contains_key("havenmeester/shop")
        })
        .await;
    let (reference, _) = scene.fleet.latest_capture("havenmeester/shop", "hent").unwrap();
    assert!(reference.objects >= 2);
    scene.end().await;
}

#[tokio::test(start_paused = true)]
async fn credentials_that_are_refused_for_a_moment_make_no_copy_look_younger_than_it_is() {
    let scene = Scene::of(&["azure"]).await;
    scene.shop("azure").await;
    scene
        .until("azure", SOON, |view| {
            copy(view, "shop").is_some_and(|copy| copy.objects == 2)
        })
        .await;
    // Longer than a watch, so that each of them is refused; the heartbeat is lost with them.
    scene
        .world
        .cut("azure", Fault::Answer(http::StatusCode::FORBIDDEN));
    scene.delete("azure", &config("shop", "a")).await;
    tokio::time::sleep(Duration::from_mins(2)).await;
    let healed = scene.world.clock().now();
    scene.world.heal("azure");
    for _ in 0..300 {
        let view = scene.view("azure");
        let young = seen_at(&view.cluster.copies).is_some_and(|at| at >= healed);
        assert!(!young || copy(&view, "shop").is_some_and(|copy| copy.objects == 1));
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(copy(&scene.view("azure"), "shop").unwrap().objects, 1);
    scene.end().await;
}
