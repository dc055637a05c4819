//! The server through kube's client, as the daemon uses it.

use futures::{StreamExt, TryStreamExt};
use k8s_openapi::api::core::v1::{ConfigMap, Namespace};
use kube::api::{Api, DeleteParams, ListParams, Patch, PatchParams, PostParams};
use kube::runtime::{WatchStreamExt, watcher};
use serde_json::json;

use super::{ApiServer, ApiServerConfig, User};

fn mk_server() -> ApiServer {
    ApiServer::new(ApiServerConfig::default())
}

fn mk_config_map(name: &str) -> ConfigMap {
    serde_json::from_value(json!({"metadata": {"name": name}, "data": {"a": "1"}})).unwrap()
}

#[tokio::test(start_paused = true)]
async fn an_object_lives_and_dies() {
    let maps: Api<ConfigMap> = Api::namespaced(mk_server().client(), "default");
    let made = maps
        .create(&PostParams::default(), &mk_config_map("x"))
        .await
        .unwrap();
    assert!(made.metadata.uid.is_some());
    let patch = Patch::Merge(json!({"data": {"b": "2"}}));
    maps.patch("x", &PatchParams::default(), &patch).await.unwrap();
    let stale = maps
        .replace("x", &PostParams::default(), &made)
        .await
        .unwrap_err();
    assert!(matches!(stale, kube::Error::Api(status) if status.code == 409 && status.reason == "Conflict"));
    assert_eq!(maps.list(&ListParams::default()).await.unwrap().items.len(), 1);
    maps.delete("x", &DeleteParams::default()).await.unwrap();
    assert!(maps.get_opt("x").await.unwrap().is_none());
}

#[tokio::test(start_paused = true)]
async fn a_watch_sees_each_change() {
    let server = mk_server();
    let maps: Api<ConfigMap> = Api::namespaced(server.client(), "default");
    let mut events = watcher(maps.clone(), watcher::Config::default())
        .default_backoff()
        .touched_objects()
        .boxed();
    maps.create(&PostParams::default(), &mk_config_map("x"))
        .await
        .unwrap();
    assert_eq!(
        events.try_next().await.unwrap().unwrap().metadata.name.as_deref(),
        Some("x")
    );
    tokio::time::sleep(std::time::Duration::from_hours(1)).await;
    maps.create(&PostParams::default(), &mk_config_map("y"))
        .await
        .unwrap();
    assert_eq!(
        events.try_next().await.unwrap().unwrap().metadata.name.as_deref(),
        Some("y")
    );
}

#[tokio::test(start_paused = true)]
async fn a_streaming_list_ends_with_a_bookmark() {
    let server = mk_server();
    let maps: Api<ConfigMap> = Api::all(server.client());
    let named: Api<ConfigMap> = Api::namespaced(server.client(), "default");
    named
        .create(&PostParams::default(), &mk_config_map("x"))
        .await
        .unwrap();
    let mut events = watcher(maps, watcher::Config::default().streaming_lists()).boxed();
    let mut seen = Vec::new();
    while let Some(event) = events.try_next().await.unwrap() {
        seen.push(
            format!("{event:?}")
                .split(['(', ' '])
                .next()
                .unwrap_or_default()
                .to_owned(),
        );
        if matches!(event, watcher::Event::InitDone) {
            break;
        }
    }
    assert_eq!(seen, ["Init", "InitApply", "InitDone"]);
}

#[tokio::test(start_paused = true)]
async fn a_namespaced_user_sees_its_namespaces_only() {
    let server = mk_server();
    let client = server.client_as(User::namespaced("app", ["default"]));
    let own: Api<ConfigMap> = Api::namespaced(client.clone(), "default");
    assert!(own.list(&ListParams::default()).await.is_ok());
    let namespaces: Api<Namespace> = Api::all(client);
    let refused = namespaces.list(&ListParams::default()).await.unwrap_err();
    assert!(matches!(refused, kube::Error::Api(status) if status.code == 403));
}

#[tokio::test(start_paused = true)]
async fn the_same_requests_give_the_same_log() {
    async fn play() -> (Vec<String>, String) {
        let server = mk_server();
        let maps: Api<ConfigMap> = Api::namespaced(server.client(), "default");
        for name in ["a", "b"] {
            maps.create(&PostParams::default(), &mk_config_map(name))
                .await
                .unwrap();
        }
        let list = maps.list(&ListParams::default()).await.unwrap();
        (server.log(), serde_json::to_string(&list.items).unwrap())
    }
    assert_eq!(play().await, play().await);
}
