//! One verdict from what is sent and what is known about the target.
//!
//! Not here: finding out (`fleet`). Invariant: every question has an answer, and the verdict is the worst of
//! them; what is not known or was not asked is `Unknown`, never a pass and never absent.

mod admission;
mod capacity;
mod checks;
mod definitions;
mod egress;
mod images;
mod lock_in;
mod names;
mod quota;
mod selector;
mod source;
mod storage;
#[cfg(test)]
mod tests;
mod transfer;

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{
    closure::{Resolved, closure_of},
    facts::{AccessNeed, TargetFacts, Verb},
    field::{at, items, text},
    finding::{Finding, Question, Severity},
    key::ObjectKey,
    kinds,
    said::{Advice, Target, Unseen},
    transform::Transformed,
};

pub use admission::service as called_service;
pub(crate) use transfer::START;

/// May the move begin?
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Verdict {
    /// Everything that was asked is good.
    Ready,
    /// It works, with differences that somebody should know.
    ReadyWithWarnings,
    /// Something could not be looked at.
    Unknown,
    /// It would fail.
    Blocked,
}

/// One question with its answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// Which question.
    pub question: Question,
    /// That of the worst finding.
    pub severity: Severity,
    /// When what it rests on was seen; none when nothing was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen_at: Option<Timestamp>,
    /// The evidence, the worst first; at least one. All but a pass say what to do.
    pub findings: Vec<Finding>,
}

/// The verdict, and what it rests on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Preflight {
    /// The worst of the answers.
    pub verdict: Verdict,
    /// One for each of [`Question::ALL`], in that order.
    pub answers: Vec<Answer>,
}

impl Preflight {
    /// What is known when the target does not answer: nothing.
    pub fn unseen(why: &Unseen) -> Self {
        let answers = Question::ALL.into_iter().map(|question| Answer {
            question,
            severity: Severity::Unknown,
            seen_at: None,
            findings: vec![
                Finding::new(question, Severity::Unknown, why.clone())
                    .remedy(Advice::usually(Question::Reachable, Severity::Unknown)),
            ],
        });
        Self {
            verdict: Verdict::Unknown,
            answers: answers.collect(),
        }
    }

    /// All findings, by question.
    pub fn findings(&self) -> impl Iterator<Item = &Finding> {
        self.answers.iter().flat_map(|answer| &answer.findings)
    }

    /// Why a real move may not begin: the worst finding that holds it, if one does.
    pub fn hindrance(&self) -> Option<&Finding> {
        let holds = |one: &&Finding| {
            one.severity == Severity::Block || (one.severity == Severity::Unknown && holds(one.question))
        };
        let held = self.findings().filter(holds);
        held.max_by(|one, other| one.severity.cmp(&other.severity).then_with(|| other.cmp(one)))
    }
}

/// Whether a real move waits for what is unknown about a question.
///
/// What the target says of the objects themselves must be known: an object that is refused half-way leaves work to undo.
/// The others tell how well it would go. A move sees them for itself before it gives anything up (a Pod without a node
/// or an image never serves, and the move goes back), and an `Unknown` of them must not keep a city on a cluster that it
/// has to leave. What is known to fail holds a move in any case.
fn holds(question: Question) -> bool {
    match question {
        Question::Reachable
        | Question::Served
        | Question::Access
        | Question::DryRun
        | Question::Admission
        | Question::References
        | Question::Storage
        | Question::LockIn
        | Question::Collisions
        | Question::Delivery
        | Question::Once => true,
        Question::Capacity
        | Question::Images
        | Question::Transfer
        | Question::SourceHealth
        | Question::Dns
        | Question::Egress
        | Question::Fencing => false,
    }
}

/// Judges a move.
pub fn preflight(transformed: &Transformed, facts: &TargetFacts) -> Preflight {
    let mut found: BTreeMap<Question, Vec<Finding>> = BTreeMap::new();
    for finding in checks::all(transformed, facts) {
        found.entry(finding.question).or_default().push(finding);
    }
    let answers: Vec<Answer> = Question::ALL
        .into_iter()
        .map(|question| {
            let findings = found.remove(&question).unwrap_or_default();
            answer(question, findings, transformed, facts)
        })
        .collect();
    let verdict = match answers.iter().map(|answer| answer.severity).max() {
        None | Some(Severity::Unknown) => Verdict::Unknown,
        Some(Severity::Pass) => Verdict::Ready,
        Some(Severity::Warn) => Verdict::ReadyWithWarnings,
        Some(Severity::Block) => Verdict::Blocked,
    };
    Preflight { verdict, answers }
}

fn answer(
    question: Question,
    mut findings: Vec<Finding>,
    transformed: &Transformed,
    facts: &TargetFacts,
) -> Answer {
    if findings.is_empty() {
        findings.push(match checks::passed(question, transformed, facts) {
            Some(evidence) => Finding::new(question, Severity::Pass, evidence),
            None => Finding::new(question, Severity::Unknown, Target::NotAsked),
        });
    }
    findings.sort_by(|one, other| other.severity.cmp(&one.severity).then_with(|| one.cmp(other)));
    findings.dedup();
    for finding in &mut findings {
        if finding.severity != Severity::Pass && finding.remedy.is_none() {
            finding.remedy = Some(Advice::usually(question, finding.severity));
        }
    }
    let severity = findings.first().map_or(Severity::Unknown, |worst| worst.severity);
    let seen_at = (severity != Severity::Unknown || findings.len() > 1)
        .then(|| facts.seen.get(&question).copied().or(facts.at))
        .flatten();
    Answer {
        question,
        severity,
        seen_at,
        findings,
    }
}

/// Every permission that the move and its rollback need on the target: what to ask it.
pub fn access_needed(transformed: &Transformed) -> BTreeSet<AccessNeed> {
    let verbs = [Verb::Create, Verb::Delete, Verb::Get, Verb::Patch, Verb::Update];
    let each = transformed.objects.iter().flat_map(|one| {
        // A namespace is merged into, never replaced.
        let verbs = verbs
            .into_iter()
            .filter(|verb| *verb != Verb::Update || one.key.group_kind() != ("", "Namespace"));
        verbs.map(|verb| AccessNeed {
            verb,
            gvk: one.key.gvk(),
            namespace: one.key.namespace.clone(),
        })
    });
    each.collect()
}

/// Groups and kinds of what the target must have of its own, beside the classes that each cluster has: what to list there
/// for [`TargetFacts::owned`].
pub fn owned_kinds(transformed: &Transformed) -> BTreeSet<(String, String)> {
    let references = closure_of(transformed).references;
    let own = references
        .into_iter()
        .filter(|reference| reference.resolved == Resolved::OnTarget);
    own.filter(|reference| !checks::is_class(&reference.to.kind))
        .map(|reference| (reference.to.group, reference.to.kind))
        .collect()
}

/// One Pod for each planned object that makes Pods, to be sent with server-side dry run: Pod Security, limit
/// ranges and webhooks on Pods let a Deployment pass and then refuse its Pods. The key in
/// [`TargetFacts::pods`] is that of the sample.
pub fn sample_pods(transformed: &Transformed) -> Vec<Value> {
    samples(transformed).map(|(_, pod)| pod).collect()
}

/// Each planned object that makes Pods, with its sample.
fn samples(transformed: &Transformed) -> impl Iterator<Item = (&ObjectKey, Value)> {
    transformed.objects.iter().filter_map(|one| {
        let path = kinds::pod_path(&one.key.group, &one.key.kind).filter(|path| !path.is_empty())?;
        let template = at(&one.object, path)?;
        let spec = with_claims(at(template, &["spec"])?, &one.object, &one.key.name);
        let mut metadata = json!({ "name": sample_name(&one.key), "namespace": one.key.namespace });
        for field in ["labels", "annotations"] {
            if let Some(map) = at(template, &["metadata", field]) {
                metadata[field] = map.clone();
            }
        }
        Some((
            &one.key,
            json!({ "apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec }),
        ))
    })
}

/// The Pod's spec with the volumes that a `StatefulSet`'s controller adds, one per claim template.
fn with_claims(spec: &Value, owner: &Value, name: &str) -> Value {
    let mut spec = spec.clone();
    let claims: Vec<&str> = items(owner, &["spec", "volumeClaimTemplates"])
        .iter()
        .map(|claim| text(claim, &["metadata", "name"]))
        .collect();
    if claims.is_empty() {
        return spec;
    }
    let own = items(&spec, &["volumes"]).iter();
    let kept = own
        .filter(|volume| !claims.contains(&text(volume, &["name"])))
        .cloned();
    let added = claims.iter().map(|claim| {
        let first = format!("{claim}-{name}-0");
        json!({ "name": claim, "persistentVolumeClaim": { "claimName": first } })
    });
    let volumes: Vec<Value> = kept.chain(added).collect();
    spec["volumes"] = Value::from(volumes);
    spec
}

fn sample_name(key: &ObjectKey) -> String {
    format!("{}-{}", key.kind.to_ascii_lowercase(), key.name)
}

/// Whether the target already has what its platform team would be asked for.
fn is_given(asked: &Value, key: &ObjectKey, facts: &TargetFacts) -> bool {
    let there = facts
        .existing
        .get()
        .is_ok_and(|existing| existing.iter().any(|one| one.key == *key));
    there
        || match key.group_kind() {
            ("apiextensions.k8s.io", "CustomResourceDefinition") => facts.served.get().is_ok_and(|served| {
                let (group, kind) = (
                    text(asked, &["spec", "group"]),
                    text(asked, &["spec", "names", "kind"]),
                );
                served.iter().any(|gvk| gvk.group == group && gvk.kind == kind)
            }),
            ("scheduling.k8s.io", "PriorityClass") => facts
                .priority_classes
                .get()
                .is_ok_and(|classes| classes.contains(&key.name)),
            _ => false,
        }
}
