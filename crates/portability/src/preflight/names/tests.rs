//! Names with what is said of their records, each test named as its rule.

use serde_json::{Value, json};

use super::{
    record::{owner, records},
    *,
};
use crate::{
    classes::{ClusterClasses, Route},
    facts::{Aims, Fact},
    transform::{Start, transform},
};

fn ingress(annotations: &Value) -> Value {
    json!({ "apiVersion": "networking.k8s.io/v1", "kind": "Ingress",
        "metadata": { "name": "web", "namespace": "shop", "annotations": annotations },
        "spec": { "rules": [{ "host": "shop.example.nl" }] } })
}

fn found(objects: &[Value], rto: Option<i64>) -> Vec<String> {
    let classes = ClusterClasses::default();
    let route = Route {
        from: &classes,
        to: &classes,
        namespaces_only: None,
        served: None,
    };
    let facts = TargetFacts {
        entries: Fact::Known(Vec::new()),
        aims: Aims {
            rto,
            ..Aims::default()
        },
        ..TargetFacts::default()
    };
    let transformed = transform(objects, &route, Start::AsCaptured);
    check(&transformed, &facts)
        .iter()
        .map(|one| one.message.to_string())
        .collect()
}

#[test]
fn a_time_to_live_longer_than_the_recovery_time_is_told() {
    let long = ingress(&json!({ "external-dns.alpha.kubernetes.io/ttl": "1h" }));
    let said = found(std::slice::from_ref(&long), Some(900));
    assert!(
        said[0].contains("kept for 3600 s, more than its recovery time of 900 s"),
        "{said:?}"
    );
    let said = found(&[long], Some(3600));
    assert_eq!(said.len(), 1, "{said:?}");
    assert!(
        said[0].contains("written by external-dns, with a time to live of 3600 s"),
        "{said:?}"
    );
}

#[test]
fn whose_record_it_is_comes_from_the_objects() {
    let dns = json!({ "apiVersion": "apps/v1", "kind": "Deployment", "metadata": { "name": "dns", "namespace": "shop" },
        "spec": { "template": { "spec": { "containers": [
            { "name": "dns", "args": ["--source=ingress", "--registry=txt", "--txt-owner-id=aks-prd"] },
        ] } } } });
    assert_eq!(owner(&dns).as_deref(), Some("aks-prd"));
    let told = ingress(&json!({ "external-dns.alpha.kubernetes.io/hostname": "shop.example.nl" }));
    let said = found(&[dns, told], None);
    assert!(said[0].contains("zone, as owner aks-prd: "), "{said:?}");
}

#[test]
fn a_record_that_is_set_by_hand_is_told() {
    let fixed = ingress(&json!({ "external-dns.alpha.kubernetes.io/target": "20.1.2.3" }));
    let said = found(&[fixed], None);
    assert!(
        said[0].contains("is set to 20.1.2.3 by an annotation"),
        "{said:?}"
    );
}

#[test]
fn a_name_that_two_objects_publish_is_told_once() {
    let route = json!({ "apiVersion": "gateway.networking.k8s.io/v1", "kind": "HTTPRoute",
        "metadata": { "name": "web", "namespace": "shop" }, "spec": { "hostnames": ["shop.example.nl"] } });
    assert_eq!(found(&[ingress(&json!({})), route], None).len(), 1);
}

#[test]
fn names_are_found_in_the_ways_in_of_every_project() {
    let check = |version: &str, kind: &str, spec: Value, wanted: &[&str]| {
        let object =
            json!({ "apiVersion": version, "kind": kind, "metadata": { "name": "a" }, "spec": spec });
        let found = records(&object);
        assert_eq!(
            found.keys().map(String::as_str).collect::<Vec<_>>(),
            wanted,
            "{kind}"
        );
    };
    check(
        "projectcontour.io/v1",
        "HTTPProxy",
        json!({ "virtualhost": { "fqdn": "a.nl" } }),
        &["a.nl"],
    );
    check(
        "traefik.io/v1alpha1",
        "IngressRoute",
        json!({ "routes": [{ "match": "Host(`a.nl`) || (Host(`b.nl`, `c.nl`) && PathPrefix(`/x`))" }] }),
        &["a.nl", "b.nl", "c.nl"],
    );
    check(
        "networking.istio.io/v1",
        "Gateway",
        json!({ "servers": [{ "hosts": ["shop/a.nl", "*", "*.b.nl"] }] }),
        &["*.b.nl", "a.nl"],
    );
    let endpoints =
        json!({ "endpoints": [{ "dnsName": "a.nl", "recordTTL": 300, "targets": ["10.1.1.1"] }] });
    check("externaldns.k8s.io/v1alpha1", "DNSEndpoint", endpoints, &["a.nl"]);
}

#[test]
fn a_time_that_cannot_be_read_is_not_known() {
    for ttl in ["", "soon", "1d", "-5", "99999999999999999999h"] {
        let object = ingress(&json!({ "external-dns.alpha.kubernetes.io/ttl": ttl }));
        assert_eq!(records(&object)["shop.example.nl"].ttl, None, "{ttl}");
    }
}
