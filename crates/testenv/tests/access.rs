//! Credentials reach what their rules say and nothing else, directly and through a relay.

#![allow(
    clippy::expect_used,
    clippy::panic,
    reason = "the helpers of a test may fail it"
)]

use std::time::Duration;

use havenmeester_testenv::{Cluster, ClusterOptions, Mode, TestenvError, client};
use k8s_openapi::api::{
    core::v1::{ConfigMap, Namespace},
    rbac::v1::{PolicyRule, Role, RoleBinding, RoleRef, Subject},
};
use kube::{Api, Client, api::ObjectMeta};

fn mk_meta(name: &str) -> ObjectMeta {
    ObjectMeta {
        name: Some(name.to_owned()),
        ..ObjectMeta::default()
    }
}

/// Lets `subject` do anything with the ordinary objects of `namespace`.
async fn allow(admin: Client, namespace: &str, subject: Subject) {
    let rules = vec![PolicyRule {
        api_groups: Some(vec![String::new()]),
        resources: Some(vec!["*".to_owned()]),
        verbs: vec!["*".to_owned()],
        ..PolicyRule::default()
    }];
    let role = Role {
        metadata: mk_meta("mover"),
        rules: Some(rules),
    };
    let role_ref = RoleRef {
        api_group: "rbac.authorization.k8s.io".to_owned(),
        kind: "Role".to_owned(),
        name: "mover".to_owned(),
    };
    let binding = RoleBinding {
        metadata: mk_meta("mover"),
        role_ref,
        subjects: Some(vec![subject]),
    };
    Api::namespaced(admin.clone(), namespace)
        .create(&<_>::default(), &role)
        .await
        .expect("a role");
    Api::namespaced(admin, namespace)
        .create(&<_>::default(), &binding)
        .await
        .expect("a binding");
}

async fn mk_namespace(admin: Client, name: &str) {
    let namespace = Namespace {
        metadata: mk_meta(name),
        ..Namespace::default()
    };
    Api::all(admin)
        .create(&<_>::default(), &namespace)
        .await
        .expect("a namespace");
}

/// The HTTP status of listing config maps in `namespace`.
async fn list(client: &Client, namespace: &str) -> u16 {
    let maps: Api<ConfigMap> = Api::namespaced(client.clone(), namespace);
    match maps.list(&<_>::default()).await {
        Ok(_) => 200,
        Err(kube::Error::Api(status)) => status.code,
        Err(other) => panic!("{other}"),
    }
}

#[tokio::test]
async fn a_user_of_one_namespace_is_refused_elsewhere() {
    let cluster = Cluster::start(ClusterOptions::new("narrow").controllers(false))
        .await
        .expect("starts");
    mk_namespace(cluster.client(), "signalen").await;
    let subject = Subject {
        api_group: Some("rbac.authorization.k8s.io".to_owned()),
        kind: "User".to_owned(),
        name: "mover".to_owned(),
        namespace: None,
    };
    allow(cluster.client(), "signalen", subject).await;
    let mover = client(&cluster.kubeconfig_for("mover", &[]).expect("signs"))
        .await
        .expect("a client");

    assert_eq!(list(&mover, "signalen").await, 200);
    assert_eq!(list(&mover, "default").await, 403);
    let everywhere = Api::<Namespace>::all(mover)
        .list(&<_>::default())
        .await
        .expect_err("refused");
    assert!(matches!(everywhere, kube::Error::Api(status) if status.code == 403));
}

#[tokio::test]
async fn a_service_account_has_a_token_of_its_own() {
    let cluster = Cluster::start(ClusterOptions::new("tokens"))
        .await
        .expect("starts");
    let subject = Subject {
        api_group: None,
        kind: "ServiceAccount".to_owned(),
        name: "default".to_owned(),
        namespace: Some("default".to_owned()),
    };
    allow(cluster.client(), "default", subject).await;

    let yaml = cluster
        .service_account_kubeconfig("default", "default")
        .await
        .expect("a token");
    let account = client(&yaml).await.expect("a client");

    assert_eq!(list(&account, "default").await, 200);
    assert_eq!(list(&account, "kube-system").await, 403);
}

#[tokio::test]
async fn two_groups_do_not_fit_in_a_certificate() {
    let cluster = Cluster::start(ClusterOptions::new("groups").controllers(false))
        .await
        .expect("starts");

    let error = cluster
        .kubeconfig_for("mover", &["a", "b"])
        .expect_err("one at most");

    assert!(matches!(error, TestenvError::Groups { count: 2, .. }));
}

#[tokio::test]
async fn a_relay_cuts_a_client_off_and_lets_it_back() {
    let cluster = Cluster::start(ClusterOptions::new("relayed").controllers(false))
        .await
        .expect("starts");
    let relay = cluster.through_relay().await.expect("a relay");
    let remote = client(&relay.route(&cluster.kubeconfig()))
        .await
        .expect("a client");
    assert_eq!(list(&remote, "default").await, 200);

    relay.set(Mode::Blackhole).await.expect("switches");
    let silence = tokio::time::timeout(Duration::from_secs(1), list(&remote, "default")).await;
    assert!(silence.is_err(), "a client without time-outs waits for ever");
    relay.set(Mode::Pass).await.expect("switches");
    assert_eq!(list(&remote, "default").await, 200);

    for cut in [Mode::Refuse, Mode::Reset] {
        relay.set(cut).await.expect("switches");
        let maps: Api<ConfigMap> = Api::namespaced(remote.clone(), "default");
        let error = maps.list(&<_>::default()).await.expect_err("cut off");
        assert!(!matches!(error, kube::Error::Api(_)), "{cut:?}: {error}");
        relay.set(Mode::Pass).await.expect("switches");
        assert_eq!(list(&remote, "default").await, 200);
    }
    assert_eq!(list(&cluster.client(), "default").await, 200);
}
