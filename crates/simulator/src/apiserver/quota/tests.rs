//! What a quota counts, and what it refuses.

use k8s_openapi::api::core::v1::{ConfigMap, ResourceQuota};
use kube::Api;
use kube::api::PostParams;
use serde_json::json;

use crate::apiserver::{ApiServer, ApiServerConfig};

#[tokio::test(start_paused = true)]
async fn a_quota_counts_and_refuses() {
    let server = ApiServer::new(ApiServerConfig::default());
    let quotas: Api<ResourceQuota> = Api::namespaced(server.client(), "default");
    let quota = json!({"metadata": {"name": "q"}, "spec": {"hard": {"configmaps": "1"}}});
    quotas
        .create(&PostParams::default(), &serde_json::from_value(quota).unwrap())
        .await
        .unwrap();
    let maps: Api<ConfigMap> = Api::namespaced(server.client(), "default");
    let map = |name: &str| serde_json::from_value(json!({"metadata": {"name": name}})).unwrap();
    maps.create(&PostParams::default(), &map("a")).await.unwrap();
    let refused = maps
        .create(&PostParams::default(), &map("b"))
        .await
        .unwrap_err()
        .to_string();
    assert!(
        refused.contains(
            "exceeded quota: q, requested: configmaps=1, used: configmaps=1, limited: configmaps=1"
        ),
        "{refused}"
    );
    let status = quotas.get("q").await.unwrap().status.unwrap();
    assert_eq!(status.used.unwrap()["configmaps"].0, "1");
}
