//! Node objects, their status, and the leases by which a cluster knows that they live.

use std::collections::BTreeMap;

use jiff::Timestamp;
use k8s_openapi::api::{
    coordination::v1::Lease,
    core::v1::{Namespace, Node},
};
use kube::{
    Api, Client,
    api::{Patch, PatchParams, PostParams},
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::json;

use super::NodesConfig;

/// Room for logs and scratch files on each node. A real scheduler puts nothing that asks for some on a node without.
const EPHEMERAL_STORAGE: &str = "100Gi";

/// Where Kubernetes keeps the leases of nodes.
const LEASES: &str = "kube-node-lease";

/// How long a lease holds, in seconds: what a kubelet writes.
const LEASE_SECS: i32 = 40;

/// Labels of the node with this index.
pub(super) fn labels(config: &NodesConfig, index: usize) -> BTreeMap<String, String> {
    let mut labels = BTreeMap::from([
        ("kubernetes.io/arch".to_owned(), "amd64".to_owned()),
        (
            "kubernetes.io/hostname".to_owned(),
            format!("{}-{index}", config.prefix),
        ),
        ("kubernetes.io/os".to_owned(), "linux".to_owned()),
    ]);
    let zone = config
        .zones
        .get(index.checked_rem(config.zones.len()).unwrap_or(0));
    labels.extend(zone.map(|zone| ("topology.kubernetes.io/zone".to_owned(), zone.clone())));
    labels.extend(
        config
            .region
            .iter()
            .map(|region| ("topology.kubernetes.io/region".to_owned(), region.clone())),
    );
    labels
}

/// The address of the node with this index: as many as anyone simulates have one of their own.
pub(super) fn address(index: usize) -> String {
    format!("10.64.{}.{}", (index / 250) % 250, index % 250 + 1)
}

/// Makes the node exist and be ready, with a lease.
pub(super) async fn node(
    client: &Client,
    config: &NodesConfig,
    index: usize,
    name: &str,
) -> kube::Result<()> {
    let api = Api::<Node>::all(client.clone());
    let node = json!({
        "apiVersion": "v1", "kind": "Node",
        "metadata": {"name": name, "labels": labels(config, index)},
    });
    create_if_absent(&api, node).await?;
    let capacity = json!({
        "cpu": format!("{}m", config.cpu_milli),
        "memory": format!("{}Mi", config.memory_mib),
        "pods": config.pods.to_string(),
        "ephemeral-storage": EPHEMERAL_STORAGE,
    });
    let status = json!({"status": {
        "capacity": capacity,
        "allocatable": capacity,
        "addresses": [
            {"type": "InternalIP", "address": address(index)},
            {"type": "Hostname", "address": name},
        ],
        "nodeInfo": {
            "architecture": "amd64", "bootID": "", "containerRuntimeVersion": "simulated://1",
            "kernelVersion": "6.12", "kubeProxyVersion": "", "kubeletVersion": config.version, "machineID": "",
            "operatingSystem": "linux", "osImage": "simulated", "systemUUID": "",
        },
        "conditions": [ready(config.clock.now(), true)],
    }});
    api.patch_status(name, &PatchParams::default(), &Patch::Merge(status))
        .await?;
    lease(client, config, name).await
}

/// Says that a node is ready, or that nobody knows.
pub(super) async fn set_ready(
    client: &Client,
    config: &NodesConfig,
    name: &str,
    up: bool,
) -> kube::Result<()> {
    let status = json!({"status": {"conditions": [ready(config.clock.now(), up)]}});
    let api = Api::<Node>::all(client.clone());
    api.patch_status(name, &PatchParams::default(), &Patch::Merge(status))
        .await
        .map(drop)
}

/// Renews the lease of a node, and makes it first where it is absent.
pub(super) async fn lease(client: &Client, config: &NodesConfig, name: &str) -> kube::Result<()> {
    let api = Api::<Lease>::namespaced(client.clone(), LEASES);
    let spec = json!({
        "holderIdentity": name,
        "leaseDurationSeconds": LEASE_SECS,
        "renewTime": micro(config.clock.now()),
    });
    let patch = Patch::Merge(json!({"spec": spec}));
    match api.patch(name, &PatchParams::default(), &patch).await {
        Err(kube::Error::Api(status)) if status.code == 404 => {}
        other => return other.map(drop),
    }
    let namespaces = Api::<Namespace>::all(client.clone());
    let namespace = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": LEASES}});
    create_if_absent(&namespaces, namespace).await?;
    let lease = json!({
        "apiVersion": "coordination.k8s.io/v1", "kind": "Lease",
        "metadata": {"name": name, "namespace": LEASES}, "spec": spec,
    });
    create_if_absent(&api, lease).await
}

async fn create_if_absent<K>(api: &Api<K>, object: serde_json::Value) -> kube::Result<()>
where
    K: Clone + DeserializeOwned + Serialize + std::fmt::Debug,
{
    let object = serde_json::from_value(object).map_err(kube::Error::SerdeError)?;
    match api.create(&PostParams::default(), &object).await {
        Err(kube::Error::Api(status)) if status.reason == "AlreadyExists" => Ok(()),
        other => other.map(drop),
    }
}

fn ready(now: Timestamp, up: bool) -> serde_json::Value {
    let (status, reason, message) = if up {
        (
            "True",
            "KubeletReady",
            "simulated kubelet is posting ready status",
        )
    } else {
        (
            "Unknown",
            "NodeStatusUnknown",
            "Kubelet stopped posting node status.",
        )
    };
    let now = seconds(now);
    json!({
        "type": "Ready", "status": status, "reason": reason, "message": message,
        "lastHeartbeatTime": now, "lastTransitionTime": now,
    })
}

/// A time as Kubernetes writes `metav1.Time`.
pub(super) fn seconds(time: Timestamp) -> String {
    format!("{time:.0}")
}

/// A time as Kubernetes writes `metav1.MicroTime`.
fn micro(time: Timestamp) -> String {
    format!("{time:.6}")
}
