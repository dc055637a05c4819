//! What happens by itself after a request, in a simulated and in a real cluster with its controllers: garbage
//! collection, the end of namespaces and of definitions, the status of quotas.
//!
//! In the simulator it happens at once, so the cases wait for the real one.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a test that cannot go on has failed"
)]

#[path = "conformance/both.rs"]
mod both;
#[path = "conformance/case.rs"]
mod case;
#[path = "conformance/compare.rs"]
mod compare;
#[path = "conformance/play.rs"]
mod play;

use havenmeester_simulator::{ApiServer, ApiServerConfig};
use havenmeester_testenv::{Cluster, ClusterOptions};

#[tokio::test]
async fn what_follows_is_what_follows_in_a_real_cluster() {
    let cases = case::all("collected");
    let real = Cluster::start(ClusterOptions::new("controllers")).await.unwrap();
    let simulated = ApiServer::new(ApiServerConfig {
        start: "2026-11-24T10:00:00Z".parse().unwrap(),
        ..ApiServerConfig::default()
    });
    both::compare_all(&cases, &simulated, &real).await;
}
