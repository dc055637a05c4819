//! The served port, by its own kubeconfig.

use std::{collections::BTreeMap, time::Duration};

use futures::TryStreamExt;
use k8s_openapi::api::core::v1::ConfigMap;
use kube::{
    Api, Client, Config,
    api::{ListParams, PostParams, WatchEvent, WatchParams},
    config::{KubeConfigOptions, Kubeconfig},
};
use serde_json::json;

use super::{Served, serve};
use crate::{ApiServer, ApiServerConfig, User};

async fn mk_served() -> Served {
    let tokens = BTreeMap::from([
        ("root".to_owned(), User::admin()),
        ("narrow".to_owned(), User::namespaced("narrow", ["default"])),
    ]);
    serve(ApiServer::new(ApiServerConfig::default()), tokens, 0)
        .await
        .unwrap()
}

async fn client(served: &Served, token: &str) -> Client {
    let kubeconfig = Kubeconfig::from_yaml(&served.kubeconfig("azure", token)).unwrap();
    let config = Config::from_custom_kubeconfig(kubeconfig, &KubeConfigOptions::default())
        .await
        .unwrap();
    Client::try_from(config).unwrap()
}

fn mk_map(name: &str) -> ConfigMap {
    serde_json::from_value(json!({"metadata": {"name": name}})).unwrap()
}

#[tokio::test]
async fn the_kubeconfig_leads_to_the_server_and_watches_stream() {
    let served = mk_served().await;
    let maps = Api::<ConfigMap>::namespaced(client(&served, "root").await, "default");
    let version = maps
        .list(&ListParams::default())
        .await
        .unwrap()
        .metadata
        .resource_version
        .unwrap();
    let mut watch = Box::pin(maps.watch(&WatchParams::default(), &version).await.unwrap());
    maps.create(&PostParams::default(), &mk_map("a")).await.unwrap();
    let seen = watch.try_next().await.unwrap();
    assert!(
        matches!(&seen, Some(WatchEvent::Added(map)) if map.metadata.name.as_deref() == Some("a")),
        "{seen:?}"
    );
    tokio::time::timeout(Duration::from_secs(5), served.stop())
        .await
        .unwrap();
}

#[tokio::test]
async fn a_token_is_a_user() {
    let served = mk_served().await;
    let code = async |token: &str, namespace: &str| {
        let maps = Api::<ConfigMap>::namespaced(client(&served, token).await, namespace);
        match maps.list(&ListParams::default()).await {
            Ok(_) => 200,
            Err(kube::Error::Api(status)) => status.code,
            Err(error) => panic!("{error}"),
        }
    };
    assert_eq!(code("root", "kube-system").await, 200);
    assert_eq!(code("narrow", "default").await, 200);
    assert_eq!(code("narrow", "kube-system").await, 403);
    assert_eq!(code("unknown", "default").await, 401);
}
