//! Rules of `preflight`, each test named as its rule.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::{Preflight, Verdict, access_needed, preflight, sample_pods};
use crate::{
    classes::{ClusterClasses, Route, StorageClassKind},
    facts::{
        AccessFact, DryRunFact, Existing, Fact, ImageAnswer, ImageFact, QuotaFact, TargetFacts, Versions,
    },
    finding::{Finding, Question, Severity},
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

/// Questions that facts of a later kind answer.
const UNASKED: [Question; 6] = [
    Question::Capacity,
    Question::Transfer,
    Question::SourceHealth,
    Question::Dns,
    Question::Egress,
    Question::Fencing,
];

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
        images: Some(vec![]),
        more: UNASKED
            .into_iter()
            .map(|question| Finding::new(question, Severity::Pass, "looked at"))
            .collect(),
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
    let judged = judge(|facts, _| facts.more.clear());
    for question in UNASKED {
        has(&judged, Verdict::Unknown, question, Severity::Unknown);
    }
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
    let refused = ImageFact {
        image: "i".to_owned(),
        used_by: BTreeSet::new(),
        answer: ImageAnswer::Refused {
            why: "gone".to_owned(),
        },
    };
    let judged = judge(|facts, _| facts.images = Some(vec![refused]));
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
