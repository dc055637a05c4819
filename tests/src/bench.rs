//! What the measuring programs share: a hub in the process, members of any kind, and a daemon between them.
//!
//! Not here: what is measured (`bin/bench-*.rs`). Invariant: one JSON line per figure on stdout, nothing else.
use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use havenmeester_api::{MemberCluster, crds};
use havenmeester_controller::Options;
use havenmeester_fleet::{
    ConnectError, Connector, KubeconfigConnector, Limits, Purpose, SystemClock, guarded,
};
use havenmeester_ledger::{Keys, Ledger, open_store};
use havenmeester_simulator::{User, World};
use kube::{Client, ResourceExt};
use serde_json::{Value, json};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::objects::create;

/// The hub's namespace.
pub const NAMESPACE: &str = "havenmeester";

/// A hub with our kinds and namespace.
pub async fn furnish_hub(hub: &Client) -> anyhow::Result<()> {
    create(
        hub,
        None,
        &json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}}),
    )
    .await?;
    for crd in crds::all() {
        create(hub, None, &serde_json::to_value(crd)?).await?;
    }
    Ok(())
}

/// A Provider in the Netherlands and a MemberCluster of it.
pub async fn add_member(hub: &Client, name: &str, kubeconfig: Option<&str>) -> anyhow::Result<()> {
    let kind = |kind: &str, spec: Value| json!({"apiVersion": "havenmeester.dev/v1alpha1", "kind": kind, "metadata": {"name": name}, "spec": spec});
    create(
        hub,
        None,
        &kind(
            "Provider",
            json!({"legalName": name, "country": "NL", "category": "PrivateEu"}),
        ),
    )
    .await?;
    if let Some(kubeconfig) = kubeconfig {
        create(
            hub,
            None,
            &json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": name, "namespace": NAMESPACE},
                "stringData": {"kubeconfig": kubeconfig}}),
        )
        .await?;
    }
    let connection = json!({"kubeconfigSecret": {"namespace": NAMESPACE, "name": name}});
    create(
        hub,
        None,
        &kind(
            "MemberCluster",
            json!({"provider": name, "region": "nl", "connection": connection}),
        ),
    )
    .await?;
    Ok(())
}

/// Everything fails over at once when its cluster is lost.
pub async fn add_policy(hub: &Client) -> anyhow::Result<()> {
    create(
        hub,
        None,
        &json!({"apiVersion": "havenmeester.dev/v1alpha1", "kind": "PlacementPolicy",
            "metadata": {"name": "all"},
            "spec": {"migration": {"mode": "Automatic"}, "failover": {"mode": "Automatic", "after": "0s"}}}),
    )
    .await?;
    Ok(())
}

/// Members that are simulated are reached through the simulated network, the others by their kubeconfigs.
pub struct Lines {
    world: Arc<World>,
    real: KubeconfigConnector,
}

impl Lines {
    /// Both ways.
    pub fn new(world: Arc<World>, hub: Client) -> Self {
        Self {
            world,
            real: KubeconfigConnector::new(hub),
        }
    }
}

#[async_trait]
impl Connector for Lines {
    async fn connect(&self, cluster: &MemberCluster, purpose: Purpose) -> Result<Client, ConnectError> {
        let name = cluster.name_any();
        if self.world.cluster(&name).is_ok() {
            return Ok(guarded(
                self.world.service(&name, User::admin()),
                &Limits::default(),
            ));
        }
        self.real.connect(cluster, purpose).await
    }
}

/// The daemon, in this process.
pub struct Daemon {
    cancel: CancellationToken,
    tasks: JoinSet<Result<(), havenmeester_controller::RunError>>,
}

impl Daemon {
    /// Starts it on a hub.
    pub fn start(hub: Client, lines: Lines) -> anyhow::Result<Self> {
        let cancel = CancellationToken::new();
        let mut tasks = JoinSet::new();
        let ledger = Ledger::new(open_store("memory:")?, Keys::generate());
        tasks.spawn(havenmeester_controller::run(
            hub,
            Arc::new(lines),
            Arc::new(SystemClock),
            ledger,
            Options::new("bench", NAMESPACE),
            cancel.clone(),
        ));
        Ok(Self { cancel, tasks })
    }

    /// Ends it, in order.
    pub async fn stop(mut self) {
        self.cancel.cancel();
        while self.tasks.join_next().await.is_some() {}
    }
}

/// A tagged namespace and six objects of about 1 KB in it, as a small application has them.
pub fn application(name: &str) -> Vec<Value> {
    let filler = "x".repeat(700);
    let meta = |object: &str| json!({"name": object, "namespace": name});
    let tags = BTreeMap::from([
        ("havenmeester.dev/criticality", "low"),
        ("havenmeester.dev/sensitivity", "low"),
        ("havenmeester.dev/mode", "replicable"),
    ]);
    vec![
        json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": tags}}),
        json!({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": meta("app")}),
        json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": meta("settings"), "data": {"settings": filler}}),
        json!({"apiVersion": "v1", "kind": "Secret", "metadata": meta("secret"), "stringData": {"secret": filler}}),
        json!({"apiVersion": "v1", "kind": "Service", "metadata": meta("app"),
            "spec": {"selector": {"app": name}, "ports": [{"port": 80}]}}),
        json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": meta("app"),
            "spec": {"replicas": 1, "selector": {"matchLabels": {"app": name}},
                "template": {"metadata": {"labels": {"app": name}, "annotations": {"filler": filler}},
                    "spec": {"containers": [{"name": "app", "image": "registry.example.nl/app:1",
                        "resources": {"requests": {"cpu": "10m", "memory": "16Mi"}}}]}}}}),
        json!({"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": meta("app"),
            "spec": {"podSelector": {"matchLabels": {"app": name}}, "policyTypes": ["Ingress"]}}),
    ]
}
