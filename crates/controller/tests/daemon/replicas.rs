//! Two replicas: one leads, the other takes over.
use std::time::Duration;

use havenmeester_simulator::Fault;

use crate::stage::{AZURE, Daemon, Stage};

async fn two() -> (Stage, Daemon, Daemon) {
    let stage = Stage::set(13).await;
    stage.app(AZURE, "vital", "critical", "exclusive").await;
    let first = stage.daemon("first");
    tokio::time::sleep(Duration::from_secs(1)).await;
    let second = stage.daemon("second");
    (stage, first, second)
}

#[tokio::test(start_paused = true)]
async fn only_the_leader_writes_and_a_killed_one_is_replaced() {
    let (stage, first, second) = two().await;
    stage
        .eventually("the move to begin", async || !stage.migrations().await.is_empty())
        .await;
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert!(first.writes() > 0);
    assert_eq!(second.writes(), 0);
    first.kill().await;
    let begun = tokio::time::Instant::now();
    stage
        .eventually("the second to write", async || second.writes() > 0)
        .await;
    assert!(begun.elapsed() < Duration::from_secs(30), "{:?}", begun.elapsed());
    stage.settles("vital", "eu-1").await;
    assert!(stage.is_whole("eu-1", "vital").await);
    second.end().await;
    stage.end().await;
}

#[tokio::test(start_paused = true)]
async fn a_leader_that_ends_hands_over_at_once() {
    let (stage, first, second) = two().await;
    stage
        .eventually("the first to lead", async || first.writes() > 0)
        .await;
    first.end().await;
    let begun = tokio::time::Instant::now();
    stage
        .eventually("the second to write", async || second.writes() > 0)
        .await;
    assert!(begun.elapsed() < Duration::from_secs(8), "{:?}", begun.elapsed());
    second.end().await;
    stage.end().await;
}

/// The one that cannot reach the hub stops before the other begins, however its requests hang.
#[tokio::test(start_paused = true)]
async fn a_leader_that_is_cut_off_from_the_hub_stops_before_the_other_begins() {
    let (stage, first, second) = two().await;
    stage.settles("vital", "eu-1").await;
    stage.world.cut(&first.link(), Fault::Partition);
    stage
        .eventually("the second to lead", async || second.writes() > 0)
        .await;
    let (wrote, stopped) = (second.writes(), first.writes());
    stage.world.heal(&first.link());
    tokio::time::sleep(Duration::from_mins(1)).await;
    assert_eq!(first.writes(), stopped, "it writes no more");
    assert!(second.writes() >= wrote);
    first.end().await;
    second.end().await;
    stage.end().await;
}
