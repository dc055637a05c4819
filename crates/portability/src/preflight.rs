//! One verdict from what is sent and what is known about the target.
//!
//! Not here: finding out (`fleet`). Invariant: the verdict is the worst finding; what is not known is never a
//! pass, and a question that is not asked is named as such.

mod checks;
mod quota;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{
    facts::{AccessNeed, TargetFacts, Verb},
    field::{at, items, text},
    finding::{Finding, Question, Severity},
    key::ObjectKey,
    kinds,
    transform::Transformed,
};

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

/// The verdict, and what it rests on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Preflight {
    /// The worst of the findings.
    pub verdict: Verdict,
    /// By question, the worst first. A question that is asked has at least one.
    pub findings: Vec<Finding>,
    /// Questions that nothing examines yet: the verdict says nothing about them.
    pub not_asked: Vec<Question>,
}

/// Judges a move.
pub fn preflight(transformed: &Transformed, facts: &TargetFacts) -> Preflight {
    let mut findings = checks::all(transformed, facts);
    for question in Question::ALL.into_iter().filter(|question| question.is_asked()) {
        if !findings.iter().any(|finding| finding.question == question) {
            findings.push(Finding::new(
                question,
                Severity::Pass,
                checks::passed(question, transformed),
            ));
        }
    }
    findings.sort_by(|one, other| {
        (one.question, other.severity)
            .cmp(&(other.question, one.severity))
            .then_with(|| one.cmp(other))
    });
    findings.dedup();
    let verdict = match findings.iter().map(|finding| finding.severity).max() {
        None | Some(Severity::Pass) => Verdict::Ready,
        Some(Severity::Warn) => Verdict::ReadyWithWarnings,
        Some(Severity::Unknown) => Verdict::Unknown,
        Some(Severity::Block) => Verdict::Blocked,
    };
    let not_asked = Question::ALL
        .into_iter()
        .filter(|question| !question.is_asked())
        .collect();
    Preflight {
        verdict,
        findings,
        not_asked,
    }
}

/// Every permission that the move and its rollback need on the target: what to ask it.
pub fn access_needed(transformed: &Transformed) -> BTreeSet<AccessNeed> {
    let verbs = [Verb::Create, Verb::Delete, Verb::Get, Verb::Patch];
    let each = transformed.objects.iter().flat_map(|one| {
        verbs.map(|verb| AccessNeed {
            verb,
            gvk: one.key.gvk(),
            namespace: one.key.namespace.clone(),
        })
    });
    each.collect()
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
