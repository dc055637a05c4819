//! Every way in which a real API server vanishes is seen in time and under its own name, over the real sockets and
//! TLS of the daemon; and what stands on it is captured.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "the helpers of a test may fail it"
)]

use std::sync::Arc;
use std::time::Duration;

use havenmeester_api::MemberCluster;
use havenmeester_api::member::{Cause, Scope};
use havenmeester_fleet::{Fleet, FleetOptions, KubeconfigConnector, MemberView, SystemClock, Tracked};
use havenmeester_ledger::{Keys, Ledger};
use havenmeester_placement::Contact;
use havenmeester_testenv::{Cluster, ClusterOptions, Mode, Process};
use k8s_openapi::api::core::v1::{ConfigMap, Namespace, Secret, ServiceAccount};
use k8s_openapi::api::rbac::v1::{Role, RoleBinding};
use kube::api::{DeleteParams, Patch, PatchParams, PostParams};
use kube::{Api, Client};
use object_store::memory::InMemory;
use serde_json::{Value, json};
use tokio::task::JoinSet;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// A fleet of one member, whose kubeconfig is in a Secret on a hub.
struct Scene {
    hub: Client,
    fleet: Fleet,
    ledger: Ledger,
    cancel: CancellationToken,
    tasks: JoinSet<()>,
}

impl Scene {
    async fn new(hub: &Cluster, kubeconfig: &str) -> Self {
        let hub = hub.client();
        write_secret(&hub, kubeconfig).await;
        let ledger = Ledger::new(Arc::new(InMemory::new()), Keys::generate());
        let connector = Arc::new(KubeconfigConnector::new(hub.clone()));
        let fleet = Fleet::new(
            connector,
            ledger.clone(),
            Arc::new(SystemClock),
            FleetOptions::default(),
        );
        fleet.set_members(vec![member()]);
        let cancel = CancellationToken::new();
        let mut tasks = JoinSet::new();
        let (running, stop) = (fleet.clone(), cancel.clone());
        tasks.spawn(async move { running.run(stop).await });
        Self {
            hub,
            fleet,
            ledger,
            cancel,
            tasks,
        }
    }

    fn view(&self) -> Arc<MemberView> {
        self.fleet.view()["azure"].clone()
    }

    /// Waits for a view and says how long that took.
    async fn until(&self, limit: Duration, mut wanted: impl FnMut(&MemberView) -> bool) -> Duration {
        let begun = Instant::now();
        let mut changed = self.fleet.changed();
        let waiting = async {
            while !wanted(&self.view()) {
                let _ = tokio::time::timeout(Duration::from_millis(100), changed.changed()).await;
            }
        };
        let found = tokio::time::timeout(limit, waiting).await.is_ok();
        assert!(found, "not within {limit:?}: {:#?}", self.view());
        begun.elapsed()
    }

    async fn reachable(&self) {
        self.until(Duration::from_mins(1), |view| {
            view.cluster.contact == Contact::Reachable
        })
        .await;
    }

    /// What was done just now makes the cluster lost, in time and for this cause.
    async fn lost(&self, how: &str, within: u64, cause: Cause) {
        let lost = |view: &MemberView| matches!(view.cluster.contact, Contact::Lost { .. });
        let after = self.until(Duration::from_secs(within + 20), lost).await;
        let view = self.view();
        assert_eq!(
            view.reachability.cause,
            Some(cause),
            "{how}: {:?}",
            view.reachability
        );
        assert!(
            after <= Duration::from_secs(within),
            "{how}: lost after {after:?}"
        );
    }

    async fn end(mut self) {
        self.cancel.cancel();
        let ended = tokio::time::timeout(Duration::from_secs(5), self.tasks.join_next()).await;
        assert!(matches!(ended, Ok(Some(Ok(())))));
    }
}

fn member() -> MemberCluster {
    let spec = json!({
        "provider": "azure", "region": "weu",
        "connection": {"kubeconfigSecret": {"namespace": "default", "name": "azure"}},
    });
    MemberCluster::new("azure", serde_json::from_value(spec).unwrap())
}

async fn write_secret(hub: &Client, kubeconfig: &str) {
    let secrets: Api<Secret> = Api::namespaced(hub.clone(), "default");
    let secret = json!({
        "apiVersion": "v1", "kind": "Secret", "metadata": {"name": "azure"},
        "stringData": {"kubeconfig": kubeconfig},
    });
    let params = PatchParams::apply("test").force();
    secrets
        .patch("azure", &params, &Patch::Apply(&secret))
        .await
        .unwrap();
}

async fn start(name: &str) -> Cluster {
    Cluster::start(ClusterOptions::new(name).controllers(false))
        .await
        .unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_way_of_vanishing_is_seen_in_time() {
    let (hub, azure) = tokio::join!(start("hub"), start("azure"));
    let relay = azure.through_relay().await.unwrap();
    let scene = Scene::new(&hub, &relay.route(&azure.kubeconfig())).await;
    scene
        .until(Duration::from_mins(1), |view| {
            view.cluster.copies.last().is_some()
        })
        .await;
    assert!(
        scene
            .view()
            .version
            .as_deref()
            .is_some_and(|version| version.starts_with("v1."))
    );

    let server = azure.process(Process::ApiServer);
    server.stop().unwrap();
    scene.lost("stopped", 10, Cause::Unreachable).await;
    server.cont().unwrap();
    scene.reachable().await;

    for (mode, within, cause) in [
        (Mode::Blackhole, 10, Cause::Unreachable),
        (Mode::Drop, 10, Cause::Unreachable),
        (Mode::Refuse, 5, Cause::Refused),
        (Mode::Reset, 5, Cause::Refused),
    ] {
        relay.set(mode).await.unwrap();
        scene.lost(&format!("{mode:?}"), within, cause).await;
        relay.set(Mode::Pass).await.unwrap();
        scene.reachable().await;
    }

    // Without the relay, which would take connections for a dead server.
    write_secret(&scene.hub, &azure.kubeconfig()).await;
    relay.set(Mode::Refuse).await.unwrap();
    scene.reachable().await;
    scene
        .until(Duration::from_mins(1), |view| {
            view.cluster.contact == Contact::Reachable
        })
        .await;
    server.kill().unwrap();
    scene.lost("killed", 5, Cause::Refused).await;
    server.restart().await.unwrap();
    scene.reachable().await;
    scene.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn refused_credentials_are_a_loss_and_new_ones_end_it() {
    let (hub, azure) = tokio::join!(start("hub"), start("azure"));
    let accounts: Api<ServiceAccount> = Api::namespaced(azure.client(), "default");
    let account = serde_json::from_value(json!({"metadata": {"name": "daemon"}})).unwrap();
    accounts.create(&PostParams::default(), &account).await.unwrap();
    let token = azure
        .service_account_kubeconfig("default", "daemon")
        .await
        .unwrap();
    let scene = Scene::new(&hub, &token).await;
    scene.reachable().await;

    accounts.delete("daemon", &DeleteParams::default()).await.unwrap();
    // The API server itself believes a token for 10 s after it looked last.
    scene.lost("credentials refused", 20, Cause::Unauthorized).await;
    assert_eq!(
        scene.fleet.member("azure").await.unwrap_err().cause,
        Some(Cause::Unauthorized)
    );

    write_secret(&scene.hub, &azure.kubeconfig()).await;
    scene.reachable().await;
    scene
        .until(Duration::from_mins(1), |view| {
            view.cluster.capacity.last().is_some()
        })
        .await;
    scene.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_never_reached_is_unknown_with_its_cause() {
    let (hub, azure) = tokio::join!(start("hub"), start("azure"));
    let somewhere = azure
        .kubeconfig()
        .replace(&azure.url(), "https://nowhere.invalid:6443");
    let scene = Scene::new(&hub, &somewhere).await;
    let cause = |wanted: Cause| move |view: &MemberView| view.reachability.cause == Some(wanted);
    scene
        .until(Duration::from_secs(20), cause(Cause::NameResolution))
        .await;
    write_secret(&scene.hub, "not: a kubeconfig").await;
    scene.fleet.set_members(Vec::new());
    scene.fleet.set_members(vec![member()]);
    scene
        .until(Duration::from_secs(20), cause(Cause::Misconfigured))
        .await;
    // The hub's authority did not sign the certificate of that server.
    write_secret(&scene.hub, &hub.kubeconfig().replace(&hub.url(), &azure.url())).await;
    scene.until(Duration::from_secs(20), cause(Cause::Tls)).await;
    assert_eq!(scene.view().cluster.contact, Contact::Unknown);
    write_secret(&scene.hub, &azure.kubeconfig()).await;
    scene.reachable().await;
    scene.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_change_on_a_real_cluster_is_captured_within_five_seconds() {
    let (hub, azure) = tokio::join!(start("hub"), start("azure"));
    let client = azure.client();
    let namespace =
        json!({"metadata": {"name": "shop", "labels": {"havenmeester.dev/criticality": "critical"}}});
    let namespaces: Api<Namespace> = Api::all(client.clone());
    namespaces
        .create(
            &PostParams::default(),
            &serde_json::from_value(namespace).unwrap(),
        )
        .await
        .unwrap();
    let scene = Scene::new(&hub, &azure.kubeconfig()).await;
    let tracked = Tracked {
        namespace: "shop".to_owned(),
        ..Tracked::default()
    };
    scene
        .fleet
        .track([("havenmeester/shop".to_owned(), tracked)].into());
    scene
        .until(Duration::from_mins(1), |view| {
            view.cluster.copies.last().is_some()
        })
        .await;

    let maps: Api<ConfigMap> = Api::namespaced(client, "shop");
    for value in ["a", "b"] {
        let map = json!({
            "apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "settings"}, "data": {"key": value},
        });
        maps.patch("settings", &PatchParams::apply("people"), &Patch::Apply(&map))
            .await
            .unwrap();
        let begun = Instant::now();
        while captured(&scene).await.as_deref() != Some(value) {
            tokio::time::sleep(Duration::from_millis(50)).await;
            assert!(
                begun.elapsed() < Duration::from_secs(5),
                "{value} is not captured"
            );
        }
    }
    let reference = scene
        .fleet
        .capture_now("azure", "havenmeester/shop")
        .await
        .unwrap();
    let latest = scene
        .fleet
        .latest_capture("havenmeester/shop", "azure")
        .unwrap()
        .0;
    assert_eq!(reference.id, latest.id, "fresh lists and the index agree");
    scene.end().await;
}

/// Lets a user do anything in one namespace, and nothing else.
async fn allow(admin: &Client, namespace: &str, user: &str) {
    let version = "rbac.authorization.k8s.io/v1";
    let role = json!({
        "apiVersion": version, "kind": "Role", "metadata": {"name": "all"},
        "rules": [{"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]}],
    });
    let binding = json!({
        "apiVersion": version, "kind": "RoleBinding", "metadata": {"name": "all"},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "all"},
        "subjects": [{"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": user}],
    });
    let roles: Api<Role> = Api::namespaced(admin.clone(), namespace);
    roles
        .create(&PostParams::default(), &serde_json::from_value(role).unwrap())
        .await
        .unwrap();
    let bindings: Api<RoleBinding> = Api::namespaced(admin.clone(), namespace);
    bindings
        .create(&PostParams::default(), &serde_json::from_value(binding).unwrap())
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_namespace_only_member_is_seen_and_captured_as_far_as_we_may() {
    let (hub, hent) = tokio::join!(start("hub"), start("hent"));
    let admin = hent.client();
    let namespaces: Api<Namespace> = Api::all(admin.clone());
    for name in ["shop", "spare", "other"] {
        let labels = json!({"havenmeester.dev/criticality": "critical"});
        let namespace = json!({"metadata": {"name": name, "labels": labels}});
        namespaces
            .create(
                &PostParams::default(),
                &serde_json::from_value(namespace).unwrap(),
            )
            .await
            .unwrap();
    }
    allow(&admin, "shop", "tenant").await;
    allow(&admin, "spare", "tenant").await;
    let maps: Api<ConfigMap> = Api::namespaced(admin, "shop");
    let map = json!({"metadata": {"name": "settings"}, "data": {"key": "a"}});
    maps.create(&PostParams::default(), &serde_json::from_value(map).unwrap())
        .await
        .unwrap();

    let scene = Scene::new(&hub, &hent.kubeconfig_for("tenant", &[]).unwrap()).await;
    let mut member = member();
    member.spec.scope = Scope::Namespaces;
    member.spec.namespaces = vec!["shop".to_owned(), "spare".to_owned()];
    scene.fleet.set_members(vec![member]);
    let tracked = Tracked {
        namespace: "shop".to_owned(),
        ..Tracked::default()
    };
    scene
        .fleet
        .track([("havenmeester/shop".to_owned(), tracked)].into());
    scene
        .until(Duration::from_mins(1), |view| !view.captures.is_empty())
        .await;
    assert_eq!(captured(&scene).await.as_deref(), Some("a"));
    let view = scene.view();
    let copies = view.cluster.copies.last().unwrap();
    assert_eq!(copies.keys().collect::<Vec<_>>(), ["shop", "spare"]);
    assert!(
        copies["shop"].tags.is_some(),
        "a Role lets us read the namespace itself"
    );
    assert!(view.cluster.capacity.last().is_none());
    assert!(scene.fleet.member("azure").await.unwrap().served.groups() > 10);
    scene.end().await;
}

/// The value in the latest capture.
async fn captured(scene: &Scene) -> Option<String> {
    let (reference, _) = scene.fleet.latest_capture("havenmeester/shop", "azure")?;
    let capture = scene.ledger.get_capture(&reference.id).await.unwrap();
    let map = capture
        .objects
        .into_iter()
        .find(|object| object["metadata"]["name"] == "settings")?;
    map.pointer("/data/key")
        .and_then(Value::as_str)
        .map(str::to_owned)
}
