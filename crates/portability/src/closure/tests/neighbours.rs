//! What a workload needs of its namespace, and what its neighbours use too.
use super::super::gather;
use super::*;

/// A workload of two objects in a namespace with another one, and what stands around both.
fn mk_around() -> (Vec<Value>, Vec<Value>) {
    let pod = |app: &str, secret: &str| {
        json!({ "spec": { "template": { "metadata": { "labels": { "app": app } }, "spec": {
            "serviceAccountName": app, "containers": [{ "envFrom": [{ "secretRef": { "name": secret } }, { "secretRef": { "name": "both" } }] }],
        } } } })
    };
    let selects = |app: &str| json!({ "spec": { "selector": { "matchLabels": { "app": app } }, "podSelector": { "matchLabels": { "app": app } } } });
    let target = json!({ "spec": { "scaleTargetRef": { "apiVersion": "apps/v1", "kind": "Deployment", "name": "shop" } } });
    let backend = |name: &str| json!({ "backend": { "service": { "name": name } } });
    let own = vec![mk("apps/v1", "Deployment", "shop", &pod("shop", "shop-db"))];
    let around = vec![
        mk("apps/v1", "Deployment", "till", &pod("till", "till-db")),
        mk("v1", "Secret", "both", &json!({})),
        mk("v1", "Secret", "till-db", &json!({})),
        mk("bitnami.com/v1alpha1", "SealedSecret", "shop-db", &json!({})),
        mk("v1", "ServiceAccount", "shop", &json!({})),
        mk(
            "v1",
            "Service",
            "shop",
            &json!({ "spec": { "selector": { "app": "shop" } } }),
        ),
        mk(
            "v1",
            "Service",
            "till",
            &json!({ "spec": { "selector": { "app": "till" } } }),
        ),
        mk(
            "networking.k8s.io/v1",
            "Ingress",
            "web",
            &json!({ "spec": { "tls": [{ "secretName": "tls" }], "rules": [{ "http": { "paths": [backend("shop"), backend("till")] } }] } }),
        ),
        mk(
            "cert-manager.io/v1",
            "Certificate",
            "web",
            &json!({ "spec": { "secretName": "tls" } }),
        ),
        mk(
            "networking.k8s.io/v1",
            "NetworkPolicy",
            "all",
            &json!({ "spec": { "podSelector": {} } }),
        ),
        mk("networking.k8s.io/v1", "NetworkPolicy", "till", &selects("till")),
        mk("policy/v1", "PodDisruptionBudget", "shop", &selects("shop")),
        mk("autoscaling/v2", "HorizontalPodAutoscaler", "shop", &target),
        mk(
            "monitoring.coreos.com/v1",
            "ServiceMonitor",
            "shop",
            &json!({ "spec": { "selector": {} } }),
        ),
        mk(
            "rbac.authorization.k8s.io/v1",
            "RoleBinding",
            "shop",
            &json!({
                "roleRef": { "kind": "ClusterRole", "name": "reader" }, "subjects": [{ "kind": "ServiceAccount", "name": "shop" }],
            }),
        ),
        mk_cluster(
            "rbac.authorization.k8s.io/v1",
            "ClusterRole",
            "reader",
            &json!({}),
        ),
        mk_cluster(
            "rbac.authorization.k8s.io/v1",
            "ClusterRole",
            "writer",
            &json!({}),
        ),
        mk_cluster(
            "apiextensions.k8s.io/v1",
            "CustomResourceDefinition",
            "sealedsecrets",
            &json!({
                "spec": { "group": "bitnami.com", "names": { "kind": "SealedSecret" } },
            }),
        ),
        mk(
            "rbac.authorization.k8s.io/v1",
            "RoleBinding",
            "theirs",
            &json!({
                "metadata": { "namespace": "other" }, "roleRef": { "kind": "ClusterRole", "name": "reader" },
                "subjects": [{ "kind": "ServiceAccount", "name": "shop", "namespace": "n" }],
            }),
        ),
    ];
    (own, around)
}

#[test]
fn what_a_workload_needs_and_what_belongs_to_it_goes_along_and_its_neighbours_stay() {
    let (own, around) = mk_around();
    let gathered = gather(&own, &around);
    assert_eq!(
        names(&gathered.objects),
        [
            "Secret both",
            "Service shop",
            "ServiceAccount shop",
            "HorizontalPodAutoscaler shop",
            "SealedSecret shop-db",
            "Certificate web",
            "ServiceMonitor shop",
            "Ingress web",
            "NetworkPolicy all",
            "PodDisruptionBudget shop",
            "RoleBinding shop",
        ]
    );
    assert_eq!(
        names(&gathered.cluster_scoped),
        ["CustomResourceDefinition sealedsecrets", "ClusterRole reader"]
    );
}

#[test]
fn what_others_use_too_is_named_with_its_users() {
    let (own, around) = mk_around();
    let shared: Vec<String> = gather(&own, &around)
        .shared
        .iter()
        .map(|one| {
            let by: Vec<String> = one.by.iter().map(ToString::to_string).collect();
            format!("{} <- {}", one.key, by.join(", "))
        })
        .collect();
    assert_eq!(
        shared,
        [
            "Secret n/both <- apps/Deployment n/till",
            "ServiceAccount n/shop <- rbac.authorization.k8s.io/RoleBinding other/theirs",
            "monitoring.coreos.com/ServiceMonitor n/shop <- Service n/till",
            "networking.k8s.io/NetworkPolicy n/all <- apps/Deployment n/till",
            "rbac.authorization.k8s.io/ClusterRole reader <- rbac.authorization.k8s.io/RoleBinding other/theirs",
        ]
    );
}

#[test]
fn a_whole_namespace_needs_nothing_more_of_it() {
    let (own, around) = mk_around();
    let (inside, outside): (Vec<Value>, Vec<Value>) = own
        .into_iter()
        .chain(around)
        .partition(|object| object["metadata"]["namespace"] == "n");
    let gathered = gather(&inside, &outside);
    assert_eq!(names(&gathered.objects), [""; 0]);
    assert_eq!(gathered.cluster_scoped.len(), 2);
}

#[test]
fn a_policy_names_namespaces_that_stay() {
    let from = |name: &str| json!({ "namespaceSelector": { "matchLabels": { "kubernetes.io/metadata.name": name } } });
    let policy =
        json!({ "spec": { "podSelector": {}, "ingress": [{ "from": [from("ingress"), from("n")] }] } });
    check(
        &[mk("networking.k8s.io/v1", "NetworkPolicy", "p", &policy)],
        &["Namespace ingress -> Elsewhere", "Namespace n -> Moves"],
        &["Warn: refers to Namespace ingress, which does not move with it"],
    );
}
