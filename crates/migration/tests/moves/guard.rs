//! What is never done.

use havenmeester_api::{
    condition::{COMPLETE, FAILED},
    migration::{Step, StepState},
    workload::Mode,
};
use havenmeester_migration::Next;
use serde_json::json;

use crate::stage::{Stage, says, show, step};

async fn retained(mode: Mode) -> Stage {
    let stage = Stage::set(mode).await;
    stage.ask("go", |_| ()).await;
    stage
        .until("go", |status| {
            step(status, Step::Retain) == Some(StepState::Running)
        })
        .await;
    stage
}

#[tokio::test(start_paused = true)]
async fn the_last_good_copy_is_not_deleted_while_the_target_does_not_serve() {
    let stage = retained(Mode::Replicable).await;
    stage.world.cluster("b").unwrap().nodes().fail_image("web:2");
    let image = json!([{"name": "web", "image": "web:2"}]);
    let broken = json!({"spec": {"template": {"spec": {"containers": image}}}});
    stage
        .patch("b", ("apps", "v1", "Deployment"), "web", broken)
        .await;
    let waits = |status: &havenmeester_api::migration::MigrationStatus| {
        status
            .waiting_for
            .as_ref()
            .is_some_and(|what| what.contains("the copy on a is kept"))
    };
    let kept = stage.until("go", waits).await;
    assert!(
        stage.get("a", "apps", "v1", "Deployment", "web").await.is_some(),
        "{:#?}",
        show(&kept)
    );
    let whole = json!({"spec": {"template": {"spec": {"containers": [{"name": "web", "image": "web:1"}]}}}});
    stage.patch("b", ("apps", "v1", "Deployment"), "web", whole).await;
    let done = stage.finish("go").await;
    assert_eq!(
        step(&done, Step::CleanUp),
        Some(StepState::Done),
        "{:#?}",
        show(&done)
    );
    stage.end().await;
}

#[tokio::test(start_paused = true)]
async fn a_source_that_somebody_started_again_is_not_deleted() {
    let stage = retained(Mode::Replicable).await;
    stage
        .patch(
            "a",
            ("apps", "v1", "Deployment"),
            "web",
            json!({"spec": {"replicas": 2}}),
        )
        .await;
    let done = stage.finish("go").await;
    assert_eq!(
        step(&done, Step::CleanUp),
        Some(StepState::NotExecuted),
        "{:#?}",
        show(&done)
    );
    assert_eq!(says(&done, COMPLETE), "True Moved");
    assert!(stage.is_serving("a").await);
    stage.end().await;
}

#[tokio::test(start_paused = true)]
async fn a_namespace_that_holds_anything_else_stays() {
    let stage = retained(Mode::Replicable).await;
    stage
        .create(
            "a",
            "",
            "v1",
            "ConfigMap",
            json!({"metadata": {"name": "theirs"}, "data": {"a": "b"}}),
        )
        .await;
    let done = stage.finish("go").await;
    assert_eq!(
        step(&done, Step::CleanUp),
        Some(StepState::Done),
        "{:#?}",
        show(&done)
    );
    assert!(stage.get("a", "", "v1", "ConfigMap", "theirs").await.is_some());
    assert!(stage.get("a", "apps", "v1", "Deployment", "web").await.is_none());
    stage.end().await;
}

#[tokio::test(start_paused = true)]
async fn a_newer_move_stops_the_older() {
    let stage = Stage::set(Mode::Replicable).await;
    stage.world.cluster("b").unwrap().nodes().fail_image("web:1");
    stage.ask("older", |_| ()).await;
    stage
        .until("older", |status| {
            step(status, Step::AwaitServing) == Some(StepState::Running)
        })
        .await;
    stage.world.cluster("b").unwrap().nodes().mend_image("web:1");
    stage.ask("newer", |_| ()).await;
    stage.call("newer").await;
    assert_eq!(stage.call("older").await, Next::Finished);
    let older = stage.status("older").await;
    assert_eq!(says(&older, FAILED), "True Superseded", "{:#?}", show(&older));
    let newer = stage
        .until("newer", |status| {
            step(status, Step::Retain) == Some(StepState::Running)
        })
        .await;
    assert_eq!(says(&newer, COMPLETE), "True Moved", "{:#?}", show(&newer));
    assert!(newer.plan_generation > older.plan_generation);
    stage.end().await;
}

#[tokio::test(start_paused = true)]
async fn a_writer_with_an_older_plan_than_the_namespace_has_stops() {
    let stage = Stage::set(Mode::Replicable).await;
    stage.ask("go", |_| ()).await;
    stage
        .until("go", |status| {
            step(status, Step::AwaitServing) == Some(StepState::Running)
        })
        .await;
    let newer = json!({"metadata": {"annotations": {
        "havenmeester.dev/migration": "havenmeester/other", "havenmeester.dev/plan-generation": "99",
    }}});
    stage.patch("a", ("", "v1", "Namespace"), "shop", newer).await;
    let ended = stage.finish("go").await;
    assert_eq!(says(&ended, FAILED), "True Superseded", "{:#?}", show(&ended));
    assert!(stage.is_serving("a").await, "the source was not stopped");
    stage.end().await;
}

#[tokio::test(start_paused = true)]
async fn claims_and_their_data_are_kept() {
    let stage = Stage::set(Mode::Replicable).await;
    let claim = json!({"metadata": {"name": "media"}, "spec": {
        "accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}},
    }});
    stage.create("a", "", "v1", "PersistentVolumeClaim", claim).await;
    tokio::time::sleep(std::time::Duration::from_secs(10)).await;
    stage.ask("go", |_| ()).await;
    let done = stage.finish("go").await;
    assert_eq!(
        says(&done, COMPLETE),
        "True Moved",
        "{:#?}\n{:#?}",
        show(&done),
        done.findings
    );
    assert!(
        stage
            .get("a", "", "v1", "PersistentVolumeClaim", "media")
            .await
            .is_some()
    );
    assert!(stage.get("a", "apps", "v1", "Deployment", "web").await.is_none());
    stage.end().await;
}

#[tokio::test(start_paused = true)]
async fn an_exclusive_copy_is_not_started_beside_one_on_a_third_cluster() {
    let stage = Stage::set(Mode::Exclusive).await;
    stage.ask("go", |_| ()).await;
    stage
        .until("go", |status| {
            step(status, Step::CreateStopped) == Some(StepState::Done)
        })
        .await;
    // Somebody brings one up by hand.
    let tags = json!({"metadata": {"name": "shop", "labels": {"havenmeester.dev/criticality": "critical"}}});
    stage.create("c", "", "v1", "Namespace", tags).await;
    for (group, version, kind, object) in crate::stage::mk_app() {
        stage.create("c", group, version, kind, object).await;
    }
    stage.wait_serving("c").await;
    tokio::time::sleep(std::time::Duration::from_secs(10)).await;
    let ended = stage.finish("go").await;
    assert_eq!(says(&ended, COMPLETE), "True RolledBack", "{:#?}", show(&ended));
    assert!(stage.running("b").await.is_empty() && stage.is_serving("a").await);
    stage.end().await;
}

#[tokio::test(start_paused = true)]
async fn a_mode_that_changes_does_not_change_the_course_of_a_move() {
    let mut stage = Stage::set(Mode::Exclusive).await;
    stage.ask("go", |_| ()).await;
    stage
        .until("go", |status| {
            step(status, Step::StopSource) == Some(StepState::Running)
        })
        .await;
    stage.mode = Mode::Replicable;
    let done = stage
        .until("go", |status| {
            step(status, Step::Retain) == Some(StepState::Running)
        })
        .await;
    assert_eq!(
        step(&done, Step::Start),
        Some(StepState::Done),
        "{:#?}",
        show(&done)
    );
    assert_eq!(says(&done, COMPLETE), "True Moved");
    stage.end().await;
}
