//! Cluster addresses and node ports of services, given out from the seed.

use serde_json::{Value, json};

use super::super::kinds::ResourceId;
use super::super::object::{at, list_at, map_mut, str_at};
use super::super::server::State;

/// Ports that a service may get on each node.
const NODE_PORTS: std::ops::Range<u64> = 30_000..32_768;

pub(super) fn give(state: &mut State, old: Option<&Value>, service: &mut Value) {
    let kind = str_at(service, &["spec", "type"]).to_owned();
    if kind == "ExternalName" {
        return;
    }
    // What it had it keeps, if the client says nothing else.
    for field in [
        "clusterIP",
        "clusterIPs",
        "ipFamilies",
        "ipFamilyPolicy",
        "healthCheckNodePort",
    ] {
        let kept = old.and_then(|old| at(old, &["spec", field])).cloned();
        let spec = map_mut(service, &["spec"]);
        if let Some(kept) = kept.filter(|_| spec.get(field).is_none_or(|v| *v == json!(""))) {
            spec.insert(field.into(), kept);
        }
    }
    let mut address = str_at(service, &["spec", "clusterIP"]).to_owned();
    if address.is_empty() {
        address = free_address(state);
    }
    let spec = map_mut(service, &["spec"]);
    spec.insert("clusterIP".into(), address.clone().into());
    spec.entry("clusterIPs").or_insert_with(|| json!([address]));
    spec.entry("ipFamilies").or_insert_with(|| json!(["IPv4"]));
    spec.entry("ipFamilyPolicy")
        .or_insert_with(|| json!("SingleStack"));
    if matches!(kind.as_str(), "NodePort" | "LoadBalancer") {
        node_ports(state, old, service);
    }
}

fn node_ports(state: &mut State, old: Option<&Value>, service: &mut Value) {
    if at(service, &["spec", "allocateLoadBalancerNodePorts"]) == Some(&json!(false)) {
        return;
    }
    let had: Vec<Value> = old
        .map(|old| list_at(old, &["spec", "ports"]).to_vec())
        .unwrap_or_default();
    let mut taken = taken_ports(state);
    let ports = map_mut(service, &["spec"])
        .get_mut("ports")
        .and_then(Value::as_array_mut);
    for port in ports.into_iter().flatten() {
        if port.get("nodePort").is_some_and(|p| *p != json!(0)) {
            continue;
        }
        let same = had
            .iter()
            .find(|h| h["port"] == port["port"] && h["protocol"] == port["protocol"]);
        let kept = same.and_then(|h| h["nodePort"].as_u64());
        let number = kept.unwrap_or_else(|| free_port(state, &taken));
        taken.push(number);
        port["nodePort"] = json!(number);
    }
}

fn services(state: &State) -> impl Iterator<Item = &Value> {
    let id = ResourceId::new("", "services");
    state
        .store
        .tables()
        .filter(move |(table, _)| **table == id)
        .flat_map(|(_, table)| table.in_namespace(None).map(|stored| &stored.value))
}

fn free_address(state: &mut State) -> String {
    loop {
        let bits = state.seeded.next();
        let address = format!("10.96.{}.{}", (bits >> 8) & 0xff, 1 + (bits & 0xff) % 254);
        if !services(state).any(|s| str_at(s, &["spec", "clusterIP"]) == address) {
            return address;
        }
    }
}

fn taken_ports(state: &State) -> Vec<u64> {
    services(state)
        .flat_map(|s| list_at(s, &["spec", "ports"]))
        .filter_map(|p| p["nodePort"].as_u64())
        .collect()
}

fn free_port(state: &mut State, taken: &[u64]) -> u64 {
    loop {
        let port = NODE_PORTS.start + state.seeded.next() % (NODE_PORTS.end - NODE_PORTS.start);
        if !taken.contains(&port) {
            return port;
        }
    }
}
