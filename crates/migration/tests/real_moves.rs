//! Moves between real API servers, over the daemon's own sockets: there and back, over when the source is killed,
//! and undone.
//!
//! Invariant: what arrives is what was sent, object by object.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "in a test a panic is the answer, also in its helpers"
)]

mod hub;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};

use havenmeester_api::{
    Workload,
    condition::{COMPLETE, get},
    migration::{Answer, MigrationStatus, Question, QuestionStatus, Step, StepState, Verdict},
};
use havenmeester_fleet::{Fleet, FleetOptions, KubeconfigConnector, Registries, SystemClock, Tracked};
use havenmeester_ledger::{Keys, Ledger, open_store};
use havenmeester_migration::{Deps, Gate};
use havenmeester_portability::{ObjectKey, capture, is_captured_kind, manifests};
use havenmeester_simulator::{Nodes, NodesConfig, NodesControl, SimClock, until};
use havenmeester_testenv::{Cluster, ClusterOptions, Process};
use hub::SPACE;
use k8s_openapi::api::core::v1::Namespace;
use k8s_openapi::api::rbac::v1::RoleBinding;
use kube::{
    Api, Client,
    api::{DynamicObject, ListParams, PostParams},
    core::{ApiResource, GroupVersionKind},
};
use serde_json::{Value, json};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

const APP: &str = "shop";
const LONG: Duration = Duration::from_mins(3);

/// What the target itself answers.
const ASKED: [Question; 6] = [
    Question::Reachable,
    Question::Served,
    Question::Access,
    Question::DryRun,
    Question::Admission,
    Question::Collisions,
];

/// A bit of everything that a chart holds.
const APPLICATION: &str = r#"
{apiVersion: v1, kind: ServiceAccount, metadata: {name: web}}
---
{apiVersion: rbac.authorization.k8s.io/v1, kind: Role, metadata: {name: reader},
  rules: [{apiGroups: [""], resources: [pods], verbs: [get]}]}
---
{apiVersion: rbac.authorization.k8s.io/v1, kind: RoleBinding, metadata: {name: reader},
  roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: reader},
  subjects: [{kind: ServiceAccount, name: web, namespace: shop}]}
---
{apiVersion: v1, kind: Secret, metadata: {name: web}, stringData: {password: secret}}
---
{apiVersion: v1, kind: ConfigMap, metadata: {name: web}, data: {colour: blue}}
---
{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: web}, spec: {podSelector: {}, policyTypes: [Ingress]}}
---
{apiVersion: v1, kind: Service, metadata: {name: web},
  spec: {type: LoadBalancer, selector: {app: web}, ports: [{name: http, port: 80}]}}
---
{apiVersion: v1, kind: Service, metadata: {name: db}, spec: {clusterIP: None, selector: {app: db}, ports: [{port: 5432}]}}
---
{apiVersion: apps/v1, kind: Deployment, metadata: {name: web}, spec: {replicas: 2, selector: {matchLabels: {app: web}},
  template: {metadata: {labels: {app: web}}, spec: {serviceAccountName: web, containers: [{name: web, image: web,
    envFrom: [{configMapRef: {name: web}}, {secretRef: {name: web}}], resources: {requests: {cpu: 1000m}}}]}}}}
---
{apiVersion: apps/v1, kind: StatefulSet, metadata: {name: db}, spec: {serviceName: db, replicas: 1,
  selector: {matchLabels: {app: db}}, template: {metadata: {labels: {app: db}}, spec: {containers: [{name: db, image: db}]}}}}
---
{apiVersion: policy/v1, kind: PodDisruptionBudget, metadata: {name: web}, spec: {minAvailable: 1, selector: {matchLabels: {app: web}}}}
---
{apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: {name: web}, spec: {rules: [{host: shop.example.nl, http: {paths: [
  {path: /, pathType: Prefix, backend: {service: {name: web, port: {name: http}}}}]}}]}}
---
{apiVersion: batch/v1, kind: CronJob, metadata: {name: nightly}, spec: {schedule: "0 3 * * *",
  jobTemplate: {spec: {template: {spec: {restartPolicy: Never, containers: [{name: c, image: i}]}}}}}}
"#;

/// Two real clusters with nodes, a hub on a third, and the daemon's parts.
struct Scene {
    hub: Cluster,
    members: BTreeMap<&'static str, Cluster>,
    nodes: BTreeMap<&'static str, NodesControl>,
    deps: Deps,
    mode: &'static str,
    cancel: CancellationToken,
    tasks: JoinSet<()>,
}

impl Scene {
    async fn set(mode: &'static str) -> Self {
        Self::set_with(mode, false).await
    }

    /// With `narrow`, `b` gives the daemon the application's namespace only, by the Role that is handed out for it.
    async fn set_with(mode: &'static str, narrow: bool) -> Self {
        let hub = Cluster::start(ClusterOptions::new("hub").controllers(false))
            .await
            .unwrap();
        let mut members = BTreeMap::new();
        for name in ["a", "b"] {
            members.insert(name, Cluster::start(ClusterOptions::new(name)).await.unwrap());
        }
        hub::furnish(&hub.client()).await;
        let ledger = Ledger::new(open_store("memory:").unwrap(), Keys::generate());
        let connector = Arc::new(KubeconfigConnector::new(hub.client()));
        let clock = Arc::new(SystemClock);
        let fleet = Fleet::new(connector, ledger.clone(), clock.clone(), FleetOptions::default());
        let (cancel, mut tasks) = (CancellationToken::new(), JoinSet::new());
        let mut nodes = BTreeMap::new();
        let mut known = Vec::new();
        for (name, cluster) in &members {
            let control = NodesControl::default();
            let clock = SimClock::begin(havenmeester_fleet::Clock::now(&SystemClock));
            let config = NodesConfig {
                clock,
                control: control.clone(),
                count: 1,
                ..NodesConfig::default()
            };
            tasks.spawn(Nodes::run(cluster.client(), config, cancel.clone()));
            nodes.insert(*name, control);
            let credentials = match (narrow, *name) {
                (true, "b") => Some(hub::narrow_credentials(cluster, APP).await),
                _ => None,
            };
            let only = credentials.is_some().then_some(APP);
            let kubeconfig = credentials.unwrap_or_else(|| cluster.kubeconfig());
            let mut member = hub::register(&hub.client(), name, &kubeconfig, only).await;
            if only.is_some() {
                member.spec.classes.ingress = Some("nginx".to_owned());
            }
            known.push(member);
        }
        fleet.set_members(known);
        let tracked = Tracked {
            namespace: APP.to_owned(),
            match_labels: BTreeMap::new(),
        };
        fleet.track(BTreeMap::from([(format!("{SPACE}/{APP}"), tracked)]));
        let (running, token) = (fleet.clone(), cancel.clone());
        tasks.spawn(async move { running.run(token).await });
        let deps = Deps {
            hub: hub.client(),
            fleet,
            ledger,
            clock,
            registries: Registries::not_asked(),
        };
        let scene = Self {
            hub,
            members,
            nodes,
            deps,
            mode,
            cancel,
            tasks,
        };
        scene.set_up_app().await;
        scene
    }

    async fn set_up_app(&self) {
        let client = self.client("a");
        let labels = json!({"havenmeester.dev/criticality": "critical", "havenmeester.dev/mode": self.mode});
        hub::make_namespace(&client, APP, &labels).await;
        let all = manifests(APPLICATION).unwrap();
        for object in &all {
            let key = ObjectKey::from_value(object).unwrap();
            let mut object: DynamicObject = serde_json::from_value(object.clone()).unwrap();
            object.metadata.namespace = Some(APP.to_owned());
            self.api("a", &key)
                .create(&PostParams::default(), &object)
                .await
                .unwrap();
        }
        self.wait_serving("a").await;
        let known = async || {
            let seen = self.deps.fleet.latest_capture(&format!("{SPACE}/{APP}"), "a");
            let b = self
                .deps
                .fleet
                .member("b")
                .await
                .is_ok_and(|member| !member.served.is_empty());
            seen.filter(|(capture, _)| b && capture.objects >= all.len())
                .map(drop)
        };
        until(LONG, known).await.unwrap();
    }

    fn client(&self, cluster: &str) -> Client {
        self.members[cluster].client()
    }

    fn api(&self, cluster: &str, key: &ObjectKey) -> Api<DynamicObject> {
        let gvk = GroupVersionKind::gvk(&key.group, &key.version, &key.kind);
        Api::namespaced_with(self.client(cluster), APP, &ApiResource::from_gvk(&gvk))
    }

    fn workload(&self) -> Workload {
        let mode = if self.mode == "exclusive" {
            "Exclusive"
        } else {
            "Replicable"
        };
        serde_json::from_value(json!({
            "apiVersion": "havenmeester.dev/v1alpha1", "kind": "Workload",
            "metadata": {"namespace": SPACE, "name": APP},
            "spec": {"target": {"namespace": APP}, "mode": mode},
        }))
        .unwrap()
    }

    async fn ask(&self, name: &str, spec: Value) {
        hub::ask(&self.deps, name, &spec).await;
    }

    async fn until(&self, name: &str, wanted: impl Fn(&MigrationStatus) -> bool) -> MigrationStatus {
        let seen = async |status: &MigrationStatus| wanted(status);
        hub::until(&self.deps, name, &self.workload(), Gate::Hold, LONG, seen).await
    }

    /// Everything in the application's namespace that would be captured.
    async fn captured(&self, cluster: &str) -> BTreeMap<ObjectKey, Value> {
        let member = self.deps.fleet.member(cluster).await.unwrap();
        let mut found = BTreeMap::new();
        for gvk in member
            .served
            .kinds()
            .filter(|gvk| is_captured_kind(&gvk.group, &gvk.kind))
        {
            let Some((resource, true)) = member.served.get(gvk) else {
                continue;
            };
            let api: Api<DynamicObject> = Api::namespaced_with(self.client(cluster), APP, resource);
            let Ok(listed) = api.list(&ListParams::default()).await else {
                continue;
            };
            for mut object in listed.items {
                object.types = Some(kube::core::TypeMeta {
                    api_version: resource.api_version.clone(),
                    kind: resource.kind.clone(),
                });
                if let Some(kept) = capture(&serde_json::to_value(object).unwrap()) {
                    found.insert(ObjectKey::from_value(&kept).unwrap(), kept);
                }
            }
        }
        found
    }

    async fn wait_serving(&self, cluster: &str) {
        let ready = async || self.is_serving(cluster).await.then_some(());
        until(LONG, ready).await.unwrap();
    }

    async fn is_serving(&self, cluster: &str) -> bool {
        let wanted = BTreeSet::from([("Deployment", "web", 2), ("StatefulSet", "db", 1)]);
        for (kind, name, pods) in wanted {
            let gvk = GroupVersionKind::gvk("apps", "v1", kind);
            let api: Api<DynamicObject> =
                Api::namespaced_with(self.client(cluster), APP, &ApiResource::from_gvk(&gvk));
            let found = api.get_opt(name).await.unwrap();
            if found.is_none_or(|found| found.data["status"]["readyReplicas"] != pods) {
                return false;
            }
        }
        true
    }

    async fn namespace(&self, cluster: &str) -> Option<Namespace> {
        Api::all(self.client(cluster)).get_opt(APP).await.unwrap()
    }

    async fn end(mut self) {
        self.cancel.cancel();
        while self.tasks.join_next().await.is_some() {}
        drop(self.hub);
    }
}

fn is_retained(status: &MigrationStatus) -> bool {
    status
        .steps
        .iter()
        .any(|s| s.name == Step::Retain && s.state != StepState::Pending)
}

fn ended(status: &MigrationStatus) -> String {
    get(&status.conditions, COMPLETE)
        .map(|c| format!("{} {}", c.status, c.reason))
        .unwrap_or_default()
}

/// What differs between two sides, by name.
fn differing(one: &BTreeMap<ObjectKey, Value>, other: &BTreeMap<ObjectKey, Value>) -> Vec<String> {
    let keys: BTreeSet<&ObjectKey> = one.keys().chain(other.keys()).collect();
    let differs = keys.into_iter().filter(|key| one.get(*key) != other.get(*key));
    differs
        .map(|key| format!("{key}: {:?} / {:?}", one.get(key), other.get(key)))
        .collect()
}

#[tokio::test]
async fn an_exclusive_application_goes_and_comes_back_as_it_was() {
    let scene = Scene::set("exclusive").await;
    let before = scene.captured("a").await;
    scene
        .ask(
            "try",
            json!({"workload": APP, "kind": "Relocate", "source": "a", "target": "b", "dryRun": true}),
        )
        .await;
    let tried = scene.until("try", |_| false).await;
    // No registry is asked here: the images are not known, and nothing else stands in the way.
    let good = |one: &QuestionStatus| one.answer <= Answer::Warn || !ASKED.contains(&one.question);
    assert_eq!(tried.verdict, Some(Verdict::Unknown), "{:#?}", tried.findings);
    assert!(tried.questions.iter().all(good), "{:#?}", tried.findings);
    assert!(scene.namespace("b").await.is_none(), "a dry run writes nothing");

    scene
        .ask("go", json!({"workload": APP, "kind": "Relocate", "source": "a", "target": "b", "rollbackWindow": "1h"}))
        .await;
    let moved = scene.until("go", is_retained).await;
    assert_eq!(ended(&moved), "True Moved", "{moved:#?}");
    assert!(scene.is_serving("b").await);
    let there = scene.captured("b").await;
    assert_eq!(differing(&before, &there), Vec::<String>::new());

    scene
        .ask("back", json!({"workload": APP, "kind": "Failback", "source": "b", "target": "a", "rollbackWindow": "0s"}))
        .await;
    let back = scene.until("back", |_| false).await;
    assert_eq!(ended(&back), "True Moved", "{back:#?}");
    assert!(back.steps.iter().all(|s| s.state == StepState::Done), "{back:#?}");
    assert!(scene.is_serving("a").await);
    assert_eq!(
        differing(&before, &scene.captured("a").await),
        Vec::<String>::new()
    );
    assert!(
        scene.namespace("b").await.is_none(),
        "cleaned up, its namespace with it"
    );
    scene.end().await;
}

#[tokio::test]
async fn a_replicable_application_is_undone_and_then_failed_over() {
    let scene = Scene::set("replicable").await;
    let before = scene.captured("a").await;
    scene.nodes["b"].fail_image("web");
    scene
        .ask(
            "go",
            json!({"workload": APP, "kind": "Relocate", "source": "a", "target": "b"}),
        )
        .await;
    let waits = |status: &MigrationStatus| status.step == Some(Step::AwaitServing);
    scene.until("go", waits).await;
    hub::abort(&scene.deps, "go").await;
    let undone = scene.until("go", |_| false).await;
    assert_eq!(ended(&undone), "True RolledBack", "{undone:#?}");
    assert!(scene.namespace("b").await.is_none() && scene.is_serving("a").await);
    assert_eq!(
        differing(&before, &scene.captured("a").await),
        Vec::<String>::new()
    );

    scene.nodes["b"].mend_image("web");
    scene.members["a"].process(Process::ApiServer).kill().unwrap();
    let lost = async || scene.deps.fleet.member("a").await.is_err().then_some(());
    until(LONG, lost).await.unwrap();
    scene
        .ask(
            "over",
            json!({"workload": APP, "kind": "Failover", "source": "a", "target": "b"}),
        )
        .await;
    let over = scene.until("over", |_| false).await;
    assert_eq!(ended(&over), "True Moved", "{over:#?}");
    assert!(scene.is_serving("b").await);
    assert_eq!(
        differing(&before, &scene.captured("b").await),
        Vec::<String>::new()
    );
    scene.end().await;
}

#[tokio::test]
async fn an_application_goes_to_a_cluster_that_gives_us_its_namespace_only_and_is_undone_there() {
    let scene = Scene::set_with("replicable", true).await;
    let before = scene.captured("a").await;
    scene.nodes["b"].fail_image("web");
    scene
        .ask(
            "try",
            json!({"workload": APP, "kind": "Relocate", "source": "a", "target": "b"}),
        )
        .await;
    let waits = |status: &MigrationStatus| status.step == Some(Step::AwaitServing);
    let waiting = scene.until("try", waits).await;
    assert_eq!(waiting.step, Some(Step::AwaitServing), "{waiting:#?}");
    hub::abort(&scene.deps, "try").await;
    let undone = scene.until("try", |_| false).await;
    assert_eq!(ended(&undone), "True RolledBack", "{undone:#?}");
    // Nothing of it is left; the namespace and the rights in it were given, are no part of it, and stay.
    assert!(scene.captured("b").await.is_empty());
    let rights: Api<RoleBinding> = Api::namespaced(scene.client("b"), APP);
    assert!(rights.get_opt("havenmeester-member").await.unwrap().is_some());

    scene.nodes["b"].mend_image("web");
    scene
        .ask(
            "go",
            json!({"workload": APP, "kind": "Relocate", "source": "a", "target": "b"}),
        )
        .await;
    let moved = scene.until("go", is_retained).await;
    assert_eq!(ended(&moved), "True Moved", "{moved:#?}");
    assert_eq!(
        differing(&before, &scene.captured("b").await),
        Vec::<String>::new()
    );
    scene.end().await;
}
