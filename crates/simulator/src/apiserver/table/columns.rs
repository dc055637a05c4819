//! The few extra columns of Kubernetes' own kinds.
//!
//! Not here: all that the real server prints; a table of a test is read by people.

use serde_json::{Value, json};

use super::super::kinds::Kind;
use super::super::object::{int_at, list_at, map_at, str_at};

pub(super) fn names(kind: &Kind) -> &'static [&'static str] {
    match (kind.id.group.as_str(), kind.id.plural.as_str()) {
        ("", "pods") => &["Ready", "Status", "Restarts"],
        ("", "namespaces") => &["Status"],
        ("", "services") => &["Type", "Cluster-IP", "External-IP", "Port(s)"],
        ("", "configmaps") => &["Data"],
        ("", "secrets") => &["Type", "Data"],
        ("", "events") => &["Type", "Reason", "Message"],
        ("", "persistentvolumeclaims") => &["Status", "Volume"],
        ("apps", "deployments") => &["Ready", "Up-to-date", "Available"],
        ("apps", "replicasets") => &["Desired", "Current", "Ready"],
        ("apps", "statefulsets") => &["Ready"],
        (super::super::crd::GROUP, super::super::crd::PLURAL) => &["Created At"],
        _ => &[],
    }
}

pub(super) fn cells(kind: &Kind, object: &Value) -> Vec<Value> {
    let text = |path: &[&str]| json!(str_at(object, path));
    let count = |path: &[&str]| int_at(object, path).unwrap_or(0);
    let ready = || {
        json!(format!(
            "{}/{}",
            count(&["status", "readyReplicas"]),
            count(&["spec", "replicas"])
        ))
    };
    match (kind.id.group.as_str(), kind.id.plural.as_str()) {
        ("", "pods") => pod(object),
        ("", "namespaces") => vec![text(&["status", "phase"])],
        ("", "services") => vec![
            text(&["spec", "type"]),
            text(&["spec", "clusterIP"]),
            external(object),
            ports(object),
        ],
        ("", "configmaps") => vec![json!(map_at(object, &["data"]).len())],
        ("", "secrets") => vec![text(&["type"]), json!(map_at(object, &["data"]).len())],
        ("", "events") => vec![text(&["type"]), text(&["reason"]), text(&["message"])],
        ("", "persistentvolumeclaims") => vec![text(&["status", "phase"]), text(&["spec", "volumeName"])],
        ("apps", "deployments") => vec![
            ready(),
            json!(count(&["status", "updatedReplicas"])),
            json!(count(&["status", "availableReplicas"])),
        ],
        ("apps", "replicasets") => vec![
            json!(count(&["spec", "replicas"])),
            json!(count(&["status", "replicas"])),
            json!(count(&["status", "readyReplicas"])),
        ],
        ("apps", "statefulsets") => vec![ready()],
        (super::super::crd::GROUP, super::super::crd::PLURAL) => {
            vec![text(&["metadata", "creationTimestamp"])]
        }
        _ => Vec::new(),
    }
}

fn pod(object: &Value) -> Vec<Value> {
    let statuses = list_at(object, &["status", "containerStatuses"]);
    let ready = statuses.iter().filter(|s| s["ready"] == true).count();
    let restarts: i64 = statuses.iter().filter_map(|s| s["restartCount"].as_i64()).sum();
    let of = list_at(object, &["spec", "containers"]).len();
    let terminating = super::object::is_terminating(object);
    let status = if terminating {
        "Terminating"
    } else {
        str_at(object, &["status", "phase"])
    };
    vec![json!(format!("{ready}/{of}")), json!(status), json!(restarts)]
}

fn external(service: &Value) -> Value {
    let given = list_at(service, &["status", "loadBalancer", "ingress"]);
    let address = |entry: &Value| {
        entry["ip"]
            .as_str()
            .or(entry["hostname"].as_str())
            .map(str::to_owned)
    };
    let addresses: Vec<_> = given.iter().filter_map(address).collect();
    match str_at(service, &["spec", "type"]) {
        "ExternalName" => json!(str_at(service, &["spec", "externalName"])),
        "LoadBalancer" if addresses.is_empty() => json!("<pending>"),
        "LoadBalancer" => json!(addresses.join(",")),
        _ => json!("<none>"),
    }
}

fn ports(object: &Value) -> Value {
    let shown: Vec<_> = list_at(object, &["spec", "ports"])
        .iter()
        .map(|port| {
            let protocol = port["protocol"].as_str().unwrap_or("TCP");
            match port["nodePort"].as_i64() {
                Some(node) => format!("{}:{node}/{protocol}", port["port"]),
                None => format!("{}/{protocol}", port["port"]),
            }
        })
        .collect();
    if shown.is_empty() {
        json!("<none>")
    } else {
        json!(shown.join(","))
    }
}
