//! Applying and updating: who owns a field, who loses it, who is refused.

use k8s_openapi::api::core::v1::ConfigMap;
use kube::Api;
use kube::api::{Patch, PatchParams, PostParams};
use serde_json::{Value, json};

use crate::apiserver::{ApiServer, ApiServerConfig};

fn mk_maps() -> Api<ConfigMap> {
    Api::namespaced(ApiServer::new(ApiServerConfig::default()).client(), "default")
}

fn mk_applied(data: &Value) -> Patch<Value> {
    Patch::Apply(json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "x"}, "data": data}))
}

#[tokio::test(start_paused = true)]
async fn a_field_that_is_no_longer_applied_goes() {
    let maps = mk_maps();
    let as_one = PatchParams::apply("one");
    maps.patch("x", &as_one, &mk_applied(&json!({"a": "1", "b": "1"})))
        .await
        .unwrap();
    let after = maps
        .patch("x", &as_one, &mk_applied(&json!({"b": "1"})))
        .await
        .unwrap();
    assert_eq!(after.data.unwrap().into_keys().collect::<Vec<_>>(), ["b"]);
}

#[tokio::test(start_paused = true)]
async fn a_field_of_another_is_a_conflict_unless_forced() {
    let maps = mk_maps();
    maps.patch("x", &PatchParams::apply("one"), &mk_applied(&json!({"a": "1"})))
        .await
        .unwrap();
    let wanted = mk_applied(&json!({"a": "2"}));
    let refused = maps
        .patch("x", &PatchParams::apply("two"), &wanted)
        .await
        .unwrap_err()
        .to_string();
    assert!(
        refused.contains("Apply failed with 1 conflict: conflict with \"one\": .data.a"),
        "{refused}"
    );
    let forced = maps
        .patch("x", &PatchParams::apply("two").force(), &wanted)
        .await
        .unwrap();
    let managers: Vec<_> = forced
        .metadata
        .managed_fields
        .unwrap()
        .into_iter()
        .filter_map(|entry| entry.manager)
        .collect();
    assert_eq!(managers, ["two"]);
}

#[tokio::test(start_paused = true)]
async fn applying_the_same_again_is_no_write() {
    let maps = mk_maps();
    let apply = mk_applied(&json!({"a": "1"}));
    let once = maps.patch("x", &PatchParams::apply("one"), &apply).await.unwrap();
    tokio::time::sleep(std::time::Duration::from_mins(1)).await;
    let twice = maps.patch("x", &PatchParams::apply("one"), &apply).await.unwrap();
    assert_eq!(once, twice);
}

#[tokio::test(start_paused = true)]
async fn an_update_takes_what_it_changes() {
    let maps = mk_maps();
    maps.patch("x", &PatchParams::apply("one"), &mk_applied(&json!({"a": "1"})))
        .await
        .unwrap();
    let mut map = maps.get("x").await.unwrap();
    map.data.get_or_insert_default().insert("a".into(), "2".into());
    let params = PostParams {
        field_manager: Some("two".into()),
        ..PostParams::default()
    };
    let after = maps.replace("x", &params, &map).await.unwrap();
    let managers: Vec<_> = after
        .metadata
        .managed_fields
        .unwrap()
        .into_iter()
        .filter_map(|entry| entry.manager)
        .collect();
    assert_eq!(managers, ["two"]);
}
