//! Ingresses, certificates, and the Secrets that controllers make.
use super::*;

fn mk_ingress(annotations: &Value) -> Value {
    mk(
        "networking.k8s.io/v1",
        "Ingress",
        "i",
        &json!({ "metadata": { "annotations": annotations }, "spec": {
            "ingressClassName": "nginx", "tls": [{ "secretName": "tls" }],
            "rules": [{ "http": { "paths": [{ "backend": { "service": { "name": "web" } } }] } }],
        } }),
    )
}

#[test]
fn an_ingress_refers_to_class_services_and_certificate() {
    check(
        &[mk_ingress(&json!({})), mk("v1", "Service", "web", &json!({}))],
        &[
            "IngressClass nginx -> OnTarget",
            "Secret n/tls -> Missing",
            "Service n/web -> Moves",
        ],
        &["Warn: refers to Secret n/tls, which does not exist"],
    );
}

#[test]
fn a_certificate_that_a_controller_makes_is_not_dangling() {
    let service = mk("v1", "Service", "web", &json!({}));
    let issuer = json!({ "cert-manager.io/cluster-issuer": "le" });
    check(
        &[mk_ingress(&issuer), service.clone()],
        &[
            "ClusterIssuer le -> OnTarget",
            "IngressClass nginx -> OnTarget",
            "Secret n/tls -> Produced",
            "Service n/web -> Moves",
        ],
        &[],
    );
    let certificate = mk(
        "cert-manager.io/v1",
        "Certificate",
        "c",
        &json!({ "spec": {
        "secretName": "tls", "issuerRef": { "kind": "ClusterIssuer", "name": "le" },
    } }),
    );
    let (_, dangling) = seen(&closure(&[mk_ingress(&json!({})), service, certificate], &[]));
    assert_eq!(dangling, [""; 0]);
}

#[test]
fn secrets_that_other_controllers_make_are_not_dangling() {
    let spec = json!({ "containers": [{ "envFrom": [
        { "secretRef": { "name": "ext" } }, { "secretRef": { "name": "sealed" } },
    ] }] });
    let external = json!({ "spec": { "target": { "name": "ext" }, "secretStoreRef": { "kind": "ClusterSecretStore", "name": "kv" } } });
    check(
        &[
            mk_deployment(&spec),
            mk("external-secrets.io/v1", "ExternalSecret", "e", &external),
            mk("bitnami.com/v1alpha1", "SealedSecret", "sealed", &json!({})),
        ],
        &[
            "ClusterSecretStore kv -> OnTarget",
            "Secret n/ext -> Produced",
            "Secret n/sealed -> Produced",
        ],
        &[],
    );
}
