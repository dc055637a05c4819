//! Where a pod goes, and what is said when it goes nowhere.

use std::collections::{BTreeMap, BTreeSet};

use k8s_openapi::api::core::v1::Pod;
use serde_json::json;

use super::{super::NodesConfig, NoPlace, Slip, Yard};

fn mk_yard(count: u32, cpu_milli: u64) -> Yard {
    let config = NodesConfig {
        count,
        cpu_milli,
        pods: 2,
        ..NodesConfig::default()
    };
    Yard::new(&config, |index| {
        BTreeMap::from([("zone".to_owned(), format!("z{index}"))])
    })
}

fn mk_slip(name: &str, spec: &serde_json::Value) -> Slip {
    let pod = json!({"metadata": {"namespace": "a", "name": name, "uid": name}, "spec": spec});
    Slip::of(&serde_json::from_value::<Pod>(pod).unwrap()).unwrap()
}

fn mk_asking(name: &str, cpu: &str) -> Slip {
    mk_slip(
        name,
        &json!({"containers": [{"name": "c", "resources": {"requests": {"cpu": cpu}}}]}),
    )
}

fn place(yard: &mut Yard, mut slip: Slip) -> Result<String, NoPlace> {
    let node = yard.choose(&slip, &BTreeSet::new())?;
    slip.node = Some(node.clone());
    yard.take(&slip);
    Ok(node)
}

#[test]
fn pods_spread_over_the_emptiest_nodes() {
    let mut yard = mk_yard(2, 1_000);
    let homes: Vec<_> = ["a", "b", "c"]
        .map(|name| place(&mut yard, mk_asking(name, "100m")).unwrap())
        .into();
    assert_eq!(homes, ["node-0", "node-1", "node-0"]);
}

#[test]
fn a_pod_that_fits_nowhere_is_told_why() {
    let mut yard = mk_yard(1, 1_000);
    assert_eq!(
        place(&mut yard, mk_asking("a", "1001m")),
        Err(NoPlace::NoFit {
            nodes: 1,
            cpu: 1,
            memory: 0,
            pods: 0,
            selector: 0
        })
    );
}

#[test]
fn room_is_given_back() {
    let mut yard = mk_yard(1, 1_000);
    let mut slip = mk_asking("a", "1");
    slip.node = Some("node-0".to_owned());
    yard.take(&slip);
    assert!(place(&mut yard, mk_asking("b", "1")).is_err());
    yard.free(&slip);
    assert_eq!(place(&mut yard, mk_asking("b", "1")), Ok("node-0".to_owned()));
}

#[test]
fn a_node_selector_is_followed() {
    let mut yard = mk_yard(3, 1_000);
    let slip = mk_slip("a", &json!({"containers": [], "nodeSelector": {"zone": "z2"}}));
    assert_eq!(place(&mut yard, slip), Ok("node-2".to_owned()));
}

#[test]
fn an_unbound_claim_keeps_a_pod_waiting() {
    let mut yard = mk_yard(1, 1_000);
    let volumes =
        json!({"containers": [], "volumes": [{"name": "v", "persistentVolumeClaim": {"claimName": "data"}}]});
    let found = place(&mut yard, mk_slip("a", &volumes));
    assert_eq!(
        found,
        Err(NoPlace::ClaimNotBound {
            nodes: 1,
            claim: "data".to_owned()
        })
    );
}

#[test]
fn a_node_that_is_down_takes_nothing() {
    let mut yard = mk_yard(2, 1_000);
    assert_eq!(yard.set_down(&BTreeSet::from(["node-0".to_owned()])), ["node-0"]);
    assert_eq!(place(&mut yard, mk_asking("a", "1")), Ok("node-1".to_owned()));
}
