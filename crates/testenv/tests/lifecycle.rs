//! A control plane starts, loses a process and gets it back with everything that it knew.

#![allow(clippy::expect_used, reason = "the helpers of a test may fail it")]

use std::{collections::BTreeMap, time::Duration};

use havenmeester_testenv::{Cluster, ClusterOptions, Process};
use k8s_openapi::api::core::v1::{ConfigMap, Namespace};
use kube::{Api, api::ObjectMeta};

fn mk_config_map(name: &str) -> ConfigMap {
    let metadata = ObjectMeta {
        name: Some(name.to_owned()),
        ..ObjectMeta::default()
    };
    let data = BTreeMap::from([("berth".to_owned(), "7".to_owned())]);
    ConfigMap {
        metadata,
        data: Some(data),
        ..ConfigMap::default()
    }
}

#[tokio::test]
async fn objects_survive_a_killed_api_server() {
    let cluster = Cluster::start(ClusterOptions::new("azure"))
        .await
        .expect("starts");
    let maps: Api<ConfigMap> = Api::namespaced(cluster.client(), "default");
    maps.create(&<_>::default(), &mk_config_map("harbour"))
        .await
        .expect("creates");

    let apiserver = cluster.process(Process::ApiServer);
    apiserver.kill().expect("kills");
    maps.get("harbour").await.expect_err("nobody answers");
    apiserver.restart().await.expect("starts again");
    cluster.wait_ready().await.expect("ready again");

    let found = maps.get("harbour").await.expect("is still there");
    assert_eq!(found.data.expect("data")["berth"], "7");
}

#[tokio::test]
async fn objects_survive_a_killed_etcd() {
    let cluster = Cluster::start(ClusterOptions::new("etcd-dies").controllers(false))
        .await
        .expect("starts");
    let maps: Api<ConfigMap> = Api::namespaced(cluster.client(), "default");
    maps.create(&<_>::default(), &mk_config_map("harbour"))
        .await
        .expect("creates");

    cluster
        .process(Process::Etcd)
        .restart()
        .await
        .expect("starts again");
    cluster.wait_ready().await.expect("ready again");

    maps.get("harbour").await.expect("is still there");
}

#[tokio::test]
async fn a_stopped_api_server_hangs_and_goes_on() {
    let cluster = Cluster::start(ClusterOptions::new("stops").controllers(false))
        .await
        .expect("starts");
    let namespaces: Api<Namespace> = Api::all(cluster.client());
    namespaces.get("default").await.expect("answers");

    let apiserver = cluster.process(Process::ApiServer);
    apiserver.stop().expect("stops");
    assert_eq!(running_threads(apiserver.id().expect("is there")), 0);
    let hanging = tokio::time::timeout(Duration::from_secs(1), namespaces.get("default")).await;
    assert!(hanging.is_err(), "a stopped server neither answers nor refuses");

    apiserver.cont().expect("goes on");
    cluster.wait_ready().await.expect("ready again");
    namespaces.get("default").await.expect("answers again");
}

#[tokio::test]
async fn a_signal_to_a_dead_process_is_an_error() {
    let cluster = Cluster::start(ClusterOptions::new("dead").controllers(false))
        .await
        .expect("starts");

    let error = cluster
        .process(Process::Scheduler)
        .stop()
        .expect_err("was never started");

    assert_eq!(error.to_string(), "kube-scheduler of dead is not running");
}

/// Threads of a process that are not stopped (proc(5), `/proc/PID/task/TID/stat`, third field).
fn running_threads(pid: u32) -> usize {
    let tasks = std::fs::read_dir(format!("/proc/{pid}/task")).expect("its threads");
    let states = tasks.map(|task| {
        let stat = std::fs::read_to_string(task.expect("a thread").path().join("stat")).expect("its state");
        let (_, after_name) = stat.rsplit_once(") ").expect("a name in brackets");
        after_name.chars().next().expect("a state")
    });
    states.filter(|state| *state != 'T').count()
}
