//! What there is beside cpu, memory and pods, and by which name.
use serde_json::json;

use super::*;
use crate::demand;

fn mk_member(spec: &serde_json::Value) -> MemberCluster {
    let mut all = json!({"provider": "eu", "region": "nl",
        "connection": {"kubeconfigSecret": {"namespace": "havenmeester", "name": "eu-1"}}});
    all.as_object_mut()
        .unwrap()
        .extend(spec.as_object().unwrap().clone());
    MemberCluster::new("eu-1", serde_json::from_value(all).unwrap())
}

fn claim(class: Option<&str>, size: &str) -> Demand {
    let mut claim = json!({"spec": {"resources": {"requests": {"storage": size}}}});
    if let Some(class) = class {
        claim["spec"]["storageClassName"] = json!(class);
    }
    demand::of_object("", "PersistentVolumeClaim", &claim)
}

fn copy(demand: Demand) -> CopyView {
    CopyView {
        tags: None,
        state: havenmeester_api::workload::CopyState::Active,
        objects: 1,
        demand,
    }
}

#[test]
fn a_class_is_called_by_its_kind_where_it_has_one() {
    let member = mk_member(&json!({"classes": {"storage": [{"kind": "Rwo", "name": "ceph-block"}]}}));
    let asked = claim(Some("ceph-block"), "10Gi")
        .plus(&claim(None, "1Gi"))
        .plus(&claim(Some("own"), "1Mi"));
    let asked = renamed(&member, Some("ceph-block"), asked.plus(&claim(Some(""), "5Gi")));
    let told: Vec<(String, i64)> = asked.others.iter().map(|(r, n)| (r.to_string(), *n)).collect();
    assert_eq!(
        told,
        [
            ("storage/Rwo".to_owned(), 11 * 1024),
            ("storage/own".to_owned(), 1)
        ]
    );
}

#[test]
fn storage_is_what_was_said_less_what_copies_claim() {
    let member = mk_member(
        &json!({"classes": {"storage": [{"kind": "Rwo", "name": "ceph-block"}]},
        "room": {"storage": [{"class": "ceph-block", "gib": 100}], "headroom": [{"resource": "storage/ceph-block", "percent": 20}]}}),
    );
    let there = copy(renamed(&member, None, claim(Some("ceph-block"), "30Gi")));
    let nodes = demand::of_node(&json!({"status": {"allocatable": {"cpu": "4", "pods": "10",
        "nvidia.com/gpu": "2", "ephemeral-storage": "10Gi", "hugepages-2Mi": "0"}}}));
    let pods =
        demand::of_pod_spec(&json!({"containers": [{"resources": {"limits": {"nvidia.com/gpu": 1}}}]}));
    let others = others(&member, None, (&nodes, &pods), [there].iter());
    let told: Vec<(&str, i64, i64)> = others
        .iter()
        .map(|other| (other.resource.as_str(), other.offered, other.requested))
        .collect();
    assert_eq!(
        told,
        [("storage/Rwo", 100 * 1024, 30 * 1024), ("nvidia.com/gpu", 2, 1)]
    );
    assert_eq!(
        headroom(&member),
        [(Resource::Storage("Rwo".to_owned()), 20)].into()
    );
}
