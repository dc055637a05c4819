//! Failovers: the source is cut off.

use std::collections::BTreeMap;

use havenmeester_api::{
    condition::{COMPLETE, FAILED, STUCK},
    migration::{MoveKind, Step, StepState},
    workload::Mode,
};
use havenmeester_ledger::EntryKind;
use havenmeester_migration::{is_home, stop_stale};
use serde_json::json;

use crate::stage::{APP, HUB_SPACE, Stage, mk_app, says, show, step};

#[tokio::test(start_paused = true)]
async fn a_lost_workload_comes_up_elsewhere_from_its_last_capture() {
    let stage = Stage::set(Mode::Replicable).await;
    stage.lose("a").await;
    stage.ask("over", |spec| spec.kind = MoveKind::Failover).await;
    let done = stage.finish("over").await;
    assert_eq!(says(&done, COMPLETE), "True Moved", "{:#?}", show(&done));
    assert!(is_home(&done) && stage.is_serving("b").await);
    for left in [Step::StopSource, Step::Retain, Step::CleanUp] {
        assert_eq!(step(&done, left), Some(StepState::NotExecuted));
    }
    for (group, version, kind, object) in mk_app() {
        let name = object["metadata"]["name"].as_str().unwrap();
        assert!(
            stage.get("b", group, version, kind, name).await.is_some(),
            "{kind} {name} is not on b"
        );
    }
    let measured = done.measured;
    assert!(measured.down_at < measured.detected_at && measured.detected_at <= measured.decided_at);
    assert!(measured.decided_at <= measured.created_at && measured.created_at < measured.serving_at);
    assert!(measured.state_of.is_some());
    let log = stage.log().await;
    let wanted = [
        EntryKind::MigrationStarted,
        EntryKind::StepDone,
        EntryKind::StepDone,
        EntryKind::StepDone,
        EntryKind::StepDone,
        EntryKind::Completed,
    ];
    assert_eq!(log, wanted);
    stage.end().await;
}

#[tokio::test(start_paused = true)]
async fn three_writes_to_the_hub_stand_before_the_objects_at_most() {
    let stage = Stage::set(Mode::Replicable).await;
    stage.lose("a").await;
    stage.ask("over", |spec| spec.kind = MoveKind::Failover).await;
    stage.call("over").await;
    let log = stage.world.log();
    let writes = log
        .iter()
        .filter(|line| line.starts_with("hub ") && line.contains("update havenmeester.dev/migrations"));
    // The label of its workload, Create begins, Create is done.
    assert_eq!(writes.count(), 3, "{log:#?}");
    assert_eq!(
        step(&stage.status("over").await, Step::Create),
        Some(StepState::Done)
    );
    stage.end().await;
}

#[tokio::test(start_paused = true)]
async fn an_exclusive_workload_is_not_failed_over_and_the_reason_is_said() {
    let stage = Stage::set(Mode::Exclusive).await;
    stage.lose("a").await;
    stage.ask("over", |spec| spec.kind = MoveKind::Failover).await;
    let ended = stage.finish("over").await;
    assert_eq!(says(&ended, FAILED), "True NotFenced");
    assert!(stage.namespace("b").await.is_none());
    stage.end().await;
}

#[tokio::test(start_paused = true)]
async fn a_failover_whose_image_cannot_be_pulled_is_stuck_and_goes_on_trying() {
    let stage = Stage::set(Mode::Replicable).await;
    stage.world.cluster("b").unwrap().nodes().fail_image("web:1");
    stage.lose("a").await;
    stage.ask("over", |spec| spec.kind = MoveKind::Failover).await;
    let stuck = stage
        .until("over", |status| says(status, STUCK) == "True DeadlinePassed")
        .await;
    assert_eq!(
        step(&stuck, Step::AwaitServing),
        Some(StepState::Running),
        "{:#?}",
        show(&stuck)
    );
    assert!(
        stuck
            .waiting_for
            .is_some_and(|what| what.contains("apps/Deployment shop/web on b"))
    );
    stage.world.cluster("b").unwrap().nodes().mend_image("web:1");
    let done = stage.finish("over").await;
    assert_eq!(says(&done, COMPLETE), "True Moved", "{:#?}", show(&done));
    assert_eq!(says(&done, STUCK), "False Going");
    stage.end().await;
}

#[tokio::test(start_paused = true)]
async fn an_abort_of_a_failover_that_has_begun_is_refused() {
    let stage = Stage::set(Mode::Replicable).await;
    stage.lose("a").await;
    stage.ask("over", |spec| spec.kind = MoveKind::Failover).await;
    stage.call("over").await;
    abort(&stage, "over").await;
    let done = stage.finish("over").await;
    assert_eq!(says(&done, COMPLETE), "True Moved", "{:#?}", show(&done));
    assert_eq!(says(&done, FAILED), "False AbortRefused");
    stage.end().await;
}

pub(crate) async fn abort(stage: &Stage, name: &str) {
    let patch = kube::api::Patch::Merge(json!({"spec": {"abort": true}}));
    stage
        .migrations()
        .patch(name, &kube::api::PatchParams::default(), &patch)
        .await
        .unwrap();
}

#[tokio::test(start_paused = true)]
async fn what_returns_is_stopped_and_then_taken_back_as_it_was_elsewhere() {
    let stage = Stage::set(Mode::Replicable).await;
    stage.lose("a").await;
    stage.ask("over", |spec| spec.kind = MoveKind::Failover).await;
    stage.finish("over").await;
    stage
        .patch(
            "b",
            ("", "v1", "ConfigMap"),
            "web",
            json!({"data": {"colour": "red"}}),
        )
        .await;
    stage.find("a").await;
    assert!(stage.is_serving("a").await, "the stale copy ran on");

    let returned = stage.deps.fleet.member("a").await.unwrap();
    let first = stop_stale(
        &returned,
        &format!("{HUB_SPACE}/{APP}"),
        APP,
        &BTreeMap::new(),
        &stage.deps,
    )
    .await
    .unwrap();
    assert!(!first.seen && first.waiting_for.is_some());
    for _ in 0..120 {
        if stop_stale(
            &returned,
            &format!("{HUB_SPACE}/{APP}"),
            APP,
            &BTreeMap::new(),
            &stage.deps,
        )
        .await
        .unwrap()
        .seen
        {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_secs(1)).await;
    }
    assert!(stage.running("a").await.is_empty());
    let cron = stage.get("a", "batch", "v1", "CronJob", "report").await.unwrap();
    assert_eq!(cron["spec"]["suspend"], true);

    stage
        .ask("back", |spec| {
            spec.kind = MoveKind::Failback;
            spec.source = Some("b".to_owned());
            spec.target = "a".to_owned();
        })
        .await;
    let back = stage.finish("back").await;
    assert_eq!(says(&back, COMPLETE), "True Moved", "{:#?}", show(&back));
    assert!(stage.is_serving("a").await && stage.namespace("b").await.is_none());
    let config = stage.get("a", "", "v1", "ConfigMap", "web").await.unwrap();
    assert_eq!(config["data"]["colour"], "red");
    let cron = stage.get("a", "batch", "v1", "CronJob", "report").await.unwrap();
    assert_ne!(cron["spec"]["suspend"], true);
    stage.end().await;
}

#[tokio::test(start_paused = true)]
async fn what_stands_on_the_target_already_is_never_overwritten() {
    let stage = Stage::set(Mode::Replicable).await;
    stage
        .create("b", "", "v1", "Namespace", json!({"metadata": {"name": APP}}))
        .await;
    let theirs = json!({"metadata": {"name": "web"}, "data": {"colour": "green"}});
    stage.create("b", "", "v1", "ConfigMap", theirs).await;
    stage.lose("a").await;
    stage.ask("over", |spec| spec.kind = MoveKind::Failover).await;
    let stuck = stage
        .until("over", |status| says(status, STUCK) == "True DeadlinePassed")
        .await;
    assert!(
        stuck
            .waiting_for
            .is_some_and(|what| what.contains("ConfigMap shop/web stands on b already"))
    );
    let config = stage.get("b", "", "v1", "ConfigMap", "web").await.unwrap();
    assert_eq!(config["data"]["colour"], "green");
    // Everything else is up as far as it goes.
    assert!(stage.is_serving("b").await);
    stage.end().await;
}

#[tokio::test(start_paused = true)]
async fn a_source_that_is_lost_before_it_stops_does_not_take_the_serving_target_with_it() {
    let stage = Stage::set(Mode::Replicable).await;
    stage.world.cluster("b").unwrap().nodes().fail_image("web:1");
    stage.ask("go", |_| ()).await;
    stage
        .until("go", |status| {
            step(status, Step::AwaitServing) == Some(StepState::Running)
        })
        .await;
    stage.world.cluster("b").unwrap().nodes().mend_image("web:1");
    stage.lose("a").await;
    let moved = stage
        .until("go", |status| {
            step(status, Step::Retain) == Some(StepState::Running)
        })
        .await;
    assert_eq!(says(&moved, COMPLETE), "True Moved", "{:#?}", show(&moved));
    assert_eq!(step(&moved, Step::StopSource), Some(StepState::NotExecuted));
    assert!(is_home(&moved) && stage.is_serving("b").await);
    let cron = stage.get("b", "batch", "v1", "CronJob", "report").await.unwrap();
    assert_ne!(cron["spec"]["suspend"], true);
    // It returns active: what was not stopped by the move is not deleted by it.
    stage.find("a").await;
    let done = stage.finish("go").await;
    assert_eq!(
        step(&done, Step::CleanUp),
        Some(StepState::NotExecuted),
        "{:#?}",
        show(&done)
    );
    assert!(stage.is_serving("a").await);
    stage.end().await;
}

#[tokio::test(start_paused = true)]
async fn an_object_that_the_target_refuses_holds_up_no_other() {
    let stage = Stage::set(Mode::Replicable).await;
    stage
        .create("b", "", "v1", "Namespace", json!({"metadata": {"name": APP}}))
        .await;
    let quota = json!({"metadata": {"name": "none"}, "spec": {"hard": {"configmaps": "1"}}});
    stage.create("b", "", "v1", "ResourceQuota", quota).await;
    // The cluster's own kube-root-ca.crt is the one that is allowed.
    stage.lose("a").await;
    stage.ask("over", |spec| spec.kind = MoveKind::Failover).await;
    let stuck = stage
        .until("over", |status| says(status, STUCK) == "True DeadlinePassed")
        .await;
    assert_eq!(
        step(&stuck, Step::Create),
        Some(StepState::Running),
        "{:#?}",
        show(&stuck)
    );
    assert!(
        stuck
            .waiting_for
            .is_some_and(|what| what.contains("ConfigMap shop/web on b"))
    );
    assert!(stage.is_serving("b").await);
    stage
        .api("b", "", "v1", "ResourceQuota")
        .delete("none", &kube::api::DeleteParams::default())
        .await
        .unwrap();
    let done = stage.finish("over").await;
    assert_eq!(says(&done, COMPLETE), "True Moved", "{:#?}", show(&done));
    stage.end().await;
}

#[tokio::test(start_paused = true)]
async fn a_log_that_cannot_be_written_holds_up_no_failover_and_is_said() {
    let store = tempfile::tempdir().unwrap();
    let stage = Stage::set_in(Mode::Replicable, store.path().to_str().unwrap()).await;
    // Where the log's directory should be is something else.
    std::fs::write(store.path().join("log"), "").unwrap();
    stage.lose("a").await;
    stage.ask("over", |spec| spec.kind = MoveKind::Failover).await;
    let done = stage.finish("over").await;
    assert_eq!(says(&done, COMPLETE), "True Moved", "{:#?}", show(&done));
    assert!(
        show(&done)
            .iter()
            .any(|line| line.contains("not in the decision log")),
        "{:#?}",
        show(&done)
    );
    stage.end().await;
}
