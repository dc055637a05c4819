//! Rules of `run`, each test named as its rule.

use serde_json::{Value, json};

use super::{is_stopped, start_patch, stop_patch};
use crate::mark;

fn mk(api_version: &str, kind: &str, rest: &Value) -> Value {
    let mut object =
        json!({ "apiVersion": api_version, "kind": kind, "metadata": { "name": "a", "namespace": "n" } });
    json_patch::merge(&mut object, rest);
    object
}

/// Stops, looks, starts, and gets the original back.
#[track_caller]
fn check_round(original: &Value, stopped_spec: &Value) {
    let mut object = original.clone();
    assert!(!is_stopped(&object));
    assert_eq!(start_patch(&object), None, "nothing to start");
    let patch = stop_patch(&object).expect("a stop");
    json_patch::merge(&mut object, &patch);
    assert!(is_stopped(&object));
    assert_eq!(stop_patch(&object), None, "stopped once is stopped");
    for (field, value) in stopped_spec.as_object().expect("a map") {
        assert_eq!(&object["spec"][field], value, "{field}");
    }
    let patch = start_patch(&object).expect("a start");
    json_patch::merge(&mut object, &patch);
    assert_eq!(&object, original);
    assert_eq!(start_patch(&object), None, "started once is started");
}

#[test]
fn stop_scales_to_zero_and_start_scales_back() {
    for (api_version, kind) in [
        ("apps/v1", "Deployment"),
        ("apps/v1", "StatefulSet"),
        ("apps/v1", "ReplicaSet"),
    ] {
        check_round(
            &mk(api_version, kind, &json!({ "spec": { "replicas": 3 } })),
            &json!({ "replicas": 0 }),
        );
    }
}

#[test]
fn other_annotations_survive_stop_and_start() {
    let with = json!({ "metadata": { "annotations": { "mine": "1" } }, "spec": { "replicas": 2 } });
    check_round(&mk("apps/v1", "Deployment", &with), &json!({ "replicas": 0 }));
}

#[test]
fn stop_suspends_jobs_and_cron_jobs() {
    for kind in ["Job", "CronJob"] {
        check_round(
            &mk("batch/v1", kind, &json!({ "spec": { "suspend": false } })),
            &json!({ "suspend": true }),
        );
        check_round(
            &mk("batch/v1", kind, &json!({ "spec": { "parallelism": 1 } })),
            &json!({ "suspend": true }),
        );
    }
}

#[test]
fn stop_parks_a_daemon_set_on_a_node_that_does_not_exist() {
    let bare = mk(
        "apps/v1",
        "DaemonSet",
        &json!({ "spec": { "template": { "spec": { "containers": [] } } } }),
    );
    let parked =
        json!({ "template": { "spec": { "containers": [], "nodeSelector": { mark::PARKED: "true" } } } });
    check_round(&bare, &parked);
    let selecting = json!({ "spec": { "template": { "spec": { "nodeSelector": { "disk": "ssd" } } } } });
    check_round(&mk("apps/v1", "DaemonSet", &selecting), &json!({}));
}

#[test]
fn what_a_user_stopped_is_not_started() {
    let scaled = mk("apps/v1", "Deployment", &json!({ "spec": { "replicas": 0 } }));
    let suspended = mk("batch/v1", "CronJob", &json!({ "spec": { "suspend": true } }));
    for object in [scaled, suspended] {
        assert!(is_stopped(&object));
        assert_eq!(stop_patch(&object), None);
        assert_eq!(start_patch(&object), None);
    }
}

#[test]
fn a_held_job_is_not_started() {
    let held = json!({ "metadata": { "annotations": { mark::HELD: mark::HELD_MAY_HAVE_RUN } }, "spec": { "suspend": true } });
    assert_eq!(start_patch(&mk("batch/v1", "Job", &held)), None);
}

#[test]
fn a_record_on_what_runs_is_only_tidied_up() {
    let mut object = mk(
        "apps/v1",
        "Deployment",
        &json!({ "metadata": { "annotations": { mark::REPLICAS: "5" } }, "spec": { "replicas": 2 } }),
    );
    let patch = start_patch(&object).expect("tidies");
    json_patch::merge(&mut object, &patch);
    assert_eq!(
        object,
        mk("apps/v1", "Deployment", &json!({ "spec": { "replicas": 2 } }))
    );
}

#[test]
fn a_broken_record_starts_one_replica() {
    let broken =
        json!({ "metadata": { "annotations": { mark::REPLICAS: "many" } }, "spec": { "replicas": 0 } });
    let patch = start_patch(&mk("apps/v1", "Deployment", &broken)).expect("a start");
    assert_eq!(patch["spec"]["replicas"], json!(1));
}

#[test]
fn configuration_runs_nothing_and_a_bare_pod_cannot_be_stopped() {
    let secret = mk("v1", "Secret", &json!({}));
    assert!(is_stopped(&secret) && stop_patch(&secret).is_none() && start_patch(&secret).is_none());
    let pod = mk("v1", "Pod", &json!({ "status": { "phase": "Running" } }));
    assert!(!is_stopped(&pod) && stop_patch(&pod).is_none());
    assert!(is_stopped(&mk(
        "v1",
        "Pod",
        &json!({ "status": { "phase": "Failed" } })
    )));
    let done = json!({ "status": { "conditions": [{ "type": "Complete", "status": "True" }] } });
    assert!(is_stopped(&mk("batch/v1", "Job", &done)));
}
