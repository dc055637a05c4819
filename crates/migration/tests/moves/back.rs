//! What goes back when a move fails or is aborted.

use havenmeester_api::{
    condition::{COMPLETE, FAILED},
    migration::{Step, StepState},
    workload::Mode,
};
use havenmeester_ledger::EntryKind;
use serde_json::json;

use crate::{
    lost::abort,
    stage::{APP, Stage, says, show, step},
};

#[tokio::test(start_paused = true)]
async fn a_target_that_never_serves_is_removed_and_the_source_runs_on() {
    for mode in [Mode::Replicable, Mode::Exclusive] {
        let stage = Stage::set(mode).await;
        stage.world.cluster("b").unwrap().nodes().fail_image("web:1");
        stage.ask("go", |_| ()).await;
        let ended = stage.finish("go").await;
        assert_eq!(says(&ended, FAILED), "True DeadlinePassed", "{:#?}", show(&ended));
        assert_eq!(says(&ended, COMPLETE), "True RolledBack", "{:#?}", show(&ended));
        assert!(stage.is_serving("a").await, "{mode:?}");
        assert!(
            stage.namespace("b").await.is_none(),
            "{mode:?}: {:#?}",
            show(&ended)
        );
        let cron = stage.get("a", "batch", "v1", "CronJob", "report").await.unwrap();
        assert_ne!(cron["spec"]["suspend"], true);
        assert!(stage.log().await.contains(&EntryKind::RolledBack));
        let deployment = stage.get("a", "apps", "v1", "Deployment", "web").await.unwrap();
        assert!(deployment["metadata"]["annotations"]["havenmeester.dev/replicas"].is_null());
        stage.end().await;
    }
}

#[tokio::test(start_paused = true)]
async fn an_object_that_the_target_refuses_fails_the_move_before_it_begins() {
    let stage = Stage::set(Mode::Exclusive).await;
    stage
        .create("b", "", "v1", "Namespace", json!({"metadata": {"name": APP}}))
        .await;
    let quota = json!({"metadata": {"name": "none"}, "spec": {"hard": {"services": "0"}}});
    stage.create("b", "", "v1", "ResourceQuota", quota).await;
    tokio::time::sleep(std::time::Duration::from_secs(5)).await;
    stage.ask("go", |_| ()).await;
    let ended = stage.finish("go").await;
    assert!(says(&ended, FAILED).starts_with("True "), "{:#?}", show(&ended));
    assert!(stage.is_serving("a").await);
    assert!(stage.running("b").await.is_empty());
    stage.end().await;
}

#[tokio::test(start_paused = true)]
async fn an_abort_before_the_source_stops_leaves_nothing_behind() {
    for stop_at in [Step::Preflight, Step::Create, Step::AwaitServing] {
        let stage = Stage::set(Mode::Replicable).await;
        stage.world.cluster("b").unwrap().nodes().fail_image("web:1");
        stage.ask("go", |_| ()).await;
        let begun = tokio::time::Instant::now();
        stage
            .until("go", |status| {
                let reached = status
                    .steps
                    .iter()
                    .any(|s| s.name == stop_at && s.state != StepState::Pending);
                reached || begun.elapsed().as_secs() > 60
            })
            .await;
        abort(&stage, "go").await;
        let ended = stage.finish("go").await;
        assert_eq!(says(&ended, FAILED), "True Aborted", "{:#?}", show(&ended));
        assert!(stage.is_serving("a").await);
        assert!(stage.namespace("b").await.is_none(), "{:#?}", show(&ended));
        stage.end().await;
    }
}

#[tokio::test(start_paused = true)]
async fn an_abort_after_the_move_is_refused() {
    let stage = Stage::set(Mode::Replicable).await;
    stage.ask("go", |_| ()).await;
    stage
        .until("go", |status| {
            step(status, Step::Retain) == Some(StepState::Running)
        })
        .await;
    abort(&stage, "go").await;
    let ended = stage.finish("go").await;
    assert_eq!(says(&ended, FAILED), "False AbortRefused", "{:#?}", show(&ended));
    assert_eq!(says(&ended, COMPLETE), "True Moved");
    assert!(stage.is_serving("b").await);
    stage.end().await;
}

#[tokio::test(start_paused = true)]
async fn an_abort_of_a_stopped_exclusive_source_starts_it_again() {
    let stage = Stage::set(Mode::Exclusive).await;
    stage.world.cluster("b").unwrap().nodes().fail_image("web:1");
    stage.ask("go", |_| ()).await;
    stage
        .until("go", |status| {
            step(status, Step::AwaitServing) == Some(StepState::Running)
        })
        .await;
    abort(&stage, "go").await;
    let ended = stage.finish("go").await;
    assert_eq!(says(&ended, COMPLETE), "True RolledBack", "{:#?}", show(&ended));
    assert!(stage.is_serving("a").await && stage.running("b").await.is_empty());
    stage.end().await;
}

#[tokio::test(start_paused = true)]
async fn in_a_namespace_that_was_given_only_what_the_move_made_is_removed() {
    let stage = Stage::set_narrow(Mode::Replicable).await;
    stage
        .create(
            "b",
            "",
            "v1",
            "ConfigMap",
            json!({"metadata": {"name": "theirs"}, "data": {"a": "b"}}),
        )
        .await;
    stage.world.cluster("b").unwrap().nodes().fail_image("web:1");
    stage.ask("go", |_| ()).await;
    let ended = stage.finish("go").await;
    assert_eq!(says(&ended, COMPLETE), "True RolledBack", "{:#?}", show(&ended));
    assert!(stage.is_serving("a").await && stage.running("b").await.is_empty());
    assert!(stage.get("b", "", "v1", "ConfigMap", "theirs").await.is_some());
    assert!(stage.namespace("b").await.is_some());
    stage.end().await;
}
