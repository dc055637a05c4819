//! Custom resources, their operators, and webhooks.
use super::*;

#[test]
fn templates_of_custom_resources_refer_as_pods_do() {
    let search = json!({ "spec": { "nodeSets": [{ "podTemplate": { "spec": { "containers": [
        { "envFrom": [{ "secretRef": { "name": "s" } }] },
    ] } }, "volumeClaimTemplates": [{ "spec": { "storageClassName": "fast" } }] }] } });
    check(
        &[mk(
            "elasticsearch.k8s.elastic.co/v1",
            "Elasticsearch",
            "e",
            &search,
        )],
        &["Secret n/s -> Missing", "StorageClass fast -> OnTarget"],
        &["Block: refers to Secret n/s, which does not exist"],
    );
}

#[test]
fn what_an_operator_makes_is_not_dangling() {
    let spec = json!({ "containers": [{ "envFrom": [
        { "secretRef": { "name": "db-app" } }, { "secretRef": { "name": "bus-cluster-ca-cert" } },
    ] }] });
    check(
        &[
            mk_deployment(&spec),
            mk("postgresql.cnpg.io/v1", "Cluster", "db", &json!({})),
            mk("kafka.strimzi.io/v1beta2", "Kafka", "bus", &json!({})),
        ],
        &[
            "Secret n/bus-cluster-ca-cert -> Produced",
            "Secret n/db-app -> Produced",
        ],
        &[],
    );
}

#[test]
fn webhooks_of_the_workload_are_taken_along_and_those_of_an_operator_are_told() {
    let webhook = |name: &str, namespace: &str| {
        mk_cluster(
            "admissionregistration.k8s.io/v1",
            "ValidatingWebhookConfiguration",
            name,
            &json!({ "webhooks": [{
            "clientConfig": { "service": { "name": "hook", "namespace": namespace } },
            "rules": [{ "apiGroups": ["postgresql.cnpg.io"] }],
        }] }),
        )
    };
    let objects = [
        mk("postgresql.cnpg.io/v1", "Cluster", "db", &json!({})),
        mk("v1", "Service", "hook", &json!({})),
    ];
    let closure = closure(&objects, &[webhook("ours", "n"), webhook("cnpg", "cnpg-system")]);
    assert_eq!(
        names(&closure.needed_cluster_scoped),
        ["ValidatingWebhookConfiguration ours"]
    );
    let (references, dangling) = seen(&closure);
    assert_eq!(
        references,
        [
            "Service n/hook -> Moves",
            "ValidatingWebhookConfiguration cnpg -> OnTarget"
        ]
    );
    assert_eq!(dangling, [""; 0]);
}

#[test]
fn what_operators_of_providers_make_is_not_dangling() {
    let spec = json!({ "containers": [{ "envFrom": [
        { "secretRef": { "name": "keys" } }, { "secretRef": { "name": "connection" } }, { "configMapRef": { "name": "endpoint" } },
    ] }] });
    let account =
        json!({ "spec": { "operatorSpec": { "secrets": { "key1": { "name": "keys", "key": "k" } } } } });
    let bucket =
        json!({ "spec": { "writeConnectionSecretToRef": { "name": "connection", "namespace": "n" } } });
    let export = json!({ "spec": { "to": { "name": "endpoint", "kind": "configmap" } } });
    check(
        &[
            mk_deployment(&spec),
            mk("storage.azure.com/v1api20230101", "StorageAccount", "a", &account),
            mk("s3.aws.upbound.io/v1beta1", "Bucket", "b", &bucket),
            mk("services.k8s.aws/v1alpha1", "FieldExport", "e", &export),
        ],
        &[
            "ConfigMap n/endpoint -> Produced",
            "Secret n/connection -> Produced",
            "Secret n/keys -> Produced",
        ],
        &[],
    );
}

#[test]
fn what_only_looks_like_a_name_is_no_reference() {
    let action = json!({ "spec": { "ingressClassName": "alb", "rules": [{ "http": { "paths": [
        { "backend": { "service": { "name": "ssl-redirect", "port": { "name": "use-annotation" } } } },
    ] } }] } });
    let route = json!({ "spec": { "routes": [{ "services": [{ "kind": "TraefikService", "name": "api@internal" }] }] } });
    let restart = json!({ "spec": { "rolloutRestartTargets": [{ "kind": "argo.Rollout", "name": "web" }] } });
    check(
        &[
            mk("networking.k8s.io/v1", "Ingress", "i", &action),
            mk("traefik.io/v1alpha1", "IngressRoute", "r", &route),
            mk(
                "secrets.hashicorp.com/v1beta1",
                "VaultStaticSecret",
                "s",
                &restart,
            ),
            mk("argoproj.io/v1alpha1", "Rollout", "web", &json!({})),
        ],
        &["IngressClass alb -> OnTarget", "Rollout n/web -> Moves"],
        &[],
    );
}

#[test]
fn who_delivers_an_object_is_followed_and_never_missing() {
    let labels = json!({ "metadata": { "labels": {
        "kustomize.toolkit.fluxcd.io/name": "apps", "kustomize.toolkit.fluxcd.io/namespace": "flux-system",
        "helm.toolkit.fluxcd.io/name": "shop", "helm.toolkit.fluxcd.io/namespace": "n",
    }, "annotations": { "argocd.argoproj.io/tracking-id": "argo_shop:/ConfigMap:n/c" } } });
    check(
        &[
            mk("v1", "ConfigMap", "c", &labels),
            mk("helm.toolkit.fluxcd.io/v2", "HelmRelease", "shop", &json!({})),
        ],
        &[
            "Application argo/shop -> Elsewhere",
            "HelmRelease n/shop -> Moves",
            "Kustomization flux-system/apps -> Elsewhere",
        ],
        &[],
    );
}
