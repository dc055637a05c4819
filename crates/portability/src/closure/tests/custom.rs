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
