//! A hub, two members, an application on one of them, and a hand that calls `advance`.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};

use havenmeester_api::{
    MemberCluster, Migration, Workload, condition, crds,
    member::{Connection, MemberClusterSpec, Scope, SecretRef},
    migration::{MigrationSpec, MigrationStatus, MoveKind, Step, StepState},
    workload::{Mode, Target, WorkloadSpec, WorkloadStatus},
};
use havenmeester_fleet::{
    Clock, ConnectError, Connector, Fleet, FleetOptions, Limits, Purpose, Registries, Tracked, guarded,
};
use havenmeester_ledger::{EntryKind, Keys, Ledger, open_store};
use havenmeester_migration::{Deps, Next, advance};
use havenmeester_simulator::{ClusterSpec, Network, SimClock, User, World, until};
use k8s_openapi::api::core::v1::Namespace;
use kube::{
    Api, Client, ResourceExt as _,
    api::{DynamicObject, Patch, PatchParams, PostParams},
    core::{ApiResource, GroupVersionKind},
};
use serde_json::{Value, json};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

/// The namespace of everything on the hub.
pub(crate) const HUB_SPACE: &str = "havenmeester";
/// The application, and its namespace on the members.
pub(crate) const APP: &str = "shop";
/// Longer than any step's deadline.
pub(crate) const LONG: Duration = Duration::from_hours(2);

/// The world's clock as the daemon's.
struct WorldClock(SimClock);

impl Clock for WorldClock {
    fn now(&self) -> jiff::Timestamp {
        self.0.now()
    }
}

struct WorldConnector {
    network: Network,
    users: BTreeMap<String, User>,
}

#[async_trait::async_trait]
impl Connector for WorldConnector {
    async fn connect(&self, cluster: &MemberCluster, _: Purpose) -> Result<Client, ConnectError> {
        let name = cluster.name_any();
        let user = self.users.get(&name).cloned().unwrap_or_else(User::admin);
        Ok(guarded(self.network.service(&name, user), &Limits::default()))
    }
}

/// Everything that a test of a move needs.
pub(crate) struct Stage {
    pub(crate) world: World,
    pub(crate) deps: Deps,
    pub(crate) mode: Mode,
    cancel: CancellationToken,
    tasks: JoinSet<()>,
}

impl Stage {
    /// The application runs on `a`; `b` is empty.
    pub(crate) async fn set(mode: Mode) -> Self {
        Self::set_with(mode, BTreeMap::new(), "memory:").await
    }

    /// The same, where captures and log are kept in a directory.
    pub(crate) async fn set_in(mode: Mode, store: &str) -> Self {
        Self::set_with(mode, BTreeMap::new(), store).await
    }

    /// The same, where the daemon reaches only the application's namespace on `b`, which is there.
    pub(crate) async fn set_narrow(mode: Mode) -> Self {
        let user = User::namespaced("havenmeester", [APP]);
        let stage = Self::set_with(mode, BTreeMap::from([("b".to_owned(), user)]), "memory:").await;
        stage
            .create("b", "", "v1", "Namespace", json!({"metadata": {"name": APP}}))
            .await;
        stage
    }

    async fn set_with(mode: Mode, users: BTreeMap<String, User>, store: &str) -> Self {
        let world = World::builder().seed(7);
        let world = world
            .cluster("hub", ClusterSpec::default())
            .cluster("a", ClusterSpec::default());
        let world = world.cluster("c", ClusterSpec::default());
        let world = world.cluster("b", ClusterSpec::default()).build().await.unwrap();
        let hub = world.cluster("hub").unwrap().admin();
        set_up_hub(&hub).await;
        let ledger = Ledger::new(open_store(store).unwrap(), Keys::generate());
        let clock: Arc<dyn Clock> = Arc::new(WorldClock(world.clock()));
        let narrow: BTreeSet<String> = users.keys().cloned().collect();
        let connector = WorldConnector {
            network: world.network().clone(),
            users,
        };
        let fleet = Fleet::new(
            Arc::new(connector),
            ledger.clone(),
            clock.clone(),
            FleetOptions::default(),
        );
        let members = ["a", "b", "c"].map(|name| mk_member(name, narrow.contains(name)));
        fleet.set_members(members.to_vec());
        let tracked = Tracked {
            namespace: APP.to_owned(),
            match_labels: BTreeMap::new(),
        };
        fleet.track(BTreeMap::from([(format!("{HUB_SPACE}/{APP}"), tracked)]));
        let cancel = CancellationToken::new();
        let mut tasks = JoinSet::new();
        let (running, token) = (fleet.clone(), cancel.clone());
        tasks.spawn(async move { running.run(token).await });
        let stage = Self {
            deps: Deps {
                hub,
                fleet,
                ledger,
                clock,
                registries: Registries::not_asked(),
            },
            world,
            mode,
            cancel,
            tasks,
        };
        stage.set_up_app().await;
        stage
    }

    async fn set_up_app(&self) {
        let mode = if self.mode == Mode::Replicable {
            "replicable"
        } else {
            "exclusive"
        };
        let labels = json!({
            "havenmeester.dev/criticality": "critical", "havenmeester.dev/mode": mode, "team": "web",
        });
        self.create(
            "a",
            "",
            "v1",
            "Namespace",
            json!({"metadata": {"name": APP, "labels": labels}}),
        )
        .await;
        for (group, version, kind, object) in mk_app() {
            self.create("a", group, version, kind, object).await;
        }
        self.wait_serving("a").await;
        let known = async || {
            let seen = self.deps.fleet.latest_capture(&format!("{HUB_SPACE}/{APP}"), "a");
            let mut ready = true;
            for name in ["b", "c"] {
                let member = self.deps.fleet.member(name).await;
                ready &= member.is_ok_and(|member| !member.served.is_empty());
            }
            seen.filter(|(capture, _)| ready && capture.objects >= mk_app().len())
                .map(drop)
        };
        until(Duration::from_mins(2), known).await.unwrap();
    }

    /// The workload, as the controller would hand it over.
    pub(crate) fn workload(&self) -> Workload {
        let spec = WorkloadSpec {
            target: Target {
                namespace: APP.to_owned(),
                match_labels: BTreeMap::new(),
            },
            criticality: None,
            sensitivity: None,
            mode: None,
            layer: None,
            uses: Vec::new(),
            apart_from: Vec::new(),
        };
        let mut workload = Workload::new(APP, spec);
        workload.metadata.namespace = Some(HUB_SPACE.to_owned());
        workload.status = Some(WorkloadStatus {
            mode: Some(self.mode),
            cluster: Some("a".to_owned()),
            ..WorkloadStatus::default()
        });
        workload
    }

    /// Asks for a move.
    pub(crate) async fn ask(&self, name: &str, change: impl FnOnce(&mut MigrationSpec)) {
        let mut spec = MigrationSpec {
            workload: APP.to_owned(),
            kind: MoveKind::Relocate,
            source: Some("a".to_owned()),
            target: "b".to_owned(),
            dry_run: false,
            pin_digests: false,
            rollback_window: Some("10m".parse().unwrap()),
            rto: None,
            rpo: None,
            reason: None,
            abort: false,
        };
        change(&mut spec);
        self.migrations()
            .create(&PostParams::default(), &Migration::new(name, spec))
            .await
            .unwrap();
    }

    pub(crate) fn migrations(&self) -> Api<Migration> {
        Api::namespaced(self.deps.hub.clone(), HUB_SPACE)
    }

    pub(crate) async fn migration(&self, name: &str) -> Migration {
        self.migrations().get(name).await.unwrap()
    }

    pub(crate) async fn status(&self, name: &str) -> MigrationStatus {
        self.migration(name).await.status.unwrap_or_default()
    }

    /// One call of `advance`, as the controller makes it.
    pub(crate) async fn call(&self, name: &str) -> Next {
        let migration = self.migration(name).await;
        let next = advance(&migration, &self.workload(), &self.deps).await.unwrap();
        self.never_two().await;
        next
    }

    /// Calls until nothing is left to do.
    pub(crate) async fn finish(&self, name: &str) -> MigrationStatus {
        self.until(name, |_| false).await
    }

    /// Calls until the status is as wanted, or nothing is left to do.
    pub(crate) async fn until(
        &self,
        name: &str,
        wanted: impl Fn(&MigrationStatus) -> bool,
    ) -> MigrationStatus {
        let begun = tokio::time::Instant::now();
        loop {
            let next = self.call(name).await;
            let status = self.status(name).await;
            if next == Next::Finished || wanted(&status) {
                return status;
            }
            assert!(begun.elapsed() < LONG, "it does not end: {:#?}", show(&status));
            if let Next::In(after) | Next::Serving(after) = next {
                tokio::time::sleep(after).await;
            }
        }
    }

    /// The rule of exclusive workloads, looked at after every call: pods that run on both sides.
    pub(crate) async fn never_two(&self) {
        if self.mode == Mode::Exclusive {
            let (a, b) = (self.running("a").await, self.running("b").await);
            assert!(
                a.is_empty() || b.is_empty(),
                "two active copies: {a:?} on a and {b:?} on b"
            );
        }
    }

    /// Names of the pods that are there and have not ended.
    pub(crate) async fn running(&self, cluster: &str) -> Vec<String> {
        let pods = self.list(cluster, "", "v1", "Pod").await;
        let ended = |pod: &DynamicObject| {
            matches!(pod.data["status"]["phase"].as_str(), Some("Succeeded" | "Failed"))
        };
        pods.into_iter()
            .filter(|pod| !ended(pod))
            .map(|pod| pod.name_any())
            .collect()
    }

    pub(crate) async fn list(
        &self,
        cluster: &str,
        group: &str,
        version: &str,
        kind: &str,
    ) -> Vec<DynamicObject> {
        let listed = self
            .api(cluster, group, version, kind)
            .list(&kube::api::ListParams::default())
            .await;
        listed.unwrap().items
    }

    pub(crate) async fn get(
        &self,
        cluster: &str,
        group: &str,
        version: &str,
        kind: &str,
        name: &str,
    ) -> Option<Value> {
        let found = self
            .api(cluster, group, version, kind)
            .get_opt(name)
            .await
            .unwrap();
        found.map(|object| serde_json::to_value(object).unwrap())
    }

    pub(crate) async fn create(&self, cluster: &str, group: &str, version: &str, kind: &str, object: Value) {
        let mut object: DynamicObject =
            serde_json::from_value(with_kind(group, version, kind, object)).unwrap();
        if kind != "Namespace" {
            object.metadata.namespace = Some(APP.to_owned());
        }
        self.api(cluster, group, version, kind)
            .create(&PostParams::default(), &object)
            .await
            .unwrap();
    }

    pub(crate) async fn patch(
        &self,
        cluster: &str,
        (group, version, kind): (&str, &str, &str),
        name: &str,
        patch: Value,
    ) {
        let api = self.api(cluster, group, version, kind);
        api.patch(name, &PatchParams::default(), &Patch::Merge(patch))
            .await
            .unwrap();
    }

    pub(crate) fn api(&self, cluster: &str, group: &str, version: &str, kind: &str) -> Api<DynamicObject> {
        let resource = ApiResource::from_gvk(&GroupVersionKind::gvk(group, version, kind));
        let client = self.world.cluster(cluster).unwrap().admin();
        if kind == "Namespace" {
            Api::all_with(client, &resource)
        } else {
            Api::namespaced_with(client, APP, &resource)
        }
    }

    pub(crate) async fn namespace(&self, cluster: &str) -> Option<Namespace> {
        let client = self.world.cluster(cluster).unwrap().admin();
        Api::<Namespace>::all(client).get_opt(APP).await.unwrap()
    }

    /// Waits until the application's Deployment has all its pods on a cluster.
    pub(crate) async fn wait_serving(&self, cluster: &str) {
        let ready = async || self.is_serving(cluster).await.then_some(());
        until(Duration::from_mins(5), ready).await.unwrap();
    }

    pub(crate) async fn is_serving(&self, cluster: &str) -> bool {
        let web = self.get(cluster, "apps", "v1", "Deployment", "web").await;
        web.is_some_and(|web| web["status"]["readyReplicas"] == 2 && web["spec"]["replicas"] == 2)
    }

    /// The daemon can reach the cluster no more, and knows.
    pub(crate) async fn lose(&self, cluster: &str) {
        self.world.cut(cluster, havenmeester_simulator::Fault::Partition);
        let gone = async || self.deps.fleet.member(cluster).await.is_err().then_some(());
        until(Duration::from_mins(2), gone).await.unwrap();
    }

    /// It can again.
    pub(crate) async fn find(&self, cluster: &str) {
        self.world.heal(cluster);
        let back = async || self.deps.fleet.member(cluster).await.ok().map(drop);
        until(Duration::from_mins(2), back).await.unwrap();
    }

    /// The kinds of the entries in the decision log.
    pub(crate) async fn log(&self) -> Vec<EntryKind> {
        self.deps
            .ledger
            .entries(1)
            .await
            .unwrap()
            .into_iter()
            .map(|sealed| sealed.entry.kind)
            .collect()
    }

    pub(crate) async fn end(mut self) {
        self.cancel.cancel();
        while self.tasks.join_next().await.is_some() {}
        self.world.shutdown().await;
    }
}

fn with_kind(group: &str, version: &str, kind: &str, mut object: Value) -> Value {
    let api_version = if group.is_empty() {
        version.to_owned()
    } else {
        format!("{group}/{version}")
    };
    object["apiVersion"] = api_version.into();
    object["kind"] = kind.into();
    object
}

async fn set_up_hub(hub: &Client) {
    let api = Api::all(hub.clone());
    for definition in crds::all() {
        api.create(&PostParams::default(), &definition).await.unwrap();
    }
    let space: Namespace = serde_json::from_value(json!({"metadata": {"name": HUB_SPACE}})).unwrap();
    Api::all(hub.clone())
        .create(&PostParams::default(), &space)
        .await
        .unwrap();
    let served = async || {
        let api: Api<Migration> = Api::namespaced(hub.clone(), HUB_SPACE);
        api.list(&kube::api::ListParams::default()).await.ok().map(drop)
    };
    until(Duration::from_mins(1), served).await.unwrap();
}

fn mk_member(name: &str, narrow: bool) -> MemberCluster {
    let secret = SecretRef {
        namespace: HUB_SPACE.to_owned(),
        name: name.to_owned(),
        key: "kubeconfig".to_owned(),
    };
    let spec = MemberClusterSpec {
        provider: format!("provider-{name}"),
        region: "nl".to_owned(),
        country: None,
        connection: Connection {
            kubeconfig_secret: secret,
        },
        scope: if narrow { Scope::Namespaces } else { Scope::Cluster },
        namespaces: if narrow { vec![APP.to_owned()] } else { Vec::new() },
        witness: false,
        classes: havenmeester_api::member::Classes::default(),
        room: havenmeester_api::room::RoomSpec::default(),
        latency: havenmeester_api::latency::LatencySpec::default(),
        cost: None,
        bandwidth_megabits: (name == "b").then_some(200),
        mirrors: Vec::new(),
    };
    MemberCluster::new(name, spec)
}

/// A small application: what it needs before what runs.
pub(crate) fn mk_app() -> Vec<(&'static str, &'static str, &'static str, Value)> {
    let pods = json!({
        "metadata": {"labels": {"app": "web"}},
        "spec": {"serviceAccountName": "web", "containers": [{"name": "web", "image": "web:1"}]},
    });
    let job = json!({"template": {"spec": {
        "restartPolicy": "Never", "containers": [{"name": "report", "image": "report:1"}],
    }}});
    vec![
        ("", "v1", "ServiceAccount", json!({"metadata": {"name": "web"}})),
        (
            "",
            "v1",
            "Secret",
            json!({"metadata": {"name": "web"}, "data": {"password": "c2VjcmV0"}}),
        ),
        (
            "",
            "v1",
            "ConfigMap",
            json!({"metadata": {"name": "web"}, "data": {"colour": "blue"}}),
        ),
        (
            "",
            "v1",
            "Service",
            json!({"metadata": {"name": "web"}, "spec": {"selector": {"app": "web"}, "ports": [{"port": 80}]}}),
        ),
        (
            "apps",
            "v1",
            "Deployment",
            json!({"metadata": {"name": "web"}, "spec": {
                "replicas": 2, "selector": {"matchLabels": {"app": "web"}}, "template": pods,
            }}),
        ),
        (
            "batch",
            "v1",
            "CronJob",
            json!({"metadata": {"name": "report"}, "spec": {"schedule": "0 3 * * *", "jobTemplate": {"spec": job}}}),
        ),
    ]
}

/// How each step stands, for messages.
pub(crate) fn show(status: &MigrationStatus) -> Vec<String> {
    let mut lines: Vec<String> = status
        .steps
        .iter()
        .map(|step| {
            format!(
                "{:?} {:?} {}",
                step.name,
                step.state,
                step.message.as_deref().unwrap_or("")
            )
        })
        .collect();
    lines.extend(
        status
            .conditions
            .iter()
            .map(|c| format!("{}={} {}: {}", c.type_, c.status, c.reason, c.message)),
    );
    lines
}

/// How one step stands.
pub(crate) fn step(status: &MigrationStatus, name: Step) -> Option<StepState> {
    status
        .steps
        .iter()
        .find(|step| step.name == name)
        .map(|step| step.state)
}

/// The status and the reason of a condition.
pub(crate) fn says(status: &MigrationStatus, kind: &str) -> String {
    condition::get(&status.conditions, kind)
        .map(|c| format!("{} {}", c.status, c.reason))
        .unwrap_or_default()
}
