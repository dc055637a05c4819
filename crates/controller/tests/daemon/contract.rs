//! Rounds of dry runs by themselves, on their days.
use havenmeester_api::Date;
use havenmeester_api::contract::{ContractStatus, Round};
use havenmeester_api::migration::Verdict;
use serde_json::json;

use crate::stage::{AZURE, Stage, ours};

async fn ends_in(stage: &Stage, days: i64) {
    let end = Date::of(stage.world.clock().now()).plus_days(days);
    let spec = json!({"provider": "azure", "start": "2024-01-01", "end": end});
    stage.put("hub", ours("Contract", "azure-2024", spec)).await;
}

async fn status(stage: &Stage) -> ContractStatus {
    stage.contract("azure-2024").await.status.unwrap_or_default()
}

async fn round_ends(stage: &Stage, lead: i32) -> Vec<Round> {
    stage
        .eventually(&format!("the round at {lead} days to end"), async || {
            let rounds = status(stage).await.rounds;
            rounds
                .iter()
                .any(|r| r.lead_days == lead && r.finished_at.is_some())
        })
        .await;
    status(stage).await.rounds
}

#[tokio::test(start_paused = true)]
async fn each_round_is_made_on_its_day_and_once() {
    let stage = Stage::set(7).await;
    stage.app(AZURE, "parking", "low", "replicable").await;
    stage.app(AZURE, "archive", "low", "exclusive").await;
    let daemon = stage.daemon("one");
    stage.is_captured("parking").await;
    stage.is_captured("archive").await;
    ends_in(&stage, 181).await;
    tokio::time::sleep(std::time::Duration::from_secs(20)).await;
    assert!(stage.migrations().await.is_empty(), "not a day too early");
    for (days, lead, runs) in [(1, 180, 2), (90, 90, 4), (60, 30, 6)] {
        stage.days_pass(days);
        let rounds = round_ends(&stage, lead).await;
        assert!(rounds.iter().all(|r| r.skipped.is_none()));
        tokio::time::sleep(std::time::Duration::from_secs(20)).await;
        let made = stage.migrations().await;
        assert_eq!(made.len(), runs, "each workload once a round");
        assert!(
            made.values()
                // No registry is asked here: nothing blocks, and not everything is known.
                .all(|m| m.status.as_ref().unwrap().verdict == Some(Verdict::Unknown))
        );
    }
    let status = status(&stage).await;
    assert_eq!(status.exit_readiness.unwrap().unknown, 2);
    assert_eq!(status.days_left, Some(30));
    assert_eq!(
        stage.running("eu-1", "parking").await + stage.running("eu-2", "parking").await,
        0
    );
    daemon.end().await;
    stage.end().await;
}

#[tokio::test(start_paused = true)]
async fn a_daemon_that_was_down_over_two_rounds_makes_the_last_and_skips_the_other() {
    let stage = Stage::set(8).await;
    stage.app(AZURE, "parking", "low", "replicable").await;
    let daemon = stage.daemon("one");
    stage.is_captured("parking").await;
    ends_in(&stage, 181).await;
    stage
        .eventually("the contract to be read", async || {
            !status(&stage).await.rounds.is_empty()
        })
        .await;
    daemon.kill().await;
    stage.days_pass(92); // 89 days left: the rounds at 180 and at 90 are due
    let daemon = stage.daemon("one");
    let rounds = round_ends(&stage, 90).await;
    assert!(rounds[0].skipped.is_some() && rounds[0].started_at.is_none());
    assert!(rounds[2].started_at.is_none());
    let made = stage.migrations().await;
    assert_eq!(made.len(), 1);
    assert_eq!(
        made.values().next().unwrap().status.as_ref().unwrap().verdict,
        Some(Verdict::Unknown)
    );
    daemon.end().await;
    stage.end().await;
}
