//! Rules of `preflight`, each test named as its rule.

use std::collections::{BTreeMap, BTreeSet};

use havenmeester_api::Language;
use serde_json::{Value, json};

use super::{Preflight, Verdict, access_needed, owned_kinds, sample_pods};
use crate::{
    classes::{ClusterClasses, Route, StorageClassKind},
    facts::{
        AccessFact, Aims, DryRunFact, Existing, Fact, NodesFact, OwnedFact, QuotaFact, QuotaScope,
        SourceFact, StorageFact, TargetFacts, Versions,
    },
    finding::{Finding, Question, Severity},
    image::{ImageFact, ImageFacts, images_used},
    key::{Gvk, ObjectKey},
    said::{Unseen, tests::english_in},
    transform::{Start, Transformed, transform},
};

mod capacity;
mod objects;
mod world;

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
        mirror: None,
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

/// Judges, and sees that nothing of what is found is said in English to who reads Dutch: a rule whose own Dutch lacks
/// says says so itself, and `<>` encloses what others said.
fn preflight(transformed: &Transformed, facts: &TargetFacts) -> Preflight {
    let judged = super::preflight(transformed, facts);
    for finding in judged.findings() {
        let message = finding.message.say(Language::Nl);
        let remedy = finding.remedy.as_ref().map(|advice| advice.say(Language::Nl));
        let said = format!("{message}\n{}", remedy.unwrap_or_default());
        assert_eq!(english_in(&said), Vec::<String>::new(), "{said}");
        assert_ne!(message, finding.message.say(Language::En));
    }
    judged
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
    let unknown = || Fact::unknown(Unseen::NotAsked);
    has(
        &judge(|f, _| f.version = Fact::unknown(Unseen::NotAsked)),
        Verdict::Unknown,
        Question::Reachable,
        Severity::Unknown,
    );
    has(
        &judge(|f, _| f.served = Fact::unknown(Unseen::NotAsked)),
        Verdict::Unknown,
        Question::Served,
        Severity::Unknown,
    );
    has(
        &judge(|f, _| f.quota = Fact::unknown(Unseen::NotAsked)),
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
        &judge(|f, _| f.existing = Fact::unknown(Unseen::NotAsked)),
        Verdict::Unknown,
        Question::Collisions,
        Severity::Unknown,
    );
    has(
        &judge(|f, _| f.access[0].allowed = Fact::unknown(Unseen::NotAsked)),
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
        why: Unseen::Words {
            words: "<a webhook with side effects>".to_owned(),
        },
    };
    has(&with(hook), Verdict::Unknown, Question::DryRun, Severity::Unknown);
    let refused = DryRunFact::Refused {
        field: Some("type".to_owned()),
        message: "<no>".to_owned(),
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
        facts.quota = Fact::unknown(Unseen::NotAsked);
        facts.served = Fact::Known(BTreeSet::from([key("Secret", all).gvk()]));
    });
    has(&judged, Verdict::Blocked, Question::Served, Severity::Block);
}

#[test]
fn a_question_that_was_not_asked_is_unknown_and_says_what_to_do() {
    let judged = judge(|facts, _| facts.images = None);
    has(&judged, Verdict::Unknown, Question::Images, Severity::Unknown);
    assert!(judged.hindrance().is_none(), "a move sees an image for itself");
    let judged = judge(|facts, _| {
        facts.nodes = Fact::unknown(Unseen::NotAsked);
        facts.source = Fact::unknown(Unseen::NotAsked);
        facts.network_policies = Fact::unknown(Unseen::NotAsked);
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
        facts.version = Fact::unknown(Unseen::NotAsked);
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
