//! The daemon is killed at many points and started again: the same end, nothing lost, never two active copies.
use std::time::Duration;

use havenmeester_api::condition;
use havenmeester_simulator::Fault;

use crate::stage::{AZURE, Stage};

/// How far apart the points are at which it is killed.
const STEP: Duration = Duration::from_millis(900);

async fn relocation(killed_after: Duration) {
    let stage = Stage::set(14).await;
    stage.app(AZURE, "vital", "critical", "exclusive").await;
    stage.app(AZURE, "shop", "critical", "replicable").await;
    let daemon = stage.daemon("one");
    tokio::time::sleep(killed_after).await;
    daemon.kill().await;
    let daemon = stage.daemon("one");
    for name in ["vital", "shop"] {
        stage.settles(name, "eu-1").await;
        assert!(
            stage.is_whole("eu-1", name).await,
            "{name}, killed after {killed_after:?}"
        );
        assert_eq!(
            stage.running(AZURE, name).await,
            0,
            "{name}, killed after {killed_after:?}"
        );
    }
    assert_eq!(stage.migrations().await.len(), 2, "killed after {killed_after:?}");
    daemon.end().await;
    stage.end().await;
}

async fn failover(killed_after: Duration) {
    let stage = Stage::set(15).await;
    stage.app(AZURE, "shop", "low", "replicable").await;
    stage.app(AZURE, "alone", "low", "exclusive").await;
    let daemon = stage.daemon("one");
    stage.is_captured("shop").await;
    stage.is_captured("alone").await;
    stage.world.cut(AZURE, Fault::Partition);
    tokio::time::sleep(killed_after).await;
    daemon.kill().await;
    let daemon = stage.daemon("one");
    stage.settles("shop", "eu-1").await;
    assert!(
        stage.is_whole("eu-1", "shop").await,
        "killed after {killed_after:?}"
    );
    assert_eq!(stage.migrations().await.len(), 1, "killed after {killed_after:?}");
    stage.world.heal(AZURE);
    stage
        .eventually("azure to be admitted", async || {
            stage.member_says(AZURE, condition::ADMITTED).await == "True Admitted"
        })
        .await;
    assert_eq!(
        stage.running(AZURE, "shop").await,
        0,
        "killed after {killed_after:?}"
    );
    assert!(
        stage.is_whole(AZURE, "alone").await,
        "killed after {killed_after:?}"
    );
    daemon.end().await;
    stage.end().await;
}

#[tokio::test(start_paused = true)]
async fn a_relocation_goes_on_after_a_kill_at_any_point() {
    for point in 1..=10 {
        relocation(STEP * point).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_failover_goes_on_after_a_kill_at_any_point() {
    for point in 0..8 {
        failover(Duration::from_secs(8) + STEP * 3 * point).await;
    }
}

/// A daemon that never lives long still comes to the end.
#[tokio::test(start_paused = true)]
async fn it_gets_there_in_short_lives() {
    let stage = Stage::set(16).await;
    stage.app(AZURE, "vital", "critical", "exclusive").await;
    for life in 0..24u64 {
        let daemon = stage.daemon("one");
        tokio::time::sleep(Duration::from_millis(2_500 + life * 130 % 1_700)).await;
        daemon.kill().await;
    }
    assert_eq!(stage.home("vital").await.unwrap(), "eu-1");
    assert!(stage.is_whole("eu-1", "vital").await);
    assert_eq!(stage.running(AZURE, "vital").await, 0);
    stage.end().await;
}
