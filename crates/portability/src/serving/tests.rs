//! Rules of `serving`, each test named as its rule.

use serde_json::{Value, json};

use super::{NotServing, Serving, is_serving};

#[track_caller]
fn check(api_version: &str, kind: &str, rest: &Value, expected: &Serving) {
    let mut object =
        json!({ "apiVersion": api_version, "kind": kind, "metadata": { "name": "a", "generation": 2 } });
    json_patch::merge(&mut object, rest);
    assert_eq!(&is_serving(&object), expected);
}

fn deployment(status: &Value, expected: &Serving) {
    check(
        "apps/v1",
        "Deployment",
        &json!({ "spec": { "replicas": 2 }, "status": status }),
        expected,
    );
}

#[test]
fn a_deployment_serves_when_all_of_the_newest_are_ready() {
    deployment(
        &json!({ "observedGeneration": 2, "updatedReplicas": 2, "readyReplicas": 2 }),
        &Serving::Yes,
    );
}

#[test]
fn an_old_or_empty_status_is_never_a_yes() {
    deployment(&json!({}), &Serving::No(NotServing::NotObserved));
    deployment(
        &json!({ "observedGeneration": 1, "updatedReplicas": 2, "readyReplicas": 2 }),
        &Serving::No(NotServing::NotObserved),
    );
}

#[test]
fn a_deployment_in_the_middle_does_not_serve() {
    deployment(
        &json!({ "observedGeneration": 2, "updatedReplicas": 1, "readyReplicas": 2 }),
        &Serving::No(NotServing::Updating {
            updated: 1,
            wanted: 2,
        }),
    );
    deployment(
        &json!({ "observedGeneration": 2, "updatedReplicas": 2 }),
        &Serving::No(NotServing::NotReady { ready: 0, wanted: 2 }),
    );
}

#[test]
fn a_stateful_set_that_updates_by_hand_serves_with_its_old_pods() {
    let status = json!({ "observedGeneration": 2, "readyReplicas": 1 });
    let spec = json!({ "replicas": 1, "updateStrategy": { "type": "OnDelete" } });
    check(
        "apps/v1",
        "StatefulSet",
        &json!({ "spec": spec, "status": status }),
        &Serving::Yes,
    );
    check(
        "apps/v1",
        "StatefulSet",
        &json!({ "spec": { "replicas": 1 }, "status": status }),
        &Serving::No(NotServing::Updating {
            updated: 0,
            wanted: 1,
        }),
    );
}

#[test]
fn a_daemon_set_serves_on_every_node_it_is_wanted_on() {
    let status = json!({ "observedGeneration": 2, "desiredNumberScheduled": 2, "numberReady": 1, "updatedNumberScheduled": 2 });
    check(
        "apps/v1",
        "DaemonSet",
        &json!({ "status": status }),
        &Serving::No(NotServing::NotReady { ready: 1, wanted: 2 }),
    );
}

#[test]
fn a_claim_serves_bound_or_waiting_for_its_first_consumer() {
    let claim = |rest: &Value, expected: &Serving| check("v1", "PersistentVolumeClaim", rest, expected);
    claim(&json!({ "status": { "phase": "Bound" } }), &Serving::Yes);
    claim(&json!({ "status": { "phase": "Pending" } }), &Serving::Yes);
    let provisioning = json!({ "volume.kubernetes.io/storage-provisioner": "x" });
    claim(
        &json!({ "metadata": { "annotations": provisioning }, "status": { "phase": "Pending" } }),
        &Serving::No(NotServing::ClaimPending),
    );
    claim(
        &json!({ "status": { "phase": "Lost" } }),
        &Serving::No(NotServing::ClaimLost),
    );
}

#[test]
fn jobs_entry_points_and_configuration_are_not_awaited() {
    for (api_version, kind) in [
        ("batch/v1", "Job"),
        ("networking.k8s.io/v1", "Ingress"),
        ("v1", "Secret"),
    ] {
        check(api_version, kind, &json!({}), &Serving::NotApplicable);
    }
}

#[test]
fn a_bare_pod_serves_when_ready() {
    let ready =
        json!({ "status": { "phase": "Running", "conditions": [{ "type": "Ready", "status": "True" }] } });
    check("v1", "Pod", &ready, &Serving::Yes);
    let starting = json!({ "status": { "phase": "Pending" } });
    check(
        "v1",
        "Pod",
        &starting,
        &Serving::No(NotServing::NotReady { ready: 0, wanted: 1 }),
    );
}
