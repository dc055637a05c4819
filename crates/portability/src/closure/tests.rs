//! Rules of `closure`, each test named as its rule.

use serde_json::{Value, json};

use super::{Closure, Resolved, closure};
use crate::finding::Severity;

mod custom;
mod ingress;
mod neighbours;

fn names(objects: &[Value]) -> Vec<String> {
    let name = |object: &Value| format!("{} {}", object["kind"], object["metadata"]["name"]).replace('"', "");
    objects.iter().map(name).collect()
}

fn mk(api_version: &str, kind: &str, name: &str, rest: &Value) -> Value {
    let mut object =
        json!({ "apiVersion": api_version, "kind": kind, "metadata": { "name": name, "namespace": "n" } });
    json_patch::merge(&mut object, rest);
    object
}

fn mk_deployment(spec: &Value) -> Value {
    mk(
        "apps/v1",
        "Deployment",
        "app",
        &json!({ "spec": { "template": { "spec": spec } } }),
    )
}

fn mk_cluster(api_version: &str, kind: &str, name: &str, rest: &Value) -> Value {
    let mut object = mk(api_version, kind, name, rest);
    json_patch::merge(&mut object, &json!({ "metadata": { "namespace": null } }));
    object
}

/// `kind name -> where` of every reference, and the dangling ones with their severity.
fn seen(closure: &Closure) -> (Vec<String>, Vec<String>) {
    let references = closure
        .references
        .iter()
        .map(|one| format!("{} -> {:?}", one.to, one.resolved))
        .collect();
    let dangling = closure
        .dangling
        .iter()
        .map(|one| format!("{:?}: {}", one.severity, one.message))
        .collect();
    (references, dangling)
}

#[track_caller]
fn check(objects: &[Value], references: &[&str], dangling: &[&str]) {
    let (mut found, mut lost) = seen(&closure(objects, &[]));
    found.sort();
    lost.sort();
    let mut expected = references.to_vec();
    expected.sort_unstable();
    assert_eq!(found, expected);
    assert_eq!(lost, dangling);
}

#[test]
fn everything_a_pod_names_is_a_reference() {
    let spec = json!({
        "serviceAccountName": "sa", "priorityClassName": "high", "runtimeClassName": "gvisor",
        "imagePullSecrets": [{ "name": "pull" }],
        "initContainers": [{ "envFrom": [{ "configMapRef": { "name": "init" } }, { "secretRef": { "name": "from" } }] }],
        "containers": [{ "env": [
            { "name": "a", "valueFrom": { "secretKeyRef": { "name": "env", "key": "k" } } },
            { "name": "b", "valueFrom": { "configMapKeyRef": { "name": "env", "key": "k" } } },
            { "name": "c", "value": "plain" },
        ] }],
        "volumes": [
            { "name": "1", "secret": { "secretName": "vol" } },
            { "name": "2", "configMap": { "name": "vol" } },
            { "name": "3", "projected": { "sources": [
                { "secret": { "name": "proj" } }, { "configMap": { "name": "proj" } }, { "serviceAccountToken": {} },
            ] } },
            { "name": "4", "persistentVolumeClaim": { "claimName": "data" } },
            { "name": "5", "ephemeral": { "volumeClaimTemplate": { "spec": { "storageClassName": "fast" } } } },
            { "name": "6", "csi": { "nodePublishSecretRef": { "name": "csi" } } },
            { "name": "7", "azureFile": { "secretName": "share" } },
        ],
    });
    let closure = closure(&[mk_deployment(&spec)], &[]);
    let (references, dangling) = seen(&closure);
    assert_eq!(
        references
            .iter()
            .map(|line| line.split(" -> ").next().unwrap_or_default())
            .collect::<Vec<_>>(),
        [
            "Secret n/env",
            "ConfigMap n/env",
            "Secret n/pull",
            "ConfigMap n/init",
            "Secret n/from",
            "PriorityClass high",
            "RuntimeClass gvisor",
            "ServiceAccount n/sa",
            "Secret n/vol",
            "ConfigMap n/vol",
            "Secret n/proj",
            "ConfigMap n/proj",
            "PersistentVolumeClaim n/data",
            "StorageClass fast",
            "Secret n/csi",
            "Secret n/share",
        ]
    );
    assert_eq!(
        dangling.len(),
        13,
        "all but the classes, of which nothing was given"
    );
}

#[test]
fn what_moves_resolves_and_what_is_optional_may_be_absent() {
    let spec = json!({ "containers": [{ "envFrom": [
        { "configMapRef": { "name": "there" } }, { "secretRef": { "name": "gone", "optional": true } },
    ] }] });
    check(
        &[mk_deployment(&spec), mk("v1", "ConfigMap", "there", &json!({}))],
        &["ConfigMap n/there -> Moves", "Secret n/gone -> Absent"],
        &[],
    );
}

#[test]
fn a_key_that_a_secret_lacks_blocks() {
    let reference = |key: &str| json!({ "valueFrom": { "secretKeyRef": { "name": "s", "key": key } } });
    let spec = json!({ "containers": [{ "env": [reference("a"), reference("b"), reference("c")] }] });
    let secret = mk(
        "v1",
        "Secret",
        "s",
        &json!({ "data": { "a": "" }, "stringData": { "b": "x" } }),
    );
    let (_, dangling) = seen(&closure(&[mk_deployment(&spec), secret], &[]));
    assert_eq!(dangling, ["Block: Secret n/s has no key c"]);
}

#[test]
fn the_default_account_and_the_clusters_certificate_are_everywhere() {
    let spec = json!({ "serviceAccountName": "default", "volumes": [
        { "name": "ca", "configMap": { "name": "kube-root-ca.crt" } },
    ] });
    check(
        &[mk_deployment(&spec)],
        &[
            "ConfigMap n/kube-root-ca.crt -> Everywhere",
            "ServiceAccount n/default -> Everywhere",
        ],
        &[],
    );
}

#[test]
fn the_same_name_in_another_namespace_does_not_count_but_a_manifest_without_one_does() {
    let spec = json!({ "serviceAccountName": "sa" });
    let mut account = mk(
        "v1",
        "ServiceAccount",
        "sa",
        &json!({ "metadata": { "namespace": "other" } }),
    );
    let dangling = ["Block: refers to ServiceAccount n/sa, which does not exist"];
    check(
        &[mk_deployment(&spec), account.clone()],
        &["ServiceAccount n/sa -> Missing"],
        &dangling,
    );
    json_patch::merge(&mut account, &json!({ "metadata": { "namespace": null } }));
    check(
        &[mk_deployment(&spec), account],
        &["ServiceAccount n/sa -> Moves"],
        &[],
    );
}

#[test]
fn scaling_and_disruption_need_their_workload() {
    let scaler = json!({ "spec": { "scaleTargetRef": { "apiVersion": "apps/v1", "kind": "Deployment", "name": "gone" } } });
    let budget = |app: &str| json!({ "spec": { "selector": { "matchLabels": { "app": app } } } });
    let app = mk(
        "apps/v1",
        "Deployment",
        "app",
        &json!({ "spec": { "template": { "metadata": { "labels": { "app": "a" } } } } }),
    );
    check(
        &[
            app,
            mk("autoscaling/v2", "HorizontalPodAutoscaler", "h", &scaler),
            mk("policy/v1", "PodDisruptionBudget", "fits", &budget("a")),
            mk("policy/v1", "PodDisruptionBudget", "loose", &budget("b")),
        ],
        &["Deployment n/gone -> Missing"],
        &[
            "Warn: refers to Deployment n/gone, which does not exist",
            "Warn: selects no Pods of any workload",
        ],
    );
}

#[test]
fn roles_bindings_priorities_and_definitions_are_taken_along() {
    let binding = |name: &str, namespace: &str, role: &str| {
        mk_cluster(
            "rbac.authorization.k8s.io/v1",
            "ClusterRoleBinding",
            name,
            &json!({
                "roleRef": { "kind": "ClusterRole", "name": role },
                "subjects": [{ "kind": "ServiceAccount", "name": "sa", "namespace": namespace }],
            }),
        )
    };
    let role = |name: &str| mk_cluster("rbac.authorization.k8s.io/v1", "ClusterRole", name, &json!({}));
    let definition = |group: &str, kind: &str| {
        mk_cluster(
            "apiextensions.k8s.io/v1",
            "CustomResourceDefinition",
            &format!("{kind}.{group}"),
            &json!({
                "spec": { "group": group, "names": { "kind": kind } },
            }),
        )
    };
    let cluster_scoped = [
        binding("ours", "n", "reader"),
        binding("theirs", "other", "writer"),
        role("reader"),
        role("writer"),
        role("namespaced"),
        mk_cluster("scheduling.k8s.io/v1", "PriorityClass", "high", &json!({})),
        mk_cluster("scheduling.k8s.io/v1", "PriorityClass", "low", &json!({})),
        definition("postgresql.cnpg.io", "Cluster"),
        definition("example.org", "Other"),
    ];
    let objects = [
        mk_deployment(&json!({ "serviceAccountName": "sa", "priorityClassName": "high" })),
        mk("v1", "ServiceAccount", "sa", &json!({})),
        mk("postgresql.cnpg.io/v1", "Cluster", "db", &json!({})),
        mk(
            "rbac.authorization.k8s.io/v1",
            "RoleBinding",
            "b",
            &json!({
                "roleRef": { "kind": "ClusterRole", "name": "namespaced" },
                "subjects": [{ "kind": "ServiceAccount", "name": "argocd", "namespace": "argocd" }],
            }),
        ),
        mk(
            "rbac.authorization.k8s.io/v1",
            "RoleBinding",
            "v",
            &json!({ "roleRef": { "kind": "ClusterRole", "name": "view" } }),
        ),
    ];
    let closure = closure(&objects, &cluster_scoped);
    let needed: Vec<&str> = closure
        .needed_cluster_scoped
        .iter()
        .filter_map(|object| object["metadata"]["name"].as_str())
        .collect();
    assert_eq!(
        needed,
        [
            "Cluster.postgresql.cnpg.io",
            "namespaced",
            "reader",
            "ours",
            "high"
        ]
    );
    assert_eq!(closure.dangling, []);
}

#[test]
fn a_cluster_scoped_kind_of_which_nothing_was_given_is_not_missing() {
    let objects = [mk_deployment(&json!({ "priorityClassName": "high" }))];
    assert_eq!(
        seen(&closure(&objects, &[])).0,
        ["PriorityClass high -> OnTarget"]
    );
    let other = [mk_cluster(
        "scheduling.k8s.io/v1",
        "PriorityClass",
        "low",
        &json!({}),
    )];
    let closure = closure(&objects, &other);
    assert_eq!(closure.references[0].resolved, Resolved::Missing);
    assert_eq!(closure.dangling[0].severity, Severity::Block);
}

#[test]
fn what_lies_in_a_namespace_that_does_not_move_is_said() {
    let route = mk(
        "gateway.networking.k8s.io/v1",
        "HTTPRoute",
        "r",
        &json!({ "spec": {
        "parentRefs": [{ "name": "shared", "namespace": "infra" }], "rules": [{ "backendRefs": [{ "name": "web" }] }],
    } }),
    );
    check(
        &[route, mk("v1", "Service", "web", &json!({}))],
        &["Gateway infra/shared -> Elsewhere", "Service n/web -> Moves"],
        &["Warn: refers to Gateway infra/shared, which does not move with it"],
    );
}
