//! What stands where it may not is moved; what may stay is left alone.
use std::time::Duration;

use havenmeester_api::condition;
use serde_json::json;

use crate::stage::{AZURE, Stage};

#[tokio::test(start_paused = true)]
async fn a_violation_is_seen_decided_moved_and_cleaned_up() {
    let stage = Stage::set(1).await;
    stage.app(AZURE, "vital", "critical", "replicable").await;
    stage.app(AZURE, "alone", "critical", "exclusive").await;
    stage.app(AZURE, "parking", "low", "replicable").await;
    let untagged = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "mine"}});
    stage.put(AZURE, untagged).await;
    let daemon = stage.daemon("one");
    stage.settles("vital", "eu-1").await;
    stage.settles("alone", "eu-1").await;
    for name in ["vital", "alone"] {
        assert!(stage.is_whole("eu-1", name).await, "{name}");
        assert_eq!(stage.running(AZURE, name).await, 0, "{name}");
        assert_eq!(
            stage.says(name, condition::COMPLIANT).await,
            "True AllPoliciesMet"
        );
    }
    assert!(stage.is_whole(AZURE, "parking").await);
    assert_eq!(stage.home("parking").await.unwrap(), AZURE);
    assert!(stage.workload("mine").await.is_none());
    stage
        .eventually("the rollback window to pass", async || {
            stage
                .workload("vital")
                .await
                .unwrap()
                .status
                .unwrap()
                .copies
                .len()
                == 1
        })
        .await;
    assert_eq!(stage.migrations().await.len(), 2, "one move each");
    daemon.end().await;
    stage.end().await;
}

#[tokio::test(start_paused = true)]
async fn one_namespace_on_two_clusters_is_one_workload_with_two_copies() {
    let stage = Stage::set(2).await;
    stage.app("eu-1", "twice", "low", "replicable").await;
    stage.app("eu-2", "twice", "low", "replicable").await;
    // Not watched: two copies are what this test is about.
    stage.app("eu-1", "split", "low", "Exclusive").await;
    stage.app("eu-2", "split", "low", "Exclusive").await;
    let daemon = stage.daemon("one");
    stage
        .eventually("both copies to be seen", async || {
            let status = stage.workload("split").await.and_then(|w| w.status);
            status.is_some_and(|s| s.copies.len() == 2)
                && stage.says("split", condition::SINGLE).await.starts_with("False")
        })
        .await;
    assert_eq!(
        stage
            .workload("twice")
            .await
            .unwrap()
            .status
            .unwrap()
            .copies
            .len(),
        2
    );
    assert!(stage.workload("twice-discovered").await.is_none());
    assert!(
        stage.migrations().await.is_empty(),
        "a person must say which counts"
    );
    stage
        .eventually("both copies to go on", async || {
            stage.is_whole("eu-1", "split").await && stage.is_whole("eu-2", "split").await
        })
        .await;
    daemon.end().await;
    stage.end().await;
}

#[tokio::test(start_paused = true)]
async fn a_rollback_window_that_is_made_shorter_is_short_at_once() {
    let stage = Stage::set(6).await;
    stage.app(AZURE, "vital", "critical", "replicable").await;
    let daemon = stage.daemon("one");
    stage.settles("vital", "eu-1").await;
    let mut copies = stage
        .workload("vital")
        .await
        .and_then(|w| w.status)
        .unwrap()
        .copies;
    assert_eq!(copies.len(), 2, "the stopped source is kept: {copies:?}");
    let begun = tokio::time::Instant::now();
    for name in stage.migrations().await.into_keys() {
        stage.edit_move(&name, json!({"rollbackWindow": "5s"})).await;
    }
    stage
        .eventually("the source to be cleaned up", async || {
            copies = stage
                .workload("vital")
                .await
                .and_then(|w| w.status)
                .unwrap()
                .copies;
            copies.len() == 1
        })
        .await;
    let took = begun.elapsed();
    assert!(took < Duration::from_mins(1), "of ten minutes: {took:?}");
    daemon.end().await;
    stage.end().await;
}
