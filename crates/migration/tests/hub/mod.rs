//! What the programs with real clusters share: a hub, the members that it knows, and moves on it.
//!
//! Invariant: a narrow member is reached with the rights of `deploy/member/namespaces.yaml`, and no others.
use std::time::Duration;

use havenmeester_api::{MemberCluster, Migration, Workload, crds, member::Scope, migration::MigrationStatus};
use havenmeester_migration::{Deps, Gate, Next, advance_through};
use havenmeester_portability::{ObjectKey, manifests};
use havenmeester_testenv::Cluster;
use k8s_openapi::api::core::v1::{Namespace, Secret, ServiceAccount};
use kube::{
    Api, Client,
    api::{DynamicObject, Patch, PatchParams, PostParams},
    core::{ApiResource, GroupVersionKind},
};
use serde_json::{Value, json};

/// The hub's namespace.
pub(crate) const SPACE: &str = "havenmeester";

pub(crate) async fn make_namespace(client: &Client, name: &str, labels: &Value) {
    let space: Namespace =
        serde_json::from_value(json!({"metadata": {"name": name, "labels": labels}})).unwrap();
    let all = Api::all(client.clone());
    all.create(&PostParams::default(), &space).await.unwrap();
}

/// Our namespace and our kinds.
pub(crate) async fn furnish(hub: &Client) {
    make_namespace(hub, SPACE, &json!({})).await;
    let definitions = Api::all(hub.clone());
    for definition in crds::all() {
        definitions
            .create(&PostParams::default(), &definition)
            .await
            .unwrap();
    }
}

/// A member with its credentials; with `only`, no more than that namespace of it is reached.
pub(crate) async fn register(
    hub: &Client,
    name: &str,
    kubeconfig: &str,
    only: Option<&str>,
) -> MemberCluster {
    let secret: Secret =
        serde_json::from_value(json!({"metadata": {"name": name}, "stringData": {"kubeconfig": kubeconfig}}))
            .unwrap();
    let secrets = Api::namespaced(hub.clone(), SPACE);
    secrets.create(&PostParams::default(), &secret).await.unwrap();
    let spec = json!({
        "provider": name, "region": "nl",
        "connection": {"kubeconfigSecret": {"namespace": SPACE, "name": name}},
    });
    let mut member = MemberCluster::new(name, serde_json::from_value(spec).unwrap());
    if let Some(namespace) = only {
        member.spec.scope = Scope::Namespaces;
        member.spec.namespaces = vec![namespace.to_owned()];
    }
    member
}

/// The namespace, a service account in another, and its kubeconfig.
pub(crate) async fn narrow_credentials(cluster: &Cluster, namespace: &str) -> String {
    let client = cluster.client();
    make_namespace(&client, namespace, &json!({})).await;
    make_namespace(&client, "havenmeester-member", &json!({})).await;
    let account: ServiceAccount =
        serde_json::from_value(json!({"metadata": {"name": "havenmeester"}})).unwrap();
    let accounts = Api::namespaced(client.clone(), "havenmeester-member");
    accounts.create(&PostParams::default(), &account).await.unwrap();
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../deploy/member/namespaces.yaml");
    for object in manifests(&std::fs::read_to_string(path).unwrap()).unwrap() {
        let key = ObjectKey::from_value(&object).unwrap();
        let gvk = GroupVersionKind::gvk(&key.group, &key.version, &key.kind);
        let api: Api<DynamicObject> =
            Api::namespaced_with(client.clone(), namespace, &ApiResource::from_gvk(&gvk));
        let object: DynamicObject = serde_json::from_value(object).unwrap();
        api.create(&PostParams::default(), &object).await.unwrap();
    }
    cluster
        .service_account_kubeconfig("havenmeester-member", "havenmeester")
        .await
        .unwrap()
}

pub(crate) fn migrations(deps: &Deps) -> Api<Migration> {
    Api::namespaced(deps.hub.clone(), SPACE)
}

/// Asks for a move.
pub(crate) async fn ask(deps: &Deps, name: &str, spec: &Value) {
    let object = json!({
        "apiVersion": "havenmeester.dev/v1alpha1", "kind": "Migration", "metadata": {"name": name}, "spec": spec,
    });
    let object: Migration = serde_json::from_value(object).unwrap();
    migrations(deps)
        .create(&PostParams::default(), &object)
        .await
        .unwrap();
}

/// Asks to take a move back.
pub(crate) async fn abort(deps: &Deps, name: &str) {
    let patch = Patch::Merge(json!({"spec": {"abort": true}}));
    migrations(deps)
        .patch(name, &PatchParams::default(), &patch)
        .await
        .unwrap();
}

/// Advances a move until it ends or `seen` holds.
pub(crate) async fn until(
    deps: &Deps,
    name: &str,
    workload: &Workload,
    gate: Gate,
    patience: Duration,
    mut seen: impl AsyncFnMut(&MigrationStatus) -> bool,
) -> MigrationStatus {
    let moving = async {
        loop {
            let migration = migrations(deps).get(name).await.unwrap();
            let next = advance_through(&migration, workload, deps, gate).await.unwrap();
            let now = migrations(deps).get(name).await.unwrap();
            let status = now.status.unwrap_or_default();
            match next {
                Next::In(after) | Next::Serving(after) if !seen(&status).await => {
                    tokio::time::sleep(after).await;
                }
                Next::In(_) | Next::Serving(_) | Next::Finished => return status,
            }
        }
    };
    if let Ok(status) = tokio::time::timeout(patience, moving).await {
        return status;
    }
    let status = migrations(deps).get(name).await.unwrap().status;
    panic!("{name} does not end: {status:#?}");
}
