//! Names by their role: issuers, images, priorities, nodes.
use super::*;

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
fn a_taint_that_is_tolerated_already_needs_no_second_toleration() {
    let kept = |there: Value| {
        let pod =
            json!({ "nodeSelector": { "azure/pool": "gpu" }, "tolerations": [there], "containers": [] });
        let deployment = json!({ "spec": { "template": { "spec": pod } } });
        let out = named(&[mk("apps/v1", "Deployment", &deployment)]);
        out.objects[0].object["spec"]["template"]["spec"]["tolerations"]
            .as_array()
            .map(Vec::len)
    };
    assert_eq!(kept(json!({ "operator": "Exists" })), Some(1), "everything");
    assert_eq!(kept(json!({ "key": "logius", "operator": "Exists" })), Some(1));
    let narrower = json!({ "key": "logius", "operator": "Exists", "effect": "NoSchedule" });
    assert_eq!(
        kept(narrower),
        Some(2),
        "the target's has no effect: it means each"
    );
    let ends = json!({ "operator": "Exists", "tolerationSeconds": 60 });
    assert_eq!(kept(ends), Some(2), "for a minute only");
}

#[test]
fn a_node_that_is_named_in_a_template_stays_behind() {
    let pod = json!({ "nodeName": "aks-1", "containers": [] });
    for (api, kind, spec, pointer) in [
        ("v1", "Pod", pod.clone(), "/spec/nodeName"),
        (
            "apps/v1",
            "DaemonSet",
            json!({ "template": { "spec": pod } }),
            "/spec/template/spec/nodeName",
        ),
        (
            "batch/v1",
            "CronJob",
            json!({ "jobTemplate": { "spec": { "template": { "spec": pod } } } }),
            "/spec/jobTemplate/spec/template/spec/nodeName",
        ),
    ] {
        becomes(&mk(api, kind, &json!({ "spec": spec })), pointer, &Value::Null);
    }
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

/// Its claims are taken as plain storage of the target, so that nobody names it there.
#[test]
fn a_storage_class_that_nobody_lists_is_not_copied_where_claims_get_one_of_the_target() {
    let class = |name: &str| {
        let called =
            json!({ "metadata": { "name": name, "namespace": null }, "provisioner": "disk.csi.azure.com" });
        mk("storage.k8s.io/v1", "StorageClass", &called)
    };
    let left = |name| {
        named(&[class(name)])
            .left_out
            .iter()
            .map(|left| left.why)
            .collect::<Vec<_>>()
    };
    assert_eq!(left("nobody-lists-it"), [NotCopied::MappedAway]);
    assert_eq!(left("logius-fast"), []);
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
