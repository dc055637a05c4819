//! A cluster is looked at for the Haven checks where the credentials reach it, and said to be unseen where they do not.
use std::sync::Arc;

use crate::support::{Given, SOON, Scene, whole};
use havenmeester_fleet::HavenLook;
use havenmeester_portability::Fact;
use havenmeester_portability::said::Unseen;
use object_store::memory::InMemory;
use serde_json::json;

#[tokio::test(start_paused = true)]
async fn the_facts_come_with_the_view_and_name_what_a_tenant_cannot_see() {
    let given = vec![whole("azure"), Given::namespaces("tenant", vec!["shop"])];
    let scene = Scene::with(given, Arc::new(InMemory::new())).await;
    scene.shop("tenant").await;
    scene
        .apply(
            "azure",
            json!({"apiVersion": "storage.k8s.io/v1", "kind": "StorageClass", "metadata": {"name": "longhorn"},
                "provisioner": "driver.longhorn.io"}),
        )
        .await;
    for name in ["azure", "tenant"] {
        scene
            .until(name, SOON, |view| *view.haven != HavenLook::default())
            .await;
    }
    let seen = scene.view("azure").haven.facts.clone();
    assert!(seen.observed_at.is_some());
    assert!(
        seen.nodes.get().is_ok_and(|nodes| !nodes.is_empty()),
        "{:?}",
        seen.nodes
    );
    assert_eq!(seen.admin, Fact::Known(true));
    assert!(
        seen.groups
            .get()
            .is_ok_and(|groups| groups.contains("rbac.authorization.k8s.io"))
    );
    assert!(seen.workloads.get().is_ok(), "{:?}", seen.workloads);
    let unseen = scene.view("tenant").haven.facts.clone();
    assert_eq!(unseen.nodes.get(), Err(&Unseen::NamespacesOnly));
}
