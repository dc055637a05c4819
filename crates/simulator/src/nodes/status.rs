//! What a kubelet writes into the status of a pod. Pure: a slip and a time in, a merge patch out.
//!
//! Invariant: every patch names the uid, so that it cannot hit a later pod of the same name.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{
    register::seconds,
    slip::{Part, Slip},
};

/// Running and ready.
pub(super) fn running(slip: &Slip, pod_ip: &str, host_ip: &str, now: Timestamp) -> Value {
    let now = seconds(now);
    let state = json!({"running": {"startedAt": now}});
    let done = terminated(&now);
    patch(
        slip,
        &json!({
            "phase": "Running",
            "startTime": now,
            "hostIP": host_ip, "hostIPs": [{"ip": host_ip}],
            "podIP": pod_ip, "podIPs": [{"ip": pod_ip}],
            "conditions": conditions(&now, true, None),
            "initContainerStatuses": containers(&slip.init_containers, &done, true, false),
            "containerStatuses": containers(&slip.containers, &state, true, true),
            "message": null, "reason": null,
        }),
    )
}

/// Ended well.
pub(super) fn succeeded(slip: &Slip, now: Timestamp) -> Value {
    let now = seconds(now);
    let done = terminated(&now);
    patch(
        slip,
        &json!({
            "phase": "Succeeded",
            "conditions": conditions(&now, false, Some("PodCompleted")),
            "containerStatuses": containers(&slip.containers, &done, false, false),
        }),
    )
}

/// Has a node, cannot start yet, and says why.
pub(super) fn waiting(slip: &Slip, reason: &str, message: &str, now: Timestamp) -> Value {
    let now = seconds(now);
    let state = json!({"waiting": {"reason": reason, "message": message}});
    patch(
        slip,
        &json!({
            "phase": "Pending",
            "startTime": now,
            "conditions": conditions(&now, false, Some("ContainersNotReady")),
            "containerStatuses": containers(&slip.containers, &state, false, false),
        }),
    )
}

/// No node takes it.
pub(super) fn unschedulable(slip: &Slip, message: &str, now: Timestamp) -> Value {
    patch(
        slip,
        &json!({
            "phase": "Pending",
            "conditions": [{
                "type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": message,
                "lastTransitionTime": seconds(now),
            }],
        }),
    )
}

fn patch(slip: &Slip, status: &Value) -> Value {
    json!({"metadata": {"uid": slip.uid}, "status": status})
}

fn terminated(now: &str) -> Value {
    json!({"terminated": {"exitCode": 0, "reason": "Completed", "startedAt": now, "finishedAt": now}})
}

fn conditions(now: &str, ready: bool, reason: Option<&str>) -> Value {
    let status = |good: bool| if good { "True" } else { "False" };
    let mut all = Vec::new();
    for (kind, good) in [
        ("PodScheduled", true),
        ("Initialized", true),
        ("ContainersReady", ready),
        ("Ready", ready),
    ] {
        let mut condition = json!({"type": kind, "status": status(good), "lastTransitionTime": now});
        if let Some(reason) = reason.filter(|_| !good) {
            condition["reason"] = json!(reason);
        }
        all.push(condition);
    }
    Value::Array(all)
}

fn containers(parts: &[Part], state: &Value, ready: bool, started: bool) -> Value {
    let one = |part: &Part| {
        json!({
            "name": part.name, "image": part.image, "imageID": format!("simulated://{}", part.image),
            "ready": ready, "started": started, "restartCount": 0, "state": state,
        })
    };
    Value::Array(parts.iter().map(one).collect())
}
