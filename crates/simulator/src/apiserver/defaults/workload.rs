//! Defaults of the kinds that run pods.

use serde_json::{Value, json};

use super::super::object::{Object, as_map, at, default_to, map_mut, str_at};
use super::{each, pod};

pub(super) fn apps(plural: &str, value: &mut Value) {
    if plural == "controllerrevisions" {
        return;
    }
    pod::of_template(map_mut(value, &["spec", "template"]));
    match plural {
        "deployments" => deployment(value),
        "statefulsets" => stateful_set(value),
        "daemonsets" => {
            default_to(map_mut(value, &["spec"]), "revisionHistoryLimit", 10);
            // Kept for a version that is long gone.
            let annotations = map_mut(value, &["metadata", "annotations"]);
            default_to(annotations, "deprecated.daemonset.template.generation", "1");
            if rolls(value, "updateStrategy") {
                let rolling = map_mut(value, &["spec", "updateStrategy", "rollingUpdate"]);
                default_to(rolling, "maxUnavailable", 1);
                default_to(rolling, "maxSurge", 0);
            }
        }
        _ => default_to(map_mut(value, &["spec"]), "replicas", 1),
    }
}

fn deployment(value: &mut Value) {
    let spec = map_mut(value, &["spec"]);
    default_to(spec, "replicas", 1);
    default_to(spec, "revisionHistoryLimit", 10);
    default_to(spec, "progressDeadlineSeconds", 600);
    if rolls(value, "strategy") {
        let rolling = map_mut(value, &["spec", "strategy", "rollingUpdate"]);
        default_to(rolling, "maxUnavailable", "25%");
        default_to(rolling, "maxSurge", "25%");
    }
}

fn stateful_set(value: &mut Value) {
    let spec = map_mut(value, &["spec"]);
    default_to(spec, "replicas", 1);
    default_to(spec, "revisionHistoryLimit", 10);
    default_to(spec, "podManagementPolicy", "OrderedReady");
    for claim in each(spec, "volumeClaimTemplates") {
        let map = as_map(claim);
        map.insert("apiVersion".into(), "v1".into());
        map.insert("kind".into(), "PersistentVolumeClaim".into());
        default_to(map_mut(claim, &["spec"]), "volumeMode", "Filesystem");
        default_to(map_mut(claim, &["status"]), "phase", "Pending");
    }
    let retention = map_mut(value, &["spec", "persistentVolumeClaimRetentionPolicy"]);
    default_to(retention, "whenDeleted", "Retain");
    default_to(retention, "whenScaled", "Retain");
    // A partition only for those who said nothing, or began to say it.
    let silent = str_at(value, &["spec", "updateStrategy", "type"]).is_empty();
    let begun = at(value, &["spec", "updateStrategy", "rollingUpdate"]).is_some();
    if rolls(value, "updateStrategy") && (silent || begun) {
        default_to(
            map_mut(value, &["spec", "updateStrategy", "rollingUpdate"]),
            "partition",
            0,
        );
    }
}

/// Rolling updates unless said otherwise.
fn rolls(value: &mut Value, field: &str) -> bool {
    default_to(map_mut(value, &["spec", field]), "type", "RollingUpdate");
    str_at(value, &["spec", field, "type"]) == "RollingUpdate"
}

pub(super) fn batch(plural: &str, value: &mut Value) {
    if plural == "jobs" {
        job(map_mut(value, &["spec"]));
        pod::of_template(map_mut(value, &["spec", "template"]));
        return;
    }
    let spec = map_mut(value, &["spec"]);
    default_to(spec, "concurrencyPolicy", "Allow");
    default_to(spec, "suspend", false);
    default_to(spec, "successfulJobsHistoryLimit", 3);
    default_to(spec, "failedJobsHistoryLimit", 1);
    pod::of_template(map_mut(value, &["spec", "jobTemplate", "spec", "template"]));
}

fn job(spec: &mut Object) {
    if !spec.contains_key("completions") && !spec.contains_key("parallelism") {
        default_to(spec, "completions", 1);
    }
    default_to(spec, "parallelism", 1);
    default_to(spec, "backoffLimit", 6);
    default_to(spec, "completionMode", "NonIndexed");
    default_to(spec, "suspend", false);
    default_to(spec, "podReplacementPolicy", "TerminatingOrFailed");
    default_to(spec, "manualSelector", false);
}

pub(super) fn autoscaler(value: &mut Value) {
    let spec = map_mut(value, &["spec"]);
    default_to(spec, "minReplicas", 1);
    let cpu = json!([{
        "type": "Resource",
        "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 80}},
    }]);
    default_to(spec, "metrics", cpu);
}
