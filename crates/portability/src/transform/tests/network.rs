//! Addresses, endpoints and ingresses.
use super::*;

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
