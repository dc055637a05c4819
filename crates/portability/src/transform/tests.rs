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
};

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
fn a_storage_class_is_mapped_by_what_the_claim_needs() {
    for (class, modes, expected) in [
        ("managed-csi", &["ReadWriteOnce"][..], "thin"),
        ("managed-premium", &["ReadWriteOnce"], "thin-fast"),
        ("azurefile", &["ReadWriteMany"], "nfs"),
        ("managed-csi", &["ReadWriteMany"], "nfs"),
        ("thin", &["ReadWriteOnce"], "thin"),
    ] {
        let out = one(&mk_claim(class, modes), Start::AsCaptured);
        assert_eq!(out["spec"]["storageClassName"], json!(expected), "{class}");
        assert_eq!(
            out["metadata"],
            mk_claim(class, modes)["metadata"],
            "no annotation where none is needed"
        );
    }
}

#[test]
fn a_class_of_a_template_is_mapped_too() {
    let claim = json!({ "metadata": { "name": "data" }, "spec": { "storageClassName": "managed-premium" } });
    let set = mk(
        "apps/v1",
        "StatefulSet",
        &json!({ "spec": { "volumeClaimTemplates": [claim] } }),
    );
    let out = one(&set, Start::AsCaptured);
    assert_eq!(
        out["spec"]["volumeClaimTemplates"][0]["spec"]["storageClassName"],
        json!("thin-fast")
    );
}

#[test]
fn clusters_that_swap_names_do_not_confuse_a_second_transform_nor_the_way_back() {
    use StorageClassKind::{Rwo, RwoFast};
    let (from, to) = (
        mk_classes(&[(Rwo, "a"), (RwoFast, "b")]),
        mk_classes(&[(Rwo, "b"), (RwoFast, "a")]),
    );
    let there = Route {
        from: &from,
        to: &to,
        namespaces_only: None,
        served: None,
    };
    let out = run(&[mk_claim("a", &["ReadWriteOnce"])], &there, Start::AsCaptured);
    let sent = &out.objects[0].object;
    assert_eq!(sent["spec"]["storageClassName"], json!("b"));
    assert_eq!(sent["metadata"]["annotations"][mark::STORAGE_KIND], json!("Rwo"));
    let back = Route {
        from: &to,
        to: &from,
        namespaces_only: None,
        served: None,
    };
    let out = run(std::slice::from_ref(sent), &back, Start::AsCaptured);
    assert_eq!(out.objects[0].object["spec"]["storageClassName"], json!("a"));
}

#[test]
fn storage_that_the_target_lacks_blocks_and_storage_not_known_is_unknown() {
    let (from, plain) = (mk_azure(), mk_classes(&[(StorageClassKind::Rwo, "thin")]));
    let claim = [mk_claim("azurefile", &["ReadWriteMany"])];
    let route = Route {
        from: &from,
        to: &plain,
        namespaces_only: None,
        served: None,
    };
    has(
        &run(&claim, &route, Start::AsCaptured),
        Question::Storage,
        Severity::Block,
    );
    let unknown = ClusterClasses::default();
    let route = Route {
        to: &unknown,
        ..route
    };
    has(
        &run(&claim, &route, Start::AsCaptured),
        Question::Storage,
        Severity::Unknown,
    );
}

#[test]
fn without_a_known_default_class_plain_storage_is_named() {
    let claim = mk(
        "v1",
        "PersistentVolumeClaim",
        &json!({ "spec": { "accessModes": ["ReadWriteOnce"] } }),
    );
    let (from, mut to) = (mk_azure(), mk_classes(&[(StorageClassKind::Rwo, "thin")]));
    to.default_storage = None;
    let route = Route {
        from: &from,
        to: &to,
        namespaces_only: None,
        served: None,
    };
    let out = run(std::slice::from_ref(&claim), &route, Start::AsCaptured);
    has(&out, Question::Storage, Severity::Warn);
    assert_eq!(out.objects[0].object["spec"]["storageClassName"], json!("thin"));
    let other = ClusterClasses {
        storage: BTreeMap::from([(StorageClassKind::Rwx, "nfs".to_owned())]),
        ..ClusterClasses::default()
    };
    let route = Route { to: &other, ..route };
    let out = run(&[claim], &route, Start::AsCaptured);
    has(&out, Question::Storage, Severity::Block);
}

#[test]
fn a_claim_without_a_class_is_flagged() {
    let claim = mk(
        "v1",
        "PersistentVolumeClaim",
        &json!({ "spec": { "accessModes": ["ReadWriteOnce"] } }),
    );
    let out = azure_to_logius(std::slice::from_ref(&claim), Start::AsCaptured);
    has(&out, Question::Storage, Severity::Warn);
    assert_eq!(out.objects[0].object, claim);
    let many = mk(
        "v1",
        "PersistentVolumeClaim",
        &json!({ "spec": { "accessModes": ["ReadWriteMany"] } }),
    );
    assert_eq!(
        one(&many, Start::AsCaptured)["spec"]["storageClassName"],
        json!("nfs")
    );
}

#[test]
fn a_claims_volume_and_data_source_stay_behind() {
    let claim = mk(
        "v1",
        "PersistentVolumeClaim",
        &json!({ "spec": {
            "storageClassName": "thin", "volumeName": "pv", "volumeMode": "Block",
            "dataSource": { "kind": "VolumeSnapshot", "name": "s" }, "dataSourceRef": { "kind": "VolumeSnapshot", "name": "s" },
        } }),
    );
    let out = azure_to_logius(&[claim], Start::AsCaptured);
    has(&out, Question::Storage, Severity::Warn);
    assert_eq!(
        out.objects[0].object["spec"],
        json!({ "storageClassName": "thin", "volumeMode": "Block" })
    );
}

#[test]
fn addresses_of_the_sources_network_are_left_out_and_said() {
    let service = mk(
        "v1",
        "Service",
        &json!({ "spec": {
            "type": "LoadBalancer", "selector": { "app": "a" }, "loadBalancerIP": "1.2.3.4", "loadBalancerClass": "x",
            "externalIPs": ["1.2.3.4"], "ipFamilies": ["IPv4"], "ipFamilyPolicy": "SingleStack",
        } }),
    );
    let out = azure_to_logius(&[service], Start::AsCaptured);
    assert_eq!(
        out.objects[0].object["spec"],
        json!({ "type": "LoadBalancer", "selector": { "app": "a" } })
    );
    has(&out, Question::LockIn, Severity::Warn);
}

#[test]
fn a_service_whose_endpoints_were_written_by_hand_is_said() {
    let out = azure_to_logius(
        &[mk("v1", "Service", &json!({ "spec": { "ports": [] } }))],
        Start::AsCaptured,
    );
    has(&out, Question::References, Severity::Warn);
}

#[test]
fn an_ingress_class_is_mapped_in_field_and_annotation() {
    let ingress = mk(
        "networking.k8s.io/v1",
        "Ingress",
        &json!({
            "metadata": { "annotations": {
                "kubernetes.io/ingress.class": "managed-csi-ingress", "ingress.kubernetes.io/backends": "{}",
                "nginx.ingress.kubernetes.io/proxy-body-size": "25m",
            } },
            "spec": { "ingressClassName": "managed-csi-ingress" },
        }),
    );
    let out = azure_to_logius(&[ingress], Start::AsCaptured);
    assert_eq!(out.findings, []);
    assert_eq!(
        out.objects[0].object,
        mk(
            "networking.k8s.io/v1",
            "Ingress",
            &json!({
                "metadata": { "annotations": {
                    "kubernetes.io/ingress.class": "thin-ingress", "nginx.ingress.kubernetes.io/proxy-body-size": "25m",
                } },
                "spec": { "ingressClassName": "thin-ingress" },
            })
        )
    );
    let whys: Vec<Why> = out.objects[0].changes.iter().map(|change| change.why).collect();
    assert_eq!(
        whys,
        [Why::EntryClassMapped, Why::EntryClassMapped, Why::CloudWritten]
    );
}

#[test]
fn a_tracked_object_loses_the_tracks_of_its_delivery_and_says_who_delivers() {
    let tracked = mk(
        "v1",
        "ConfigMap",
        &json!({ "metadata": {
            "labels": { "argocd.argoproj.io/instance": "x", "app.kubernetes.io/instance": "x" },
            "annotations": { "argocd.argoproj.io/tracking-id": "x:/ConfigMap:n/a", "meta.helm.sh/release-name": "x" },
        } }),
    );
    let flux = mk(
        "v1",
        "Secret",
        &json!({ "metadata": { "labels": {
        "kustomize.toolkit.fluxcd.io/name": "x", "kustomize.toolkit.fluxcd.io/namespace": "flux-system",
    } } }),
    );
    let out = azure_to_logius(&[tracked, flux], Start::AsCaptured);
    assert_eq!(out.objects[0].object, mk("v1", "Secret", &json!({})));
    assert_eq!(
        out.objects[1].object["metadata"],
        json!({ "name": "a", "namespace": "n", "labels": { "app.kubernetes.io/instance": "x" },
            "annotations": { "meta.helm.sh/release-name": "x" } })
    );
    has(&out, Question::Delivery, Severity::Warn);
    assert_eq!(out.findings.len(), 2);
}

#[test]
fn finalizers_stay_only_where_their_controller_is_served() {
    let claim = mk(
        "v1",
        "ConfigMap",
        &json!({ "metadata": { "finalizers": ["db.example.org/a", "other.org/b"] } }),
    );
    let (from, to) = (mk_azure(), mk_logius());
    let served = BTreeSet::from([
        Gvk::new("example.org", "v1", "Database"),
        Gvk::new("", "v1", "ConfigMap"),
    ]);
    let route = Route {
        from: &from,
        to: &to,
        namespaces_only: None,
        served: Some(&served),
    };
    let out = run(&[claim], &route, Start::AsCaptured);
    assert_eq!(
        out.objects[0].object["metadata"]["finalizers"],
        json!(["db.example.org/a"])
    );
    has(&out, Question::Served, Severity::Warn);
}

#[test]
fn owner_references_stay_behind_and_parts_of_a_moving_custom_resource_are_left_to_it() {
    let owner = json!({ "metadata": { "ownerReferences": [
        { "apiVersion": "k8s.keycloak.org/v2", "kind": "Keycloak", "name": "a", "uid": "1", "controller": true },
    ] } });
    let parts = [mk("apps/v1", "StatefulSet", &owner), mk("v1", "Secret", &owner)];
    let alone = azure_to_logius(&parts, Start::AsCaptured);
    assert_eq!(alone.objects.len(), 2);
    assert_eq!(alone.objects[0].object, mk("v1", "Secret", &json!({})));
    let mut all = parts.to_vec();
    all.push(mk("k8s.keycloak.org/v2", "Keycloak", &json!({})));
    let out = azure_to_logius(&all, Start::AsCaptured);
    let kinds: Vec<&str> = out.objects.iter().map(|one| one.key.kind.as_str()).collect();
    assert_eq!(
        kinds,
        ["Secret", "Keycloak"],
        "a secret made again would be another"
    );
    assert_eq!(out.left_out[0].why, NotCopied::MadeByOwner);
}

#[test]
fn runtime_annotations_and_injected_sidecars_leave_a_bare_pod() {
    let pod = mk(
        "v1",
        "Pod",
        &json!({
            "metadata": { "annotations": {
                "cni.projectcalico.org/podIP": "10.1.1.1/32", "k8s.v1.cni.cncf.io/network-status": "[]",
                "openshift.io/scc": "restricted-v2", "mine": "1",
                "sidecar.istio.io/status": "{\"initContainers\":[\"istio-init\"],\"containers\":[\"istio-proxy\"],\"volumes\":[\"istio-envoy\"]}",
            } },
            "spec": {
                "containers": [{ "name": "app" }, { "name": "istio-proxy" }], "initContainers": [{ "name": "istio-init" }],
                "volumes": [{ "name": "istio-envoy" }, { "name": "data" }],
            },
        }),
    );
    let out = one(&pod, Start::AsCaptured);
    assert_eq!(out["metadata"]["annotations"], json!({ "mine": "1" }));
    assert_eq!(
        out["spec"],
        json!({ "containers": [{ "name": "app" }], "volumes": [{ "name": "data" }] })
    );
}

#[test]
fn an_injected_bundle_goes_and_a_users_own_stays() {
    let webhook = |annotations: Value| {
        mk(
            "admissionregistration.k8s.io/v1",
            "ValidatingWebhookConfiguration",
            &json!({ "metadata": { "namespace": null, "annotations": annotations },
                "webhooks": [{ "name": "w", "clientConfig": { "caBundle": "eA==" } }] }),
        )
    };
    let own = webhook(json!({ "mine": "1" }));
    assert_eq!(one(&own, Start::AsCaptured), own);
    let out = one(
        &webhook(json!({ "cert-manager.io/inject-ca-from": "n/c" })),
        Start::AsCaptured,
    );
    assert_eq!(out["webhooks"], json!([{ "name": "w", "clientConfig": {} }]));
}

#[test]
fn injected_bundles_of_definitions_and_api_services_go_too() {
    let inject = json!({ "namespace": null, "annotations": { "cert-manager.io/inject-ca-from": "n/c" } });
    let definition = json!({ "metadata": inject, "spec": {
        "conversion": { "webhook": { "clientConfig": { "caBundle": "eA==", "service": {} } } },
    } });
    let out = one(
        &mk("apiextensions.k8s.io/v1", "CustomResourceDefinition", &definition),
        Start::AsCaptured,
    );
    assert_eq!(
        out["spec"]["conversion"]["webhook"]["clientConfig"],
        json!({ "service": {} })
    );
    let service = json!({ "metadata": inject, "spec": { "caBundle": "eA==", "group": "g" } });
    let out = one(
        &mk("apiregistration.k8s.io/v1", "APIService", &service),
        Start::AsCaptured,
    );
    assert_eq!(out["spec"], json!({ "group": "g" }));
}

#[test]
fn settings_of_one_provider_are_kept_and_warned_about() {
    let service = mk(
        "v1",
        "Service",
        &json!({
            "metadata": { "annotations": { "service.beta.kubernetes.io/azure-load-balancer-internal": "true" } },
            "spec": { "selector": { "app": "a" } },
        }),
    );
    let out = azure_to_logius(std::slice::from_ref(&service), Start::AsCaptured);
    assert_eq!(out.objects[0].object, service);
    has(&out, Question::LockIn, Severity::Warn);
}

#[test]
fn stopped_then_started_is_as_captured() {
    let objects = [
        mk("apps/v1", "Deployment", &json!({ "spec": { "replicas": 3 } })),
        mk("apps/v1", "StatefulSet", &json!({ "spec": { "replicas": 0 } })),
        mk(
            "apps/v1",
            "DaemonSet",
            &json!({ "spec": { "template": { "spec": { "containers": [] } } } }),
        ),
        mk("batch/v1", "CronJob", &json!({ "spec": { "suspend": false } })),
        mk(
            "batch/v1",
            "Job",
            &json!({ "metadata": { "annotations": { mark::IDEMPOTENT: "true" } }, "spec": {} }),
        ),
    ];
    let stopped = azure_to_logius(&objects, Start::Stopped);
    for (sent, original) in stopped
        .objects
        .iter()
        .zip(&azure_to_logius(&objects, Start::AsCaptured).objects)
    {
        assert!(crate::run::is_stopped(&sent.object), "{}", sent.key);
        let mut started = sent.object.clone();
        if let Some(patch) = start_patch(&started) {
            json_patch::merge(&mut started, &patch);
        }
        assert_eq!(started, original.object);
    }
}

#[test]
fn replicas_captured_after_a_stop_of_ours_are_restored() {
    let quiesced =
        json!({ "metadata": { "annotations": { mark::REPLICAS: "4" } }, "spec": { "replicas": 0 } });
    let out = one(&mk("apps/v1", "Deployment", &quiesced), Start::AsCaptured);
    assert_eq!(
        out,
        mk("apps/v1", "Deployment", &json!({ "spec": { "replicas": 4 } }))
    );
}

#[test]
fn a_running_job_is_held_unless_declared_idempotent() {
    let out = azure_to_logius(
        &[mk("batch/v1", "Job", &json!({ "spec": {} }))],
        Start::AsCaptured,
    );
    let held = &out.objects[0].object;
    assert_eq!(held["spec"]["suspend"], json!(true));
    assert_eq!(start_patch(held), None);
    has(&out, Question::Once, Severity::Warn);
    let again = mk(
        "batch/v1",
        "Job",
        &json!({ "metadata": { "annotations": { mark::IDEMPOTENT: "true" } }, "spec": {} }),
    );
    assert_eq!(one(&again, Start::AsCaptured), again);
}

#[test]
fn a_job_that_our_stop_suspended_is_held_not_resumed() {
    let stopped =
        json!({ "metadata": { "annotations": { mark::SUSPEND: "false" } }, "spec": { "suspend": true } });
    let out = one(&mk("batch/v1", "Job", &stopped), Start::AsCaptured);
    assert_eq!(
        out["metadata"]["annotations"],
        json!({ mark::HELD: mark::HELD_MAY_HAVE_RUN })
    );
}

#[test]
fn a_cron_job_beside_a_running_source_is_suspended_and_everything_else_runs() {
    let objects = [
        mk("apps/v1", "Deployment", &json!({ "spec": { "replicas": 2 } })),
        mk("batch/v1", "CronJob", &json!({ "spec": {} })),
    ];
    let out = azure_to_logius(&objects, Start::Beside);
    assert_eq!(out.objects[0].object, objects[0]);
    assert_eq!(out.objects[1].object["spec"]["suspend"], json!(true));
    has(
        &azure_to_logius(&objects, Start::AsCaptured),
        Question::Once,
        Severity::Warn,
    );
}

#[test]
fn a_bare_pod_is_left_out_while_stopped_and_said() {
    let pod = mk("v1", "Pod", &json!({ "spec": { "containers": [] } }));
    assert_eq!(
        azure_to_logius(std::slice::from_ref(&pod), Start::AsCaptured)
            .objects
            .len(),
        1
    );
    let out = azure_to_logius(&[pod], Start::Stopped);
    assert_eq!(out.objects, []);
    assert_eq!(out.left_out[0].why, NotCopied::BarePodWhileStopped);
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
        out.findings[0].remedy.as_deref(),
        Some("the target serves it as v2: write the object in that version")
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

#[test]
fn plain_storage_that_is_named_for_want_of_a_default_stays_plain() {
    use StorageClassKind::{Rwo, RwoFast};
    // What the target calls plain is what the source calls fast.
    let from = mk_classes(&[(Rwo, "a"), (RwoFast, "b")]);
    let to = ClusterClasses {
        default_storage: None,
        ..mk_classes(&[(Rwo, "b"), (RwoFast, "c")])
    };
    let route = Route {
        from: &from,
        to: &to,
        namespaces_only: None,
        served: None,
    };
    let claim = mk(
        "v1",
        "PersistentVolumeClaim",
        &json!({ "spec": { "accessModes": ["ReadWriteOnce"] } }),
    );
    let out = run(&[claim], &route, Start::AsCaptured);
    assert_eq!(out.objects[0].object["spec"]["storageClassName"], "b");
}

fn mk_roles(names: &[(&str, &str)]) -> BTreeMap<String, String> {
    names
        .iter()
        .map(|(role, name)| ((*role).to_owned(), (*name).to_owned()))
        .collect()
}

/// A cluster with a name of its own for each role.
fn mk_named(of: &str) -> ClusterClasses {
    let name = |what: &str| format!("{of}-{what}");
    ClusterClasses {
        ingress: Some(name("web")),
        ingresses: mk_roles(&[("internal", &name("internal"))]),
        issuers: BTreeMap::from([(
            "public".to_owned(),
            IssuerName {
                kind: "ClusterIssuer".to_owned(),
                name: name("acme"),
            },
        )]),
        registries: mk_roles(&[("apps", &format!("{of}.example.nl/apps"))]),
        priorities: mk_roles(&[("high", &name("high"))]),
        nodes: BTreeMap::from([(
            "gpu".to_owned(),
            NodeRole {
                labels: mk_roles(&[(&format!("{of}/pool"), "gpu")]),
                tolerations: vec![json!({ "key": of, "operator": "Exists" })],
            },
        )]),
        storage: [(StorageClassKind::RwoFast, name("fast"))].into(),
        ..ClusterClasses::default()
    }
}

#[track_caller]
fn named(objects: &[Value]) -> Transformed {
    let (from, to) = (mk_named("azure"), mk_named("logius"));
    run(
        objects,
        &Route {
            from: &from,
            to: &to,
            namespaces_only: None,
            served: None,
        },
        Start::AsCaptured,
    )
}

#[track_caller]
fn becomes(object: &Value, pointer: &str, expected: &Value) {
    let out = named(std::slice::from_ref(object));
    assert_eq!(
        out.objects[0].object.pointer(pointer).unwrap_or(&Value::Null),
        expected,
        "{pointer}"
    );
}

#[test]
fn issuers_are_mapped_by_role_in_certificates_and_annotations() {
    let certificate = json!({ "spec": { "secretName": "tls", "issuerRef": { "kind": "ClusterIssuer", "name": "azure-acme" } } });
    becomes(
        &mk("cert-manager.io/v1", "Certificate", &certificate),
        "/spec/issuerRef/name",
        &json!("logius-acme"),
    );
    let ingress = json!({
        "metadata": { "annotations": { "cert-manager.io/cluster-issuer": "azure-acme" } }, "spec": { "ingressClassName": "azure-internal" },
    });
    let ingress = mk("networking.k8s.io/v1", "Ingress", &ingress);
    becomes(
        &ingress,
        "/metadata/annotations/cert-manager.io~1cluster-issuer",
        &json!("logius-acme"),
    );
    becomes(&ingress, "/spec/ingressClassName", &json!("logius-internal"));
}

#[test]
fn an_issuer_of_another_kind_gets_the_other_annotation() {
    let (from, mut to) = (mk_named("azure"), mk_named("logius"));
    to.issuers.insert(
        "public".to_owned(),
        IssuerName {
            kind: "Issuer".to_owned(),
            name: "own".to_owned(),
        },
    );
    let ingress = json!({ "metadata": { "annotations": { "cert-manager.io/cluster-issuer": "azure-acme" } }, "spec": {} });
    let route = Route {
        from: &from,
        to: &to,
        namespaces_only: None,
        served: None,
    };
    let out = run(
        &[mk("networking.k8s.io/v1", "Ingress", &ingress)],
        &route,
        Start::AsCaptured,
    );
    assert_eq!(
        out.objects[0].object["metadata"]["annotations"],
        json!({ "cert-manager.io/issuer": "own" })
    );
}

#[test]
fn images_priorities_and_nodes_are_mapped_by_role_in_every_template() {
    let pod = json!({
        "priorityClassName": "azure-high", "nodeSelector": { "azure/pool": "gpu", "kubernetes.io/os": "linux" },
        "tolerations": [{ "key": "azure", "operator": "Exists" }, { "key": "own" }],
        "affinity": { "nodeAffinity": { "requiredDuringSchedulingIgnoredDuringExecution": { "nodeSelectorTerms": [
            { "matchExpressions": [{ "key": "azure/pool", "operator": "In", "values": ["gpu"] }] },
        ] } } },
        "containers": [{ "image": "azure.example.nl/apps/web:1" }, { "image": "quay.io/x" }],
    });
    let deployment = mk(
        "apps/v1",
        "Deployment",
        &json!({ "spec": { "template": { "spec": pod } } }),
    );
    let spec = &named(&[deployment]).objects[0].object["spec"]["template"]["spec"].clone();
    assert_eq!(spec["priorityClassName"], "logius-high");
    assert_eq!(
        spec["nodeSelector"],
        json!({ "logius/pool": "gpu", "kubernetes.io/os": "linux" })
    );
    assert_eq!(
        spec["tolerations"],
        json!([{ "key": "own" }, { "key": "logius", "operator": "Exists" }])
    );
    let term = "/affinity/nodeAffinity/requiredDuringSchedulingIgnoredDuringExecution/nodeSelectorTerms/0/matchExpressions/0";
    assert_eq!(
        spec.pointer(term),
        Some(&json!({ "key": "logius/pool", "operator": "In", "values": ["gpu"] }))
    );
    assert_eq!(
        spec["containers"],
        json!([{ "image": "logius.example.nl/apps/web:1" }, { "image": "quay.io/x" }])
    );

    let search = mk(
        "elasticsearch.k8s.elastic.co/v1",
        "Elasticsearch",
        &json!({ "spec": { "nodeSets": [{ "podTemplate": { "spec": pod } }] } }),
    );
    becomes(
        &search,
        "/spec/nodeSets/0/podTemplate/spec/containers/0/image",
        &json!("logius.example.nl/apps/web:1"),
    );
}

#[test]
fn storage_images_and_nodes_of_custom_resources_are_mapped() {
    let cluster = mk(
        "postgresql.cnpg.io/v1",
        "Cluster",
        &json!({ "spec": {
        "imageName": "azure.example.nl/apps/postgresql:17", "storage": { "storageClass": "azure-fast", "size": "1Gi" },
        "affinity": { "nodeSelector": { "azure/pool": "gpu" } },
    } }),
    );
    becomes(
        &cluster,
        "/spec/storage",
        &json!({ "storageClass": "logius-fast", "size": "1Gi" }),
    );
    becomes(
        &cluster,
        "/spec/imageName",
        &json!("logius.example.nl/apps/postgresql:17"),
    );
    becomes(
        &cluster,
        "/spec/affinity/nodeSelector",
        &json!({ "logius/pool": "gpu" }),
    );
    let sso = mk(
        "k8s.keycloak.org/v2alpha1",
        "Keycloak",
        &json!({ "spec": { "ingress": { "className": "azure-web" } } }),
    );
    becomes(&sso, "/spec/ingress/className", &json!("logius-web"));
}

#[test]
fn a_class_that_has_another_name_on_the_target_is_not_copied() {
    let class = mk(
        "scheduling.k8s.io/v1",
        "PriorityClass",
        &json!({ "metadata": { "name": "azure-high", "namespace": null } }),
    );
    let out = named(&[class]);
    assert_eq!(
        out.left_out.iter().map(|left| left.why).collect::<Vec<_>>(),
        [NotCopied::MappedAway]
    );
}

#[test]
fn a_role_that_the_target_lacks_is_said_and_nothing_is_changed() {
    let (from, to) = (mk_named("azure"), ClusterClasses::default());
    let pod = json!({ "spec": { "template": { "spec": {
        "priorityClassName": "azure-high", "nodeSelector": { "azure/pool": "gpu" }, "containers": [{ "image": "azure.example.nl/apps/x" }],
    } } } });
    let object = mk("apps/v1", "Deployment", &pod);
    let route = Route {
        from: &from,
        to: &to,
        namespaces_only: None,
        served: None,
    };
    let out = run(std::slice::from_ref(&object), &route, Start::AsCaptured);
    assert_eq!(out.objects[0].object, object);
    for question in [Question::Admission, Question::Capacity, Question::Images] {
        has(&out, question, Severity::Warn);
    }
}

#[test]
fn a_name_that_means_different_things_on_both_clusters_is_left_and_said() {
    let (mut from, mut to) = (mk_named("azure"), mk_named("logius"));
    from.priorities = mk_roles(&[("high", "p1"), ("low", "p2")]);
    to.priorities = mk_roles(&[("high", "p2"), ("low", "p1")]);
    let object = mk(
        "apps/v1",
        "Deployment",
        &json!({ "spec": { "template": { "spec": { "priorityClassName": "p1" } } } }),
    );
    let route = Route {
        from: &from,
        to: &to,
        namespaces_only: None,
        served: None,
    };
    let out = run(std::slice::from_ref(&object), &route, Start::AsCaptured);
    assert_eq!(out.objects[0].object, object);
    has(&out, Question::Admission, Severity::Warn);
}
