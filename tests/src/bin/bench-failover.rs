//! Measures a failover against the floor: the same objects sent raw to the same API server, as fast as it takes them.
//!
//! Prints `{"bench":"failover","case":"500x6","floorSeconds":…,"oursSeconds":…,"ratio":…}`, and a line per floor.
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, bail};
use futures::{StreamExt as _, TryStreamExt as _};
use havenmeester_api::{Migration, Workload, condition};
use havenmeester_portability::ObjectKey;
use havenmeester_simulator::{ClusterSpec, Fault, World};
use havenmeester_testenv::{Cluster, ClusterOptions};
use havenmeester_tests::bench::{self, Daemon, Lines, NAMESPACE};
use havenmeester_tests::{api, create};
use k8s_openapi::api::core::v1::Node;
use kube::api::{Api, DynamicObject, ListParams, Patch, PatchParams, PostParams};
use kube::runtime::{WatchStreamExt as _, watcher};
use kube::{Client, ResourceExt};
use serde_json::{Value, json};
use tokio::time::Instant;

/// The longest wait for any one thing, in seconds.
const PATIENCE: Duration = Duration::from_mins(5);
/// Where everything runs at first.
const SOURCE: &str = "source";
/// The real API server.
const TARGET: &str = "target";

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let count: usize = std::env::args()
        .nth(1)
        .map_or(Ok(500), |n| n.parse())
        .context("how many workloads")?;
    let floor = floor(count).await?;
    let ours = ours(&fresh().await?, count).await?;
    println!(
        "{}",
        json!({"bench": "failover", "case": format!("{count}x6"), "floorSeconds": round(floor),
            "oursSeconds": round(ours), "ratio": round(ours / floor)})
    );
    Ok(())
}

/// An API server of its own for each figure: one that holds the objects of the figures before is slower. (To give a
/// Service its address kube-apiserver 1.36 walks over all Services that there are.)
async fn fresh() -> anyhow::Result<Cluster> {
    let target = Cluster::start(ClusterOptions::new(TARGET).controllers(false)).await?;
    node(&target.client()).await?;
    Ok(target)
}

/// The same objects, raw, in the fastest of the ways: created or applied, 16, 64 or 128 in flight.
async fn floor(count: usize) -> anyhow::Result<f64> {
    let mut best = f64::MAX;
    for apply in [false, true] {
        for in_flight in [16, 64, 128] {
            let way = if apply { "apply" } else { "create" };
            let applications: Vec<Vec<Value>> = (0..count)
                .map(|n| bench::application(&format!("floor-{way}-{in_flight}-{n}")))
                .collect();
            let (namespaces, objects): (Vec<Value>, Vec<Value>) = applications
                .into_iter()
                .flatten()
                .partition(|object| object["kind"] == "Namespace");
            let target = fresh().await?;
            let client = target.client();
            let begun = Instant::now();
            send(&client, namespaces, apply, in_flight).await?;
            send(&client, objects, apply, in_flight).await?;
            let seconds = begun.elapsed().as_secs_f64();
            println!(
                "{}",
                json!({"bench": "failover", "case": format!("floor {way} {in_flight} in flight"), "seconds": round(seconds)})
            );
            best = best.min(seconds);
        }
    }
    Ok(best)
}

async fn send(client: &Client, objects: Vec<Value>, apply: bool, in_flight: usize) -> anyhow::Result<()> {
    let sent = futures::stream::iter(objects).map(|object| async move {
        let key = ObjectKey::from_value(&object)?;
        let object: DynamicObject = serde_json::from_value(object)?;
        let api = api(client, None, &key, &object);
        if apply {
            let params = PatchParams::apply("floor");
            api.patch(&object.name_any(), &params, &Patch::Apply(&object))
                .await?;
        } else {
            api.create(&PostParams::default(), &object).await?;
        }
        anyhow::Ok(())
    });
    let mut sent = sent.buffer_unordered(in_flight);
    while let Some(result) = sent.next().await {
        result?;
    }
    Ok(())
}

/// From the first decision to the last object created, by the daemon.
async fn ours(target: &Cluster, count: usize) -> anyhow::Result<f64> {
    let world = Arc::new(
        World::builder()
            .cluster("hub", ClusterSpec::default())
            .cluster(SOURCE, ClusterSpec::default())
            .build()
            .await?,
    );
    let hub = world.cluster("hub")?.admin();
    bench::furnish_hub(&hub).await?;
    let source = world.cluster(SOURCE)?.admin();
    for n in 0..count {
        for object in bench::application(&format!("app-{n}")) {
            create(&source, None, &object).await?;
        }
    }
    bench::add_member(&hub, SOURCE, None).await?;
    bench::add_member(&hub, TARGET, Some(&target.kubeconfig())).await?;
    bench::add_policy(&hub).await?;
    let daemon = Daemon::start(hub.clone(), Lines::new(Arc::clone(&world), hub.clone()))?;
    let workloads: Api<Workload> = Api::namespaced(hub.clone(), NAMESPACE);
    wait("every workload to be captured", async || {
        let all = workloads.list(&ListParams::default()).await?;
        let ready = |w: &Workload| {
            w.status
                .as_ref()
                .is_some_and(|s| condition::is_true(&s.conditions, condition::FAILOVER_READY))
        };
        Ok(all.items.iter().filter(|w| ready(w)).count() == count)
    })
    .await?;
    world.cut(SOURCE, Fault::Partition);
    let migrations: Api<Migration> = Api::namespaced(hub.clone(), NAMESPACE);
    wait("the first decision", async || {
        Ok(!migrations
            .list(&ListParams::default().limit(1))
            .await?
            .items
            .is_empty())
    })
    .await?;
    let decided = Instant::now();
    tokio::time::timeout(PATIENCE, all_created(migrations, count))
        .await
        .context("waiting for the last object")??;
    let seconds = decided.elapsed().as_secs_f64();
    daemon.stop().await;
    Ok(seconds)
}

/// Waits until so many moves have created everything. By a watch: lists of them all would be measured along.
async fn all_created(migrations: Api<Migration>, count: usize) -> anyhow::Result<()> {
    let mut created = BTreeSet::new();
    let mut events = watcher(migrations, watcher::Config::default())
        .applied_objects()
        .boxed();
    while created.len() < count {
        let migration = events.try_next().await?.context("the watch ended")?;
        if migration
            .status
            .as_ref()
            .is_some_and(|s| s.measured.created_at.is_some())
        {
            created.insert(migration.name_any());
        }
    }
    Ok(())
}

/// Looks until it is so. The interval is what the figure is exact to.
async fn wait(what: &str, mut done: impl AsyncFnMut() -> anyhow::Result<bool>) -> anyhow::Result<()> {
    let begun = Instant::now();
    while !done().await? {
        if begun.elapsed() > PATIENCE {
            bail!("waited {} s for {what}", PATIENCE.as_secs());
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    Ok(())
}

/// A node with room for everything; nothing runs on it.
async fn node(client: &Client) -> anyhow::Result<()> {
    let room = json!({"cpu": "1000", "memory": "2000Gi", "pods": "100000"});
    let node: Node = serde_json::from_value(json!({
        "apiVersion": "v1", "kind": "Node", "metadata": {"name": "roomy"},
        "status": {"capacity": room, "allocatable": room,
            "conditions": [{"type": "Ready", "status": "True", "reason": "Bench", "message": ""}]},
    }))?;
    let api: Api<Node> = Api::all(client.clone());
    let made = api.create(&PostParams::default(), &node).await?;
    let with_status = Node {
        metadata: made.metadata,
        ..node
    };
    api.replace_status("roomy", &PostParams::default(), &with_status)
        .await?;
    Ok(())
}

fn round(seconds: f64) -> f64 {
    (seconds * 100.0).round() / 100.0
}
