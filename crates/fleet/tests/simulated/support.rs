//! A fleet over simulated clusters, in virtual time. Each request that reaches the network is counted.
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use havenmeester_api::MemberCluster;
use havenmeester_fleet::{
    Clock, ConnectError, Connector, Fleet, FleetOptions, Limits, MemberView, Purpose, Tracked, guarded,
};
use havenmeester_ledger::{Keys, Ledger};
use havenmeester_simulator::{ClusterSpec, SimClock, SimService, User, World, WorldBuilder, until};
use jiff::Timestamp;
use kube::api::{DynamicObject, Patch, PatchParams, PostParams};
use kube::core::{ApiResource, GroupVersionKind};
use kube::{Api, Client, ResourceExt};
use object_store::ObjectStore;
use object_store::memory::InMemory;
use serde_json::{Value, json};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

/// The clock of a world, as the daemon takes it.
pub(crate) struct WorldClock(pub SimClock);

impl Clock for WorldClock {
    fn now(&self) -> Timestamp {
        self.0.now()
    }
}

/// Reaches the clusters of a world, and counts what goes over the network to each.
#[derive(Default)]
pub(crate) struct WorldConnector {
    services: Mutex<BTreeMap<String, SimService>>,
    counts: BTreeMap<String, Arc<AtomicUsize>>,
    /// Clusters whose kubeconfig cannot be read.
    pub(crate) broken: Mutex<Vec<String>>,
}

#[async_trait]
impl Connector for WorldConnector {
    async fn connect(&self, cluster: &MemberCluster, _: Purpose) -> Result<Client, ConnectError> {
        let name = cluster.name_any();
        if self.broken.lock().unwrap().contains(&name) {
            return Err(ConnectError::Kubeconfig {
                namespace: "havenmeester".to_owned(),
                name,
                key: "kubeconfig".to_owned(),
                why: "it is empty".to_owned(),
            });
        }
        let service = self.services.lock().unwrap().get(&name).cloned();
        let service = service.ok_or_else(|| ConnectError::NoSuchCluster {
            cluster: name.clone(),
        })?;
        let count = self.counts[&name].clone();
        let counted = tower::util::MapRequest::new(service, move |request| {
            count.fetch_add(1, Ordering::Relaxed);
            request
        });
        Ok(guarded(counted, &Limits::default()))
    }
}

/// A running fleet and the world under it.
pub(crate) struct Scene {
    pub(crate) world: World,
    pub(crate) fleet: Fleet,
    pub(crate) ledger: Ledger,
    pub(crate) connector: Arc<WorldConnector>,
    cancel: CancellationToken,
    tasks: JoinSet<()>,
}

/// How far our credentials reach in one cluster.
pub(crate) struct Given {
    pub(crate) name: &'static str,
    pub(crate) who: User,
    /// The only namespaces, by the spec of the member.
    pub(crate) namespaces: Option<Vec<&'static str>>,
}

impl Given {
    /// Only these namespaces.
    pub(crate) fn namespaces(name: &'static str, namespaces: Vec<&'static str>) -> Self {
        let who = User::namespaced("tenant", namespaces.iter().copied());
        Self {
            name,
            who,
            namespaces: Some(namespaces),
        }
    }
}

pub(crate) fn whole(name: &'static str) -> Given {
    Given {
        name,
        who: User::admin(),
        namespaces: None,
    }
}

impl Scene {
    /// Whole clusters with these names.
    pub(crate) async fn of(names: &[&'static str]) -> Self {
        Self::with(
            names.iter().copied().map(whole).collect(),
            Arc::new(InMemory::new()),
        )
        .await
    }

    pub(crate) async fn with(given: Vec<Given>, store: Arc<dyn ObjectStore>) -> Self {
        let builder = given.iter().fold(World::builder(), |world: WorldBuilder, one| {
            world.cluster(one.name, ClusterSpec::default())
        });
        let world = builder.build().await.unwrap();
        let mut connector = WorldConnector::default();
        for one in &given {
            connector
                .services
                .lock()
                .unwrap()
                .insert(one.name.to_owned(), world.service(one.name, one.who.clone()));
            connector.counts.insert(one.name.to_owned(), Arc::default());
        }
        let connector = Arc::new(connector);
        let ledger = Ledger::new(store, Keys::generate());
        let clock = Arc::new(WorldClock(world.clock()));
        let fleet = Fleet::new(connector.clone(), ledger.clone(), clock, FleetOptions::default());
        fleet.set_members(given.iter().map(member).collect());
        let cancel = CancellationToken::new();
        let mut tasks = JoinSet::new();
        let (running, stop) = (fleet.clone(), cancel.clone());
        tasks.spawn(async move { running.run(stop).await });
        Self {
            world,
            fleet,
            ledger,
            connector,
            cancel,
            tasks,
        }
    }

    /// Ends the fleet; panics when that takes long.
    pub(crate) async fn end(mut self) {
        self.cancel.cancel();
        let ended = tokio::time::timeout(Duration::from_secs(1), self.tasks.join_next()).await;
        assert!(
            matches!(ended, Ok(Some(Ok(())))),
            "run() ends when it is cancelled"
        );
        self.world.shutdown().await;
    }

    pub(crate) fn view(&self, cluster: &str) -> Arc<MemberView> {
        self.fleet.view()[cluster].clone()
    }

    pub(crate) fn requests(&self, cluster: &str) -> usize {
        self.connector.counts[cluster].load(Ordering::Relaxed)
    }

    /// Waits until the view of a cluster is as wanted; says how long that took in virtual time.
    pub(crate) async fn until(
        &self,
        cluster: &str,
        limit: Duration,
        mut wanted: impl FnMut(&MemberView) -> bool,
    ) -> Duration {
        let begun = tokio::time::Instant::now();
        let found = until(limit, async || wanted(&self.view(cluster)).then_some(())).await;
        assert!(found.is_ok(), "not within {limit:?}: {:#?}", self.view(cluster));
        begun.elapsed()
    }

    /// Creates or changes an object in a cluster, as its own people do.
    pub(crate) async fn apply(&self, cluster: &str, object: Value) {
        let (api, name) = self.api(cluster, &object);
        let whole = serde_json::from_value(object.clone()).unwrap();
        if api.create(&PostParams::default(), &whole).await.is_ok() {
            return;
        }
        api.patch(&name, &PatchParams::default(), &Patch::Merge(&object))
            .await
            .unwrap();
    }

    pub(crate) async fn delete(&self, cluster: &str, object: &Value) {
        let (api, name) = self.api(cluster, object);
        api.delete(&name, &kube::api::DeleteParams::default())
            .await
            .unwrap();
    }

    fn api(&self, cluster: &str, object: &Value) -> (Api<DynamicObject>, String) {
        let text = |at: &str| {
            object
                .pointer(at)
                .and_then(Value::as_str)
                .unwrap_or_default()
                .to_owned()
        };
        let (group, version) = match text("/apiVersion").split_once('/') {
            Some((group, version)) => (group.to_owned(), version.to_owned()),
            None => (String::new(), text("/apiVersion")),
        };
        let resource = ApiResource::from_gvk(&GroupVersionKind {
            group,
            version,
            kind: text("/kind"),
        });
        let client = self.world.cluster(cluster).unwrap().admin();
        let namespace = text("/metadata/namespace");
        let api = if namespace.is_empty() {
            Api::all_with(client, &resource)
        } else {
            Api::namespaced_with(client, &namespace, &resource)
        };
        (api, text("/metadata/name"))
    }

    /// A tagged namespace with a Deployment of two and its ConfigMap.
    pub(crate) async fn shop(&self, cluster: &str) {
        self.apply(cluster, namespace("shop", "critical")).await;
        self.apply(cluster, config("shop", "a")).await;
        self.apply(cluster, deployment("shop", 2)).await;
    }

    pub(crate) fn track(&self, namespaces: &[&str]) {
        let claims = namespaces.iter().map(|name| {
            let tracked = Tracked {
                namespace: (*name).to_owned(),
                ..Tracked::default()
            };
            (format!("havenmeester/{name}"), tracked)
        });
        self.fleet.track(claims.collect());
    }
}

pub(crate) fn namespace(name: &str, criticality: &str) -> Value {
    json!({
        "apiVersion": "v1", "kind": "Namespace",
        "metadata": {"name": name, "labels": {"havenmeester.dev/criticality": criticality}},
    })
}

pub(crate) fn config(namespace: &str, value: &str) -> Value {
    json!({
        "apiVersion": "v1", "kind": "ConfigMap",
        "metadata": {"name": "settings", "namespace": namespace}, "data": {"key": value},
    })
}

pub(crate) fn deployment(namespace: &str, replicas: i64) -> Value {
    json!({
        "apiVersion": "apps/v1", "kind": "Deployment",
        "metadata": {"name": "web", "namespace": namespace},
        "spec": {
            "replicas": replicas,
            "selector": {"matchLabels": {"app": "web"}},
            "template": {
                "metadata": {"labels": {"app": "web"}},
                "spec": {"containers": [{
                    "name": "web", "image": "example.org/web:1",
                    "resources": {"requests": {"cpu": "250m", "memory": "128Mi"}},
                }]},
            },
        },
    })
}

pub(crate) fn member(given: &Given) -> MemberCluster {
    let mut spec = json!({
        "provider": "somebody", "region": "nl-west",
        "connection": {"kubeconfigSecret": {"namespace": "havenmeester", "name": given.name}},
    });
    if let Some(namespaces) = &given.namespaces {
        spec["scope"] = json!("Namespaces");
        spec["namespaces"] = json!(namespaces);
    }
    MemberCluster::new(given.name, serde_json::from_value(spec).unwrap())
}

pub(crate) const SOON: Duration = Duration::from_secs(10);
