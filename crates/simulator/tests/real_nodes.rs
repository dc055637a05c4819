//! The simulated nodes as clients of a real API server, with the real controller manager and scheduler.
#![allow(clippy::expect_used, reason = "a test that cannot go on has failed")]

use std::time::Duration;

use havenmeester_simulator::{Nodes, NodesConfig, NodesControl, PROVISIONER, until};
use havenmeester_testenv::{Cluster, ClusterOptions};
use k8s_openapi::{
    NamespaceResourceScope,
    api::{
        apps::v1::{Deployment, StatefulSet},
        batch::v1::Job,
        core::v1::{Namespace, Node, PersistentVolumeClaim, Pod, Secret},
        storage::v1::StorageClass,
    },
};
use kube::{
    Api, Client, Resource,
    api::{DeleteParams, ListParams, PostParams},
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

const SOON: Duration = Duration::from_mins(1);

struct Bench {
    cluster: Cluster,
    control: NodesControl,
    _tasks: JoinSet<()>,
}

async fn mk_bench(name: &str) -> Bench {
    let cluster = Cluster::start(ClusterOptions::new(name)).await.expect("starts");
    let control = NodesControl::default();
    let config = NodesConfig {
        start_delay: Duration::from_millis(100),
        stop_delay: Duration::from_millis(100),
        provision: true,
        control: control.clone(),
        ..NodesConfig::default()
    };
    let mut tasks = JoinSet::new();
    tasks.spawn(Nodes::run(cluster.client(), config, CancellationToken::new()));
    Bench {
        cluster,
        control,
        _tasks: tasks,
    }
}

impl Bench {
    fn client(&self) -> Client {
        self.cluster.client()
    }

    async fn create<K>(&self, namespace: &str, object: Value)
    where
        K: Resource<DynamicType = (), Scope = NamespaceResourceScope>
            + Clone
            + DeserializeOwned
            + Serialize
            + std::fmt::Debug,
    {
        let api = Api::<K>::namespaced(self.client(), namespace);
        let object = serde_json::from_value(object).expect("is of its kind");
        api.create(&PostParams::default(), &object)
            .await
            .expect("is created");
    }
}

fn mk_template(extra: &Value) -> Value {
    let mut spec =
        json!({"terminationGracePeriodSeconds": 5, "containers": [{"name": "c", "image": "web:1"}]});
    for (field, value) in extra.as_object().expect("fields") {
        spec[field] = value.clone();
    }
    json!({"metadata": {"labels": {"app": "web"}}, "spec": spec})
}

fn mk_deployment(replicas: i32, extra: &Value) -> Value {
    json!({
        "metadata": {"name": "web"},
        "spec": {
            "replicas": replicas, "selector": {"matchLabels": {"app": "web"}}, "template": mk_template(extra),
        },
    })
}

async fn available(client: &Client, namespace: &str) -> i32 {
    let deployment = Api::<Deployment>::namespaced(client.clone(), namespace)
        .get("web")
        .await
        .expect("is there");
    deployment
        .status
        .and_then(|status| status.available_replicas)
        .unwrap_or(0)
}

#[tokio::test]
async fn pods_of_every_kind_of_workload_run_and_go() {
    let bench = mk_bench("nodes").await;
    let client = bench.client();
    let class = json!({"metadata": {"name": "standard"}, "provisioner": PROVISIONER});
    let class = serde_json::from_value::<StorageClass>(class).expect("is a class");
    Api::all(client.clone())
        .create(&PostParams::default(), &class)
        .await
        .expect("is created");

    bench
        .create::<Deployment>("default", mk_deployment(3, &json!({})))
        .await;
    bench
        .create::<StatefulSet>(
            "default",
            json!({
                "metadata": {"name": "db"},
                "spec": {
                    "replicas": 2, "serviceName": "db", "selector": {"matchLabels": {"app": "web"}},
                    "template": mk_template(&json!({})),
                    "volumeClaimTemplates": [{
                        "metadata": {"name": "data"},
                        "spec": {
                            "accessModes": ["ReadWriteOnce"], "storageClassName": "standard",
                            "resources": {"requests": {"storage": "1Gi"}},
                        },
                    }],
                },
            }),
        )
        .await;
    let job = json!({
        "metadata": {"name": "once"}, "spec": {"template": mk_template(&json!({"restartPolicy": "Never"}))},
    });
    bench.create::<Job>("default", job).await;

    until(SOON, async || {
        (available(&client, "default").await == 3).then_some(())
    })
    .await
    .expect("deployment");
    let sets = Api::<StatefulSet>::namespaced(client.clone(), "default");
    let ready = async || (sets.get("db").await.ok()?.status?.ready_replicas? == 2).then_some(());
    until(SOON, ready).await.expect("stateful set, its claims bound");
    let jobs = Api::<Job>::namespaced(client.clone(), "default");
    until(SOON, async || {
        jobs.get("once").await.ok()?.status?.completion_time
    })
    .await
    .expect("job");

    let params = DeleteParams::foreground();
    Api::<Deployment>::namespaced(client.clone(), "default")
        .delete("web", &params)
        .await
        .expect("deletes");
    sets.delete("db", &params).await.expect("deletes");
    let claims = Api::<PersistentVolumeClaim>::namespaced(client.clone(), "default");
    claims
        .delete_collection(&DeleteParams::default(), &ListParams::default())
        .await
        .expect("deletes");
    let pods = Api::<Pod>::namespaced(client.clone(), "default");
    let rest = ListParams::default().labels("!batch.kubernetes.io/job-name");
    let gone = async || pods.list(&rest).await.ok()?.items.is_empty().then_some(());
    until(SOON, gone).await.expect("no pod is left");
    let volumes = Api::<k8s_openapi::api::core::v1::PersistentVolume>::all(client);
    let gone = async || {
        volumes
            .list(&ListParams::default())
            .await
            .ok()?
            .items
            .is_empty()
            .then_some(())
    };
    until(SOON, gone).await.expect("no volume is left");
}

#[tokio::test]
async fn a_pod_starts_only_with_its_secret_and_its_image() {
    let bench = mk_bench("waits").await;
    let client = bench.client();
    bench.control.fail_image("web:1");
    let extra = json!({"volumes": [{"name": "s", "secret": {"secretName": "keys"}}]});
    bench
        .create::<Deployment>("default", mk_deployment(1, &extra))
        .await;
    let pods = Api::<Pod>::namespaced(client.clone(), "default");
    let reason = async |wanted: &str| {
        let pod = pods.list(&ListParams::default()).await.ok()?.items.pop()?;
        let reason = pod.status?.container_statuses?.pop()?.state?.waiting?.reason?;
        (reason == wanted).then_some(())
    };
    until(SOON, async || reason("ErrImagePull").await)
        .await
        .expect("waits for its image");
    bench.control.mend_image("web:1");
    until(SOON, async || reason("CreateContainerConfigError").await)
        .await
        .expect("waits for its secret");
    bench
        .create::<Secret>("default", json!({"metadata": {"name": "keys"}}))
        .await;
    until(SOON, async || {
        (available(&client, "default").await == 1).then_some(())
    })
    .await
    .expect("runs");
}

#[tokio::test]
async fn hundreds_of_deployments_are_kept_up_with() {
    let bench = mk_bench("many").await;
    let client = bench.client();
    let count = std::env::var("NODES_DEPLOYMENTS")
        .ok()
        .and_then(|count| count.parse().ok())
        .unwrap_or(100);
    let mut creating = JoinSet::new();
    for index in 0..count {
        let client = client.clone();
        creating.spawn(async move {
            let name = format!("n{index}");
            let namespace =
                serde_json::from_value::<Namespace>(json!({"metadata": {"name": name}})).expect("is one");
            Api::all(client.clone())
                .create(&PostParams::default(), &namespace)
                .await
                .expect("is created");
            let deployment =
                serde_json::from_value::<Deployment>(mk_deployment(1, &json!({}))).expect("is one");
            let api = Api::<Deployment>::namespaced(client, &name);
            api.create(&PostParams::default(), &deployment)
                .await
                .expect("is created");
        });
    }
    creating.join_all().await;
    let began = tokio::time::Instant::now();
    let deployments = Api::<Deployment>::all(client.clone());
    let up = async || {
        let list = deployments.list(&ListParams::default()).await.ok()?;
        let up =
            |each: &&Deployment| each.status.as_ref().and_then(|status| status.available_replicas) == Some(1);
        (list.items.iter().filter(up).count() == count).then_some(())
    };
    until(SOON * 3, up).await.expect("all are available");
    println!(
        "{count} deployments available {:.1} s after the last was created",
        began.elapsed().as_secs_f32()
    );
    let nodes = Api::<Node>::all(client)
        .list(&ListParams::default())
        .await
        .expect("lists")
        .items;
    assert_eq!(nodes.len(), 3);
}
