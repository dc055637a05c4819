//! A cut-off, rehearsed.
use havenmeester_api::condition::{self, is_true};
use serde_json::json;

use crate::stage::{AZURE, Stage, ours};

#[tokio::test(start_paused = true)]
async fn live_fails_over_who_takes_part_and_restores_contact() {
    let stage = Stage::set(5).await;
    for (name, criticality, mode) in [
        ("parking", "low", "replicable"),
        ("archive", "low", "exclusive"),
        ("outside", "medium", "replicable"),
    ] {
        stage.app(AZURE, name, criticality, mode).await;
    }
    let daemon = stage.daemon("one");
    for name in ["parking", "archive", "outside"] {
        stage.is_captured(name).await;
    }
    let spec = json!({"scenario": {"cutOff": {"provider": "azure"}}, "mode": "Live",
        "workloads": {"anyOf": [{"criticality": "Low"}]}});
    stage.put("hub", ours("Drill", "cut", spec)).await;
    stage
        .eventually("the drill to end", async || {
            let status = stage.drill("cut").await.status.unwrap_or_default();
            is_true(&status.conditions, condition::COMPLETE)
        })
        .await;
    let status = stage.drill("cut").await.status.unwrap();
    assert_eq!((status.total, status.serving), (Some(2), Some(1)));
    let archive = status
        .workloads
        .iter()
        .find(|w| w.workload.ends_with("archive"))
        .unwrap();
    assert!(archive.not_executed.is_some() && archive.migration.is_none());
    assert!(status.detected_at.unwrap().0 > status.started_at.unwrap().0);
    stage
        .eventually("contact to return, and azure to be admitted", async || {
            stage.member_says(AZURE, condition::ADMITTED).await == "True Admitted"
        })
        .await;
    stage.settles("parking", "eu-1").await;
    tokio::time::sleep(std::time::Duration::from_mins(2)).await;
    assert_eq!(stage.migrations().await.len(), 1, "who took no part stayed");
    assert!(stage.is_whole(AZURE, "outside").await && stage.is_whole(AZURE, "archive").await);
    assert_eq!(stage.running(AZURE, "parking").await, 0);
    daemon.end().await;
    stage.end().await;
}

#[tokio::test(start_paused = true)]
async fn simulate_writes_nothing_on_any_member() {
    let stage = Stage::set(6).await;
    stage.app(AZURE, "parking", "low", "replicable").await;
    let spec = json!({"scenario": {"cutOff": {"provider": "azure"}}, "mode": "Simulate"});
    stage.put("hub", ours("Drill", "think", spec)).await;
    let daemon = stage.daemon("one");
    stage
        .eventually("the simulation to end", async || {
            let status = stage.drill("think").await.status.unwrap_or_default();
            is_true(&status.conditions, condition::COMPLETE)
        })
        .await;
    stage.is_captured("parking").await;
    let again = json!({"scenario": {"cutOff": {"provider": "azure"}}, "mode": "Simulate"});
    stage.put("hub", ours("Drill", "again", again)).await;
    stage
        .eventually("the second to end", async || {
            stage
                .drill("again")
                .await
                .status
                .is_some_and(|s| s.ended_at.is_some())
        })
        .await;
    let status = stage.drill("again").await.status.unwrap();
    assert_eq!(status.workloads[0].target.as_deref(), Some("eu-1"));
    assert!(stage.migrations().await.is_empty());
    assert_eq!(
        stage.member_says(AZURE, condition::REACHABLE).await,
        "True Answers"
    );
    daemon.end().await;
    stage.end().await;
}
