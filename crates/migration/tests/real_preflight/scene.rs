//! A hub, a source and a target with nodes, a target of an older minor, and the target once more with narrow credentials:
//! one set for all cases, each case in a namespace of its own.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use havenmeester_api::{Workload, migration::MigrationStatus};
use havenmeester_fleet::{Clock as _, Fleet, FleetOptions, KubeconfigConnector, SystemClock, Tracked};
use havenmeester_ledger::{Keys, Ledger, open_store};
use havenmeester_migration::{Deps, Gate};
use havenmeester_portability::{ObjectKey, manifests};
use havenmeester_simulator::{Nodes, NodesConfig, NodesControl, SimClock, until};
use havenmeester_testenv::{Cluster, ClusterOptions};
use k8s_openapi::api::core::v1::{Namespace, Pod};
use kube::{
    Api, Client,
    api::{DynamicObject, ListParams, PostParams},
    core::{ApiResource, GroupVersionKind},
};
use serde_json::{Value, json};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::hub::{self, SPACE};

pub(crate) const LONG: Duration = Duration::from_mins(2);

/// The namespace that the narrow credentials reach.
pub(crate) const NARROW: &str = "narrow";

/// The minor that the older target speaks.
const OLDER: &str = "1.34";

/// Kinds of no namespace that cases make.
const WIDE: [&str; 5] = [
    "CustomResourceDefinition",
    "ValidatingAdmissionPolicy",
    "ValidatingAdmissionPolicyBinding",
    "ValidatingWebhookConfiguration",
    "StorageClass",
];

pub(crate) struct Scene {
    hub: Cluster,
    clusters: BTreeMap<&'static str, Cluster>,
    pub(crate) deps: Deps,
    cancel: CancellationToken,
    tasks: JoinSet<()>,
}

impl Scene {
    pub(crate) async fn set() -> Self {
        let plain = |name: &str| ClusterOptions::new(name).controllers(false);
        // One binary speaks an older minor by its own means: fields and kinds that came later are dropped.
        let old = plain("old").apiserver_flag(format!("--emulated-version={OLDER}"));
        let (hub, a, b, old) = tokio::join!(
            Cluster::start(plain("hub")),
            Cluster::start(ClusterOptions::new("a")),
            Cluster::start(ClusterOptions::new("b")),
            Cluster::start(old),
        );
        let (hub, a, b, old) = (hub.unwrap(), a.unwrap(), b.unwrap(), old.unwrap());
        hub::furnish(&hub.client()).await;
        let ledger = Ledger::new(open_store("memory:").unwrap(), Keys::generate());
        let connector = Arc::new(KubeconfigConnector::new(hub.client()));
        let clock = Arc::new(SystemClock);
        let fleet = Fleet::new(connector, ledger.clone(), clock.clone(), FleetOptions::default());
        let (cancel, mut tasks) = (CancellationToken::new(), JoinSet::new());
        for cluster in [&a, &b] {
            let config = NodesConfig {
                clock: SimClock::begin(SystemClock.now()),
                control: NodesControl::default(),
                count: 2,
                ..NodesConfig::default()
            };
            tasks.spawn(Nodes::run(cluster.client(), config, cancel.clone()));
        }
        let narrow = hub::narrow_credentials(&b, NARROW).await;
        let known = vec![
            hub::register(&hub.client(), "a", &a.kubeconfig(), None).await,
            hub::register(&hub.client(), "b", &b.kubeconfig(), None).await,
            hub::register(&hub.client(), "old", &old.kubeconfig(), None).await,
            hub::register(&hub.client(), "narrow", &narrow, Some(NARROW)).await,
        ];
        fleet.set_members(known);
        let (running, token) = (fleet.clone(), cancel.clone());
        tasks.spawn(async move { running.run(token).await });
        let deps = Deps {
            hub: hub.client(),
            fleet,
            ledger,
            clock,
            registries: havenmeester_fleet::Registries::not_asked(),
        };
        let clusters = BTreeMap::from([("a", a), ("b", b), ("old", old)]);
        Self {
            hub,
            clusters,
            deps,
            cancel,
            tasks,
        }
    }

    pub(crate) fn client(&self, cluster: &str) -> Client {
        self.clusters[if cluster == "narrow" { "b" } else { cluster }].client()
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
                (found["status"]["readyReplicas"] == 3).then_some(())
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
            for cluster in ["a", "b", "old", "narrow"] {
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

    pub(crate) async fn ask(&self, name: &str, app: &str, to: &str, dry_run: bool) {
        let spec =
            json!({"workload": app, "kind": "Relocate", "source": "a", "target": to, "dryRun": dry_run});
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
        let workload: Workload = serde_json::from_value(json!({
            "apiVersion": "havenmeester.dev/v1alpha1", "kind": "Workload",
            "metadata": {"namespace": SPACE, "name": app},
            "spec": {"target": {"namespace": app}, "mode": "Replicable"},
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
        drop(self.hub);
    }
}
