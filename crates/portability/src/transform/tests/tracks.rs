//! What others have left on an object: delivery, finalizers, owners, sidecars, bundles.
use super::*;

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
fn each_owner_is_told_once_with_the_command_that_suspends_it() {
    let argo = |kind: &str| {
        mk(
            "apps/v1",
            kind,
            &json!({ "metadata": { "annotations": {
                "argocd.argoproj.io/tracking-id": format!("team_shop:apps/{kind}:n/a"),
            } } }),
        )
    };
    let flux = mk(
        "v1",
        "ConfigMap",
        &json!({ "metadata": { "labels": {
            "kustomize.toolkit.fluxcd.io/name": "apps", "kustomize.toolkit.fluxcd.io/namespace": "flux-system",
            "helm.toolkit.fluxcd.io/name": "shop", "helm.toolkit.fluxcd.io/namespace": "n",
        } } }),
    );
    let out = azure_to_logius(&[argo("Deployment"), argo("DaemonSet"), flux], Start::AsCaptured);
    let told = out
        .findings
        .iter()
        .filter(|one| one.question == Question::Delivery);
    let told: Vec<(String, String)> = told
        .map(|one| {
            (
                one.message.to_string(),
                one.remedy.as_ref().map(ToString::to_string).unwrap_or_default(),
            )
        })
        .collect();
    let says = |start: &str, command: &str| {
        let one = told.iter().find(|(message, _)| message.starts_with(start));
        one.is_some_and(|(_, remedy)| remedy.contains(command))
    };
    assert_eq!(told.len(), 3, "{told:?}");
    assert!(
        says(
            "Argo CD by Application team/shop delivers 2 of its objects",
            "kubectl -n team annotate application shop argocd.argoproj.io/skip-reconcile=true"
        ),
        "{told:?}"
    );
    assert!(
        says(
            "Flux by Kustomization flux-system/apps delivers 1 ",
            "flux suspend kustomization apps -n flux-system"
        ),
        "{told:?}"
    );
    assert!(
        says(
            "Flux by HelmRelease n/shop delivers 1 ",
            "flux suspend helmrelease shop -n n"
        ),
        "{told:?}"
    );
}

#[test]
fn a_label_that_was_mapped_to_the_targets_nodes_is_no_tie() {
    let role = |label: &str| NodeRole {
        labels: BTreeMap::from([(label.to_owned(), "apps".to_owned())]),
        tolerations: Vec::new(),
    };
    let (mut from, mut to) = (mk_azure(), mk_logius());
    from.nodes = BTreeMap::from([("apps".to_owned(), role("kubernetes.azure.com/agentpool"))]);
    to.nodes = BTreeMap::from([("apps".to_owned(), role("pool"))]);
    let route = Route {
        from: &from,
        to: &to,
        namespaces_only: None,
        served: None,
    };
    let pod = json!({ "spec": { "nodeSelector": { "kubernetes.azure.com/agentpool": "apps" } } });
    let out = run(&[mk("v1", "Pod", &pod)], &route, Start::AsCaptured);
    assert_eq!(
        out.objects[0].object["spec"]["nodeSelector"],
        json!({ "pool": "apps" })
    );
    assert!(
        out.findings.iter().all(|one| one.question != Question::LockIn),
        "{:?}",
        out.findings
    );
}
