//! What the server decides itself about a new or changed object: addresses, ports, selectors of jobs, first status.
//!
//! Not here: defaults (`defaults`). Nobody is recorded as the manager of what is decided here.

use serde_json::{Value, json};

use super::kinds::Kind;
use super::object::{self, as_map, default_to, list_at, map_mut, str_at};
use super::server::State;
use super::{crd, namespace};

mod addresses;

pub(crate) fn create(kind: &Kind, state: &mut State, value: &mut Value) {
    if kind.status && !kind.is("", "nodes") {
        reset_status(kind, value);
    }
    match (kind.id.group.as_str(), kind.id.plural.as_str()) {
        ("", "namespaces") => namespace::activate(value),
        ("", "persistentvolumeclaims" | "persistentvolumes") => {
            map_mut(value, &["status"]).insert("phase".into(), "Pending".into());
        }
        ("", "pods") => pod(value),
        ("", "services") => addresses::give(state, None, value),
        ("batch", "jobs") => job(value),
        (crd::GROUP, crd::PLURAL) => crd::begin(value),
        _ => {}
    }
}

pub(crate) fn update(kind: &Kind, state: &mut State, old: &Value, value: &mut Value) {
    match (kind.id.group.as_str(), kind.id.plural.as_str()) {
        ("", "services") => addresses::give(state, Some(old), value),
        ("", "pods") => {
            // Set by admission when it was made; a client that leaves them out changes nothing.
            for field in ["priority", "preemptionPolicy", "nodeName"] {
                if let Some(kept) = object::at(old, &["spec", field]).cloned() {
                    default_to(map_mut(value, &["spec"]), field, kept);
                }
            }
        }
        ("", "persistentvolumeclaims") => {
            for field in ["storageClassName", "volumeName"] {
                if let Some(kept) = object::at(old, &["spec", field]).cloned() {
                    default_to(map_mut(value, &["spec"]), field, kept);
                }
            }
        }
        ("", "namespaces") => {
            if let Some(kept) = object::at(old, &["spec", "finalizers"]).cloned() {
                default_to(map_mut(value, &["spec"]), "finalizers", kept);
            }
        }
        ("batch", "jobs") => {
            if let Some(kept) = object::at(old, &["spec", "selector"]).cloned() {
                default_to(map_mut(value, &["spec"]), "selector", kept);
            }
        }
        _ => {}
    }
}

/// A pod's one address is the first of its addresses.
pub(crate) fn first_address(kind: &Kind, value: &mut Value) {
    let address = str_at(value, &["status", "podIP"]).to_owned();
    if kind.is("", "pods") && !address.is_empty() {
        default_to(map_mut(value, &["status"]), "podIPs", json!([{ "ip": address }]));
    }
}

/// Status is written by its own address only.
fn reset_status(kind: &Kind, value: &mut Value) {
    let map = as_map(value);
    if kind.custom {
        map.remove("status");
    } else {
        map.insert("status".into(), json!({}));
        super::schema::structs::fill(value, &kind.schema);
    }
}

fn pod(value: &mut Value) {
    let quality = quality_of_service(value);
    let spec = map_mut(value, &["spec"]);
    default_to(spec, "priority", 0);
    default_to(spec, "preemptionPolicy", "PreemptLowerPriority");
    tolerate(spec);
    map_mut(value, &["status"]).insert("phase".into(), "Pending".into());
    map_mut(value, &["status"]).insert("qosClass".into(), quality.into());
}

/// A pod leaves a node that is gone after five minutes.
fn tolerate(spec: &mut object::Object) {
    let list = spec.entry("tolerations").or_insert_with(|| json!([]));
    let Value::Array(list) = list else { return };
    for key in ["node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"] {
        let covers = |toleration: &Value| {
            let of_key = matches!(str_at(toleration, &["key"]), k if k == key || k.is_empty());
            of_key && matches!(str_at(toleration, &["effect"]), "NoExecute" | "")
        };
        if !list.iter().any(covers) {
            list.push(
                json!({"effect": "NoExecute", "key": key, "operator": "Exists", "tolerationSeconds": 300}),
            );
        }
    }
}

fn quality_of_service(pod: &Value) -> &'static str {
    let containers: Vec<&Value> = ["containers", "initContainers"]
        .iter()
        .flat_map(|field| list_at(pod, &["spec", field]))
        .collect();
    let of = |container: &&Value, field: &str| object::map_at(container, &["resources", field]).clone();
    if containers
        .iter()
        .all(|c| of(c, "requests").is_empty() && of(c, "limits").is_empty())
    {
        return "BestEffort";
    }
    let guaranteed = containers.iter().all(|c| {
        let (requests, limits) = (of(c, "requests"), of(c, "limits"));
        ["cpu", "memory"]
            .iter()
            .all(|r| limits.contains_key(*r) && limits.get(*r) == requests.get(*r))
    });
    if guaranteed { "Guaranteed" } else { "Burstable" }
}

/// A job finds its pods by its own uid, unless it says how.
fn job(value: &mut Value) {
    if object::bool_at(value, &["spec", "manualSelector"]) {
        return;
    }
    let (uid, name) = (object::uid(value).to_owned(), object::name(value).to_owned());
    let labels = map_mut(value, &["spec", "template", "metadata", "labels"]);
    for (key, text) in [
        ("batch.kubernetes.io/controller-uid", &uid),
        ("batch.kubernetes.io/job-name", &name),
        ("controller-uid", &uid),
        ("job-name", &name),
    ] {
        labels.insert(key.into(), text.clone().into());
    }
    // A job without labels takes those of its pods.
    let labels = labels.clone();
    default_to(object::meta_mut(value), "labels", labels);
    let selector = json!({"matchLabels": {"batch.kubernetes.io/controller-uid": uid}});
    map_mut(value, &["spec"]).insert("selector".into(), selector);
}
