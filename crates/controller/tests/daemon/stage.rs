//! A hub and three members as simulated clusters, applications on one of them, and the whole daemon over them.
//!
//! Time is virtual. Exclusive applications are watched all the time: two active copies are a failure of any test.
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use havenmeester_api::{Contract, Drill, MemberCluster, Migration, Workload, condition, crds};
use havenmeester_controller::{Options, RunError, run};
use havenmeester_fleet::{Clock, ConnectError, Connector, Limits, Purpose, guarded};
use havenmeester_ledger::{EntryKind, Keys, Ledger};
use havenmeester_simulator::{ClusterSpec, SimClock, User, World, until};
use k8s_openapi::api::core::v1::Pod;
use kube::api::{DeleteParams, DynamicObject, ListParams, Patch, PatchParams, PostParams};
use kube::core::{ApiResource, GroupVersionKind};
use kube::{Api, Client, ResourceExt};
use object_store::ObjectStore;
use object_store::memory::InMemory;
use serde_json::{Value, json};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

/// The hub's namespace.
pub(crate) const SPACE: &str = "havenmeester";
/// Where everything stands at first.
pub(crate) const AZURE: &str = "azure-weu";
/// Every member, with its provider.
pub(crate) const MEMBERS: [(&str, &str); 3] = [(AZURE, "azure"), ("eu-1", "eu"), ("eu-2", "eu")];
/// Longer than any story takes.
pub(crate) const PATIENCE: Duration = Duration::from_mins(20);

/// The clock of a world as the daemon's; a test may set it ahead by days.
pub(crate) struct Calendar {
    world: SimClock,
    ahead: Arc<Mutex<jiff::SignedDuration>>,
}

impl Clock for Calendar {
    fn now(&self) -> jiff::Timestamp {
        self.world.now() + *self.ahead.lock().unwrap()
    }
}

/// The way to the members, over the simulated network.
struct Lines(Arc<World>);

#[async_trait]
impl Connector for Lines {
    async fn connect(&self, cluster: &MemberCluster, _: Purpose) -> Result<Client, ConnectError> {
        Ok(guarded(
            self.0.service(&cluster.name_any(), User::admin()),
            &Limits::default(),
        ))
    }
}

/// One daemon that runs.
pub(crate) struct Daemon {
    name: String,
    cancel: CancellationToken,
    task: JoinSet<Result<(), RunError>>,
    /// Requests to the hub that are no reads, leader Lease aside.
    writes: Arc<AtomicUsize>,
}

impl Daemon {
    /// As if the process were killed: nothing is put in order.
    pub(crate) async fn kill(mut self) {
        self.task.shutdown().await;
    }

    /// As SIGTERM.
    pub(crate) async fn end(mut self) {
        self.cancel.cancel();
        let ended = tokio::time::timeout(Duration::from_mins(1), self.task.join_next()).await;
        assert!(
            matches!(ended, Ok(Some(Ok(Ok(()))))),
            "run() ends when it is cancelled"
        );
    }

    pub(crate) fn writes(&self) -> usize {
        self.writes.load(Ordering::Relaxed)
    }

    /// The link over which it reaches the hub.
    pub(crate) fn link(&self) -> String {
        format!("hub-of-{}", self.name)
    }
}

/// Everything but the daemon.
pub(crate) struct Stage {
    pub(crate) world: Arc<World>,
    pub(crate) hub: Client,
    pub(crate) ledger: Ledger,
    ahead: Arc<Mutex<jiff::SignedDuration>>,
    /// Namespaces of exclusive applications.
    watched: Arc<Mutex<Vec<String>>>,
    broken: Arc<Mutex<Vec<String>>>,
    watcher: JoinSet<()>,
}

impl Stage {
    pub(crate) async fn set(seed: u64) -> Self {
        Self::set_on(seed, Arc::new(InMemory::new())).await
    }

    pub(crate) async fn set_on(seed: u64, store: Arc<dyn ObjectStore>) -> Self {
        let mut builder = World::builder()
            .seed(seed)
            .start("2026-11-24T10:00:00Z".parse().unwrap())
            .cluster("hub", ClusterSpec::default());
        for (name, _) in MEMBERS {
            builder = builder.cluster(name, ClusterSpec::default());
        }
        let world = Arc::new(builder.build().await.unwrap());
        let hub = world.cluster("hub").unwrap().admin();
        let mut stage = Self {
            hub,
            world,
            ledger: Ledger::new(store, Keys::generate()),
            ahead: Arc::default(),
            watched: Arc::default(),
            broken: Arc::default(),
            watcher: JoinSet::new(),
        };
        stage.furnish().await;
        let (world, watched, broken) = (
            Arc::clone(&stage.world),
            Arc::clone(&stage.watched),
            Arc::clone(&stage.broken),
        );
        stage.watcher.spawn(never_two(world, watched, broken));
        // Nodes register themselves within a moment.
        tokio::time::sleep(Duration::from_secs(2)).await;
        stage
    }

    async fn furnish(&self) {
        self.put(
            "hub",
            json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": SPACE}}),
        )
        .await;
        for crd in crds::all() {
            self.put("hub", serde_json::to_value(crd).unwrap()).await;
        }
        for (name, country, category) in [("azure", "US", "Hyperscaler"), ("eu", "NL", "PrivateEu")] {
            let spec = json!({"legalName": name, "country": country, "category": category});
            self.put("hub", ours("Provider", name, spec)).await;
        }
        for (name, provider) in MEMBERS {
            let spec = json!({"provider": provider, "region": "nl-west",
                "connection": {"kubeconfigSecret": {"namespace": SPACE, "name": name}}});
            self.put("hub", ours("MemberCluster", name, spec)).await;
        }
        let automatic = json!({"migration": {"mode": "Automatic", "rollbackWindow": "10m"},
            "failover": {"mode": "Automatic", "after": "10s"}});
        let mut autonomous = automatic.clone();
        autonomous["workloads"] = json!({"anyOf": [{"criticality": "Critical"}]});
        autonomous["require"] = json!({"categories": ["PrivateEu"]});
        self.put("hub", ours("PlacementPolicy", "default", automatic))
            .await;
        self.put("hub", ours("PlacementPolicy", "autonomous", autonomous))
            .await;
    }

    /// An application of two pods, tagged.
    pub(crate) async fn app(&self, cluster: &str, name: &str, criticality: &str, mode: &str) {
        let labels = json!({"havenmeester.dev/criticality": criticality, "havenmeester.dev/sensitivity": "low",
            "havenmeester.dev/mode": mode});
        if mode == "exclusive" {
            self.watched.lock().unwrap().push(name.to_owned());
        }
        self.put(
            cluster,
            json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": labels}}),
        )
        .await;
        self.put(
            cluster,
            json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "settings", "namespace": name},
                "data": {"for": name}}),
        )
        .await;
        self.put(
            cluster,
            json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "web", "namespace": name},
                "spec": {"selector": {"app": name}, "ports": [{"port": 80}]}}),
        )
        .await;
        self.put(
            cluster,
            json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web", "namespace": name},
                "spec": {"replicas": 2, "selector": {"matchLabels": {"app": name}},
                    "template": {"metadata": {"labels": {"app": name}}, "spec": {"containers": [{
                        "name": "web", "image": "registry.example.nl/web:1",
                        "resources": {"requests": {"cpu": "100m", "memory": "64Mi"}}}]}}}}),
        )
        .await;
    }

    pub(crate) async fn put(&self, cluster: &str, object: Value) {
        let object: DynamicObject = serde_json::from_value(object).unwrap();
        let api = self.api(cluster, &object);
        api.create(&PostParams::default(), &object).await.unwrap();
    }

    /// A namespace that is being deleted, and never gone: somebody's finalizer holds an object in it.
    pub(crate) async fn leaving(&self, cluster: &str, namespace: &str) {
        let space = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}});
        self.put(cluster, space.clone()).await;
        self.put(
            cluster,
            json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "held", "namespace": namespace,
                "finalizers": ["example.org/hold"]}}),
        )
        .await;
        let object: DynamicObject = serde_json::from_value(space).unwrap();
        let api = self.api(cluster, &object);
        api.delete(namespace, &DeleteParams::default()).await.unwrap();
    }

    fn api(&self, cluster: &str, object: &DynamicObject) -> Api<DynamicObject> {
        let gvk = GroupVersionKind::try_from(object.types.as_ref().unwrap()).unwrap();
        let resource = ApiResource::from_gvk(&gvk);
        let client = self.world.cluster(cluster).unwrap().admin();
        match object.metadata.namespace.as_deref() {
            Some(namespace) => Api::namespaced_with(client, namespace, &resource),
            None => Api::all_with(client, &resource),
        }
    }

    /// A daemon of this name, which reaches the hub over a link of its own.
    pub(crate) fn daemon(&self, name: &str) -> Daemon {
        self.daemon_with(Options::new(name, SPACE))
    }

    pub(crate) fn daemon_with(&self, options: Options) -> Daemon {
        let server = self.world.cluster("hub").unwrap().server().clone();
        let writes: Arc<AtomicUsize> = Arc::default();
        let mut daemon = Daemon {
            name: options.identity.clone(),
            cancel: CancellationToken::new(),
            task: JoinSet::new(),
            writes: Arc::clone(&writes),
        };
        self.world.network().join(&daemon.link(), server);
        let service = self.world.service(&daemon.link(), User::admin());
        let counted = tower::util::MapRequest::new(service, move |request: http::Request<_>| {
            if request.method() != http::Method::GET && !request.uri().path().contains("/leases") {
                writes.fetch_add(1, Ordering::Relaxed);
            }
            request
        });
        daemon.task.spawn(run(
            guarded(counted, &Limits::default()),
            Arc::new(Lines(Arc::clone(&self.world))),
            Arc::new(Calendar {
                world: self.world.clock(),
                ahead: Arc::clone(&self.ahead),
            }),
            self.ledger.clone(),
            options,
            daemon.cancel.clone(),
        ));
        daemon
    }

    /// The daemon's calendar jumps ahead.
    pub(crate) fn days_pass(&self, days: i64) {
        *self.ahead.lock().unwrap() += jiff::SignedDuration::from_hours(24 * days);
    }

    pub(crate) async fn workload(&self, name: &str) -> Option<Workload> {
        let api: Api<Workload> = Api::namespaced(self.hub.clone(), SPACE);
        api.get_opt(name).await.unwrap()
    }

    pub(crate) async fn member(&self, name: &str) -> MemberCluster {
        Api::all(self.hub.clone()).get(name).await.unwrap()
    }

    pub(crate) async fn drill(&self, name: &str) -> Drill {
        Api::namespaced(self.hub.clone(), SPACE).get(name).await.unwrap()
    }

    pub(crate) async fn contract(&self, name: &str) -> Contract {
        Api::all(self.hub.clone()).get(name).await.unwrap()
    }

    /// All moves, by name.
    pub(crate) async fn migrations(&self) -> BTreeMap<String, Migration> {
        let api: Api<Migration> = Api::namespaced(self.hub.clone(), SPACE);
        let all = api.list(&ListParams::default()).await.unwrap();
        all.into_iter().map(|m| (m.name_any(), m)).collect()
    }

    /// A person changes a move.
    pub(crate) async fn edit_move(&self, name: &str, spec: Value) {
        let api: Api<Migration> = Api::namespaced(self.hub.clone(), SPACE);
        let patch = Patch::Merge(json!({"spec": spec}));
        api.patch(name, &PatchParams::default(), &patch).await.unwrap();
    }

    pub(crate) async fn home(&self, name: &str) -> Option<String> {
        self.workload(name).await?.status?.cluster
    }

    /// `STATUS REASON` of a condition of a Workload.
    pub(crate) async fn says(&self, name: &str, kind: &str) -> String {
        let status = self
            .workload(name)
            .await
            .and_then(|w| w.status)
            .unwrap_or_default();
        word(&status.conditions, kind)
    }

    pub(crate) async fn member_says(&self, name: &str, kind: &str) -> String {
        let status = self.member(name).await.status.unwrap_or_default();
        word(&status.conditions, kind)
    }

    /// Waits until a Workload stands somewhere and no move of it is under way.
    pub(crate) async fn settles(&self, name: &str, cluster: &str) {
        self.eventually(&format!("{name} to settle on {cluster}"), async || {
            let status = self.workload(name).await.and_then(|w| w.status);
            status.is_some_and(|s| s.cluster.as_deref() == Some(cluster) && s.migration.is_none())
        })
        .await;
    }

    /// Waits until its home is known and captured.
    pub(crate) async fn is_captured(&self, name: &str) {
        self.eventually(&format!("{name} to be captured"), async || {
            self.says(name, condition::CAPTURED).await == "True Captured"
        })
        .await;
    }

    pub(crate) async fn eventually(&self, what: &str, mut look: impl AsyncFnMut() -> bool) {
        let found = until(PATIENCE, async || look().await.then_some(())).await;
        if found.is_err() {
            let mut seen = Vec::new();
            for (name, m) in self.migrations().await {
                let status = m.status.unwrap_or_default();
                seen.push(format!(
                    "{name} at {:?}: {:?} {:?}",
                    status.step, status.waiting_for, status.conditions
                ));
            }
            panic!("waited in vain for {what}; moves: {seen:#?}");
        }
    }

    /// Pods of a namespace that are there and have not ended.
    pub(crate) async fn running(&self, cluster: &str, namespace: &str) -> usize {
        running(&self.world, cluster, namespace).await
    }

    /// Both replicas of the application serve there, with the rest of its objects.
    pub(crate) async fn is_whole(&self, cluster: &str, namespace: &str) -> bool {
        for (version, kind, name) in [("v1", "ConfigMap", "settings"), ("v1", "Service", "web")] {
            if self.get(cluster, version, kind, namespace, name).await.is_none() {
                return false;
            }
        }
        let web = self.get(cluster, "apps/v1", "Deployment", namespace, "web").await;
        web.is_some_and(|web| web.data["status"]["readyReplicas"] == 2 && web.data["spec"]["replicas"] == 2)
    }

    async fn get(
        &self,
        cluster: &str,
        version: &str,
        kind: &str,
        space: &str,
        name: &str,
    ) -> Option<DynamicObject> {
        let object = json!({"apiVersion": version, "kind": kind, "metadata": {"namespace": space}});
        let api = self.api(cluster, &serde_json::from_value(object).unwrap());
        api.get_opt(name).await.unwrap()
    }

    /// How often the decision log has an entry of this kind.
    pub(crate) async fn logged(&self, kind: EntryKind) -> usize {
        let entries = self.ledger.entries(1).await.unwrap();
        entries.iter().filter(|sealed| sealed.entry.kind == kind).count()
    }

    /// Ends the world. Fails when an exclusive application was ever active twice.
    pub(crate) async fn end(mut self) {
        self.watcher.shutdown().await;
        let broken = self.broken.lock().unwrap().clone();
        assert!(broken.is_empty(), "{broken:#?}");
        self.ledger.verify().await.unwrap();
    }
}

async fn running(world: &World, cluster: &str, namespace: &str) -> usize {
    let client = world.cluster(cluster).unwrap().admin();
    let pods: Api<Pod> = Api::namespaced(client, namespace);
    let ended = |pod: &Pod| {
        let phase = pod.status.as_ref().and_then(|s| s.phase.as_deref());
        matches!(phase, Some("Succeeded" | "Failed"))
    };
    let all = pods.list(&ListParams::default()).await.unwrap();
    all.iter().filter(|pod| !ended(pod)).count()
}

/// The one rule of exclusive applications.
async fn never_two(world: Arc<World>, watched: Arc<Mutex<Vec<String>>>, broken: Arc<Mutex<Vec<String>>>) {
    loop {
        let names = watched.lock().unwrap().clone();
        for name in names {
            let mut active = Vec::new();
            for (cluster, _) in MEMBERS {
                if running(&world, cluster, &name).await > 0 {
                    active.push(cluster);
                }
            }
            if active.len() > 1 {
                let at = world.clock().now();
                broken
                    .lock()
                    .unwrap()
                    .push(format!("{at}: {name} is active on {active:?}"));
            }
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

fn word(conditions: &[k8s_openapi::apimachinery::pkg::apis::meta::v1::Condition], kind: &str) -> String {
    condition::get(conditions, kind)
        .map(|c| format!("{} {}", c.status, c.reason))
        .unwrap_or_default()
}

/// An object of ours.
pub(crate) fn ours(kind: &str, name: &str, spec: Value) -> Value {
    let mut object =
        json!({"apiVersion": "havenmeester.dev/v1alpha1", "kind": kind, "metadata": {"name": name}});
    object["spec"] = spec;
    if ["Workload", "Migration", "Drill", "Approval"].contains(&kind) {
        object["metadata"]["namespace"] = json!(SPACE);
    }
    object
}
