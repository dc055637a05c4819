//! The simulated API server against a real one: the same requests, the same answers.
//!
//! The cases are text (`conformance/cases`), each a sequence of requests in a namespace of its own. Compared are status
//! code and body. What may differ, and why, stands in `conformance/compare.rs` for all cases and in a line `differs:`
//! for one. The real server runs without controllers, so that only the API servers are compared; for the same reason
//! the simulator's own controllers are off.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a test that cannot go on has failed"
)]

#[path = "conformance/applications.rs"]
mod applications;
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

/// Plugins without a counterpart: the first needs a controller, the second one to take its finalizer away again.
const WITHOUT: &str = "--disable-admission-plugins=ServiceAccount,StorageObjectInUseProtection";

#[tokio::test]
async fn answers_are_those_of_a_real_api_server() {
    let mut cases = case::all("cases");
    cases.extend(applications::all());
    assert!(cases.len() >= 120, "only {} cases", cases.len());
    let real = Cluster::start(
        ClusterOptions::new("conformance")
            .controllers(false)
            .apiserver_flag(WITHOUT),
    )
    .await
    .unwrap();
    both::compare_all(&cases, &mk_simulated(), &real).await;
}

fn mk_simulated() -> ApiServer {
    ApiServer::new(ApiServerConfig {
        garbage_collector: false,
        namespace_controller: false,
        quota_controller: false,
        start: "2026-11-24T10:00:00Z".parse().unwrap(),
        ..ApiServerConfig::default()
    })
}
