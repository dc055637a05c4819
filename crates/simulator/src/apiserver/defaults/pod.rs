//! Defaults of pods and pod templates.

use serde_json::{Value, json};

use super::super::object::{Object, as_map, default_to, map_at, map_mut, str_at};
use super::each;

/// `defaultMode` of files from volumes: 0644.
const FILE_MODE: i64 = 0o644;

pub(super) fn of_pod(pod: &mut Value) {
    default_to(map_mut(pod, &["spec"]), "enableServiceLinks", true);
    let spec = map_mut(pod, &["spec"]);
    for containers in ["containers", "initContainers"] {
        for container in each(spec, containers) {
            requests_from_limits(container);
        }
    }
    of_spec(spec);
}

/// What is limited is also asked for, unless the pod asks for less.
fn requests_from_limits(container: &mut Value) {
    let limits = map_at(container, &["resources", "limits"]).clone();
    if limits.is_empty() {
        return;
    }
    let requests = map_mut(container, &["resources", "requests"]);
    for (name, amount) in limits {
        default_to(requests, &name, amount);
    }
}

pub(super) fn of_template(template: &mut Object) {
    if let Some(spec) = template.get_mut("spec") {
        of_spec(as_map(spec));
    }
}

fn of_spec(spec: &mut Object) {
    default_to(spec, "dnsPolicy", "ClusterFirst");
    default_to(spec, "restartPolicy", "Always");
    default_to(spec, "schedulerName", "default-scheduler");
    default_to(spec, "securityContext", json!({}));
    default_to(spec, "terminationGracePeriodSeconds", 30);
    // The old name and the new one are one field.
    for (from, to) in [
        ("serviceAccountName", "serviceAccount"),
        ("serviceAccount", "serviceAccountName"),
    ] {
        if let Some(account) = spec.get(from).cloned() {
            default_to(spec, to, account);
        }
    }
    for containers in ["containers", "initContainers", "ephemeralContainers"] {
        for container in each(spec, containers) {
            of_container(container);
        }
    }
    for volume in each(spec, "volumes") {
        of_volume(volume);
    }
}

fn of_container(container: &mut Value) {
    let policy = pull_policy(str_at(container, &["image"]));
    let map = as_map(container);
    default_to(map, "terminationMessagePath", "/dev/termination-log");
    default_to(map, "terminationMessagePolicy", "File");
    default_to(map, "imagePullPolicy", policy);
    default_to(map, "resources", json!({}));
    for env in each(map, "env") {
        if let Some(field) = env.pointer_mut("/valueFrom/fieldRef") {
            default_to(as_map(field), "apiVersion", "v1");
        }
    }
    for port in each(map, "ports") {
        default_to(as_map(port), "protocol", "TCP");
    }
    for probe in ["livenessProbe", "readinessProbe", "startupProbe"] {
        if let Some(probe) = map.get_mut(probe) {
            of_probe(as_map(probe));
        }
    }
    for hook in ["/lifecycle/postStart/httpGet", "/lifecycle/preStop/httpGet"] {
        if let Some(get) = container.pointer_mut(hook) {
            of_http_get(as_map(get));
        }
    }
}

/// An image without a tag, or with `latest`, is pulled each time.
fn pull_policy(image: &str) -> &'static str {
    let last = image.rsplit('/').next().unwrap_or_default();
    let pinned = image.contains('@') || last.split_once(':').is_some_and(|(_, tag)| tag != "latest");
    if pinned { "IfNotPresent" } else { "Always" }
}

fn of_probe(probe: &mut Object) {
    default_to(probe, "timeoutSeconds", 1);
    default_to(probe, "periodSeconds", 10);
    default_to(probe, "successThreshold", 1);
    default_to(probe, "failureThreshold", 3);
    if let Some(get) = probe.get_mut("httpGet") {
        of_http_get(as_map(get));
    }
    if let Some(grpc) = probe.get_mut("grpc") {
        default_to(as_map(grpc), "service", "");
    }
}

fn of_http_get(get: &mut Object) {
    default_to(get, "path", "/");
    default_to(get, "scheme", "HTTP");
}

fn of_volume(volume: &mut Value) {
    let map = as_map(volume);
    if map.keys().all(|key| key == "name") {
        map.insert("emptyDir".into(), json!({}));
    }
    for source in ["configMap", "secret", "downwardAPI", "projected"] {
        if let Some(source) = map.get_mut(source) {
            default_to(as_map(source), "defaultMode", FILE_MODE);
        }
    }
    if let Some(path) = map.get_mut("hostPath") {
        default_to(as_map(path), "type", "");
    }
    if let Some(projected) = map.get_mut("projected") {
        for source in each(as_map(projected), "sources") {
            if let Some(token) = source.get_mut("serviceAccountToken") {
                default_to(as_map(token), "expirationSeconds", 3600);
            }
        }
    }
    for path in ["/downwardAPI/items", "/projected/sources"] {
        for item in volume
            .pointer_mut(path)
            .and_then(Value::as_array_mut)
            .into_iter()
            .flatten()
        {
            field_refs(item);
        }
    }
    if let Some(claim) = volume.pointer_mut("/ephemeral/volumeClaimTemplate/spec") {
        default_to(as_map(claim), "volumeMode", "Filesystem");
    }
}

fn field_refs(item: &mut Value) {
    if let Some(field) = item.get_mut("fieldRef") {
        default_to(as_map(field), "apiVersion", "v1");
    }
    for inner in item
        .pointer_mut("/downwardAPI/items")
        .and_then(Value::as_array_mut)
        .into_iter()
        .flatten()
    {
        field_refs(inner);
    }
}
