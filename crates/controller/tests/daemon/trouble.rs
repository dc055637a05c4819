//! What must do nothing, and what must go on all the same.
use std::sync::atomic::Ordering;
use std::time::Duration;

use havenmeester_api::condition;
use havenmeester_simulator::Fault;
use serde_json::json;

use crate::shut::Shut;
use crate::stage::{AZURE, Stage, ours};

#[tokio::test(start_paused = true)]
async fn a_hub_that_cannot_reach_most_of_its_clusters_does_nothing() {
    let stage = Stage::set(9).await;
    stage.app(AZURE, "parking", "low", "replicable").await;
    let daemon = stage.daemon("one");
    stage.is_captured("parking").await;
    stage.world.cut(AZURE, Fault::Partition);
    stage.world.cut("eu-1", Fault::Partition);
    stage
        .eventually("azure to be lost", async || {
            stage.member_says(AZURE, condition::REACHABLE).await == "False Unreachable"
        })
        .await;
    tokio::time::sleep(Duration::from_mins(5)).await;
    assert!(stage.migrations().await.is_empty());
    assert_eq!(
        stage.member_says(AZURE, condition::ADMITTED).await,
        "False NotReachable"
    );
    stage.world.heal("eu-1");
    // One of three is no majority: now it may be done.
    stage.settles("parking", "eu-2").await;
    daemon.end().await;
    stage.end().await;
}

#[tokio::test(start_paused = true)]
async fn a_store_that_is_full_is_said_and_the_rest_goes_on() {
    let (store, full) = Shut::new();
    let stage = Stage::set_on(10, store).await;
    stage.app(AZURE, "parking", "low", "replicable").await;
    let daemon = stage.daemon("one");
    stage.is_captured("parking").await;
    full.store(true, Ordering::Relaxed);
    stage.app(AZURE, "late", "low", "replicable").await;
    stage
        .eventually("the store's refusal to be said", async || {
            stage.says("late", condition::CAPTURED).await == "False StoreRefuses"
                && stage.member_says(AZURE, condition::CAPTURED).await == "False StoreRefuses"
        })
        .await;
    stage.world.cut(AZURE, Fault::Refuse);
    stage.settles("parking", "eu-1").await;
    assert!(
        stage.is_whole("eu-1", "parking").await,
        "from the capture that there was"
    );
    assert_eq!(stage.home("late").await.unwrap(), AZURE);
    full.store(false, Ordering::Relaxed);
    stage.world.heal(AZURE);
    stage.is_captured("late").await;
    daemon.end().await;
    stage.end().await;
}

#[tokio::test(start_paused = true)]
async fn a_wrong_object_holds_up_no_other() {
    let stage = Stage::set(11).await;
    stage.app(AZURE, "vital", "critical", "replicable").await;
    let nobody = json!({"workload": "nobody", "kind": "Failover", "source": AZURE, "target": "eu-1"});
    stage.put("hub", ours("Migration", "slip", nobody)).await;
    let owner = json!({"legalName": "loop", "country": "NL", "owners": [{"provider": "loop", "shareBasisPoints": 10000}]});
    stage.put("hub", ours("Provider", "loop", owner)).await;
    let daemon = stage.daemon("one");
    stage.settles("vital", "eu-1").await;
    assert_eq!(
        stage.member_says(AZURE, condition::ADMITTED).await,
        "True Admitted"
    );
    daemon.end().await;
    stage.end().await;
}

#[tokio::test(start_paused = true)]
async fn a_hub_that_starts_while_a_cluster_is_lost_has_not_forgotten_it() {
    let stage = Stage::set(12).await;
    stage.app(AZURE, "archive", "low", "exclusive").await;
    let daemon = stage.daemon("one");
    stage.is_captured("archive").await;
    stage.world.cut(AZURE, Fault::Partition);
    stage
        .eventually("azure to be lost", async || {
            stage.member_says(AZURE, condition::REACHABLE).await == "False Unreachable"
        })
        .await;
    let before = stage.member(AZURE).await.status.unwrap().reachability.unwrap();
    daemon.kill().await;
    let daemon = stage.daemon("one");
    for _ in 0..200 {
        tokio::time::sleep(Duration::from_millis(200)).await;
        let now = stage.member(AZURE).await.status.unwrap().reachability.unwrap();
        assert_eq!((now.state, now.since), (before.state, before.since.clone()));
        let copies = stage.workload("archive").await.unwrap().status.unwrap().copies;
        assert_eq!(copies.len(), 1, "{copies:?}");
    }
    daemon.end().await;
    stage.end().await;
}
