//! Pods until enough succeeded or too many failed.

use serde_json::{Value, json};

use super::{
    super::{
        cache::Cache,
        kind::{Key, Kind},
        write::Write,
    },
    decide,
};

fn mk_job(spec: &Value) -> Value {
    let mut job = json!({
        "metadata": {"namespace": "a", "name": "j", "uid": "j", "generation": 1},
        "spec": {"completions": 1, "template": {"spec": {"containers": [], "restartPolicy": "Never"}}},
    });
    for (field, value) in spec.as_object().unwrap() {
        job["spec"][field] = value.clone();
    }
    job
}

fn mk_pod(name: &str, phase: &str) -> Value {
    json!({
        "metadata": {
            "namespace": "a", "name": name, "uid": name,
            "ownerReferences": [{"apiVersion": "batch/v1", "kind": "Job", "name": "j", "uid": "j", "controller": true}],
        },
        "spec": {"containers": []}, "status": {"phase": phase},
    })
}

/// What the job asks for: pods made, pods deleted, conditions set.
fn check(spec: &Value, pods: &[(&str, &str)], expected: &str) {
    let mut cache = Cache::default();
    cache.absorb(Kind::Job, mk_job(spec));
    for (name, phase) in pods {
        cache.absorb(Kind::Pod, mk_pod(name, phase));
    }
    let key: Key = ("a".to_owned(), "j".to_owned());
    let mut found = Vec::new();
    for write in decide(&cache, &key).writes {
        match write {
            Write::Create { .. } => found.push("+pod".to_owned()),
            Write::Delete { key, .. } => found.push(format!("-{}", key.1)),
            Write::Status { status, .. } => {
                let conditions = status["conditions"].as_array().cloned().unwrap_or_default();
                found.extend(
                    conditions
                        .iter()
                        .map(|each| format!("{}={}", each["type"], each["status"]).replace('"', "")),
                );
            }
            Write::Patch { .. } => found.push("patch".to_owned()),
        }
    }
    assert_eq!(found.join(" "), expected, "{spec} {pods:?}");
}

#[test]
fn a_job_runs_until_enough_pods_succeeded() {
    check(&json!({}), &[], "+pod");
    check(&json!({}), &[("p", "Running")], "");
    check(
        &json!({}),
        &[("p", "Succeeded")],
        "SuccessCriteriaMet=True Complete=True",
    );
    check(
        &json!({"completions": 3, "parallelism": 2}),
        &[("p", "Succeeded")],
        "+pod +pod",
    );
    check(
        &json!({"completions": 2, "parallelism": 2}),
        &[("p", "Succeeded"), ("q", "Running")],
        "",
    );
}

#[test]
fn a_failed_pod_is_made_again_up_to_the_limit() {
    check(&json!({"backoffLimit": 1}), &[("p", "Failed")], "+pod");
    check(
        &json!({"backoffLimit": 1}),
        &[("p", "Failed"), ("q", "Failed")],
        "FailureTarget=True Failed=True",
    );
}

#[test]
fn a_suspended_job_has_no_pods() {
    check(&json!({"suspend": true}), &[], "Suspended=True");
    check(
        &json!({"suspend": true}),
        &[("p", "Running")],
        "-p Suspended=True",
    );
}
