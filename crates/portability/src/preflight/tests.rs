//! Rules of `preflight`, each test named as its rule.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::{Preflight, Verdict, access_needed, preflight, sample_pods};
use crate::{
    classes::{ClusterClasses, Route, StorageClassKind},
    facts::{
        AccessFact, Aims, DryRunFact, Existing, Fact, NodesFact, QuotaFact, QuotaScope, SourceFact,
        StorageFact, TargetFacts, Versions,
    },
    finding::{Finding, Question, Severity},
    image::{ImageFact, ImageFacts, images_used},
    key::{Gvk, ObjectKey},
    transform::{Start, Transformed, transform},
};

fn mk_classes() -> ClusterClasses {
    ClusterClasses {
        storage: BTreeMap::from([(StorageClassKind::Rwo, "thin".to_owned())]),
        default_storage: Some("thin".to_owned()),
        ingress: Some("nginx".to_owned()),
        ..ClusterClasses::default()
    }
}

fn mk(api_version: &str, kind: &str, rest: &Value) -> Value {
    let mut object =
        json!({ "apiVersion": api_version, "kind": kind, "metadata": { "name": "a", "namespace": "n" } });
    json_patch::merge(&mut object, rest);
    object
}

fn mk_app() -> Vec<Value> {
    let container = json!({ "name": "c", "image": "i", "resources": { "requests": { "cpu": "500m" } },
        "envFrom": [{ "secretRef": { "name": "a" } }] });
    vec![
        json!({ "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": "n" } }),
        mk(
            "v1",
            "Secret",
            &json!({ "type": "Opaque", "data": { "k": "eA==" } }),
        ),
        mk(
            "v1",
            "PersistentVolumeClaim",
            &json!({ "spec": {
            "storageClassName": "thin", "accessModes": ["ReadWriteOnce"], "resources": { "requests": { "storage": "1Gi" } },
        } }),
        ),
        mk(
            "apps/v1",
            "Deployment",
            &json!({ "spec": { "replicas": 3, "template": { "spec": { "containers": [container] } } } }),
        ),
    ]
}

fn mk_transformed(objects: &[Value]) -> Transformed {
    let classes = mk_classes();
    let route = Route {
        from: &classes,
        to: &classes,
        namespaces_only: None,
        served: None,
    };
    transform(objects, &route, Start::AsCaptured)
}

fn mk_node(name: &str, cpu: &str) -> Value {
    json!({ "apiVersion": "v1", "kind": "Node",
        "metadata": { "name": name, "labels": { "kubernetes.io/hostname": name } },
        "status": { "allocatable": { "cpu": cpu, "memory": "8Gi", "pods": "110" },
            "nodeInfo": { "architecture": "amd64" }, "conditions": [{ "type": "Ready", "status": "True" }] } })
}

/// Every image is there for the only architecture of the nodes.
pub(super) fn mk_images(transformed: &Transformed) -> ImageFacts {
    let found = ImageFact::Found {
        digest: format!("sha256:{}", "a".repeat(64)),
        platforms: BTreeSet::from(["linux/amd64".to_owned()]),
    };
    let used = images_used(transformed.objects.iter().map(|one| (&one.key, &one.object)));
    ImageFacts {
        answers: used.into_iter().map(|one| (one.ask, found.clone())).collect(),
        architectures: Fact::Known(BTreeSet::from(["amd64".to_owned()])),
        ..ImageFacts::default()
    }
}

/// Facts under which everything is good.
fn mk_facts(transformed: &Transformed) -> TargetFacts {
    let allowed = |need| AccessFact {
        need,
        allowed: Fact::Known(true),
    };
    TargetFacts {
        version: Fact::Known(Versions {
            source: Some("v1.34.1".to_owned()),
            target: "v1.36.3".to_owned(),
        }),
        served: Fact::Known(transformed.objects.iter().map(|one| one.key.gvk()).collect()),
        access: access_needed(transformed).into_iter().map(allowed).collect(),
        dry_run: transformed
            .objects
            .iter()
            .map(|one| (one.key.clone(), DryRunFact::Accepted))
            .collect(),
        pods: None,
        quota: Fact::Known(vec![]),
        storage_classes: Fact::Known(BTreeSet::from(["thin".to_owned()])),
        ingress_classes: Fact::Known(BTreeSet::from(["nginx".to_owned()])),
        priority_classes: Fact::Known(BTreeSet::new()),
        runtime_classes: Fact::Known(BTreeSet::new()),
        namespace_exists: Fact::Known(false),
        existing: Fact::Known(vec![]),
        images: Some(mk_images(transformed)),
        skew: Fact::Known(0),
        limit_ranges: Fact::Known(vec![]),
        pod_security: Fact::Known("restricted".to_owned()),
        webhooks: Fact::Known(vec![]),
        definitions: Fact::Known(vec![]),
        nodes: Fact::Known(NodesFact {
            nodes: vec![mk_node("one", "4")],
            ..NodesFact::default()
        }),
        storage: Fact::Known(StorageFact::default()),
        entries: Fact::Known(vec![]),
        namespaces: Fact::Known(BTreeSet::new()),
        network_policies: Fact::Known(vec![]),
        source: Fact::Known(SourceFact::default()),
        ..TargetFacts::default()
    }
}

/// Judges the app after a change to the facts.
fn judge(change: impl FnOnce(&mut TargetFacts, &Transformed)) -> Preflight {
    let transformed = mk_transformed(&mk_app());
    let mut facts = mk_facts(&transformed);
    change(&mut facts, &transformed);
    preflight(&transformed, &facts)
}

#[track_caller]
fn has(judged: &Preflight, verdict: Verdict, question: Question, severity: Severity) {
    assert_eq!(judged.verdict, verdict, "{:#?}", judged.answers);
    let found = judged
        .findings()
        .any(|one| one.question == question && one.severity == severity);
    assert!(found, "no {question:?} {severity:?} in {:#?}", judged.answers);
}

fn key(kind: &str, transformed: &Transformed) -> ObjectKey {
    let found = transformed.objects.iter().find(|one| one.key.kind == kind);
    found
        .map(|one| one.key.clone())
        .expect("a planned object of this kind")
}

#[test]
fn everything_known_and_good_is_ready() {
    let judged = judge(|_, _| {});
    assert_eq!(judged.verdict, Verdict::Ready, "{:#?}", judged.answers);
    let asked: Vec<Question> = judged.answers.iter().map(|one| one.question).collect();
    assert_eq!(asked, Question::ALL);
    assert!(judged.answers.iter().all(|one| !one.findings.is_empty()));
}

#[test]
fn nothing_known_is_never_ready() {
    let transformed = mk_transformed(&mk_app());
    let judged = preflight(&transformed, &TargetFacts::default());
    assert_eq!(judged.verdict, Verdict::Unknown);
    for question in [
        Question::Reachable,
        Question::Served,
        Question::Access,
        Question::DryRun,
        Question::Collisions,
    ] {
        has(&judged, Verdict::Unknown, question, Severity::Unknown);
    }
}

#[test]
fn each_fact_that_is_unknown_makes_the_verdict_unknown() {
    let unknown = || Fact::unknown("forbidden");
    has(
        &judge(|f, _| f.version = Fact::unknown("x")),
        Verdict::Unknown,
        Question::Reachable,
        Severity::Unknown,
    );
    has(
        &judge(|f, _| f.served = Fact::unknown("x")),
        Verdict::Unknown,
        Question::Served,
        Severity::Unknown,
    );
    has(
        &judge(|f, _| f.quota = Fact::unknown("x")),
        Verdict::Unknown,
        Question::Admission,
        Severity::Unknown,
    );
    has(
        &judge(|f, _| f.storage_classes = unknown()),
        Verdict::Unknown,
        Question::Storage,
        Severity::Unknown,
    );
    has(
        &judge(|f, _| f.existing = Fact::unknown("x")),
        Verdict::Unknown,
        Question::Collisions,
        Severity::Unknown,
    );
    has(
        &judge(|f, _| f.access[0].allowed = Fact::unknown("x")),
        Verdict::Unknown,
        Question::Access,
        Severity::Unknown,
    );
    has(
        &judge(|f, _| f.access.truncate(3)),
        Verdict::Unknown,
        Question::Access,
        Severity::Unknown,
    );
    has(
        &judge(|f, _| f.dry_run.clear()),
        Verdict::Unknown,
        Question::DryRun,
        Severity::Unknown,
    );
}

#[test]
fn a_dry_run_that_could_not_be_asked_is_unknown_and_a_refusal_blocks() {
    let with = |fact: DryRunFact| {
        judge(|facts, all| {
            facts.dry_run.insert(key("Secret", all), fact);
        })
    };
    let hook = DryRunFact::Unknown {
        why: "a webhook with side effects".to_owned(),
    };
    has(&with(hook), Verdict::Unknown, Question::DryRun, Severity::Unknown);
    let refused = DryRunFact::Refused {
        field: Some("type".to_owned()),
        message: "no".to_owned(),
    };
    has(
        &with(refused),
        Verdict::Blocked,
        Question::DryRun,
        Severity::Block,
    );
}

#[test]
fn a_block_outweighs_what_is_unknown() {
    let judged = judge(|facts, all| {
        facts.quota = Fact::unknown("x");
        facts.served = Fact::Known(BTreeSet::from([key("Secret", all).gvk()]));
    });
    has(&judged, Verdict::Blocked, Question::Served, Severity::Block);
}

#[test]
fn the_whole_workload_is_added_up_against_the_quota() {
    let quota = |cpu: &str, used: &str| {
        let map = |value: &str| BTreeMap::from([("requests.cpu".to_owned(), value.to_owned())]);
        let quota = QuotaFact {
            scopes: vec![],
            namespace: "n".to_owned(),
            name: "q".to_owned(),
            hard: map(cpu),
            used: map(used),
        };
        judge(|facts, _| facts.quota = Fact::Known(vec![quota]))
    };
    assert_eq!(
        quota("1500m", "0").verdict,
        Verdict::Ready,
        "three Pods of 500m fit just"
    );
    has(
        &quota("1500m", "1m"),
        Verdict::Blocked,
        Question::Admission,
        Severity::Block,
    );
    has(
        &quota("1499m", "0"),
        Verdict::Blocked,
        Question::Admission,
        Severity::Block,
    );
    has(
        &quota("many", "0"),
        Verdict::Unknown,
        Question::Admission,
        Severity::Unknown,
    );
}

#[test]
fn a_class_that_the_target_lacks_blocks() {
    let judged = judge(|facts, _| facts.storage_classes = Fact::Known(BTreeSet::new()));
    has(&judged, Verdict::Blocked, Question::Storage, Severity::Block);
}

#[test]
fn somebody_elses_object_blocks_and_our_own_does_not() {
    let with = |ours: bool, live: Option<Value>| {
        judge(|facts, all| {
            facts.existing = Fact::Known(vec![Existing {
                key: key("Secret", all),
                ours,
                live,
            }]);
        })
    };
    has(
        &with(false, None),
        Verdict::Blocked,
        Question::Collisions,
        Severity::Block,
    );
    assert_eq!(with(true, None).verdict, Verdict::Ready);
    assert_eq!(
        with(false, Some(mk_app()[1].clone())).verdict,
        Verdict::Ready,
        "equal to what is sent"
    );
    let other = mk("v1", "Secret", &json!({ "type": "kubernetes.io/tls" }));
    let judged = with(true, Some(other));
    has(&judged, Verdict::Blocked, Question::Collisions, Severity::Block);
    assert!(judged.findings().any(|one| one.field.as_deref() == Some("type")));
}

#[test]
fn a_target_that_is_older_is_a_warning() {
    let judged = judge(|facts, _| {
        facts.version = Fact::Known(Versions {
            source: Some("v1.36.3".to_owned()),
            target: "v1.34+".to_owned(),
        });
    });
    has(
        &judged,
        Verdict::ReadyWithWarnings,
        Question::Reachable,
        Severity::Warn,
    );
}

#[test]
fn a_permission_that_is_refused_blocks() {
    let judged = judge(|facts, _| facts.access[0].allowed = Fact::Known(false));
    has(&judged, Verdict::Blocked, Question::Access, Severity::Block);
}

#[test]
fn the_rollback_needs_delete() {
    let needs = access_needed(&mk_transformed(&mk_app()));
    assert!(
        needs
            .iter()
            .any(|need| need.verb.name() == "delete" && need.gvk == Gvk::new("apps", "v1", "Deployment"))
    );
}

#[test]
fn pods_are_judged_through_samples() {
    let transformed = mk_transformed(&mk_app());
    let samples = sample_pods(&transformed);
    assert_eq!(samples.len(), 1);
    let sample = ObjectKey::from_value(&samples[0]).expect("a key");
    assert_eq!(sample.to_string(), "Pod n/deployment-a");
    let refused = DryRunFact::Refused {
        field: None,
        message: "violates PodSecurity".to_owned(),
    };
    let judged = judge(|facts, _| facts.pods = Some(BTreeMap::from([(sample, refused)])));
    has(&judged, Verdict::Blocked, Question::Admission, Severity::Block);
    has(
        &judge(|facts, _| facts.pods = Some(BTreeMap::new())),
        Verdict::Unknown,
        Question::Admission,
        Severity::Unknown,
    );
}

#[test]
fn the_sample_of_a_stateful_set_has_the_volumes_of_its_claims() {
    let container =
        json!({ "name": "c", "image": "i", "volumeMounts": [{ "name": "data", "mountPath": "/data" }] });
    let claim = json!({ "metadata": { "name": "data" }, "spec": { "storageClassName": "thin" } });
    let set = mk(
        "apps/v1",
        "StatefulSet",
        &json!({ "spec": { "volumeClaimTemplates": [claim],
            "template": { "spec": { "containers": [container], "volumes": [{ "name": "tmp", "emptyDir": {} }] } } } }),
    );
    let samples = sample_pods(&mk_transformed(&[set]));
    assert_eq!(
        samples[0]["spec"]["volumes"],
        json!([
            { "name": "tmp", "emptyDir": {} },
            { "name": "data", "persistentVolumeClaim": { "claimName": "data-a-0" } },
        ])
    );
}

#[test]
fn a_request_to_the_platform_that_is_met_does_not_block() {
    let definition = json!({ "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
        "metadata": { "name": "clusters.postgresql.cnpg.io" },
        "spec": { "group": "postgresql.cnpg.io", "names": { "kind": "Cluster" } } });
    let database = mk("postgresql.cnpg.io/v1", "Cluster", &json!({}));
    let (classes, only) = (mk_classes(), BTreeSet::from(["n".to_owned()]));
    let route = Route {
        from: &classes,
        to: &classes,
        namespaces_only: Some(&only),
        served: None,
    };
    let transformed = transform(&[definition, database], &route, Start::AsCaptured);
    let mut facts = mk_facts(&transformed);
    facts.namespace_exists = Fact::Known(true);
    assert_eq!(preflight(&transformed, &facts).verdict, Verdict::Ready);
    facts.served = Fact::Known(BTreeSet::new());
    has(
        &preflight(&transformed, &facts),
        Verdict::Blocked,
        Question::Access,
        Severity::Block,
    );
}

#[test]
fn what_is_referred_to_and_not_sent_blocks() {
    let mut app = mk_app();
    app.remove(1);
    let transformed = mk_transformed(&app);
    let judged = preflight(&transformed, &mk_facts(&transformed));
    has(&judged, Verdict::Blocked, Question::References, Severity::Block);
}

#[test]
fn what_a_moving_custom_resource_makes_again_is_not_missing() {
    let owner = json!([{ "apiVersion": "postgresql.cnpg.io/v1", "kind": "Cluster", "name": "db", "controller": true }]);
    let database = mk(
        "postgresql.cnpg.io/v1",
        "Cluster",
        &json!({ "metadata": { "name": "db" } }),
    );
    let made = mk(
        "v1",
        "Service",
        &json!({ "metadata": { "name": "db-rw", "ownerReferences": owner } }),
    );
    let set = mk(
        "apps/v1",
        "StatefulSet",
        &json!({ "spec": { "serviceName": "db-rw", "template": {} } }),
    );
    let transformed = mk_transformed(&[database, made, set]);
    assert_eq!(transformed.objects.len(), 2, "the service is left to its owner");
    let judged = preflight(&transformed, &mk_facts(&transformed));
    let lost = judged.findings().any(|one| one.message.contains("db-rw"));
    assert!(!lost, "{:#?}", judged.answers);
}

#[test]
fn a_namespace_that_is_neither_there_nor_sent_blocks() {
    let transformed = mk_transformed(&mk_app()[1..]);
    let judged = preflight(&transformed, &mk_facts(&transformed));
    has(&judged, Verdict::Blocked, Question::References, Severity::Block);
}

#[test]
fn a_question_that_was_not_asked_is_unknown_and_says_what_to_do() {
    let judged = judge(|facts, _| facts.images = None);
    has(&judged, Verdict::Unknown, Question::Images, Severity::Unknown);
    assert!(judged.hindrance().is_none(), "a move sees an image for itself");
    let judged = judge(|facts, _| {
        facts.nodes = Fact::unknown("forbidden");
        facts.source = Fact::unknown("lost");
        facts.network_policies = Fact::unknown("forbidden");
    });
    for question in [
        Question::Capacity,
        Question::SourceHealth,
        Question::Fencing,
        Question::Egress,
    ] {
        has(&judged, Verdict::Unknown, question, Severity::Unknown);
    }
    assert!(judged.hindrance().is_none());
    assert!(
        judged
            .findings()
            .all(|one| one.severity == Severity::Pass || one.remedy.is_some())
    );
}

#[test]
fn what_blocks_holds_a_move_and_so_does_an_unknown_object() {
    let judged = judge(|facts, _| facts.dry_run.clear());
    assert_eq!(judged.hindrance().map(|one| one.question), Some(Question::DryRun));
    let judged = judge(|facts, _| {
        for answer in facts
            .images
            .iter_mut()
            .flat_map(|images| images.answers.values_mut())
        {
            *answer = ImageFact::NotFound;
        }
    });
    has(&judged, Verdict::Blocked, Question::Images, Severity::Block);
    assert_eq!(judged.hindrance().map(|one| one.question), Some(Question::Images));
}

#[test]
fn an_answer_is_as_old_as_what_it_rests_on() {
    let now: jiff::Timestamp = "2026-11-24T10:00:00Z".parse().unwrap();
    let before: jiff::Timestamp = "2026-11-24T09:00:00Z".parse().unwrap();
    let judged = judge(|facts, _| {
        facts.at = Some(now);
        facts.seen.insert(Question::Images, before);
        facts.version = Fact::unknown("x");
    });
    let seen = |question: Question| {
        judged
            .answers
            .iter()
            .find(|one| one.question == question)
            .and_then(|one| one.seen_at)
    };
    assert_eq!(seen(Question::Images), Some(before));
    assert_eq!(seen(Question::Access), Some(now));
    assert_eq!(seen(Question::Reachable), None, "nothing was seen");
}

fn first(judged: &Preflight, question: Question) -> &Finding {
    let found = judged.answers.iter().find(|one| one.question == question);
    &found.expect("every question has an answer").findings[0]
}

fn mk_with(pod: &Value, more: &Value) -> Transformed {
    let mut deployment = mk(
        "apps/v1",
        "Deployment",
        &json!({ "spec": { "replicas": 3, "template": { "metadata": { "labels": { "app": "a" } },
            "spec": { "containers": [{ "name": "c", "image": "i", "resources": { "requests": { "cpu": "1" } } }] } } } }),
    );
    json_patch::merge(&mut deployment["spec"]["template"], pod);
    json_patch::merge(&mut deployment, more);
    mk_transformed(&[deployment])
}

fn on_nodes(transformed: &Transformed, nodes: Vec<Value>, pods: Vec<Value>) -> (Severity, String) {
    let mut facts = mk_facts(transformed);
    facts.nodes = Fact::Known(NodesFact {
        nodes,
        pods,
        grows: false,
    });
    let judged = preflight(transformed, &facts);
    let finding = first(&judged, Question::Capacity);
    (finding.severity, finding.message.clone())
}

#[test]
fn pods_need_room_on_nodes_that_take_them() {
    let app = mk_with(&json!({}), &json!({}));
    let two = || vec![mk_node("one", "2"), mk_node("two", "2")];
    assert_eq!(on_nodes(&app, two(), vec![]).0, Severity::Pass);
    let busy = json!({ "spec": { "nodeName": "one", "containers": [{ "resources": { "requests": { "cpu": "1500m" } } }] } });
    let (severity, message) = on_nodes(&app, two(), vec![busy.clone()]);
    assert_eq!(severity, Severity::Block, "{message}");
    let mut done = busy.clone();
    done["status"]["phase"] = "Succeeded".into();
    assert_eq!(on_nodes(&app, two(), vec![done]).0, Severity::Pass);
    // Room enough together, and not for each: a better fit is not excluded.
    let half = |node: &str| json!({ "spec": { "nodeName": node, "containers": [{ "resources": { "requests": { "cpu": "500m" } } }] } });
    let (severity, message) = on_nodes(&app, two(), vec![half("one"), half("two")]);
    assert_eq!(severity, Severity::Warn, "{message}");
    assert_eq!(on_nodes(&app, vec![], vec![]).0, Severity::Block);
    assert_eq!(
        on_nodes(&app, vec![mk_node("small", "500m")], vec![]).0,
        Severity::Block
    );
}

#[test]
fn where_nodes_are_added_on_demand_no_room_is_no_reason_against_it() {
    let app = mk_with(&json!({}), &json!({}));
    let mut facts = mk_facts(&app);
    facts.namespace_exists = Fact::Known(true);
    facts.nodes = Fact::Known(NodesFact {
        grows: true,
        ..NodesFact::default()
    });
    has(
        &preflight(&app, &facts),
        Verdict::ReadyWithWarnings,
        Question::Capacity,
        Severity::Warn,
    );
}

#[test]
fn selectors_affinity_and_taints_are_heeded() {
    let labelled = |label: &str| {
        let mut node = mk_node("one", "4");
        node["metadata"]["labels"]["disk"] = label.into();
        node
    };
    let selected = mk_with(
        &json!({ "spec": { "nodeSelector": { "disk": "fast" } } }),
        &json!({}),
    );
    assert_eq!(
        on_nodes(&selected, vec![labelled("fast")], vec![]).0,
        Severity::Pass
    );
    assert_eq!(
        on_nodes(&selected, vec![labelled("slow")], vec![]).0,
        Severity::Block
    );
    let affine = |operator: &str| {
        let term =
            json!({ "matchExpressions": [{ "key": "disk", "operator": operator, "values": ["fast"] }] });
        mk_with(
            &json!({ "spec": { "affinity": { "nodeAffinity": {
                "requiredDuringSchedulingIgnoredDuringExecution": { "nodeSelectorTerms": [term] } } } } }),
            &json!({}),
        )
    };
    assert_eq!(
        on_nodes(&affine("In"), vec![labelled("fast")], vec![]).0,
        Severity::Pass
    );
    assert_eq!(
        on_nodes(&affine("NotIn"), vec![labelled("fast")], vec![]).0,
        Severity::Block
    );
    let mut tainted = mk_node("one", "4");
    tainted["spec"]["taints"] = json!([{ "key": "gpu", "effect": "NoSchedule" }]);
    let plain = mk_with(&json!({}), &json!({}));
    let (severity, message) = on_nodes(&plain, vec![tainted.clone()], vec![]);
    assert_eq!(severity, Severity::Block);
    assert!(message.contains("taint gpu on 1"), "{message}");
    let tolerant = mk_with(
        &json!({ "spec": { "tolerations": [{ "key": "gpu", "operator": "Exists" }] } }),
        &json!({}),
    );
    assert_eq!(on_nodes(&tolerant, vec![tainted], vec![]).0, Severity::Pass);
    let mut closed = mk_node("one", "4");
    closed["spec"]["unschedulable"] = true.into();
    assert_eq!(on_nodes(&plain, vec![closed], vec![]).0, Severity::Block);
}

#[test]
fn pods_that_keep_apart_need_as_many_nodes() {
    let term = json!({ "topologyKey": "kubernetes.io/hostname", "labelSelector": { "matchLabels": { "app": "a" } } });
    let apart = mk_with(
        &json!({ "spec": { "affinity": { "podAntiAffinity": { "requiredDuringSchedulingIgnoredDuringExecution": [term] } } } }),
        &json!({}),
    );
    let nodes = |count: usize| {
        (0..count)
            .map(|place| mk_node(&format!("n{place}"), "8"))
            .collect::<Vec<_>>()
    };
    assert_eq!(on_nodes(&apart, nodes(3), vec![]).0, Severity::Pass);
    assert_eq!(on_nodes(&apart, nodes(2), vec![]).0, Severity::Block);
    let spread = mk_with(
        &json!({ "spec": { "topologySpreadConstraints": [{ "maxSkew": 1, "topologyKey": "kubernetes.io/hostname",
            "whenUnsatisfiable": "DoNotSchedule", "labelSelector": { "matchLabels": { "app": "a" } } }] } }),
        &json!({}),
    );
    assert_eq!(on_nodes(&spread, nodes(2), vec![]).0, Severity::Pass);
    let mut small = nodes(1);
    small.push(mk_node("small", "1"));
    small.push(mk_node("tiny", "1"));
    assert_eq!(on_nodes(&spread, small, vec![]).0, Severity::Pass);
}

fn judge_quota(scopes: Vec<QuotaScope>, hard: &[(&str, &str)], objects: &[Value]) -> Preflight {
    let transformed = mk_transformed(objects);
    let mut facts = mk_facts(&transformed);
    facts.quota = Fact::Known(vec![QuotaFact {
        namespace: "n".to_owned(),
        name: "q".to_owned(),
        hard: hard
            .iter()
            .map(|(name, amount)| ((*name).to_owned(), (*amount).to_owned()))
            .collect(),
        used: BTreeMap::new(),
        scopes,
    }]);
    preflight(&transformed, &facts)
}

#[test]
fn a_quota_counts_only_pods_of_its_scopes() {
    let scope = |name: &str, operator: &str, values: &[&str]| QuotaScope {
        name: name.to_owned(),
        operator: operator.to_owned(),
        values: values.iter().map(|value| (*value).to_owned()).collect(),
    };
    let app = &mk_app();
    let severity = |scopes: Vec<QuotaScope>| {
        first(&judge_quota(scopes, &[("pods", "2")], app), Question::Admission).severity
    };
    assert_eq!(severity(vec![]), Severity::Block);
    assert_eq!(severity(vec![scope("NotTerminating", "", &[])]), Severity::Block);
    assert_eq!(severity(vec![scope("Terminating", "", &[])]), Severity::Pass);
    assert_eq!(severity(vec![scope("BestEffort", "", &[])]), Severity::Pass);
    assert_eq!(severity(vec![scope("NotBestEffort", "", &[])]), Severity::Block);
    assert_eq!(
        severity(vec![scope("PriorityClass", "In", &["high"])]),
        Severity::Pass
    );
    assert_eq!(
        severity(vec![scope("PriorityClass", "DoesNotExist", &[])]),
        Severity::Block
    );
}

#[test]
fn what_comes_and_goes_warns_and_a_default_of_the_namespace_counts() {
    let nightly = mk(
        "batch/v1",
        "CronJob",
        &json!({ "spec": { "jobTemplate": { "spec": { "template": { "spec": { "containers": [{ "name": "c", "image": "i" }] } } } } } }),
    );
    let judged = judge_quota(vec![], &[("pods", "0")], std::slice::from_ref(&nightly));
    assert_eq!(first(&judged, Question::Admission).severity, Severity::Warn);
    let mut app = mk_app();
    app[3]["spec"]["template"]["spec"]["containers"][0]["resources"] = json!({});
    let transformed = mk_transformed(&app);
    let mut facts = mk_facts(&transformed);
    facts.quota = Fact::Known(vec![QuotaFact {
        namespace: "n".to_owned(),
        name: "q".to_owned(),
        hard: BTreeMap::from([("requests.memory".to_owned(), "1Gi".to_owned())]),
        used: BTreeMap::new(),
        scopes: vec![],
    }]);
    assert_eq!(
        first(&preflight(&transformed, &facts), Question::Admission).severity,
        Severity::Pass
    );
    let range = json!({ "apiVersion": "v1", "kind": "LimitRange", "metadata": { "name": "l", "namespace": "n" },
        "spec": { "limits": [{ "type": "Container", "defaultRequest": { "memory": "512Mi" } }] } });
    facts.limit_ranges = Fact::Known(vec![range]);
    assert_eq!(
        first(&preflight(&transformed, &facts), Question::Admission).severity,
        Severity::Block
    );
}

#[test]
fn a_volume_larger_than_any_blocks_where_the_scheduler_heeds_it() {
    let transformed = mk_transformed(&mk_app());
    let mut facts = mk_facts(&transformed);
    let class = json!({ "metadata": { "name": "thin" }, "provisioner": "csi.example" });
    let capacity = json!({ "storageClassName": "thin", "capacity": "500Mi" });
    let mut storage = StorageFact {
        classes: vec![class],
        capacities: vec![capacity],
        heeded: BTreeSet::new(),
    };
    facts.storage = Fact::Known(storage.clone());
    has(
        &preflight(&transformed, &facts),
        Verdict::ReadyWithWarnings,
        Question::Storage,
        Severity::Warn,
    );
    storage.heeded.insert("csi.example".to_owned());
    facts.storage = Fact::Known(storage);
    has(
        &preflight(&transformed, &facts),
        Verdict::Blocked,
        Question::Storage,
        Severity::Block,
    );
}

#[test]
fn a_host_that_is_taken_and_a_record_that_stays_are_said() {
    let mut app = mk_app();
    let entry = |namespace: &str, name: &str| {
        json!({ "apiVersion": "networking.k8s.io/v1", "kind": "Ingress",
            "metadata": { "namespace": namespace, "name": name },
            "spec": { "ingressClassName": "nginx", "rules": [{ "host": "shop.example.nl" }] } })
    };
    app.push(entry("n", "web"));
    let transformed = mk_transformed(&app);
    let mut facts = mk_facts(&transformed);
    let said = |facts: &TargetFacts| -> usize {
        let judged = preflight(&transformed, facts);
        judged
            .findings()
            .filter(|one| one.question == Question::Dns)
            .count()
    };
    facts.entries = Fact::Known(vec![entry("n", "web")]);
    assert_eq!(
        said(&facts),
        1,
        "the record; an entry of ours is not in its own way"
    );
    facts.entries = Fact::Known(vec![entry("other", "web")]);
    assert_eq!(said(&facts), 2);
}

#[test]
fn what_it_calls_and_leaves_behind_is_said_and_no_value_of_a_secret() {
    let mut app = mk_app();
    app.push(mk(
        "v1",
        "ConfigMap",
        &json!({ "data": { "db": "postgres://db.shared.svc.cluster.local:5432/x",
        "own": "web.n.svc", "trusted": "10.0.0.0/8", "mail": "smtp 10.1.2.3:25" } }),
    ));
    app[1]["data"]["k"] = "aHR0cDovL3ZhdWx0LmhpZGRlbi5zdmM=".into(); // http://vault.hidden.svc
    let transformed = mk_transformed(&app);
    let judged = preflight(&transformed, &mk_facts(&transformed));
    let said: Vec<&str> = judged
        .findings()
        .filter(|one| one.question == Question::Egress)
        .map(|one| one.message.as_str())
        .collect();
    assert_eq!(said.len(), 3, "{said:?}");
    assert!(said.iter().any(|one| one.contains("namespace shared")));
    assert!(said.iter().any(|one| one.contains("10.1.2.3")));
    assert!(!said.iter().any(|one| one.contains("hidden")));
}

#[test]
fn a_webhook_that_must_answer_and_does_not_blocks_what_it_is_asked_about() {
    let transformed = mk_transformed(&mk_app());
    let webhook = |policy: &str, resource: &str| {
        json!({ "metadata": { "name": "guard" }, "webhooks": [{ "name": "guard.example.nl", "failurePolicy": policy,
            "clientConfig": { "service": { "namespace": "guard", "name": "guard" } },
            "rules": [{ "apiGroups": ["apps"], "operations": ["CREATE"], "resources": [resource] }] }] })
    };
    let judge = |policy: &str, resource: &str, failed: bool| {
        let mut facts = mk_facts(&transformed);
        facts.webhooks = Fact::Known(vec![webhook(policy, resource)]);
        facts.silent_services.insert("guard/guard".to_owned());
        if failed {
            let fact = DryRunFact::Failed {
                message: "no endpoints".to_owned(),
            };
            facts.dry_run.insert(key("Deployment", &transformed), fact);
        }
        preflight(&transformed, &facts)
    };
    has(
        &judge("Fail", "deployments", true),
        Verdict::Blocked,
        Question::Admission,
        Severity::Block,
    );
    assert_eq!(judge("Fail", "statefulsets", true).verdict, Verdict::Unknown);
    has(
        &judge("Ignore", "deployments", false),
        Verdict::ReadyWithWarnings,
        Question::Admission,
        Severity::Warn,
    );
    assert_eq!(judge("Ignore", "statefulsets", false).verdict, Verdict::Ready);
}

#[test]
fn a_field_that_the_target_would_not_keep_blocks() {
    let judged = judge(|facts, transformed| {
        let fact = DryRunFact::Changed {
            fields: BTreeSet::from(["spec.new".to_owned()]),
        };
        facts.dry_run.insert(key("Deployment", transformed), fact);
    });
    has(&judged, Verdict::Blocked, Question::DryRun, Severity::Block);
    assert_eq!(
        first(&judged, Question::DryRun).field.as_deref(),
        Some("spec.new")
    );
}

#[test]
fn a_stop_longer_than_the_recovery_time_warns_with_what_it_assumes() {
    let judged = judge(|facts, _| {
        facts.aims = Aims {
            exclusive: true,
            rto: Some(60),
            rpo: None,
            megabits: None,
        };
    });
    let finding = first(&judged, Question::Transfer);
    assert_eq!(finding.severity, Severity::Warn);
    assert!(
        finding.message.contains("1Gi") && finding.message.contains("500 Mbit/s (assumed"),
        "{}",
        finding.message
    );
    let judged = judge(|facts, _| {
        facts.aims = Aims {
            exclusive: true,
            rto: Some(120),
            rpo: None,
            megabits: Some(10_000),
        };
    });
    assert_eq!(first(&judged, Question::Transfer).severity, Severity::Pass);
}

#[test]
fn a_source_that_does_not_serve_or_cannot_be_stopped_is_said() {
    let judged = judge(|facts, transformed| {
        let mut live = mk(
            "apps/v1",
            "Deployment",
            &json!({ "spec": { "replicas": 3 }, "status": { "readyReplicas": 1 } }),
        );
        live["metadata"]["generation"] = 1.into();
        live["status"]["observedGeneration"] = 1.into();
        let need = access_needed(transformed).into_iter().next().expect("a need");
        facts.source = Fact::Known(SourceFact {
            live: vec![live],
            access: vec![AccessFact {
                need,
                allowed: Fact::Known(false),
            }],
            capture_age: Some(600),
        });
        facts.aims.rpo = Some(300);
    });
    has(&judged, Verdict::Blocked, Question::Fencing, Severity::Block);
    has(&judged, Verdict::Blocked, Question::SourceHealth, Severity::Warn);
}

#[test]
fn what_still_ties_it_to_a_provider_is_no_tie_at_that_provider() {
    let tied = mk(
        "v1",
        "ConfigMap",
        &json!({ "data": { "db": "shop.database.windows.net" } }),
    );
    let transformed = mk_transformed(&[tied]);
    let facts = mk_facts(&transformed);
    has(
        &preflight(&transformed, &facts),
        Verdict::Blocked,
        Question::LockIn,
        Severity::Block,
    );
    let mut azure = mk_node("one", "4");
    azure["spec"]["providerID"] = "azure:///subscriptions/x".into();
    let facts = TargetFacts {
        nodes: Fact::Known(NodesFact {
            nodes: vec![azure],
            ..NodesFact::default()
        }),
        ..facts
    };
    assert_eq!(
        first(&preflight(&transformed, &facts), Question::LockIn).severity,
        Severity::Pass
    );
}

#[test]
fn two_clocks_that_differ_are_said() {
    has(
        &judge(|f, _| f.skew = Fact::Known(-40)),
        Verdict::ReadyWithWarnings,
        Question::Reachable,
        Severity::Warn,
    );
}
