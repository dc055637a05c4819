//! A cluster that is cut off hears nothing, is found lost by the usual means, and comes back.
use std::collections::BTreeSet;
use std::time::Duration;

use crate::support::{SOON, Scene, config};
use havenmeester_api::member::{Cause, ReachabilityState};
use havenmeester_placement::Contact;
use k8s_openapi::api::core::v1::ConfigMap;
use kube::Api;
use kube::api::ListParams;

#[tokio::test(start_paused = true)]
async fn nothing_reaches_a_cluster_that_is_cut_off() {
    let scene = Scene::of(&["azure", "eu"]).await;
    scene.shop("azure").await;
    scene.track(&["shop"]);
    for cluster in ["azure", "eu"] {
        scene
            .until(cluster, SOON, |view| view.cluster.copies.last().is_some())
            .await;
    }
    let member = scene.fleet.member("azure").await.unwrap();
    let maps: Api<ConfigMap> = Api::namespaced(member.client.clone(), "shop");
    assert!(maps.list(&ListParams::default()).await.is_ok());

    scene.fleet.cut_off(["azure".to_owned()].into());
    let before = scene.requests("azure");
    let lost = |contact: Contact| matches!(contact, Contact::Lost { .. });
    let after = scene
        .until("azure", SOON, |view| lost(view.cluster.contact))
        .await;
    assert!(after <= Duration::from_secs(5), "{after:?}");
    assert_eq!(scene.view("azure").reachability.cause, Some(Cause::Drill));
    assert_eq!(scene.view("azure").reachability.state, ReachabilityState::CutOff);
    assert!(
        maps.list(&ListParams::default()).await.is_err(),
        "a client from before is shut too"
    );
    assert_eq!(
        scene.fleet.member("azure").await.unwrap_err().cause,
        Some(Cause::Drill)
    );
    assert!(
        scene
            .fleet
            .capture_now("azure", "havenmeester/shop")
            .await
            .is_err()
    );
    scene.apply("azure", config("shop", "unseen")).await;
    tokio::time::sleep(Duration::from_mins(5)).await;
    assert_eq!(scene.requests("azure"), before, "not one request");
    assert_eq!(scene.view("eu").cluster.contact, Contact::Reachable);

    scene.fleet.cut_off(BTreeSet::default());
    let back = scene
        .until("azure", SOON, |view| view.cluster.contact == Contact::Reachable)
        .await;
    assert!(back <= Duration::from_secs(1), "{back:?}");
    assert!(scene.fleet.member("azure").await.is_ok());
    assert!(maps.list(&ListParams::default()).await.is_ok());
    scene.end().await;
}

#[tokio::test(start_paused = true)]
async fn a_member_that_is_taken_out_is_left_alone() {
    let scene = Scene::of(&["azure", "eu"]).await;
    scene
        .until("azure", SOON, |view| view.cluster.copies.last().is_some())
        .await;
    scene
        .fleet
        .set_members(vec![crate::support::member(&crate::support::whole("eu"))]);
    tokio::time::sleep(Duration::from_secs(1)).await;
    let before = scene.requests("azure");
    tokio::time::sleep(Duration::from_mins(1)).await;
    assert_eq!(scene.requests("azure"), before);
    assert!(!scene.fleet.view().contains_key("azure"));
    scene.end().await;
}
