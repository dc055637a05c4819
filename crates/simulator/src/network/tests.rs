//! What a client sees of latency, loss and each fault, under paused time.

use std::{error::Error as _, io, time::Duration};

use futures::{StreamExt, TryStreamExt};
use http::StatusCode;
use k8s_openapi::api::core::v1::ConfigMap;
use kube::{
    Api, Client,
    api::{ListParams, PostParams, WatchParams},
};
use serde_json::json;
use tokio::time::{Instant, timeout};

use super::{Fault, Network, Quality};
use crate::{ApiServer, ApiServerConfig, Journal, SimClock, User};

struct Bench {
    network: Network,
    server: ApiServer,
    client: Client,
}

fn mk_bench(quality: Quality) -> Bench {
    let network = Network::new(7, Journal::new(SimClock::default()));
    let server = ApiServer::new(ApiServerConfig::default());
    network.join("azure", server.clone());
    network.set_quality("azure", quality);
    let client = network.client("azure", User::admin());
    Bench {
        network,
        server,
        client,
    }
}

impl Bench {
    fn maps(&self) -> Api<ConfigMap> {
        Api::namespaced(self.client.clone(), "default")
    }

    async fn create(&self, name: &str) {
        let map = serde_json::from_value(json!({"metadata": {"name": name}})).unwrap();
        let inside = Api::<ConfigMap>::namespaced(self.server.client(), "default");
        inside.create(&PostParams::default(), &map).await.unwrap();
    }

    async fn get(&self) -> kube::Result<()> {
        self.maps().list(&ListParams::default()).await.map(drop)
    }
}

fn io_kind(error: &kube::Error) -> Option<io::ErrorKind> {
    let mut cause = error.source();
    while let Some(error) = cause {
        if let Some(found) = error.downcast_ref::<io::Error>() {
            return Some(found.kind());
        }
        cause = error.source();
    }
    None
}

#[tokio::test(start_paused = true)]
async fn a_call_takes_the_latency_twice() {
    let bench = mk_bench(Quality {
        latency: Duration::from_millis(20),
        ..Quality::default()
    });
    let began = Instant::now();
    bench.get().await.unwrap();
    assert_eq!(began.elapsed(), Duration::from_millis(40));
}

#[tokio::test(start_paused = true)]
async fn a_call_into_a_partition_hangs_until_it_is_healed() {
    let bench = mk_bench(Quality::default());
    bench.network.set("azure", Fault::Partition);
    let mut call = Box::pin(bench.get());
    assert!(timeout(Duration::from_mins(1), &mut call).await.is_err());
    bench.network.heal("azure");
    timeout(Duration::from_mins(2), call).await.unwrap().unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_call_that_was_given_up_in_a_partition_changed_nothing() {
    let bench = mk_bench(Quality::default());
    bench.network.set("azure", Fault::Partition);
    let map = serde_json::from_value(json!({"metadata": {"name": "a"}})).unwrap();
    let maps = bench.maps();
    let call = timeout(Duration::from_secs(5), maps.create(&PostParams::default(), &map)).await;
    assert!(call.is_err());
    bench.network.heal("azure");
    tokio::time::sleep(Duration::from_mins(10)).await;
    assert!(bench.maps().get_opt("a").await.unwrap().is_none());
}

#[tokio::test(start_paused = true)]
async fn an_open_watch_goes_silent_and_catches_up() {
    let bench = mk_bench(Quality::default());
    let maps = bench.maps();
    let mut watch = Box::pin(maps.watch(&WatchParams::default(), "0").await.unwrap());
    // Past the objects that were there.
    while timeout(Duration::from_secs(1), watch.next()).await.is_ok() {}
    bench.network.set("azure", Fault::Partition);
    bench.create("a").await;
    assert!(timeout(Duration::from_secs(30), watch.next()).await.is_err());
    bench.network.heal("azure");
    let event = timeout(Duration::from_mins(1), watch.try_next())
        .await
        .unwrap()
        .unwrap();
    assert!(format!("{event:?}").contains("Added"), "{event:?}");
}

#[tokio::test(start_paused = true)]
async fn refused_calls_fail_at_once_and_open_watches_break() {
    let bench = mk_bench(Quality::default());
    let maps = bench.maps();
    let mut watch = Box::pin(maps.watch(&WatchParams::default(), "0").await.unwrap());
    while timeout(Duration::from_secs(1), watch.next()).await.is_ok() {}
    bench.network.set("azure", Fault::Refuse);
    let began = Instant::now();
    assert_eq!(
        io_kind(&bench.get().await.unwrap_err()),
        Some(io::ErrorKind::ConnectionRefused)
    );
    let broken = timeout(Duration::from_secs(1), watch.next()).await.unwrap();
    assert!(matches!(broken, Some(Err(_)) | None), "{broken:?}");
    assert_eq!(began.elapsed(), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn a_call_under_way_is_reset() {
    let bench = mk_bench(Quality {
        latency: Duration::from_secs(1),
        ..Quality::default()
    });
    let mut call = Box::pin(bench.get());
    assert!(timeout(Duration::from_millis(1500), &mut call).await.is_err());
    bench.network.set("azure", Fault::Reset);
    assert_eq!(
        io_kind(&call.await.unwrap_err()),
        Some(io::ErrorKind::ConnectionReset)
    );
}

#[tokio::test(start_paused = true)]
async fn an_answered_status_is_what_the_client_sees() {
    let bench = mk_bench(Quality::default());
    for status in [
        StatusCode::UNAUTHORIZED,
        StatusCode::TOO_MANY_REQUESTS,
        StatusCode::SERVICE_UNAVAILABLE,
    ] {
        bench.network.set("azure", Fault::Answer(status));
        let error = bench.get().await.unwrap_err();
        assert!(
            matches!(&error, kube::Error::Api(found) if found.code == status.as_u16()),
            "{error:?}"
        );
    }
    bench.network.heal("azure");
    bench.get().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_slow_server_answers_later() {
    let bench = mk_bench(Quality::default());
    bench.network.set("azure", Fault::Slow(Duration::from_secs(7)));
    let began = Instant::now();
    bench.get().await.unwrap();
    assert_eq!(began.elapsed(), Duration::from_secs(7));
}

#[tokio::test(start_paused = true)]
async fn loss_is_delay_and_the_same_delay_each_time() {
    async fn times() -> Vec<Duration> {
        let bench = mk_bench(Quality {
            loss_per_mille: 200,
            ..Quality::NEAR
        });
        let mut times = Vec::new();
        for _ in 0..200 {
            let began = Instant::now();
            bench.get().await.unwrap();
            times.push(began.elapsed());
        }
        times
    }
    let first = times().await;
    assert_eq!(first, times().await);
    // Two crossings and a part of the body: about half of the calls lose something.
    let late = first
        .iter()
        .filter(|time| **time > Duration::from_millis(100))
        .count();
    assert!((60..140).contains(&late), "{late}");
}

#[tokio::test(start_paused = true)]
async fn nobody_at_the_far_end_refuses() {
    let network = Network::new(0, Journal::new(SimClock::default()));
    let error = network
        .client("nowhere", User::admin())
        .apiserver_version()
        .await
        .unwrap_err();
    assert_eq!(io_kind(&error), Some(io::ErrorKind::ConnectionRefused));
}
