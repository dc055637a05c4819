//! A member vanishes in each of several ways; its workloads come up elsewhere; it returns, and is admitted again.
use havenmeester_api::condition;
use havenmeester_controller::Options;
use havenmeester_ledger::EntryKind;
use havenmeester_simulator::Fault;
use http::StatusCode;
use serde_json::json;

use crate::stage::{AZURE, MEMBERS, SPACE, Stage, ours};

async fn story(fault: Fault, cause: &str) {
    let stage = Stage::set(3).await;
    for (name, mode) in [("parking", "replicable"), ("archive", "exclusive")] {
        stage.app(AZURE, name, "low", mode).await;
    }
    let daemon = stage.daemon("one");
    stage.is_captured("parking").await;
    stage.is_captured("archive").await;
    stage.world.cut(AZURE, fault);
    stage.settles("parking", "eu-1").await;
    assert_eq!(
        stage.member_says(AZURE, condition::REACHABLE).await,
        format!("False {cause}")
    );
    assert_eq!(
        stage.member_says(AZURE, condition::ADMITTED).await,
        "False Quarantine"
    );
    assert!(stage.is_whole("eu-1", "parking").await);
    assert_eq!(stage.home("archive").await.unwrap(), AZURE, "exclusive: it waits");
    assert_eq!(
        stage.running(AZURE, "parking").await,
        2,
        "nobody asked the source for anything"
    );

    stage.world.heal(AZURE);
    stage
        .eventually("azure to be admitted", async || {
            stage.member_says(AZURE, condition::ADMITTED).await == "True Admitted"
        })
        .await;
    assert_eq!(
        stage.running(AZURE, "parking").await,
        0,
        "stopped before it was admitted"
    );
    assert!(
        stage.is_whole(AZURE, "archive").await,
        "what waited was left as it was"
    );
    assert!(stage.is_whole("eu-1", "parking").await);
    assert_eq!(stage.logged(EntryKind::ClusterLost).await, 1);
    assert_eq!(stage.logged(EntryKind::ClusterReturned).await, 1);
    assert_eq!(stage.logged(EntryKind::Quarantined).await, 1);
    assert_eq!(stage.logged(EntryKind::Admitted).await, 1);

    let back = json!({"workload": "parking", "kind": "Failback", "source": "eu-1", "target": AZURE});
    stage.put("hub", ours("Migration", "go-back", back)).await;
    stage.settles("parking", AZURE).await;
    assert!(stage.is_whole(AZURE, "parking").await);
    assert_eq!(stage.running("eu-1", "parking").await, 0);
    daemon.end().await;
    stage.end().await;
}

#[tokio::test(start_paused = true)]
async fn packets_are_dropped() {
    story(Fault::Partition, "Unreachable").await;
}

#[tokio::test(start_paused = true)]
async fn connections_are_refused() {
    story(Fault::Refuse, "Refused").await;
}

#[tokio::test(start_paused = true)]
async fn credentials_are_refused() {
    story(Fault::Answer(StatusCode::UNAUTHORIZED), "Unauthorized").await;
}

#[tokio::test(start_paused = true)]
async fn a_source_that_returns_before_the_target_serves_runs_until_it_does() {
    let stage = Stage::set(4).await;
    stage.app(AZURE, "parking", "low", "replicable").await;
    let daemon = stage.daemon("one");
    stage.is_captured("parking").await;
    stage.world.cut(AZURE, Fault::Partition);
    stage
        .eventually("the failover to be made", async || {
            !stage.migrations().await.is_empty()
        })
        .await;
    stage.world.heal(AZURE);
    stage
        .eventually("the copy on azure to stop", async || {
            let (here, there) = (
                stage.running(AZURE, "parking").await,
                stage.is_whole("eu-1", "parking").await,
            );
            assert!(here == 2 || there, "stopped before the target serves");
            here == 0
        })
        .await;
    stage.settles("parking", "eu-1").await;
    stage
        .eventually("azure to be admitted", async || {
            stage.member_says(AZURE, condition::ADMITTED).await == "True Admitted"
        })
        .await;
    daemon.end().await;
    stage.end().await;
}

#[tokio::test(start_paused = true)]
async fn a_failover_that_cannot_go_on_holds_up_no_other() {
    let stage = Stage::set(5).await;
    for name in ["archive", "parking"] {
        stage.app(AZURE, name, "low", "replicable").await;
    }
    for (member, _) in MEMBERS.iter().filter(|(member, _)| *member != AZURE) {
        stage.leaving(member, "archive").await;
    }
    let mut options = Options::new("one", SPACE);
    options.concurrent_moves = 1;
    let daemon = stage.daemon_with(options);
    stage.is_captured("archive").await;
    stage.is_captured("parking").await;
    stage.world.cut(AZURE, Fault::Partition);
    stage
        .eventually("parking to stand elsewhere", async || {
            stage.home("parking").await.is_some_and(|home| home != AZURE)
        })
        .await;
    let waits = stage
        .migrations()
        .await
        .into_values()
        .find(|m| m.spec.workload == "archive");
    let said = waits.and_then(|m| m.status).and_then(|status| status.waiting_for);
    assert!(
        said.as_ref()
            .is_some_and(|said| said.contains("it is being deleted")),
        "{said:?}"
    );
    daemon.end().await;
    stage.end().await;
}
