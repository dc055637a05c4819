//! Laws that hold for every object, not for chosen ones.
//!
//! Objects are made from a few numbers, so that a failure shrinks to a small one.

use std::collections::{BTreeMap, BTreeSet};

use havenmeester_portability::{
    ClusterClasses, Gvk, IssuerName, NodeRole, Route, Start, StorageClassKind, TargetFacts, capture, closure,
    faithful, is_serving, is_stopped, mark, preflight, sample_pods, start_patch, stop_patch, transform,
};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

/// Kinds with rules of their own, and some without.
const KINDS: &[(&str, &str)] = &[
    ("apps/v1", "Deployment"),
    ("apps/v1", "StatefulSet"),
    ("apps/v1", "DaemonSet"),
    ("batch/v1", "Job"),
    ("batch/v1", "CronJob"),
    ("v1", "Pod"),
    ("v1", "Service"),
    ("v1", "PersistentVolumeClaim"),
    ("v1", "Secret"),
    ("v1", "ConfigMap"),
    ("v1", "ServiceAccount"),
    ("v1", "Namespace"),
    ("networking.k8s.io/v1", "Ingress"),
    ("gateway.networking.k8s.io/v1", "Gateway"),
    ("rbac.authorization.k8s.io/v1", "ClusterRole"),
    ("postgresql.cnpg.io/v1", "Cluster"),
    ("cert-manager.io/v1", "Certificate"),
    ("scheduling.k8s.io/v1", "PriorityClass"),
    ("apiextensions.k8s.io/v1", "CustomResourceDefinition"),
];

/// Names that mean something to some rule, one of which is picked per field.
const ANNOTATIONS: &[&str] = &[
    "mine",
    "kubectl.kubernetes.io/last-applied-configuration",
    "argocd.argoproj.io/tracking-id",
    "pv.kubernetes.io/bound-by-controller",
    "cni.projectcalico.org/podIP",
    "kubernetes.io/ingress.class",
    "cert-manager.io/cluster-issuer",
    "cert-manager.io/issuer",
    "cloud.google.com/neg-status",
    "cert-manager.io/inject-ca-from",
    "service.beta.kubernetes.io/azure-load-balancer-internal",
    mark::REPLICAS,
    mark::SUSPEND,
    mark::HELD,
    mark::IDEMPOTENT,
    mark::STORAGE_KIND,
];
const VALUES: &[&str] = &[
    "true",
    "false",
    "unset",
    "3",
    "nginx",
    "RwoFast",
    "may-have-run",
    "a",
    "b",
    "c",
];
const CLASSES: &[&str] = &["a", "b", "c", "d", ""];
const FINALIZERS: &[&str] = &["kubernetes.io/pvc-protection", "cnpg.io/x", "example.org/x"];

fn pick<'a>(from: &[&'a str], number: u8) -> &'a str {
    from[usize::from(number) % from.len()]
}

fn mk_pod(bits: u32) -> Value {
    let class = |shift: u32| pick(CLASSES, (bits >> shift).to_le_bytes()[0]);
    let mut spec = json!({ "containers": [{ "name": "app", "image": format!("r.nl/{}/app:1", class(10)) }] });
    if bits & (1 << 16) != 0 {
        spec["nodeSelector"] = json!({ "pool": class(11), "size": class(13) });
        spec["priorityClassName"] = json!(class(14));
        spec["affinity"]["nodeAffinity"]["preferredDuringSchedulingIgnoredDuringExecution"] = json!([{ "preference": {
            "matchExpressions": [{ "key": "pool", "operator": "In", "values": [class(12), class(15)] }],
        } }]);
    }
    if bits & 1 != 0 {
        spec["nodeSelector"] = json!({ "kubernetes.azure.com/mode": "user" });
    }
    if bits & 2 != 0 {
        spec["volumes"] = json!([{ "name": "kube-api-access-abcde", "projected": {} }]);
    }
    if bits & 4 != 0 {
        spec["nodeName"] = json!("n1");
    }
    json!({ "metadata": { "labels": { "app": "a", "controller-uid": "1" } }, "spec": spec })
}

fn mk_claim(bits: u32, class: &str) -> Value {
    let mut spec = json!({ "accessModes": [if bits & 8 == 0 { "ReadWriteOnce" } else { "ReadWriteMany" }] });
    if bits & 16 != 0 {
        spec["storageClassName"] = json!(class);
    }
    if bits & 32 != 0 {
        spec["volumeName"] = json!("pv");
    }
    if bits & 64 != 0 {
        spec["volumeMode"] = json!("Block");
    }
    spec
}

fn mk_spec(kind: &str, bits: u32, small: u8) -> Value {
    let class = pick(CLASSES, small);
    match kind {
        "Deployment" => json!({ "replicas": small % 4, "template": mk_pod(bits) }),
        "StatefulSet" => json!({
            "replicas": small % 4, "template": mk_pod(bits),
            "volumeClaimTemplates": [{ "metadata": { "name": "data" }, "spec": mk_claim(bits, class) }],
        }),
        "DaemonSet" => json!({ "template": mk_pod(bits) }),
        "Job" if bits & 128 != 0 => json!({ "suspend": bits & 256 != 0, "template": mk_pod(bits) }),
        "Job" => {
            json!({ "selector": { "matchLabels": { "controller-uid": "1" } }, "template": mk_pod(bits) })
        }
        "CronJob" if bits & 128 != 0 => json!({ "suspend": bits & 256 != 0, "schedule": "* * * * *" }),
        "CronJob" => json!({ "schedule": "* * * * *" }),
        "Pod" => mk_pod(bits)["spec"].clone(),
        "Service" => json!({
            "clusterIP": if bits & 1 == 0 { "None" } else { "10.0.0.1" }, "ipFamilies": ["IPv4"],
            "ports": [{ "port": 80, "nodePort": 30000 + u32::from(small) }],
            "loadBalancerIP": if bits & 2 == 0 { Value::Null } else { json!("1.2.3.4") },
        }),
        "PersistentVolumeClaim" => mk_claim(bits, class),
        "Cluster" => {
            json!({ "storage": { "storageClass": class }, "priorityClassName": pick(CLASSES, (bits >> 9).to_le_bytes()[0]) })
        }
        "Certificate" => {
            json!({ "issuerRef": { "kind": if bits & 1 == 0 { "Issuer" } else { "ClusterIssuer" }, "name": class } })
        }
        "Ingress" if bits & 1 != 0 => json!({ "ingressClassName": class }),
        "Gateway" => json!({ "gatewayClassName": class }),
        _ => json!({ "free": small }),
    }
}

fn mk_object(place: usize, kind: u8, bits: u32, small: u8) -> Value {
    let (api_version, kind) = KINDS[usize::from(kind) % KINDS.len()];
    let mut metadata = json!({ "name": format!("o{place}"), "namespace": "n" });
    if matches!(kind, "Namespace" | "ClusterRole" | "CustomResourceDefinition") {
        metadata = json!({ "name": format!("o{place}") });
    }
    let mut annotations = Map::new();
    for (bit, name) in ANNOTATIONS.iter().enumerate() {
        if bits >> (12 + bit) & 1 != 0 {
            let value = pick(VALUES, small.wrapping_add(u8::try_from(bit).unwrap_or(0)));
            annotations.insert((*name).to_owned(), json!(value));
        }
    }
    if !annotations.is_empty() {
        metadata["annotations"] = Value::Object(annotations);
    }
    if bits & 512 != 0 {
        metadata["finalizers"] = json!([pick(FINALIZERS, small), pick(FINALIZERS, small.wrapping_add(1))]);
    }
    if bits & 1024 != 0 {
        metadata["labels"] = json!({ "argocd.argoproj.io/instance": "x" });
        metadata["uid"] = json!("1");
        metadata["resourceVersion"] = json!("1");
    }
    if bits & 2048 != 0 {
        let owner = json!({ "apiVersion": "postgresql.cnpg.io/v1", "kind": "Cluster", "name": "o0", "controller": true });
        metadata["ownerReferences"] = json!([owner]);
    }
    json!({
        "apiVersion": api_version, "kind": kind, "metadata": metadata, "spec": mk_spec(kind, bits, small),
        "status": { "phase": "Running" },
    })
}

fn objects() -> impl Strategy<Value = Vec<Value>> {
    proptest::collection::vec((any::<u8>(), any::<u32>(), any::<u8>()), 0..8).prop_map(|numbers| {
        let each = numbers.into_iter().enumerate();
        each.map(|(place, (kind, bits, small))| mk_object(place, kind, bits, small))
            .collect()
    })
}

/// Names in up to three roles; the empty name is no role.
fn roles(numbers: &[u8]) -> BTreeMap<String, String> {
    let each = ["public", "internal", "other"].into_iter().zip(numbers);
    each.map(|(role, number)| (role.to_owned(), pick(CLASSES, *number).to_owned()))
        .filter(|(_, name)| !name.is_empty())
        .collect()
}

/// The kind follows from the name, so that a name is of one issuer.
fn mk_issuer(name: &str) -> IssuerName {
    let kind = if matches!(name, "a" | "b") {
        "ClusterIssuer"
    } else {
        "Issuer"
    };
    IssuerName {
        kind: kind.to_owned(),
        name: name.to_owned(),
    }
}

fn mk_nodes(number: u8) -> NodeRole {
    let mut labels = BTreeMap::new();
    for (place, label) in ["pool", "size"].into_iter().enumerate() {
        let value = pick(CLASSES, number >> (2 * place));
        if !value.is_empty() {
            labels.insert(label.to_owned(), value.to_owned());
        }
    }
    let taint = json!({ "key": "pool", "operator": "Equal", "value": pick(CLASSES, number >> 4) });
    NodeRole {
        labels,
        tolerations: if number & 128 == 0 {
            Vec::new()
        } else {
            vec![taint]
        },
    }
}

fn classes() -> impl Strategy<Value = ClusterClasses> {
    proptest::collection::vec(any::<u8>(), 24).prop_map(|n| {
        use StorageClassKind::{Block, Rwo, RwoFast, Rwx};
        let kinds = [RwoFast, Rwo, Rwx, Block].into_iter().zip(&n);
        let named = |number: u8| {
            Some(pick(CLASSES, number))
                .filter(|name| !name.is_empty())
                .map(str::to_owned)
        };
        ClusterClasses {
            storage: kinds
                .filter_map(|(kind, number)| Some((kind, named(*number)?)))
                .collect(),
            default_storage: named(n[4]),
            ingress: named(n[5]),
            gateway: named(n[6]),
            ingresses: roles(&n[7..9]),
            issuers: roles(&n[9..12])
                .into_iter()
                .map(|(role, name)| (role, mk_issuer(&name)))
                .collect(),
            registries: roles(&n[12..15])
                .into_iter()
                .map(|(role, name)| (role, format!("r.nl/{name}")))
                .collect(),
            priorities: roles(&n[15..18]),
            nodes: ["gpu", "big", "db"]
                .into_iter()
                .zip(&n[18..])
                .map(|(role, n)| (role.to_owned(), mk_nodes(*n)))
                .collect(),
        }
    })
}

fn start() -> impl Strategy<Value = Start> {
    prop_oneof![Just(Start::AsCaptured), Just(Start::Beside), Just(Start::Stopped)]
}

fn patched(object: &Value, patch: Option<Value>) -> Value {
    let mut object = object.clone();
    if let Some(patch) = patch {
        json_patch::merge(&mut object, &patch);
    }
    object
}

/// Field names that some rule looks at, so that wild objects reach the rules.
const FIELDS: &[&str] = &[
    "metadata",
    "annotations",
    "labels",
    "ownerReferences",
    "finalizers",
    "managedFields",
    "spec",
    "status",
    "template",
    "containers",
    "volumes",
    "env",
    "envFrom",
    "valueFrom",
    "secretKeyRef",
    "replicas",
    "suspend",
    "ports",
    "selector",
    "volumeClaimTemplates",
    "storageClassName",
    "accessModes",
    "tls",
    "rules",
    "subjects",
    "roleRef",
    "data",
    "webhooks",
    "resources",
    "requests",
    "conditions",
    "name",
    "uid",
];

/// Any JSON at all, with those names.
fn wild() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        prop::sample::select(vec!["", "a", "3", "1Gi", "None", "Secret"]).prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 48, 5, |inner| {
        let field = prop::sample::select(FIELDS.to_vec()).prop_map(str::to_owned);
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(field, inner, 0..5).prop_map(|fields| fields.into_iter().collect()),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn capturing_a_capture_changes_nothing(objects in objects()) {
        for kept in objects.iter().filter_map(capture) {
            prop_assert_eq!(capture(&kept), Some(kept));
        }
    }

    #[test]
    fn transforming_twice_is_transforming_once(
        objects in objects(), from in classes(), to in classes(), start in start(), scoped in any::<bool>(),
    ) {
        let only = BTreeSet::from(["n".to_owned()]);
        let served = BTreeSet::from([Gvk::new("example.org", "v1", "X")]);
        let only = scoped.then_some(&only);
        let route = Route { from: &from, to: &to, namespaces_only: only, served: Some(&served) };
        let once = transform(&objects, &route, start);
        let sent: Vec<Value> =
            once.objects.iter().map(|one| one.object.clone()).chain(once.ask_platform.clone()).collect();
        let twice = transform(&sent, &route, start);
        prop_assert_eq!(&once.ask_platform, &twice.ask_platform);
        prop_assert!(twice.left_out.is_empty());
        for (first, second) in once.objects.iter().zip(&twice.objects) {
            prop_assert_eq!(&first.object, &second.object);
            prop_assert!(second.changes.is_empty(), "{:?}", second.changes);
        }
        prop_assert_eq!(once.objects.len(), twice.objects.len());
    }

    #[test]
    fn what_is_not_noted_as_changed_is_equal(objects in objects(), from in classes(), to in classes(), start in start()) {
        let route = Route { from: &from, to: &to, namespaces_only: None, served: None };
        let captured: Vec<Value> = objects.iter().filter_map(capture).collect();
        for one in transform(&captured, &route, start).objects {
            let before = captured.iter().find(|object| object["metadata"]["name"] == one.key.name.as_str());
            if one.changes.is_empty() {
                prop_assert_eq!(before, Some(&one.object));
            } else {
                prop_assert_ne!(before, Some(&one.object));
            }
        }
    }

    #[test]
    fn every_object_is_sent_asked_for_or_said_to_be_left_out(
        objects in objects(), from in classes(), to in classes(), start in start(), scoped in any::<bool>(),
    ) {
        let only = BTreeSet::from(["n".to_owned()]);
        let only = scoped.then_some(&only);
        let route = Route { from: &from, to: &to, namespaces_only: only, served: None };
        let out = transform(&objects, &route, start);
        prop_assert_eq!(out.objects.len() + out.ask_platform.len() + out.left_out.len(), objects.len());
    }

    #[test]
    fn the_order_given_does_not_matter_and_the_order_sent_never_falls(
        mut objects in objects(), from in classes(), to in classes(), start in start(),
    ) {
        let route = Route { from: &from, to: &to, namespaces_only: None, served: None };
        let out = transform(&objects, &route, start);
        prop_assert!(out.objects.is_sorted_by_key(|one| (one.order, one.key.clone())));
        objects.reverse();
        prop_assert_eq!(transform(&objects, &route, start), out);
    }

    #[test]
    fn stop_then_start_gives_the_original_back(objects in objects()) {
        for original in objects.iter().filter_map(capture) {
            // A record that is there beforehand is an earlier stop's, and is rightly tidied up.
            let original = patched(&original, start_patch(&original));
            let stopped = patched(&original, stop_patch(&original));
            prop_assert_eq!(stop_patch(&stopped), None);
            prop_assert!(original["kind"] == "Pod" || is_stopped(&stopped));
            prop_assert_eq!(patched(&stopped, start_patch(&stopped)), original);
        }
    }

    #[test]
    fn created_stopped_and_started_is_created_running(objects in objects(), from in classes(), to in classes()) {
        let route = Route { from: &from, to: &to, namespaces_only: None, served: None };
        let running = transform(&objects, &route, Start::AsCaptured).objects;
        let stopped = transform(&objects, &route, Start::Stopped).objects;
        let running: Vec<&Value> =
            running.iter().map(|one| &one.object).filter(|object| object["kind"] != "Pod").collect();
        prop_assert_eq!(running.len(), stopped.len());
        for (running, stopped) in running.into_iter().zip(&stopped) {
            prop_assert_eq!(&patched(&stopped.object, start_patch(&stopped.object)), running);
        }
    }

    #[test]
    fn an_object_is_faithful_to_itself_and_to_its_live_self(objects in objects()) {
        for live in &objects {
            prop_assert_eq!(faithful(live, live), vec![]);
            if let Some(kept) = capture(live) {
                prop_assert_eq!(faithful(&kept, live), vec![]);
            }
        }
    }

    #[test]
    fn following_references_never_fails_and_does_not_depend_on_the_order(mut objects in objects()) {
        let out = closure(&objects, &objects);
        objects.reverse();
        prop_assert_eq!(closure(&objects, &objects), out);
    }

    #[test]
    fn no_object_however_wild_makes_a_rule_fail(
        mut object in wild(), kind in any::<prop::sample::Index>(), named in any::<bool>(), start in start(),
    ) {
        let (api_version, kind) = KINDS[kind.index(KINDS.len())];
        if named {
            let name = json!({ "apiVersion": api_version, "kind": kind, "metadata": { "name": "a", "namespace": "n" } });
            json_patch::merge(&mut object, &name);
        }
        let classes = ClusterClasses::default();
        let route = Route { from: &classes, to: &classes, namespaces_only: None, served: None };
        let objects = [object];
        let out = transform(&objects, &route, start);
        preflight(&out, &TargetFacts::default());
        sample_pods(&out);
        closure(&objects, &objects);
        for live in &objects {
            let _ = (is_serving(live), is_stopped(live), stop_patch(live), start_patch(live), capture(live));
            prop_assert_eq!(faithful(live, live), vec![]);
        }
    }
}
