//! How a watch ends, what a quiet one gets, and that many share what is written once.

use std::time::Duration;

use bytes::Bytes;
use http::Request;
use http_body_util::BodyExt;
use serde_json::{Value, json};

use crate::apiserver::{ApiServer, ApiServerConfig, Body, User};

async fn ask(server: &ApiServer, method: &str, path: &str, body: &Value) -> http::Response<Body> {
    let body = if body.is_null() {
        Bytes::new()
    } else {
        Bytes::from(body.to_string())
    };
    let request = Request::builder().method(method).uri(path).body(body).unwrap();
    server.handle(&User::admin(), request).await
}

async fn make(server: &ApiServer, name: &str) {
    let map = json!({"metadata": {"name": name}});
    let made = ask(server, "POST", "/api/v1/namespaces/default/configmaps", &map).await;
    assert_eq!(made.status(), 201);
}

/// The next events of a watch, as `TYPE name-or-code`.
async fn next(body: &mut Body) -> Option<Vec<String>> {
    let chunk = body.frame().await?.unwrap().into_data().unwrap();
    let lines = chunk.split(|b| *b == b'\n').filter(|line| !line.is_empty());
    Some(
        lines
            .map(|line| {
                let event: Value = serde_json::from_slice(line).unwrap();
                let object = &event["object"];
                let what = object["metadata"]["name"]
                    .as_str()
                    .map_or_else(|| object["code"].to_string(), str::to_owned);
                format!("{} {what}", event["type"].as_str().unwrap())
            })
            .collect(),
    )
}

#[tokio::test(start_paused = true)]
async fn a_watch_that_fell_behind_is_gone() {
    let config = ApiServerConfig {
        history_per_resource: 2,
        ..ApiServerConfig::default()
    };
    let server = ApiServer::new(config);
    make(&server, "a").await;
    let list = ask(&server, "GET", "/api/v1/configmaps", &Value::Null).await;
    let list = list.into_body().collect().await.unwrap().to_bytes();
    let list: Value = serde_json::from_slice(&list).unwrap();
    let version = list["metadata"]["resourceVersion"].as_str().unwrap();
    let path = format!("/api/v1/configmaps?watch=true&resourceVersion={version}");
    let mut body = ask(&server, "GET", &path, &Value::Null).await.into_body();
    make(&server, "b").await;
    assert_eq!(next(&mut body).await.unwrap(), ["ADDED b"]);
    for name in ["c", "d", "e"] {
        make(&server, name).await;
    }
    assert_eq!(next(&mut body).await.unwrap(), ["ERROR 410"]);
    assert_eq!(next(&mut body).await, None);
}

#[tokio::test(start_paused = true)]
async fn a_quiet_watch_gets_bookmarks_and_ends_in_time() {
    let server = ApiServer::new(ApiServerConfig::default());
    let path =
        "/api/v1/configmaps?watch=true&allowWatchBookmarks=true&timeoutSeconds=100&resourceVersion=200";
    let mut body = ask(&server, "GET", path, &Value::Null).await.into_body();
    let begun = tokio::time::Instant::now();
    let mut seen = Vec::new();
    while let Some(events) = next(&mut body).await {
        seen.push((begun.elapsed().as_secs(), events));
    }
    let bookmark = vec!["BOOKMARK null".to_owned()];
    assert_eq!(seen, [(60, bookmark.clone()), (98, bookmark)]);
    assert_eq!(begun.elapsed(), Duration::from_secs(100));
}

/// Not timed: that many watches share what is written once, so this ends in a blink.
#[tokio::test(start_paused = true)]
async fn many_objects_and_many_watches() {
    let server = ApiServer::new(ApiServerConfig {
        history_per_resource: 20_000,
        ..ApiServerConfig::default()
    });
    let mut watches = Vec::new();
    for _ in 0..100 {
        let path = "/api/v1/configmaps?watch=true&resourceVersion=150&labelSelector=none";
        watches.push(ask(&server, "GET", path, &Value::Null).await.into_body());
    }
    for at in 0..2_000 {
        make(&server, &format!("m{at}")).await;
    }
    let map = json!({"metadata": {"name": "last", "labels": {"none": "1"}}});
    ask(&server, "POST", "/api/v1/namespaces/default/configmaps", &map).await;
    for watch in &mut watches {
        assert_eq!(next(watch).await.unwrap(), ["ADDED last"]);
    }
}
