//! What counts as stopped, on made-up lists.
use serde_json::json;

use super::*;

fn mk_deployment(replicas: i64) -> Value {
    json!({
        "apiVersion": "apps/v1", "kind": "Deployment",
        "metadata": {"namespace": "shop", "name": "web", "uid": "u-web", "labels": {"app": "shop"}},
        "spec": {"replicas": replicas},
    })
}

fn mk_owned(api_version: &str, kind: &str, name: &str, owner: &str) -> Value {
    json!({
        "apiVersion": api_version, "kind": kind,
        "metadata": {"namespace": "shop", "name": name, "uid": format!("u-{name}"),
            "ownerReferences": [{"uid": owner, "controller": true}]},
        "spec": {"replicas": 1}, "status": {"phase": "Running"},
    })
}

fn labels() -> BTreeMap<String, String> {
    BTreeMap::from([("app".to_owned(), "shop".to_owned())])
}

#[test]
fn a_copy_is_not_stopped_while_a_pod_is_seen() {
    let pod = mk_owned("v1", "Pod", "web-1", "u-web-rs");
    let rs = mk_owned("apps/v1", "ReplicaSet", "web-rs", "u-web");
    let copy = Copy::of(vec![mk_deployment(0), rs.clone()], vec![pod], &labels());
    assert_eq!(copy.halt(), Halt::Not("Pod shop/web-1 to be gone".to_owned()));
    let copy = Copy::of(vec![mk_deployment(0), rs], vec![], &labels());
    assert_eq!(copy.halt(), Halt::Seen);
}

#[test]
fn a_copy_without_pods_is_not_stopped_while_its_controller_asks_for_them() {
    let copy = Copy::of(vec![mk_deployment(2)], vec![], &labels());
    assert_eq!(
        copy.halt(),
        Halt::Not("apps/Deployment shop/web to be stopped".to_owned())
    );
}

#[test]
fn a_pod_belongs_through_its_owners_also_without_the_labels() {
    let rs = mk_owned("apps/v1", "ReplicaSet", "web-rs", "u-web");
    let ours = mk_owned("v1", "Pod", "web-1", "u-web-rs");
    let other = mk_owned("v1", "Pod", "other-1", "u-other");
    let copy = Copy::of(vec![mk_deployment(0), rs], vec![ours, other], &labels());
    assert_eq!(copy.halt(), Halt::Not("Pod shop/web-1 to be gone".to_owned()));
}

#[test]
fn a_pod_that_has_ended_does_not_run() {
    let mut pod = mk_owned("v1", "Pod", "once", "u-web");
    pod["status"]["phase"] = "Succeeded".into();
    let copy = Copy::of(vec![mk_deployment(0)], vec![pod], &labels());
    assert_eq!(copy.halt(), Halt::Seen);
}

#[test]
fn a_job_of_a_cron_job_is_stopped_itself() {
    let cron = json!({
        "apiVersion": "batch/v1", "kind": "CronJob",
        "metadata": {"namespace": "shop", "name": "nightly", "uid": "u-nightly"},
        "spec": {"suspend": true},
    });
    let job = mk_owned("batch/v1", "Job", "nightly-1", "u-nightly");
    let copy = Copy::of(vec![cron, job], vec![], &BTreeMap::new());
    assert_eq!(
        copy.halt(),
        Halt::Not("batch/Job shop/nightly-1 to be stopped".to_owned())
    );
}

#[tokio::test]
async fn a_view_without_kinds_is_an_error_and_not_an_absent_copy() {
    let nowhere = kube::Config::new("http://127.0.0.1:1".parse().expect("an address"));
    let member = Member {
        name: "a".to_owned(),
        client: kube::Client::try_from(nowhere).expect("a client"),
        reach: havenmeester_placement::Reach::Cluster,
        classes: havenmeester_portability::ClusterClasses::default(),
        served: std::sync::Arc::default(),
        in_flight: std::sync::Arc::new(tokio::sync::Semaphore::new(1)),
    };
    let seen = Copy::look(&member, "shop", &BTreeMap::new()).await;
    assert!(matches!(seen, Err(MemberError::NotServed { .. })), "{seen:?}");
}
