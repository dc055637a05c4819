//! Rules of `transform`, each test named as its rule.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::{LeftOut, Start, Transformed, transform};
use crate::{
    capture::NotCopied,
    classes::{ClusterClasses, IssuerName, NodeRole, Route, StorageClassKind},
    draft::Why,
    finding::{Question, Severity},
    key::Gvk,
    mark,
    run::start_patch,
    said::Advice,
};

mod network;
mod roles;
mod start;
mod storage;
mod tracks;

fn mk(api_version: &str, kind: &str, rest: &Value) -> Value {
    let mut object =
        json!({ "apiVersion": api_version, "kind": kind, "metadata": { "name": "a", "namespace": "n" } });
    json_patch::merge(&mut object, rest);
    object
}

fn mk_classes(storage: &[(StorageClassKind, &str)]) -> ClusterClasses {
    ClusterClasses {
        storage: storage
            .iter()
            .map(|(kind, name)| (*kind, (*name).to_owned()))
            .collect(),
        default_storage: storage.first().map(|(_, name)| (*name).to_owned()),
        ingress: Some(format!(
            "{}-ingress",
            storage.first().map_or("none", |(_, name)| *name)
        )),
        ..ClusterClasses::default()
    }
}

fn mk_azure() -> ClusterClasses {
    use StorageClassKind::{Rwo, RwoFast, Rwx};
    mk_classes(&[
        (Rwo, "managed-csi"),
        (RwoFast, "managed-premium"),
        (Rwx, "azurefile"),
    ])
}

fn mk_logius() -> ClusterClasses {
    use StorageClassKind::{Rwo, RwoFast, Rwx};
    mk_classes(&[(Rwo, "thin"), (RwoFast, "thin-fast"), (Rwx, "nfs")])
}

/// Transforms, and checks that doing it again changes nothing.
#[track_caller]
fn run(objects: &[Value], route: &Route<'_>, start: Start) -> Transformed {
    let once = transform(objects, route, start);
    let sent: Vec<Value> = once.objects.iter().map(|one| one.object.clone()).collect();
    let twice = transform(&sent, route, start);
    for (first, second) in once.objects.iter().zip(&twice.objects) {
        assert_eq!(first.object, second.object);
        assert_eq!(second.changes, [], "{}", second.key);
    }
    assert_eq!(once.objects.len(), twice.objects.len());
    once
}

#[test]
fn an_image_is_pinned_to_its_digest_once_and_keeps_its_tag() {
    let spec = json!({
        "initContainers": [{"name": "a", "image": "harbor.example.nl/init:1"}],
        "containers": [{"name": "b", "image": "nginx"}, {"name": "c", "image": "harbor.example.nl/x@sha256:cd"},
            {"name": "d", "image": "unseen:1"}],
    });
    let deployment = json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"namespace": "n", "name": "web"},
        "spec": {"template": {"spec": spec}}});
    let digests: BTreeMap<String, String> = [
        "harbor.example.nl/init:1",
        "nginx",
        "harbor.example.nl/x@sha256:cd",
    ]
    .map(|image| (image.to_owned(), "sha256:ab".to_owned()))
    .into();
    let mut out = azure_to_logius(&[deployment], Start::AsCaptured);
    crate::pin(&mut out, &digests);
    let pinned = out.clone();
    crate::pin(&mut out, &digests);
    assert_eq!(out, pinned, "a second time");
    let one = &out.objects[0];
    let told: Vec<String> = one
        .changes
        .iter()
        .map(|change| format!("{} {}", change.path, change.after.as_ref().unwrap()))
        .collect();
    assert_eq!(
        told,
        [
            r#"spec.template.spec.initContainers[0].image "harbor.example.nl/init:1@sha256:ab""#,
            r#"spec.template.spec.containers[0].image "nginx@sha256:ab""#,
        ]
    );
    assert!(one.changes.iter().all(|change| change.why == Why::DigestPinned));
}

#[track_caller]
fn azure_to_logius(objects: &[Value], start: Start) -> Transformed {
    let (from, to) = (mk_azure(), mk_logius());
    run(
        objects,
        &Route {
            from: &from,
            to: &to,
            namespaces_only: None,
            served: None,
        },
        start,
    )
}

#[track_caller]
fn one(object: &Value, start: Start) -> Value {
    let mut out = azure_to_logius(std::slice::from_ref(object), start).objects;
    assert_eq!(out.len(), 1);
    out.remove(0).object
}

#[track_caller]
fn has(out: &Transformed, question: Question, severity: Severity) {
    let found = out
        .findings
        .iter()
        .any(|finding| finding.question == question && finding.severity == severity);
    assert!(found, "no {question:?} {severity:?} in {:#?}", out.findings);
}

fn mk_claim(class: &str, modes: &[&str]) -> Value {
    mk(
        "v1",
        "PersistentVolumeClaim",
        &json!({ "spec": { "storageClassName": class, "accessModes": modes } }),
    )
}

#[test]
fn what_need_not_change_is_equal_and_unchanged() {
    let objects = [
        mk(
            "v1",
            "Secret",
            &json!({ "data": { "k": "eA==" }, "type": "Opaque" }),
        ),
        mk(
            "networking.k8s.io/v1",
            "NetworkPolicy",
            &json!({ "spec": {
            "podSelector": {},
            "ingress": [{ "from": [{ "namespaceSelector": { "matchLabels": { "kubernetes.io/metadata.name": "n" } } }] }],
        } }),
        ),
        mk(
            "rbac.authorization.k8s.io/v1",
            "RoleBinding",
            &json!({
                "roleRef": { "apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "r" },
                "subjects": [{ "kind": "ServiceAccount", "name": "a", "namespace": "n" }],
            }),
        ),
        mk(
            "apps/v1",
            "Deployment",
            &json!({ "spec": { "replicas": 2, "template": { "spec": { "containers": [] } } } }),
        ),
    ];
    let out = azure_to_logius(&objects, Start::AsCaptured);
    assert_eq!(out.objects.len(), objects.len());
    for one in &out.objects {
        assert!(objects.contains(&one.object), "{}", one.key);
        assert_eq!(one.changes, [], "{}", one.key);
    }
    assert_eq!((out.findings, out.left_out), (vec![], vec![]));
}

#[test]
fn objects_come_in_order_of_creation() {
    let kinds = [
        ("networking.k8s.io/v1", "Ingress"),
        ("apps/v1", "Deployment"),
        ("v1", "Service"),
        ("v1", "ConfigMap"),
        ("v1", "Secret"),
        ("v1", "ServiceAccount"),
        ("v1", "PersistentVolumeClaim"),
        ("postgresql.cnpg.io/v1", "Cluster"),
        ("v1", "Namespace"),
        ("apiextensions.k8s.io/v1", "CustomResourceDefinition"),
        (
            "admissionregistration.k8s.io/v1",
            "ValidatingWebhookConfiguration",
        ),
    ];
    let objects: Vec<Value> = kinds
        .iter()
        .map(|(api_version, kind)| mk(api_version, kind, &json!({})))
        .collect();
    let out = azure_to_logius(&objects, Start::AsCaptured);
    let order: Vec<&str> = out.objects.iter().map(|one| one.key.kind.as_str()).collect();
    assert_eq!(
        order,
        [
            "CustomResourceDefinition",
            "Namespace",
            "PersistentVolumeClaim",
            "ServiceAccount",
            "Secret",
            "ConfigMap",
            "Service",
            "Cluster",
            "Deployment",
            "Ingress",
            "ValidatingWebhookConfiguration"
        ]
    );
    let mut backwards = objects.clone();
    backwards.reverse();
    assert_eq!(
        azure_to_logius(&backwards, Start::AsCaptured),
        out,
        "the order given does not matter"
    );
}

#[test]
fn a_namespace_only_target_is_asked_for_what_is_cluster_scoped() {
    let cluster = |api_version: &str, kind: &str, name: &str| json!({ "apiVersion": api_version, "kind": kind, "metadata": { "name": name } });
    let objects = [
        cluster("rbac.authorization.k8s.io/v1", "ClusterRole", "r"),
        cluster("scheduling.k8s.io/v1", "PriorityClass", "p"),
        cluster("apiextensions.k8s.io/v1", "CustomResourceDefinition", "d"),
        cluster("v1", "Namespace", "n"),
        mk("v1", "Secret", &json!({})),
        mk(
            "v1",
            "ConfigMap",
            &json!({ "metadata": { "namespace": "elsewhere" } }),
        ),
    ];
    let (from, to, only) = (mk_azure(), mk_logius(), BTreeSet::from(["n".to_owned()]));
    let route = Route {
        from: &from,
        to: &to,
        namespaces_only: Some(&only),
        served: None,
    };
    let out = run(&objects, &route, Start::AsCaptured);
    let asked: Vec<&str> = out
        .ask_platform
        .iter()
        .filter_map(|object| object["kind"].as_str())
        .collect();
    assert_eq!(
        asked,
        ["CustomResourceDefinition", "ClusterRole", "PriorityClass"]
    );
    assert_eq!(out.objects.len(), 2);
    assert_eq!(
        out.left_out
            .iter()
            .map(|left: &LeftOut| left.why)
            .collect::<Vec<_>>(),
        [NotCopied::NamespaceGiven]
    );
    let blocks = out
        .findings
        .iter()
        .filter(|finding| finding.severity == Severity::Block)
        .count();
    assert_eq!(blocks, 4, "three to ask for, and a namespace out of reach");
}

#[test]
fn a_kind_that_the_target_serves_in_another_version_says_which() {
    let (from, to) = (mk_azure(), mk_logius());
    let served = BTreeSet::from([Gvk::new("autoscaling", "v2", "HorizontalPodAutoscaler")]);
    let route = Route {
        from: &from,
        to: &to,
        namespaces_only: None,
        served: Some(&served),
    };
    let out = run(
        &[mk("autoscaling/v2beta2", "HorizontalPodAutoscaler", &json!({}))],
        &route,
        Start::AsCaptured,
    );
    has(&out, Question::Served, Severity::Block);
    assert_eq!(
        out.findings[0].remedy,
        Some(Advice::ServedAs {
            versions: "v2".to_owned()
        })
    );
}

#[test]
fn a_secrets_content_is_never_in_a_change() {
    let live = mk(
        "v1",
        "Secret",
        &json!({ "metadata": { "annotations": {
        "kubectl.kubernetes.io/last-applied-configuration": "{\"data\":{\"k\":\"geheim\"}}",
    } } }),
    );
    let out = azure_to_logius(&[live], Start::AsCaptured);
    assert_eq!(out.objects[0].changes.len(), 1);
    assert!(!format!("{out:?}").contains("geheim"));
}

#[test]
fn one_object_twice_is_sent_once_and_two_contents_block() {
    let (a, b) = (
        mk("v1", "ConfigMap", &json!({})),
        mk("v1", "ConfigMap", &json!({ "data": { "k": "v" } })),
    );
    let same = azure_to_logius(&[a.clone(), a.clone()], Start::AsCaptured);
    assert_eq!((same.objects.len(), same.findings.len()), (1, 0));
    has(
        &azure_to_logius(&[a, b], Start::AsCaptured),
        Question::Collisions,
        Severity::Block,
    );
}

#[test]
fn broken_documents_are_findings_not_panics() {
    let broken = [
        json!(null),
        json!([1]),
        json!({ "kind": "Pod", "metadata": [] }),
        mk("v1", "Pod", &json!({ "metadata": { "name": null } })),
    ];
    let (from, to) = (mk_azure(), mk_logius());
    let route = Route {
        from: &from,
        to: &to,
        namespaces_only: None,
        served: None,
    };
    let out = transform(&broken, &route, Start::Stopped);
    assert!(out.objects.is_empty());
    has(&out, Question::References, Severity::Block);
}
