//! Whole clusters: what a client sees come up, wait and go.

use std::time::Duration;

use k8s_openapi::api::{
    apps::v1::{Deployment, StatefulSet},
    batch::v1::Job,
    core::v1::{ConfigMap, PersistentVolumeClaim, Pod, ServiceAccount},
    discovery::v1::EndpointSlice,
};
use kube::{
    Api, Client, Resource, ResourceExt,
    api::{DeleteParams, ListParams, PostParams},
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};

use super::{ClusterSpec, World, until};
use crate::network::Fault;

const SOON: Duration = Duration::from_mins(1);

async fn mk_world() -> World {
    World::builder()
        .seed(1)
        .cluster("azure", ClusterSpec::default())
        .build()
        .await
        .unwrap()
}

async fn create<K>(client: &Client, object: Value)
where
    K: Resource<DynamicType = (), Scope = k8s_openapi::NamespaceResourceScope>
        + Clone
        + DeserializeOwned
        + Serialize
        + std::fmt::Debug,
{
    let api = Api::<K>::namespaced(client.clone(), "default");
    api.create(&PostParams::default(), &serde_json::from_value(object).unwrap())
        .await
        .unwrap();
}

fn mk_template(volumes: &Value) -> Value {
    json!({
        "metadata": {"labels": {"app": "web"}},
        "spec": {
            "containers": [{"name": "c", "image": "web:1", "ports": [{"name": "http", "containerPort": 8080}]}],
            "volumes": volumes,
        },
    })
}

fn mk_deployment(replicas: i32, volumes: &Value) -> Value {
    json!({
        "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"},
        "spec": {
            "replicas": replicas, "selector": {"matchLabels": {"app": "web"}}, "template": mk_template(volumes),
        },
    })
}

async fn available(client: &Client) -> i32 {
    let deployment = Api::<Deployment>::namespaced(client.clone(), "default")
        .get("web")
        .await
        .unwrap();
    deployment
        .status
        .and_then(|status| status.available_replicas)
        .unwrap_or(0)
}

async fn wait_available(client: &Client, wanted: i32) {
    until(SOON, async || (available(client).await == wanted).then_some(()))
        .await
        .unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_deployment_comes_up_and_its_service_points_to_it() {
    let world = mk_world().await;
    let client = world.cluster("azure").unwrap().admin();
    create::<k8s_openapi::api::core::v1::Service>(
        &client,
        json!({
            "metadata": {"name": "web"},
            "spec": {"selector": {"app": "web"}, "ports": [{"port": 80, "targetPort": "http"}]},
        }),
    )
    .await;
    create::<Deployment>(&client, mk_deployment(3, &json!([]))).await;
    wait_available(&client, 3).await;
    let slices = Api::<EndpointSlice>::namespaced(client.clone(), "default");
    let addresses = async || {
        let slices = slices.list(&ListParams::default()).await.unwrap();
        let ready = slices.items.iter().flat_map(|slice| &slice.endpoints);
        (ready.count() == 3).then(|| slices.items[0].ports.clone().unwrap()[0].port)
    };
    assert_eq!(until(SOON, addresses).await.unwrap(), Some(8080));
    world.shutdown().await;
}

#[tokio::test(start_paused = true)]
async fn a_deleted_deployment_leaves_nothing() {
    let world = mk_world().await;
    let client = world.cluster("azure").unwrap().admin();
    create::<Deployment>(&client, mk_deployment(2, &json!([]))).await;
    wait_available(&client, 2).await;
    Api::<Deployment>::namespaced(client.clone(), "default")
        .delete("web", &DeleteParams::default())
        .await
        .unwrap();
    let pods = Api::<Pod>::namespaced(client, "default");
    let none = async || {
        pods.list(&ListParams::default())
            .await
            .unwrap()
            .items
            .is_empty()
            .then_some(())
    };
    until(SOON, none).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_stateful_set_has_bound_claims() {
    let world = mk_world().await;
    let client = world.cluster("azure").unwrap().admin();
    create::<StatefulSet>(
        &client,
        json!({
            "metadata": {"name": "db"},
            "spec": {
                "replicas": 2, "serviceName": "db", "selector": {"matchLabels": {"app": "web"}},
                "template": mk_template(&json!([])),
                "volumeClaimTemplates": [{
                    "metadata": {"name": "data"},
                    "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}},
                }],
            },
        }),
    )
    .await;
    let sets = Api::<StatefulSet>::namespaced(client.clone(), "default");
    let ready = async || {
        let status = sets.get("db").await.unwrap().status?;
        (status.ready_replicas == Some(2)).then_some(())
    };
    until(SOON, ready).await.unwrap();
    let claims = Api::<PersistentVolumeClaim>::namespaced(client, "default")
        .list(&ListParams::default())
        .await
        .unwrap();
    let phases: Vec<_> = claims
        .items
        .iter()
        .map(|claim| claim.status.clone().unwrap().phase.unwrap())
        .collect();
    assert_eq!(phases, ["Bound", "Bound"]);
}

#[tokio::test(start_paused = true)]
async fn a_job_completes() {
    let world = mk_world().await;
    let client = world.cluster("azure").unwrap().admin();
    let mut template = mk_template(&json!([]));
    template["spec"]["restartPolicy"] = json!("Never");
    create::<Job>(
        &client,
        json!({"metadata": {"name": "once"}, "spec": {"completions": 2, "template": template}}),
    )
    .await;
    let jobs = Api::<Job>::namespaced(client, "default");
    let done = async || jobs.get("once").await.unwrap().status?.completion_time;
    until(SOON, done).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_pod_waits_for_the_config_map_that_it_must_have() {
    let world = mk_world().await;
    let client = world.cluster("azure").unwrap().admin();
    let volumes = json!([{"name": "v", "configMap": {"name": "settings"}}]);
    create::<Deployment>(&client, mk_deployment(1, &volumes)).await;
    let pods = Api::<Pod>::namespaced(client.clone(), "default");
    let reason = async || {
        let pod = pods.list(&ListParams::default()).await.unwrap().items.pop()?;
        pod.status?.container_statuses?.pop()?.state?.waiting?.reason
    };
    assert_eq!(until(SOON, reason).await.unwrap(), "CreateContainerConfigError");
    create::<ConfigMap>(&client, json!({"metadata": {"name": "settings"}})).await;
    wait_available(&client, 1).await;
}

#[tokio::test(start_paused = true)]
async fn a_pod_of_a_failing_image_starts_when_it_is_mended() {
    let world = mk_world().await;
    let cluster = world.cluster("azure").unwrap().clone();
    cluster.nodes().fail_image("web:1");
    create::<Deployment>(&cluster.admin(), mk_deployment(1, &json!([]))).await;
    tokio::time::sleep(SOON).await;
    assert_eq!(available(&cluster.admin()).await, 0);
    cluster.nodes().mend_image("web:1");
    wait_available(&cluster.admin(), 1).await;
}

#[tokio::test(start_paused = true)]
async fn a_namespace_gets_its_service_account() {
    let world = mk_world().await;
    let client = world.cluster("azure").unwrap().admin();
    let accounts = Api::<ServiceAccount>::namespaced(client, "default");
    let found = async || {
        accounts
            .get_opt("default")
            .await
            .unwrap()
            .map(|account| account.name_any())
    };
    assert_eq!(until(SOON, found).await.unwrap(), "default");
}

#[tokio::test(start_paused = true)]
async fn a_cut_cluster_goes_on_inside() {
    let world = mk_world().await;
    let cluster = world.cluster("azure").unwrap().clone();
    world.cut("azure", Fault::Partition);
    create::<Deployment>(&cluster.admin(), mk_deployment(1, &json!([]))).await;
    wait_available(&cluster.admin(), 1).await;
    let outside = world.client("azure", crate::User::admin());
    let answer = tokio::time::timeout(SOON, outside.apiserver_version()).await;
    assert!(answer.is_err(), "{answer:?}");
}

#[tokio::test(start_paused = true)]
#[allow(clippy::disallowed_methods, reason = "this test is about real time")]
async fn a_simulated_hour_takes_a_blink() {
    let began = std::time::Instant::now();
    let world = World::builder()
        .cluster("azure", ClusterSpec::default())
        .cluster("hent", ClusterSpec::default())
        .build()
        .await
        .unwrap();
    create::<Deployment>(
        &world.cluster("azure").unwrap().admin(),
        mk_deployment(20, &json!([])),
    )
    .await;
    tokio::time::sleep(Duration::from_hours(1)).await;
    assert_eq!(available(&world.cluster("azure").unwrap().admin()).await, 20);
    assert_eq!(world.clock().elapsed().as_secs(), 3600);
    assert!(began.elapsed() < Duration::from_secs(10), "{:?}", began.elapsed());
}
