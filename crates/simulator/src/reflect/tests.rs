//! The stream of one kind, over a watch that breaks, falls behind or stays quiet.

use std::{pin::pin, time::Duration};

use futures::{Stream, StreamExt};
use k8s_openapi::api::core::v1::ConfigMap;
use kube::{
    Api, Client,
    api::{DeleteParams, PostParams},
};
use serde_json::json;
use tokio::time::timeout;

use super::{Change, changes};
use crate::{ApiServer, ApiServerConfig, Fault, Journal, Network, SimClock, User};

const SOON: Duration = Duration::from_mins(10);

struct Bench {
    network: Network,
    inside: Api<ConfigMap>,
    outside: Client,
}

fn mk_bench(history_per_resource: usize) -> Bench {
    let network = Network::new(1, Journal::new(SimClock::default()));
    let server = ApiServer::new(ApiServerConfig {
        history_per_resource,
        ..ApiServerConfig::default()
    });
    network.join("azure", server.clone());
    let outside = network.client("azure", User::admin());
    Bench {
        network,
        inside: Api::namespaced(server.client(), "default"),
        outside,
    }
}

impl Bench {
    fn changes(&self) -> impl Stream<Item = String> + use<> {
        changes(Api::<ConfigMap>::namespaced(self.outside.clone(), "default")).map(|change| match change {
            Change::Reset(maps) => format!(
                "={}",
                maps.iter()
                    .filter_map(|map| map.metadata.name.as_deref())
                    .collect::<Vec<_>>()
                    .join(",")
            ),
            Change::Applied(map) => format!("+{}", map.metadata.name.unwrap_or_default()),
            Change::Gone(map) => format!("-{}", map.metadata.name.unwrap_or_default()),
        })
    }

    async fn create(&self, name: &str) {
        let map = serde_json::from_value(json!({"metadata": {"name": name}})).unwrap();
        self.inside.create(&PostParams::default(), &map).await.unwrap();
    }

    async fn delete(&self, name: &str) {
        self.inside.delete(name, &DeleteParams::default()).await.unwrap();
    }
}

async fn next(changes: &mut (impl Stream<Item = String> + Unpin)) -> String {
    timeout(SOON, changes.next()).await.unwrap().unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_list_comes_first_and_then_what_changes() {
    let bench = mk_bench(100);
    bench.create("a").await;
    let mut changes = pin!(bench.changes());
    assert_eq!(next(&mut changes).await, "=a");
    bench.create("b").await;
    bench.delete("a").await;
    assert_eq!(next(&mut changes).await, "+b");
    assert_eq!(next(&mut changes).await, "-a");
}

#[tokio::test(start_paused = true)]
async fn a_broken_watch_goes_on_where_it_was() {
    let bench = mk_bench(100);
    let mut changes = pin!(bench.changes());
    assert_eq!(next(&mut changes).await, "=");
    for fault in [
        Fault::Refuse,
        Fault::Reset,
        Fault::Answer(http::StatusCode::SERVICE_UNAVAILABLE),
    ] {
        bench.network.set("azure", fault);
        assert!(
            timeout(Duration::from_secs(30), changes.next()).await.is_err(),
            "{fault}"
        );
        bench.create("a").await;
        bench.network.heal("azure");
        assert_eq!(next(&mut changes).await, "+a", "{fault}");
        bench.delete("a").await;
        assert_eq!(next(&mut changes).await, "-a", "{fault}");
    }
}

#[tokio::test(start_paused = true)]
async fn who_is_too_far_behind_lists_again() {
    let bench = mk_bench(2);
    bench.create("gone").await;
    let mut changes = pin!(bench.changes());
    assert_eq!(next(&mut changes).await, "=gone");
    bench.network.set("azure", Fault::Refuse);
    assert!(timeout(Duration::from_secs(30), changes.next()).await.is_err());
    bench.delete("gone").await;
    for name in ["a", "b", "c"] {
        bench.create(name).await;
    }
    bench.network.heal("azure");
    assert_eq!(next(&mut changes).await, "=a,b,c");
}

#[tokio::test(start_paused = true)]
async fn a_quiet_watch_is_asked_for_again() {
    let bench = mk_bench(100);
    let mut changes = pin!(bench.changes());
    assert_eq!(next(&mut changes).await, "=");
    assert!(timeout(Duration::from_hours(1), changes.next()).await.is_err());
    bench.create("a").await;
    assert_eq!(next(&mut changes).await, "+a");
}
