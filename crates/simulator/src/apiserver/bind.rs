//! The `binding` of a pod: how a scheduler gives a pod its node.

use http::{Response, StatusCode};
use serde_json::{Value, json};

use super::answer;
use super::body::Body;
use super::error::ApiError;
use super::object::{self, str_at};
use super::server::{Call, Writing};

pub(crate) fn bind(call: &Call<'_>, writing: &mut Writing<'_>) -> Result<Response<Body>, ApiError> {
    let binding: Value =
        serde_json::from_slice(call.body).map_err(|error| ApiError::bad_request(error.to_string()))?;
    let node = str_at(&binding, &["target", "name"]);
    let current = writing
        .state
        .store
        .get(&call.table(), call.namespace(), call.name())
        .ok_or_else(|| ApiError::not_found(&call.kind, call.name()))?;
    let refuse = |why: &str| Err(ApiError::binding_conflict(call.name(), why));
    let uid = object::uid(&binding);
    if !uid.is_empty() && uid != object::uid(&current.value) {
        let found = object::uid(&current.value);
        return refuse(&format!(
            "Precondition failed: UID in precondition: {uid}, UID in object meta: {found}"
        ));
    }
    if object::is_terminating(&current.value) {
        return refuse(&format!(
            "pod {} is being deleted, cannot be assigned to a host",
            call.name()
        ));
    }
    let assigned = str_at(&current.value, &["spec", "nodeName"]);
    if !assigned.is_empty() {
        return refuse(&format!(
            "pod {} is already assigned to node {assigned:?}",
            call.name()
        ));
    }
    let mut pod = current.value.clone();
    object::map_mut(&mut pod, &["spec"]).insert("nodeName".into(), node.into());
    let scheduled = json!({
        "type": "PodScheduled", "status": "True", "lastProbeTime": null, "lastTransitionTime": writing.now,
    });
    let mut conditions = object::list_at(&pod, &["status", "conditions"]).to_vec();
    conditions.retain(|condition| condition["type"] != "PodScheduled");
    conditions.push(scheduled);
    object::map_mut(&mut pod, &["status"]).insert("conditions".into(), conditions.into());
    writing.put(&call.table(), pod);
    let done =
        json!({"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success", "code": 201});
    Ok(answer::value(StatusCode::CREATED, &done))
}
