//! `Service`: an `EndpointSlice` with the addresses of the pods that it selects.
//!
//! Not here: more than one slice per service, IPv6, legacy `Endpoints`.

use std::{collections::BTreeMap, sync::Arc};

use k8s_openapi::{
    api::core::v1::{Pod, ServicePort},
    apimachinery::pkg::util::intstr::IntOrString,
};
use kube::ResourceExt;
use serde_json::{Value, json};

use super::{
    cache::Cache,
    kind::{Key, Kind},
    owned::{self, Owner},
    write::Turn,
};

const SERVICE_NAME: &str = "kubernetes.io/service-name";

pub(super) fn decide(cache: &Cache, at: &Key) -> Turn {
    let mut turn = Turn::default();
    let Some(service) = cache.services.get(at) else {
        return turn;
    };
    let Some(spec) = &service.spec else { return turn };
    let selector = spec.selector.clone().unwrap_or_default();
    if selector.is_empty() || service.metadata.deletion_timestamp.is_some() {
        return turn;
    }
    let owner = Owner {
        kind: Kind::Service,
        meta: &service.metadata,
    };
    let pods: Vec<&Arc<Pod>> = cache
        .pods
        .within(&at.0)
        .map(|(_, pod)| pod)
        .filter(|pod| is_selected(&selector, pod) && !matches!(owned::phase(pod), "Succeeded" | "Failed"))
        .collect();
    let endpoints: Vec<Value> = pods.iter().filter_map(|pod| endpoint(pod)).collect();
    let ports: Vec<Value> = spec
        .ports
        .iter()
        .flatten()
        .filter_map(|each| port(each, &pods))
        .collect();
    match owner.owned(&cache.slices).first() {
        None => turn.create(
            Kind::EndpointSlice,
            &at.0,
            json!({
                "metadata": {
                    "namespace": at.0,
                    "generateName": format!("{}-", at.1),
                    "labels": {
                        "endpointslice.kubernetes.io/managed-by": "endpointslice-controller.k8s.io",
                        SERVICE_NAME: at.1,
                    },
                    "ownerReferences": owner.reference(),
                },
                "addressType": "IPv4",
                "endpoints": endpoints,
                "ports": ports,
            }),
        ),
        Some(slice) => {
            let now = json!([slice.endpoints, slice.ports.clone().unwrap_or_default()]);
            if now != json!([endpoints, ports]) {
                turn.patch(
                    Kind::EndpointSlice,
                    &owned::key(&***slice),
                    json!({"endpoints": endpoints, "ports": ports}),
                );
            }
        }
    }
    turn
}

fn is_selected(selector: &BTreeMap<String, String>, pod: &Pod) -> bool {
    selector
        .iter()
        .all(|(key, value)| pod.labels().get(key) == Some(value))
}

/// A pod with an address, as an endpoint.
fn endpoint(pod: &Pod) -> Option<Value> {
    let address = pod.status.as_ref()?.pod_ip.as_ref()?;
    let leaving = pod.metadata.deletion_timestamp.is_some();
    let serving = owned::is_ready(pod);
    Some(json!({
        "addresses": [address],
        "conditions": {"ready": serving && !leaving, "serving": serving, "terminating": leaving},
        "nodeName": pod.spec.as_ref()?.node_name,
        "targetRef": {"kind": "Pod", "namespace": pod.namespace(), "name": pod.name_any(), "uid": pod.uid()},
    }))
}

/// A port of a service, as its pods listen. `None` for a name that no pod has.
fn port(port: &ServicePort, pods: &[&Arc<Pod>]) -> Option<Value> {
    let number = match &port.target_port {
        Some(IntOrString::Int(number)) => *number,
        Some(IntOrString::String(name)) => pods.iter().find_map(|pod| named_port(pod, name))?,
        None => port.port,
    };
    Some(json!({
        "name": port.name.clone().unwrap_or_default(),
        "port": number,
        "protocol": port.protocol.as_deref().unwrap_or("TCP"),
    }))
}

fn named_port(pod: &Pod, name: &str) -> Option<i32> {
    let containers = pod.spec.iter().flat_map(|spec| &spec.containers);
    let mut ports = containers.flat_map(|container| container.ports.iter().flatten());
    ports
        .find(|port| port.name.as_deref() == Some(name))
        .map(|port| port.container_port)
}
