//! Relocations.

use havenmeester_api::{
    condition::{COMPLETE, FAILED},
    labels,
    migration::{MoveKind, Step, StepState},
    workload::Mode,
};
use havenmeester_ledger::EntryKind;

use crate::stage::{APP, Stage, mk_app, says, show, step};

#[tokio::test(start_paused = true)]
async fn a_replicable_workload_moves_and_its_source_is_cleaned_up_after_the_window() {
    let stage = Stage::set(Mode::Replicable).await;
    stage.ask("go", |_| ()).await;
    let moved = stage
        .until("go", |status| {
            step(status, Step::Retain) == Some(StepState::Running)
        })
        .await;
    assert_eq!(says(&moved, COMPLETE), "True Moved", "{:#?}", show(&moved));
    assert!(stage.is_serving("b").await && stage.running("a").await.is_empty());
    let namespace = stage.namespace("b").await.unwrap();
    assert_eq!(
        namespace.metadata.labels.unwrap().get("team").map(String::as_str),
        Some("web")
    );
    assert_eq!(
        namespace
            .metadata
            .annotations
            .unwrap()
            .get(labels::MIGRATION)
            .map(String::as_str),
        Some("havenmeester/go")
    );
    // Kept, and stopped, until the window has passed.
    let kept = stage.get("a", "apps", "v1", "Deployment", "web").await.unwrap();
    assert_eq!(kept["spec"]["replicas"], 0);

    let done = stage.finish("go").await;
    assert!(
        done.steps.iter().all(|s| s.state == StepState::Done),
        "{:#?}",
        show(&done)
    );
    for (group, version, kind, object) in mk_app() {
        let name = object["metadata"]["name"].as_str().unwrap();
        assert!(
            stage.get("a", group, version, kind, name).await.is_none(),
            "{kind} {name} is left on a"
        );
        assert!(
            stage.get("b", group, version, kind, name).await.is_some(),
            "{kind} {name} is not on b"
        );
    }
    assert!(stage.namespace("a").await.is_none());
    let cron = stage.get("b", "batch", "v1", "CronJob", "report").await.unwrap();
    assert_ne!(cron["spec"]["suspend"], true, "the CronJob waits no more");
    let log = stage.log().await;
    assert_eq!(log.first(), Some(&EntryKind::MigrationStarted));
    assert!(
        log.contains(&EntryKind::Completed) && log.contains(&EntryKind::CleanedUp),
        "{log:?}"
    );
    stage.end().await;
}

#[tokio::test(start_paused = true)]
async fn an_exclusive_workload_is_stopped_before_it_is_started() {
    let stage = Stage::set(Mode::Exclusive).await;
    stage.ask("go", |_| ()).await;
    let staged = stage
        .until("go", |status| {
            step(status, Step::StopSource) == Some(StepState::Running)
        })
        .await;
    assert_eq!(step(&staged, Step::CreateStopped), Some(StepState::Done));
    assert!(stage.running("b").await.is_empty(), "created stopped");
    let done = stage.finish("go").await;
    assert_eq!(says(&done, COMPLETE), "True Moved", "{:#?}", show(&done));
    assert!(
        done.steps.iter().all(|s| s.state == StepState::Done),
        "{:#?}",
        show(&done)
    );
    assert!(stage.is_serving("b").await);
    stage.end().await;
}

#[tokio::test(start_paused = true)]
async fn what_changes_on_an_exclusive_source_until_it_stops_comes_along() {
    let stage = Stage::set(Mode::Exclusive).await;
    stage.ask("go", |_| ()).await;
    stage
        .until("go", |status| {
            step(status, Step::StopSource) == Some(StepState::Running)
        })
        .await;
    let colour = serde_json::json!({"data": {"colour": "red"}});
    stage.patch("a", ("", "v1", "ConfigMap"), "web", colour).await;
    let done = stage
        .until("go", |status| {
            step(status, Step::Retain) == Some(StepState::Running)
        })
        .await;
    let config = stage.get("b", "", "v1", "ConfigMap", "web").await.unwrap();
    assert_eq!(config["data"]["colour"], "red", "{:#?}", show(&done));
    stage.end().await;
}

#[tokio::test(start_paused = true)]
async fn a_workload_moves_to_a_cluster_that_gives_us_its_namespace_only() {
    let stage = Stage::set_narrow(Mode::Replicable).await;
    stage.ask("go", |_| ()).await;
    let done = stage
        .until("go", |status| {
            step(status, Step::Retain) == Some(StepState::Running)
        })
        .await;
    // A preflight that cannot see storage classes says so; nothing here needs one.
    assert_eq!(
        says(&done, COMPLETE),
        "True Moved",
        "{:#?}\n{:#?}",
        show(&done),
        done.findings
    );
    assert!(stage.is_serving("b").await);
    stage.end().await;
}

#[tokio::test(start_paused = true)]
async fn back_to_the_stopped_copy_within_the_window() {
    let stage = Stage::set(Mode::Exclusive).await;
    stage.ask("go", |_| ()).await;
    stage
        .until("go", |status| {
            step(status, Step::Retain) == Some(StepState::Running)
        })
        .await;
    let colour = serde_json::json!({"data": {"colour": "red"}});
    stage.patch("b", ("", "v1", "ConfigMap"), "web", colour).await;
    stage
        .ask("home", |spec| {
            spec.kind = MoveKind::Failback;
            spec.source = Some("b".to_owned());
            spec.target = "a".to_owned();
        })
        .await;
    let back = stage
        .until("home", |status| {
            step(status, Step::Retain) == Some(StepState::Running)
        })
        .await;
    assert_eq!(says(&back, COMPLETE), "True Moved", "{:#?}", show(&back));
    assert!(stage.is_serving("a").await && stage.running("b").await.is_empty());
    let config = stage.get("a", "", "v1", "ConfigMap", "web").await.unwrap();
    assert_eq!(
        config["data"]["colour"], "red",
        "the stale copy was brought up to date"
    );
    let first = stage.finish("go").await;
    assert_eq!(says(&first, COMPLETE), "True Moved");
    assert_eq!(
        step(&first, Step::CleanUp),
        Some(StepState::NotExecuted),
        "{:#?}",
        show(&first)
    );
    assert!(
        stage.get("a", "", "v1", "ConfigMap", "web").await.is_some(),
        "{APP} was not cleaned up under it"
    );
    stage.end().await;
}

#[tokio::test(start_paused = true)]
async fn a_move_of_what_is_not_there_fails_and_says_so() {
    let stage = Stage::set(Mode::Replicable).await;
    stage
        .ask("go", |spec| {
            spec.source = Some("b".to_owned());
            spec.target = "a".to_owned();
        })
        .await;
    let ended = stage.finish("go").await;
    assert_eq!(
        says(&ended, FAILED),
        "True NothingCaptured",
        "{:#?}",
        show(&ended)
    );
    assert!(stage.is_serving("a").await);
    stage.end().await;
}

#[tokio::test(start_paused = true)]
async fn what_is_left_behind_is_cleaned_up_also_when_the_workload_has_moved_on() {
    let stage = Stage::set(Mode::Replicable).await;
    let kept = |status: &_| step(status, Step::Retain) == Some(StepState::Running);
    stage.ask("go", |_| ()).await;
    stage.until("go", kept).await;
    stage
        .ask("on", |spec| {
            (spec.source, spec.target) = (Some("b".to_owned()), "c".to_owned());
            spec.rollback_window = Some("1h".parse().unwrap());
        })
        .await;
    // Begun, and not yet moved: nothing is cleared away, however long the window is over.
    stage.call("on").await;
    tokio::time::sleep(std::time::Duration::from_mins(11)).await;
    let waits = stage.until("go", |status| {
        status.step == Some(Step::CleanUp) && status.waiting_for.is_some()
    });
    let what = waits.await.waiting_for.unwrap_or_default();
    assert!(what.starts_with("on to end"), "{what}");
    stage.until("on", kept).await;
    let done = stage.finish("go").await;
    assert_eq!(
        step(&done, Step::CleanUp),
        Some(StepState::Done),
        "{:#?}",
        show(&done)
    );
    assert!(stage.namespace("a").await.is_none(), "left on a");
    assert!(stage.is_serving("c").await);
    let kept = stage.get("b", "apps", "v1", "Deployment", "web").await.unwrap();
    assert_eq!(
        kept["spec"]["replicas"], 0,
        "what the later move keeps is its own"
    );
    stage.end().await;
}
