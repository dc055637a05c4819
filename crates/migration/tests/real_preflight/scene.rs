//! A hub, a source and a target with nodes, a target of an older minor, and the target once more with narrow credentials:
//! one set for all cases, each case in a namespace of its own.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};

use havenmeester_api::{
    Provider, Workload,
    member::{Mirror, StorageClassName, StorageKind},
    migration::MigrationStatus,
};
use havenmeester_fleet::{
    Clock as _, Fleet, FleetOptions, KubeconfigConnector, Registries, RegistryOptions, SystemClock, Tracked,
};
use havenmeester_ledger::{Keys, Ledger, open_store};
use havenmeester_migration::{Deps, Gate};
use havenmeester_portability::{ObjectKey, manifests};
use havenmeester_simulator::{ImageSource, Nodes, NodesConfig, NodesControl, SimClock, until};
use havenmeester_testenv::{Cluster, ClusterOptions, Entry, Puller, Registry};
use k8s_openapi::api::core::v1::{Namespace, Pod};
use kube::{
    Api, Client, ResourceExt as _,
    api::{DynamicObject, ListParams, PostParams},
    core::{ApiResource, GroupVersionKind},
};
use serde_json::{Value, json};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::{
    hub::{self, SPACE},
    pulls::Pulls,
};

pub(crate) const LONG: Duration = Duration::from_mins(2);

/// The namespace that the narrow credentials reach.
pub(crate) const NARROW: &str = "narrow";

/// A namespace that the credentials of `given` reach and that the target does not have.
pub(crate) const GIVEN: &str = "given";
/// What stands where we may only read.
pub(crate) const FENCED: &str = "fenced";
/// What may not run twice.
pub(crate) const KEEPS: &str = "keeps";

/// The provisioner of real block storage that the target's nodes stand in for.
pub(crate) const BLOCKS: &str = "rbd.csi.ceph.com";

/// Kinds of no namespace that cases make.
const WIDE: [&str; 9] = [
    "CustomResourceDefinition",
    "ValidatingAdmissionPolicy",
    "ValidatingAdmissionPolicyBinding",
    "ValidatingWebhookConfiguration",
    "StorageClass",
    "CSIDriver",
    "IngressClass",
    "ClusterRole",
    "ClusterRoleBinding",
];

/// Reads everything and writes nothing.
const READER: &str = r#"
{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: {name: reader},
  rules: [{apiGroups: ["*"], resources: ["*"], verbs: [get, list, watch]}]}
---
{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRoleBinding, metadata: {name: reader},
  roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: reader},
  subjects: [{apiGroup: rbac.authorization.k8s.io, kind: User, name: reader}]}
"#;

pub(crate) struct Scene {
    /// The mirror from which all nodes pull what is of docker.io.
    pub(crate) mirror: Registry,
    /// A registry that nobody has a login for.
    pub(crate) locked: Registry,
    hub: Cluster,
    clusters: BTreeMap<&'static str, Cluster>,
    pub(crate) deps: Deps,
    cancel: CancellationToken,
    tasks: JoinSet<()>,
}

impl Scene {
    pub(crate) async fn set() -> Self {
        let plain = |name: &str| ClusterOptions::new(name).controllers(false);
        // Fields and kinds that came later are dropped by it.
        let old = plain("old").older(true);
        let (hub, a, b, old) = tokio::join!(
            Cluster::start(plain("hub")),
            Cluster::start(ClusterOptions::new("a")),
            Cluster::start(ClusterOptions::new("b")),
            Cluster::start(old),
        );
        let (hub, a, b, old) = (hub.unwrap(), a.unwrap(), b.unwrap(), old.unwrap());
        let mirror = Registry::start("mirror", Entry::Open).await.unwrap();
        let locked = Registry::start("locked", Entry::Locked).await.unwrap();
        for image in ["library/web:1", "library/web:latest", "library/i:1"] {
            mirror.push(image, &["amd64", "arm64"]).await.unwrap();
        }
        mirror.push("library/other:1", &["arm64", "arm"]).await.unwrap();
        locked.push("shop/web:1", &["amd64"]).await.unwrap();
        hub::furnish(&hub.client()).await;
        name_registries(&hub.client(), &[mirror.host(), locked.host()]).await;
        let ledger = Ledger::new(open_store("memory:").unwrap(), Keys::generate());
        let connector = Arc::new(KubeconfigConnector::new(hub.client()));
        let clock = Arc::new(SystemClock);
        let fleet = Fleet::new(connector, ledger.clone(), clock.clone(), FleetOptions::default());
        let (cancel, mut tasks) = (CancellationToken::new(), JoinSet::new());
        let pulls: Arc<dyn ImageSource> = Arc::new(Pulls(Puller::through(mirror.host()).unwrap()));
        for (cluster, images) in [(&a, None), (&b, Some(pulls))] {
            let config = NodesConfig {
                clock: SimClock::begin(SystemClock.now()),
                control: NodesControl::default(),
                count: 2,
                provision: true,
                block_provisioners: BTreeSet::from([BLOCKS.to_owned()]),
                images,
                ..NodesConfig::default()
            };
            tasks.spawn(Nodes::run(cluster.client(), config, cancel.clone()));
        }
        let narrow = hub::narrow_credentials(&b, NARROW).await;
        let reader = a.kubeconfig_for("reader", &[]).unwrap();
        let mut known = vec![
            hub::register(&hub.client(), "a", &a.kubeconfig(), None).await,
            hub::register(&hub.client(), "b", &b.kubeconfig(), None).await,
            hub::register(&hub.client(), "old", &old.kubeconfig(), None).await,
            hub::register(&hub.client(), "narrow", &narrow, Some(NARROW)).await,
            hub::register(&hub.client(), GIVEN, &b.kubeconfig(), Some(GIVEN)).await,
            hub::register(&hub.client(), "reader", &reader, None).await,
        ];
        for member in &mut known {
            if ["a", "b"].contains(&member.name_any().as_str()) {
                member.spec.classes.storage = storage();
            }
            member.spec.mirrors = vec![Mirror {
                registry: "docker.io".to_owned(),
                prefix: mirror.host(),
                only: true,
            }];
        }
        fleet.set_members(known);
        let (running, token) = (fleet.clone(), cancel.clone());
        tasks.spawn(async move { running.run(token).await });
        let deps = Deps {
            hub: hub.client(),
            fleet,
            ledger,
            clock,
            registries: Registries::new(RegistryOptions {
                plain_http: vec![mirror.host(), locked.host()],
                ..RegistryOptions::default()
            }),
        };
        let clusters = BTreeMap::from([("a", a), ("b", b), ("old", old)]);
        let scene = Self {
            mirror,
            locked,
            hub,
            clusters,
            deps,
            cancel,
            tasks,
        };
        scene.apply("a", "", READER).await;
        scene
    }

    pub(crate) fn client(&self, cluster: &str) -> Client {
        let real = match cluster {
            "narrow" | GIVEN => "b",
            "reader" => "a",
            other => other,
        };
        self.clusters[real].client()
    }

    /// Puts objects into a namespace of a cluster, those that have none of their own.
    pub(crate) async fn apply(&self, cluster: &str, namespace: &str, text: &str) -> usize {
        let all = manifests(text).unwrap();
        for object in &all {
            self.create(cluster, namespace, object).await;
        }
        all.len()
    }

    pub(crate) async fn create(&self, cluster: &str, namespace: &str, object: &Value) {
        let key = ObjectKey::from_value(object).unwrap();
        let created: DynamicObject = serde_json::from_value(object.clone()).unwrap();
        // A kind whose definition was made just now is served a moment later.
        let served = async || {
            let api = self.api(cluster, namespace, &key);
            match api.create(&PostParams::default(), &created).await {
                Ok(_) => Some(()),
                Err(kube::Error::Api(status)) if status.code == 404 || status.code == 500 => None,
                Err(other) => panic!("{key} on {cluster}: {other}"),
            }
        };
        until(LONG, served).await.unwrap();
    }

    pub(crate) async fn namespace(&self, cluster: &str, name: &str, labels: &Value) {
        hub::make_namespace(&self.client(cluster), name, labels).await;
    }

    pub(crate) fn api(&self, cluster: &str, namespace: &str, key: &ObjectKey) -> Api<DynamicObject> {
        let gvk = GroupVersionKind::gvk(&key.group, &key.version, &key.kind);
        let resource = ApiResource::from_gvk(&gvk);
        if WIDE.contains(&key.kind.as_str()) {
            Api::all_with(self.client(cluster), &resource)
        } else {
            Api::namespaced_with(self.client(cluster), namespace, &resource)
        }
    }

    /// One object of a target, where it is there.
    pub(crate) async fn get(
        &self,
        cluster: &str,
        namespace: &str,
        kind: (&str, &str, &str),
        name: &str,
    ) -> Option<Value> {
        let key = ObjectKey {
            group: kind.0.to_owned(),
            version: kind.1.to_owned(),
            kind: kind.2.to_owned(),
            namespace: Some(namespace.to_owned()),
            name: name.to_owned(),
        };
        let found = self.api(cluster, namespace, &key).get_opt(name).await.unwrap();
        found.map(|found| serde_json::to_value(found).unwrap())
    }

    /// The Pods of a namespace.
    pub(crate) async fn pods(&self, cluster: &str, namespace: &str) -> Vec<Value> {
        let pods: Api<Pod> = Api::namespaced(self.client(cluster), namespace);
        let found = pods.list(&ListParams::default()).await.unwrap();
        found
            .items
            .iter()
            .map(|pod| serde_json::to_value(pod).unwrap())
            .collect()
    }

    /// Waits until the Deployment `web` of each application serves.
    pub(crate) async fn serves(&self, cluster: &str, apps: &[&str]) {
        for app in apps {
            let ready = async || {
                let found = self
                    .get(cluster, app, ("apps", "v1", "Deployment"), "web")
                    .await?;
                (found["status"]["readyReplicas"] == found["spec"]["replicas"]).then_some(())
            };
            until(LONG, ready).await.unwrap();
        }
    }

    /// No namespace for tries is left but those on their way out.
    pub(crate) async fn leaves_nothing(&self) {
        for cluster in self.clusters.keys() {
            let all: Api<Namespace> = Api::all(self.client(cluster));
            let left = all
                .list(&ListParams::default().labels("havenmeester.dev/scratch"))
                .await
                .unwrap();
            let left = left
                .items
                .iter()
                .filter(|one| one.metadata.deletion_timestamp.is_none());
            assert_eq!(left.count(), 0, "namespaces for tries on {cluster}");
        }
    }

    /// Has all applications captured, with what each cluster serves known.
    pub(crate) async fn track(&self, apps: &[(&str, usize)]) {
        let tracked = |name: &str| Tracked {
            namespace: name.to_owned(),
            match_labels: BTreeMap::new(),
        };
        let all = apps
            .iter()
            .map(|(name, _)| (format!("{SPACE}/{name}"), tracked(name)));
        self.deps.fleet.track(all.collect());
        let known = async || {
            for (name, objects) in apps {
                let (capture, _) = self.deps.fleet.latest_capture(&format!("{SPACE}/{name}"), "a")?;
                if capture.objects < *objects {
                    return None;
                }
            }
            for cluster in ["a", "b", "old", "narrow", GIVEN, "reader"] {
                if self
                    .deps
                    .fleet
                    .member(cluster)
                    .await
                    .is_ok_and(|member| member.served.is_empty())
                {
                    return None;
                }
                self.deps.fleet.member(cluster).await.ok()?;
            }
            Some(())
        };
        until(LONG, known).await.unwrap();
    }

    pub(crate) async fn ask(&self, name: &str, app: &str, to: &str, more: Value) {
        let source = if app == FENCED { "reader" } else { "a" };
        let mut spec = json!({"workload": app, "kind": "Relocate", "source": source, "target": to});
        if let (Some(spec), Value::Object(more)) = (spec.as_object_mut(), more) {
            spec.extend(more);
        }
        hub::ask(&self.deps, name, &spec).await;
    }

    /// Advances a move until it ends or `seen` holds.
    pub(crate) async fn until(
        &self,
        name: &str,
        app: &str,
        gate: Gate,
        seen: impl AsyncFnMut(&MigrationStatus) -> bool,
    ) -> MigrationStatus {
        let mode = if app == KEEPS { "Exclusive" } else { "Replicable" };
        let workload: Workload = serde_json::from_value(json!({
            "apiVersion": "havenmeester.dev/v1alpha1", "kind": "Workload",
            "metadata": {"namespace": SPACE, "name": app},
            "spec": {"target": {"namespace": app}, "mode": mode},
        }))
        .unwrap();
        hub::until(&self.deps, name, &workload, gate, LONG, seen).await
    }

    /// Takes a move back and waits until nothing of it is left.
    pub(crate) async fn abort(&self, name: &str, app: &str) {
        hub::abort(&self.deps, name).await;
        self.until(name, app, Gate::Open, async |_| false).await;
    }

    pub(crate) async fn end(mut self) {
        self.cancel.cancel();
        while self.tasks.join_next().await.is_some() {}
        drop((self.hub, self.mirror, self.locked));
    }
}

/// What source and target call their storage.
fn storage() -> Vec<StorageClassName> {
    let kinds = [
        (StorageKind::Rwo, "blocks"),
        (StorageKind::RwoFast, "small"),
        (StorageKind::Rwx, "blocks"),
        // No cluster has it, whatever is said.
        (StorageKind::Block, "only-said"),
    ];
    let named = kinds.map(|(kind, name)| StorageClassName {
        kind,
        name: name.to_owned(),
    });
    named.into()
}

/// A Provider whose registries these are.
async fn name_registries(hub: &Client, hosts: &[String]) {
    let spec = json!({"legalName": "City", "country": "NL", "registries": hosts});
    let provider = Provider::new("city", serde_json::from_value(spec).unwrap());
    Api::all(hub.clone())
        .create(&PostParams::default(), &provider)
        .await
        .unwrap();
}
