//! What pods ask for.
use havenmeester_placement::Demand;
use serde_json::json;

use super::{of_node, of_object, of_pod_spec};

fn demand(cpu_milli: i64, memory_mib: i64, pods: i64) -> Demand {
    Demand {
        cpu_milli,
        memory_mib,
        pods,
        ..Demand::default()
    }
}

#[test]
fn a_pod_asks_for_its_containers_together_or_its_largest_init_container() {
    let spec = json!({
        "containers": [
            {"resources": {"requests": {"cpu": "100m", "memory": "64Mi"}}},
            {"resources": {"limits": {"cpu": "200m", "memory": "64Mi"}}},
        ],
        "initContainers": [
            {"resources": {"requests": {"cpu": "1", "memory": "16Mi"}}},
            {"restartPolicy": "Always", "resources": {"requests": {"cpu": "50m"}}},
        ],
        "overhead": {"memory": "8Mi"},
    });
    assert_eq!(of_pod_spec(&spec), demand(1000, 136, 1));
}

#[test]
fn a_controller_asks_for_its_replicas_also_those_from_before_it_was_stopped() {
    let mut deployment = json!({
        "metadata": {"annotations": {"havenmeester.dev/replicas": "3"}},
        "spec": {"replicas": 2, "template": {"spec": {"containers": [{"resources": {"requests": {"cpu": "100m", "memory": "1Mi"}}}]}}},
    });
    assert_eq!(of_object("apps", "Deployment", &deployment), demand(200, 2, 2));
    deployment["spec"]["replicas"] = json!(0);
    assert_eq!(of_object("apps", "Deployment", &deployment), demand(300, 3, 3));
    deployment["metadata"] = json!({});
    assert_eq!(of_object("apps", "Deployment", &deployment), demand(0, 0, 0));
    assert_eq!(of_object("", "ConfigMap", &deployment), Demand::default());
}

#[test]
fn a_node_offers_what_is_allocatable() {
    let node = json!({"status": {"allocatable": {"cpu": "3920m", "memory": "8Gi", "pods": "110"}}});
    assert_eq!(of_node(&node), demand(3920, 8192, 110));
    assert_eq!(of_node(&json!({})), Demand::default());
}
