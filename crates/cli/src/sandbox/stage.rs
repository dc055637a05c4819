//! The stage: a hub and the members of the example as simulated clusters, and the daemon on them.
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use async_trait::async_trait;
use havenmeester_api::{MemberCluster, crds};
use havenmeester_controller::Options;
use havenmeester_fleet::{Clock, ConnectError, Connector, Limits, Purpose, Registries, SystemClock, guarded};
use havenmeester_ledger::{Keys, Ledger, open_store};
use havenmeester_simulator::{ClusterSpec, SimClock, User, World};
use jiff::Timestamp;
use kube::api::{Api, DynamicObject, PostParams};
use kube::core::{ApiResource, GroupVersionKind};
use kube::{Client, ResourceExt};
use serde_json::{Value, json};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::apps::APPS;

/// The name of the hub among the simulated clusters.
pub(super) const HUB: &str = "hub";
/// Where everything begins, and which vanishes.
pub(super) const AZURE: &str = "azure-weu";
/// The hub's namespace.
pub(super) const NAMESPACE: &str = "havenmeester";
/// The tenant's namespaces on the shared platform, as `20-clusters.yaml` lists them.
const TENANT: [&str; 2] = ["signalen", "klantcontact"];

const PROVIDERS: &str = include_str!("../../../../examples/amsterdam/10-providers.yaml");
const CLUSTERS: &str = include_str!("../../../../examples/amsterdam/20-clusters.yaml");
const POLICIES: &str = include_str!("../../../../examples/amsterdam/30-policies.yaml");

/// Everything that plays.
pub(super) struct Stage {
    pub(super) world: Arc<World>,
    pub(super) hub: Client,
    pub(super) ledger: Ledger,
    pub(super) clock: Arc<dyn Clock>,
    cancel: CancellationToken,
    daemon: JoinSet<Result<(), havenmeester_controller::RunError>>,
}

/// Builds the fleet, puts the applications on it, applies the example, starts the daemon.
pub(super) async fn build(seed: u64, virtual_time: bool) -> anyhow::Result<Stage> {
    // In virtual time also the calendar is the seed's, so that the same seed gives the same story.
    let start = if virtual_time {
        Timestamp::from_second(1_795_500_000)?
    } else {
        SystemClock.now()
    };
    let world = Arc::new(world(seed, start).await?);
    let clock: Arc<dyn Clock> = Arc::new(Calendar(world.clock()));
    let hub = world.cluster(HUB)?.admin();
    for name in [AZURE, "azure-hardened-weu", "logius-sp", "eu-west-1", "hent"] {
        furnish(&world.cluster(name)?.admin(), name).await?;
    }
    let azure = world.cluster(AZURE)?.admin();
    for app in APPS {
        create(&azure, app.namespace()).await?;
        for object in app.objects() {
            create(&azure, object).await?;
        }
    }
    create(
        &hub,
        json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}}),
    )
    .await?;
    for crd in crds::all() {
        create(&hub, serde_json::to_value(crd)?).await?;
    }
    for text in [PROVIDERS, CLUSTERS, POLICIES] {
        for object in serde_saphyr::from_multiple::<Value>(text).context("reading the example")? {
            create(&hub, object).await?;
        }
    }
    let ledger = Ledger::new(open_store("memory:")?, Keys::generate());
    let mut stage = Stage {
        world,
        hub,
        ledger,
        clock,
        cancel: CancellationToken::new(),
        daemon: JoinSet::new(),
    };
    stage.start_daemon();
    Ok(stage)
}

impl Stage {
    fn start_daemon(&mut self) {
        let connector = Arc::new(Lines {
            world: Arc::clone(&self.world),
        });
        let options = Options {
            registries: Registries::simulated(),
            ..Options::new("sandbox", NAMESPACE)
        };
        self.daemon.spawn(havenmeester_controller::run(
            self.hub.clone(),
            connector,
            Arc::clone(&self.clock),
            self.ledger.clone(),
            options,
            self.cancel.clone(),
        ));
    }

    /// Ends the daemon, in order.
    pub(super) async fn end(mut self) {
        self.cancel.cancel();
        while self.daemon.join_next().await.is_some() {}
    }
}

async fn world(seed: u64, start: Timestamp) -> anyhow::Result<World> {
    let storage = |classes: &[&str]| ClusterSpec {
        storage_classes: classes.iter().map(|c| (*c).to_owned()).collect(),
        ..ClusterSpec::default()
    };
    let world = World::builder()
        .seed(seed)
        .start(start)
        .cluster(HUB, storage(&["standard"]))
        .cluster(AZURE, storage(&["managed-csi", "azurefile-csi"]))
        .cluster(
            "azure-hardened-weu",
            storage(&["managed-csi-premium", "azurefile-csi"]),
        )
        .cluster("logius-sp", storage(&["thin-csi", "nfs-csi"]))
        .cluster("eu-west-1", storage(&["ceph-block", "cephfs"]))
        .cluster("hent", storage(&["longhorn", "longhorn-rwx"]))
        .build()
        .await?;
    // Nodes register themselves within a moment; a fleet without capacity would only confuse the story.
    tokio::time::sleep(Duration::from_secs(2)).await;
    Ok(world)
}

/// What every cluster has before anything runs on it.
async fn furnish(client: &Client, name: &str) -> anyhow::Result<()> {
    let tenant = name == "logius-sp";
    let class = if tenant { "openshift-default" } else { "nginx" };
    create(
        client,
        json!({"apiVersion": "networking.k8s.io/v1", "kind": "IngressClass", "metadata": {"name": class},
            "spec": {"controller": "example.nl/ingress"}}),
    )
    .await?;
    for namespace in TENANT.into_iter().filter(|_| tenant) {
        create(
            client,
            json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}}),
        )
        .await?;
    }
    Ok(())
}

/// Creates one object of any kind.
pub(super) async fn create(client: &Client, object: Value) -> anyhow::Result<()> {
    let object: DynamicObject = serde_json::from_value(object).context("an object without kind or name")?;
    let types = object.types.clone().unwrap_or_default();
    let gvk = GroupVersionKind::try_from(&types).context("an object without apiVersion")?;
    let resource = ApiResource::from_gvk(&gvk);
    let api: Api<DynamicObject> = match object.metadata.namespace.as_deref() {
        Some(namespace) => Api::namespaced_with(client.clone(), namespace, &resource),
        None => Api::all_with(client.clone(), &resource),
    };
    api.create(&PostParams::default(), &object)
        .await
        .with_context(|| format!("creating {} {}", types.kind, object.name_any()))?;
    Ok(())
}

/// The world's clock as the daemon's.
struct Calendar(SimClock);

impl Clock for Calendar {
    fn now(&self) -> Timestamp {
        self.0.now()
    }
}

/// The lines from the hub to the members, through the simulated network.
struct Lines {
    world: Arc<World>,
}

#[async_trait]
impl Connector for Lines {
    async fn connect(&self, cluster: &MemberCluster, _: Purpose) -> Result<Client, ConnectError> {
        let name = cluster.name_any();
        let user = if cluster.spec.namespaces.is_empty() {
            User::admin()
        } else {
            let namespaces: Vec<&str> = cluster.spec.namespaces.iter().map(String::as_str).collect();
            User::namespaced("havenmeester", namespaces)
        };
        Ok(guarded(self.world.service(&name, user), &Limits::default()))
    }
}
