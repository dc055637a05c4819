//! What is kept of an object.
use serde_json::json;

use super::{node, storage, workload};

#[test]
fn of_a_node_zone_role_image_and_public_address_are_kept() {
    let object = json!({
        "metadata": { "name": "a", "labels": { "topology.kubernetes.io/zone": "west-1", "node-role.kubernetes.io/control-plane": "" } },
        "status": {
            "nodeInfo": { "osImage": "Talos (v1.10.0)" },
            "addresses": [{ "type": "InternalIP", "address": "10.0.0.1" }, { "type": "ExternalIP", "address": "203.0.113.9" }],
        },
    });
    let found = node(&object);
    assert_eq!(
        (found.name.as_str(), found.zone.as_deref(), found.control_plane),
        ("a", Some("west-1"), true)
    );
    assert_eq!(
        (found.os_image.as_str(), found.external_ip.as_deref()),
        ("Talos (v1.10.0)", Some("203.0.113.9"))
    );
    assert!(!node(&json!({})).control_plane);
}

#[test]
fn of_what_runs_the_images_and_of_a_class_the_provisioner_is_kept() {
    let object = json!({ "metadata": { "name": "loki", "namespace": "logs" }, "spec": { "template": { "spec": {
        "containers": [{ "image": "grafana/loki:3" }, { "image": "sidecar" }],
    } } } });
    assert_eq!(workload(&object).images, ["grafana/loki:3", "sidecar"]);
    let class = json!({ "metadata": { "name": "fast" }, "provisioner": "driver.longhorn.io" });
    assert_eq!(storage(&class).provisioner, "driver.longhorn.io");
}
