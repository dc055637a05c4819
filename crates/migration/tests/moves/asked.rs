//! Dry runs: an answer, and nothing written on either cluster.

use havenmeester_api::{
    condition::COMPLETE,
    migration::{Answer, MigrationStatus, Question, QuestionStatus, Verdict},
    workload::Mode,
};
use serde_json::json;

use crate::stage::{APP, Stage, says, show};

/// The writes that members have taken from the daemon's way: those of moves come from outside the cluster.
async fn rehearse(stage: &Stage) -> MigrationStatus {
    let writes = |stage: &Stage| {
        let log = stage.world.log();
        // What runs by itself writes only leases and statuses of pods and nodes.
        log.iter()
            .filter(|line| line.starts_with("b ") && line.contains(APP))
            .count()
    };
    let before = writes(stage);
    stage.ask("try", |spec| spec.dry_run = true).await;
    let status = stage.finish("try").await;
    assert_eq!(
        writes(stage),
        before,
        "a dry run wrote on the target: {:#?}",
        stage.world.log()
    );
    assert!(stage.is_serving("a").await);
    status
}

#[tokio::test(start_paused = true)]
async fn a_target_that_takes_everything_is_ready() {
    let stage = Stage::set(Mode::Exclusive).await;
    let status = rehearse(&stage).await;
    assert_eq!(says(&status, COMPLETE), "True Rehearsed", "{:#?}", show(&status));
    // Nothing asks registries here: that one question cannot be answered, and the verdict says so.
    assert_eq!(status.verdict, Some(Verdict::Unknown), "{:#?}", status.findings);
    assert_eq!(status.questions.len(), Question::ALL.len());
    let unknown = |one: &&QuestionStatus| one.answer == Answer::Unknown;
    let open: Vec<Question> = status
        .questions
        .iter()
        .filter(unknown)
        .map(|one| one.question)
        .collect();
    assert_eq!(open, [Question::Images], "{:#?}", status.findings);
    assert!(
        status
            .questions
            .iter()
            .all(|one| one.answer != Answer::Block && one.answer != Answer::Warn)
    );
    assert!(stage.namespace("b").await.is_none());
    stage.end().await;
}

#[tokio::test(start_paused = true)]
async fn somebody_elses_object_blocks_and_is_named_first() {
    let stage = Stage::set(Mode::Exclusive).await;
    stage
        .create("b", "", "v1", "Namespace", json!({"metadata": {"name": APP}}))
        .await;
    let theirs = json!({"metadata": {"name": "web"}, "data": {"colour": "green"}});
    stage.create("b", "", "v1", "ConfigMap", theirs).await;
    let status = rehearse(&stage).await;
    assert_eq!(status.verdict, Some(Verdict::Blocked), "{:#?}", status.findings);
    let first = status.findings.first().unwrap();
    assert_eq!(
        (first.severity.as_str(), first.question.as_str()),
        ("Block", "Collisions")
    );
    assert_eq!(first.object.as_deref(), Some("ConfigMap shop/web"));
    stage.end().await;
}

#[tokio::test(start_paused = true)]
async fn a_quota_that_is_too_small_blocks() {
    let stage = Stage::set(Mode::Exclusive).await;
    stage
        .create("b", "", "v1", "Namespace", json!({"metadata": {"name": APP}}))
        .await;
    let quota = json!({"metadata": {"name": "small"}, "spec": {"hard": {"pods": "1"}}});
    stage.create("b", "", "v1", "ResourceQuota", quota).await;
    tokio::time::sleep(std::time::Duration::from_secs(5)).await;
    stage
        .patch(
            "b",
            ("", "v1", "ResourceQuota"),
            "small",
            json!({"metadata": {"labels": {"seen": "yes"}}}),
        )
        .await;
    let status = rehearse(&stage).await;
    assert_ne!(status.verdict, Some(Verdict::Ready), "{:#?}", status.findings);
    stage.end().await;
}

#[tokio::test(start_paused = true)]
async fn data_is_counted_at_what_the_slower_end_declares() {
    let stage = Stage::set(Mode::Replicable).await;
    let claim = json!({"metadata": {"name": "media"}, "spec": {
        "accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}},
    }});
    stage.create("a", "", "v1", "PersistentVolumeClaim", claim).await;
    let status = rehearse(&stage).await;
    let transfer = status
        .questions
        .iter()
        .find(|one| one.question == Question::Transfer)
        .unwrap();
    assert!(
        status.findings.iter().any(|one| one
            .message
            .contains("at most 1Gi in volumes, 43 s at 200 Mbit/s (declared)")),
        "{transfer:?} {:#?}",
        status.findings
    );
    stage.end().await;
}

#[tokio::test(start_paused = true)]
async fn a_target_that_does_not_answer_is_unknown_and_never_a_pass() {
    let stage = Stage::set(Mode::Exclusive).await;
    stage.lose("b").await;
    stage.ask("try", |spec| spec.dry_run = true).await;
    let status = stage.finish("try").await;
    assert_eq!(status.verdict, Some(Verdict::Unknown), "{:#?}", show(&status));
    stage.end().await;
}

#[tokio::test(start_paused = true)]
async fn a_lost_source_is_rehearsed_from_its_last_capture() {
    let stage = Stage::set(Mode::Exclusive).await;
    stage.lose("a").await;
    stage.ask("try", |spec| spec.dry_run = true).await;
    let status = stage.finish("try").await;
    assert_eq!(says(&status, COMPLETE), "True Rehearsed", "{:#?}", show(&status));
    assert!(
        status.steps[0]
            .message
            .as_deref()
            .is_some_and(|text| text.contains("the last one"))
    );
    stage.end().await;
}
