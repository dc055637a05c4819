//! Rules of `capture`, each test named as its rule.

use serde_json::{Value, json};

use super::{NotCopied, capture, is_captured_kind, not_copied};

fn mk(api_version: &str, kind: &str, rest: impl std::borrow::Borrow<Value>) -> Value {
    let mut object = json!({
        "apiVersion": api_version, "kind": kind,
        "metadata": { "name": "a", "namespace": "n", "uid": "1", "resourceVersion": "7" },
    });
    json_patch::merge(&mut object, rest.borrow());
    object
}

#[track_caller]
fn check(live: &Value, expected: &Value) {
    let kept = capture(live).expect("captured");
    assert_eq!(&kept, expected);
    assert_eq!(
        capture(&kept).as_ref(),
        Some(expected),
        "capturing a capture changes nothing"
    );
}

#[track_caller]
fn check_never(live: &Value, why: NotCopied) {
    assert_eq!(not_copied(live), Some(why));
    assert_eq!(capture(live), None);
}

#[test]
fn what_the_server_sets_on_every_kind_is_stripped() {
    let live = mk(
        "v1",
        "ConfigMap",
        json!({
            "metadata": {
                "generateName": "a-", "selfLink": "/x", "generation": 3, "creationTimestamp": "2026-01-01T00:00:00Z",
                "deletionTimestamp": "2026-01-01T00:00:00Z", "deletionGracePeriodSeconds": 30,
                "managedFields": [{ "manager": "kubectl" }], "labels": { "app": "a" },
                "annotations": {
                    "kubectl.kubernetes.io/last-applied-configuration": "{}",
                    "deployment.kubernetes.io/revision": "4",
                    "mine": "kept",
                },
            },
            "data": { "k": "v" },
            "status": { "x": 1 },
        }),
    );
    check(
        &live,
        &json!({
            "apiVersion": "v1", "kind": "ConfigMap",
            "metadata": { "name": "a", "namespace": "n", "labels": { "app": "a" }, "annotations": { "mine": "kept" } },
            "data": { "k": "v" },
        }),
    );
}

#[test]
fn annotations_of_the_server_alone_leave_no_empty_map() {
    let live = mk(
        "v1",
        "ConfigMap",
        json!({ "metadata": { "annotations": { "deployment.kubernetes.io/revision": "4" } } }),
    );
    check(
        &live,
        &json!({ "apiVersion": "v1", "kind": "ConfigMap", "metadata": { "name": "a", "namespace": "n" } }),
    );
}

#[test]
fn finalizers_of_the_server_go_and_those_of_users_stay() {
    let live = mk(
        "v1",
        "PersistentVolumeClaim",
        json!({ "metadata": { "finalizers": ["kubernetes.io/pvc-protection", "example.org/mine"] } }),
    );
    assert_eq!(
        capture(&live).expect("captured")["metadata"]["finalizers"],
        json!(["example.org/mine"])
    );
}

#[test]
fn a_services_given_address_goes_and_headless_stays() {
    let given = mk(
        "v1",
        "Service",
        json!({ "spec": {
            "clusterIP": "10.0.0.7", "clusterIPs": ["10.0.0.7"], "ipFamilies": ["IPv4"],
            "ipFamilyPolicy": "SingleStack", "selector": { "app": "a" },
        } }),
    );
    assert_eq!(
        capture(&given).expect("captured")["spec"],
        json!({ "selector": { "app": "a" } })
    );
    let headless = mk(
        "v1",
        "Service",
        json!({ "spec": { "clusterIP": "None", "clusterIPs": ["None"] } }),
    );
    assert_eq!(
        capture(&headless).expect("captured")["spec"],
        json!({ "clusterIP": "None", "clusterIPs": ["None"] })
    );
}

fn mk_node_port(managed: &Value) -> Value {
    mk(
        "v1",
        "Service",
        json!({
            "metadata": { "managedFields": managed },
            "spec": { "type": "NodePort", "healthCheckNodePort": 31000, "ports": [
                { "port": 80, "protocol": "TCP", "nodePort": 30080 },
                { "port": 443, "protocol": "TCP", "nodePort": 30443 },
            ] },
        }),
    )
}

#[test]
fn a_node_port_stays_only_when_a_user_set_it() {
    let managed = json!([{ "manager": "kubectl", "fieldsV1": { "f:spec": { "f:ports": {
        "k:{\"port\":80,\"protocol\":\"TCP\"}": { ".": {}, "f:nodePort": {}, "f:port": {} },
        "k:{\"port\":443,\"protocol\":\"TCP\"}": { ".": {}, "f:port": {} },
    } } } }]);
    let kept = capture(&mk_node_port(&managed)).expect("captured");
    assert_eq!(kept["spec"]["ports"][0]["nodePort"], json!(30080));
    assert_eq!(kept["spec"]["ports"][1].get("nodePort"), None);
    assert_eq!(kept["spec"].get("healthCheckNodePort"), None);
    assert_eq!(
        capture(&kept),
        Some(kept.clone()),
        "the capture needs no managed fields to keep it"
    );
}

#[test]
fn a_node_port_in_the_last_applied_manifest_stays() {
    let mut live = mk_node_port(&json!([]));
    live["metadata"]["annotations"] = json!({
        "kubectl.kubernetes.io/last-applied-configuration": "{\"spec\":{\"ports\":[{\"port\":443,\"nodePort\":30443}]}}",
    });
    let kept = capture(&live).expect("captured");
    assert_eq!(kept["spec"]["ports"][0].get("nodePort"), None);
    assert_eq!(kept["spec"]["ports"][1]["nodePort"], json!(30443));
}

#[test]
fn a_node_port_that_a_controller_wrote_goes() {
    let managed = json!([{ "manager": "cloud-controller-manager", "fieldsV1": { "f:spec": { "f:ports": {
        "k:{\"port\":80,\"protocol\":\"TCP\"}": { "f:nodePort": {} },
    } } } }]);
    assert_eq!(
        capture(&mk_node_port(&managed)).expect("captured")["spec"]["ports"][0].get("nodePort"),
        None
    );
}

#[test]
fn a_bare_pod_loses_its_node_and_its_token() {
    let live = mk(
        "v1",
        "Pod",
        json!({ "spec": {
            "nodeName": "n1", "priority": 0, "preemptionPolicy": "PreemptLowerPriority", "serviceAccountName": "sa",
            "containers": [{ "name": "c", "volumeMounts": [
                { "name": "data", "mountPath": "/data" },
                { "name": "kube-api-access-x7k2p", "mountPath": "/var/run/secrets/kubernetes.io/serviceaccount" },
            ] }],
            "initContainers": [{ "name": "i", "volumeMounts": [{ "name": "sa-token-abcde", "mountPath": "/t" }] }],
            "volumes": [
                { "name": "data", "emptyDir": {} },
                { "name": "kube-api-access-x7k2p", "projected": {} },
                { "name": "sa-token-abcde", "secret": { "secretName": "sa-token-abcde" } },
            ],
        }, "status": { "phase": "Running" } }),
    );
    assert_eq!(
        capture(&live).expect("captured")["spec"],
        json!({
            "serviceAccountName": "sa",
            "containers": [{ "name": "c", "volumeMounts": [{ "name": "data", "mountPath": "/data" }] }],
            "initContainers": [{ "name": "i" }],
            "volumes": [{ "name": "data", "emptyDir": {} }],
        })
    );
}

#[test]
fn pods_with_an_owner_mirrors_finished_ones_and_hooks_are_never_copied() {
    let pod = |rest: Value| mk("v1", "Pod", rest);
    check_never(
        &pod(json!({ "metadata": { "ownerReferences": [{ "kind": "ReplicaSet" }] } })),
        NotCopied::MadeByOwner,
    );
    check_never(
        &pod(json!({ "metadata": { "annotations": { "kubernetes.io/config.mirror": "x" } } })),
        NotCopied::MirrorPod,
    );
    check_never(
        &pod(json!({ "status": { "phase": "Succeeded" } })),
        NotCopied::Finished,
    );
    check_never(
        &pod(json!({ "metadata": { "annotations": { "helm.sh/hook": "test" } } })),
        NotCopied::HelmHook,
    );
}

#[test]
fn a_finished_job_and_one_of_a_cron_job_are_never_copied() {
    let done = json!({ "status": { "conditions": [{ "type": "Complete", "status": "True" }] } });
    check_never(&mk("batch/v1", "Job", done), NotCopied::Finished);
    let owned = json!({ "metadata": { "ownerReferences": [{ "kind": "CronJob", "name": "c" }] } });
    check_never(&mk("batch/v1", "Job", owned), NotCopied::MadeByOwner);
}

#[test]
fn a_running_job_loses_the_selector_and_labels_of_its_uid() {
    let live = mk(
        "batch/v1",
        "Job",
        json!({ "spec": {
            "selector": { "matchLabels": { "batch.kubernetes.io/controller-uid": "1" } },
            "template": { "metadata": { "labels": {
                "app": "a", "controller-uid": "1", "batch.kubernetes.io/controller-uid": "1", "job-name": "a",
                "batch.kubernetes.io/job-name": "a",
            } } },
        }, "status": { "active": 1 } }),
    );
    assert_eq!(
        capture(&live).expect("captured")["spec"],
        json!({ "template": { "metadata": { "labels": { "app": "a" } } } })
    );
}

#[test]
fn a_job_with_a_selector_of_its_own_keeps_it() {
    let spec = json!({ "manualSelector": true, "selector": { "matchLabels": { "app": "a" } } });
    assert_eq!(
        capture(&mk("batch/v1", "Job", json!({ "spec": spec }))).expect("captured")["spec"],
        spec
    );
}

#[test]
fn a_claim_loses_the_volume_that_a_controller_bound() {
    let live = mk(
        "v1",
        "PersistentVolumeClaim",
        json!({
            "metadata": { "annotations": {
                "pv.kubernetes.io/bind-completed": "yes", "pv.kubernetes.io/bound-by-controller": "yes",
                "volume.kubernetes.io/storage-provisioner": "disk.csi.azure.com",
                "volume.beta.kubernetes.io/storage-provisioner": "disk.csi.azure.com",
                "volume.kubernetes.io/selected-node": "n1",
            } },
            "spec": { "volumeName": "pvc-1", "volumeMode": "Filesystem", "storageClassName": "fast" },
        }),
    );
    let kept = capture(&live).expect("captured");
    assert_eq!(
        kept["spec"],
        json!({ "volumeMode": "Filesystem", "storageClassName": "fast" })
    );
    assert_eq!(kept["metadata"], json!({ "name": "a", "namespace": "n" }));
}

#[test]
fn a_service_account_loses_its_tokens_and_keeps_what_users_listed() {
    let live = mk(
        "v1",
        "ServiceAccount",
        json!({
            "secrets": [{ "name": "a-token-abcde" }, { "name": "mine" }, { "name": "a-dockercfg-12345" }],
            "imagePullSecrets": [{ "name": "a-dockercfg-12345" }, { "name": "harbor" }],
        }),
    );
    let kept = capture(&live).expect("captured");
    assert_eq!(kept["secrets"], json!([{ "name": "mine" }]));
    assert_eq!(kept["imagePullSecrets"], json!([{ "name": "harbor" }]));
}

#[test]
fn credentials_of_the_cluster_and_what_it_gives_are_never_copied() {
    let secret = |kind: &str| mk("v1", "Secret", json!({ "type": kind }));
    check_never(
        &secret("kubernetes.io/service-account-token"),
        NotCopied::SourceCredential,
    );
    check_never(&secret("kubernetes.io/dockercfg"), NotCopied::SourceCredential);
    check_never(&secret("helm.sh/release.v1"), NotCopied::HelmRelease);
    assert!(
        capture(&secret("kubernetes.io/dockerconfigjson")).is_some(),
        "a user's pull secret is copied"
    );
    let named = |kind: &str, name: &str| mk("v1", kind, json!({ "metadata": { "name": name } }));
    check_never(&named("ConfigMap", "kube-root-ca.crt"), NotCopied::GivenByCluster);
    check_never(&named("ServiceAccount", "default"), NotCopied::GivenByCluster);
    let lock = json!({ "metadata": { "annotations": { "control-plane.alpha.kubernetes.io/leader": "{}" } } });
    check_never(&mk("v1", "ConfigMap", lock), NotCopied::ElectionLock);
}

#[test]
fn our_own_credentials_stay_where_they_give_access() {
    let ours = json!({ "metadata": { "annotations": { "havenmeester.dev/credentials": "true" } } });
    check_never(
        &mk("rbac.authorization.k8s.io/v1", "RoleBinding", ours),
        NotCopied::OwnCredentials,
    );
}

#[test]
fn what_describes_one_cluster_is_never_copied() {
    let never = [
        ("v1", "Node"),
        ("v1", "Event"),
        ("events.k8s.io/v1", "Event"),
        ("v1", "Endpoints"),
        ("discovery.k8s.io/v1", "EndpointSlice"),
        ("coordination.k8s.io/v1", "Lease"),
        ("storage.k8s.io/v1", "CSINode"),
        ("storage.k8s.io/v1", "VolumeAttachment"),
        ("operators.coreos.com/v1alpha1", "Subscription"),
        ("packages.operators.coreos.com/v1", "PackageManifest"),
    ];
    for (api_version, kind) in never {
        check_never(&mk(api_version, kind, json!({})), NotCopied::ClusterState);
    }
    for (group, kind) in [
        ("", "ConfigMap"),
        ("apps", "ReplicaSet"),
        ("postgresql.cnpg.io", "Cluster"),
    ] {
        assert!(is_captured_kind(group, kind), "{group} {kind}");
    }
}

#[test]
fn replica_sets_and_revisions_are_copied_only_without_an_owner() {
    for kind in ["ReplicaSet", "ControllerRevision"] {
        let owned = json!({ "metadata": { "ownerReferences": [{ "kind": "Deployment", "name": "d" }] } });
        check_never(&mk("apps/v1", kind, owned), NotCopied::MadeByOwner);
        assert!(capture(&mk("apps/v1", kind, json!({}))).is_some());
    }
}

#[test]
fn stateful_set_templates_lose_the_status_that_the_server_adds() {
    let live = mk(
        "apps/v1",
        "StatefulSet",
        json!({ "spec": {
            "template": { "metadata": { "creationTimestamp": null, "labels": { "app": "a" } } },
            "volumeClaimTemplates": [{ "metadata": { "name": "data", "creationTimestamp": null }, "status": { "phase": "Pending" } }],
        } }),
    );
    assert_eq!(
        capture(&live).expect("captured")["spec"],
        json!({
            "template": { "metadata": { "labels": { "app": "a" } } },
            "volumeClaimTemplates": [{ "metadata": { "name": "data" } }],
        })
    );
}

#[test]
fn a_namespace_keeps_its_labels_but_for_its_name() {
    let live = json!({
        "apiVersion": "v1", "kind": "Namespace",
        "metadata": {
            "name": "n",
            "labels": { "kubernetes.io/metadata.name": "n", "pod-security.kubernetes.io/enforce": "restricted" },
            "annotations": { "openshift.io/sa.scc.uid-range": "1000/10000" },
        },
        "spec": { "finalizers": ["kubernetes"] }, "status": { "phase": "Active" },
    });
    let labels = json!({ "pod-security.kubernetes.io/enforce": "restricted" });
    check(
        &live,
        &json!({ "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": "n", "labels": labels } }),
    );
}

#[test]
fn an_object_without_a_name_is_not_copied_and_does_not_panic() {
    for broken in [
        json!(null),
        json!([]),
        json!({}),
        json!({ "kind": "Pod" }),
        json!({ "metadata": 3, "kind": 4 }),
    ] {
        check_never(&broken, NotCopied::NoIdentity);
    }
}
