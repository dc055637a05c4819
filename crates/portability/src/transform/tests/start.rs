//! Stopped, started, held.
use super::*;

#[test]
fn stopped_then_started_is_as_captured() {
    let objects = [
        mk("apps/v1", "Deployment", &json!({ "spec": { "replicas": 3 } })),
        mk("apps/v1", "StatefulSet", &json!({ "spec": { "replicas": 0 } })),
        mk(
            "apps/v1",
            "DaemonSet",
            &json!({ "spec": { "template": { "spec": { "containers": [] } } } }),
        ),
        mk("batch/v1", "CronJob", &json!({ "spec": { "suspend": false } })),
        mk(
            "batch/v1",
            "Job",
            &json!({ "metadata": { "annotations": { mark::IDEMPOTENT: "true" } }, "spec": {} }),
        ),
    ];
    let stopped = azure_to_logius(&objects, Start::Stopped);
    for (sent, original) in stopped
        .objects
        .iter()
        .zip(&azure_to_logius(&objects, Start::AsCaptured).objects)
    {
        assert!(crate::run::is_stopped(&sent.object), "{}", sent.key);
        let mut started = sent.object.clone();
        if let Some(patch) = start_patch(&started) {
            json_patch::merge(&mut started, &patch);
        }
        assert_eq!(started, original.object);
    }
}

#[test]
fn replicas_captured_after_a_stop_of_ours_are_restored() {
    let quiesced =
        json!({ "metadata": { "annotations": { mark::REPLICAS: "4" } }, "spec": { "replicas": 0 } });
    let out = one(&mk("apps/v1", "Deployment", &quiesced), Start::AsCaptured);
    assert_eq!(
        out,
        mk("apps/v1", "Deployment", &json!({ "spec": { "replicas": 4 } }))
    );
}

#[test]
fn a_running_job_is_held_unless_declared_idempotent() {
    let out = azure_to_logius(
        &[mk("batch/v1", "Job", &json!({ "spec": {} }))],
        Start::AsCaptured,
    );
    let held = &out.objects[0].object;
    assert_eq!(held["spec"]["suspend"], json!(true));
    assert_eq!(start_patch(held), None);
    has(&out, Question::Once, Severity::Warn);
    let again = mk(
        "batch/v1",
        "Job",
        &json!({ "metadata": { "annotations": { mark::IDEMPOTENT: "true" } }, "spec": {} }),
    );
    assert_eq!(one(&again, Start::AsCaptured), again);
}

#[test]
fn a_job_that_our_stop_suspended_is_held_not_resumed() {
    let stopped =
        json!({ "metadata": { "annotations": { mark::SUSPEND: "false" } }, "spec": { "suspend": true } });
    let out = one(&mk("batch/v1", "Job", &stopped), Start::AsCaptured);
    assert_eq!(
        out["metadata"]["annotations"],
        json!({ mark::HELD: mark::HELD_MAY_HAVE_RUN })
    );
}

#[test]
fn a_cron_job_beside_a_running_source_is_suspended_and_everything_else_runs() {
    let objects = [
        mk("apps/v1", "Deployment", &json!({ "spec": { "replicas": 2 } })),
        mk("batch/v1", "CronJob", &json!({ "spec": {} })),
    ];
    let out = azure_to_logius(&objects, Start::Beside);
    assert_eq!(out.objects[0].object, objects[0]);
    assert_eq!(out.objects[1].object["spec"]["suspend"], json!(true));
    has(
        &azure_to_logius(&objects, Start::AsCaptured),
        Question::Once,
        Severity::Warn,
    );
}

#[test]
fn a_bare_pod_is_left_out_while_stopped_and_said() {
    let pod = mk("v1", "Pod", &json!({ "spec": { "containers": [] } }));
    assert_eq!(
        azure_to_logius(std::slice::from_ref(&pod), Start::AsCaptured)
            .objects
            .len(),
        1
    );
    let out = azure_to_logius(&[pod], Start::Stopped);
    assert_eq!(out.objects, []);
    assert_eq!(out.left_out[0].why, NotCopied::BarePodWhileStopped);
}
