//! One check per question.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    admission, capacity, definitions, egress, images, is_given, lock_in, names, quota, samples, source,
    storage, transfer,
};
use crate::{
    closure::{self, Resolved, closure_of},
    compare::faithful,
    facts::{AccessFact, AccessNeed, DryRunFact, Existing, Fact, TargetFacts},
    field::at,
    finding::{Finding, Question, Severity},
    key::ObjectKey,
    kinds,
    said::{Advice, Passed, References, Said, Target, Thing, Unseen, Whose},
    served::unserved,
    transform::{Planned, Transformed},
};

/// All findings, those of the transform included.
pub(super) fn all(transformed: &Transformed, facts: &TargetFacts) -> Vec<Finding> {
    let mut out = carried(transformed, facts);
    out.extend(version(facts));
    out.extend(clock(facts));
    out.extend(served(transformed, facts));
    out.extend(access(transformed, facts));
    out.extend(dry_run(transformed, facts));
    out.extend(namespaces(transformed, facts));
    out.extend(quota::check(transformed, facts));
    out.extend(references(transformed, facts));
    out.extend(collisions(transformed, facts));
    out.extend(admission::check(transformed, facts));
    out.extend(definitions::check(transformed, facts));
    out.extend(capacity::check(transformed, facts));
    out.extend(images::check(transformed, facts));
    out.extend(storage::check(transformed, facts));
    out.extend(transfer::check(transformed, facts));
    out.extend(source::check(transformed, facts));
    out.extend(lock_in::check(transformed, facts));
    out.extend(names::check(transformed, facts));
    out.extend(egress::check(transformed, facts));
    out.extend(facts.more.iter().cloned());
    out
}

/// What a question without findings has shown. None: nobody looked.
pub(super) fn passed(question: Question, transformed: &Transformed, facts: &TargetFacts) -> Option<Passed> {
    Some(match question {
        Question::Reachable => Passed::Reachable {
            skew: facts.skew.get().ok().map(|skew| skew.unsigned_abs().max(1)),
        },
        Question::Served => Passed::Served,
        Question::Access => Passed::Access,
        Question::DryRun => Passed::DryRun {
            objects: transformed.objects.len(),
        },
        Question::Admission => Passed::Admission {
            security: admission::level(facts),
            limits: admission::limits(facts),
        },
        Question::References => Passed::References,
        Question::Images => Passed::Images {
            count: facts.images.as_ref()?.answers.len(),
        },
        Question::Storage => Passed::Storage,
        Question::LockIn => Passed::LockIn {
            rules: lock_in::count(),
        },
        Question::Collisions => Passed::Collisions,
        Question::Delivery => Passed::Delivery,
        Question::Once => Passed::Once,
        Question::Egress => Passed::Egress,
        Question::Capacity
        | Question::Transfer
        | Question::SourceHealth
        | Question::Dns
        | Question::Fencing => return None,
    })
}

/// Findings of the transform, but for a request to the platform that is already met.
fn carried(transformed: &Transformed, facts: &TargetFacts) -> Vec<Finding> {
    let given: BTreeSet<ObjectKey> = transformed
        .ask_platform
        .iter()
        .filter_map(|object| Some((ObjectKey::from_value(object).ok()?, object)))
        .filter(|(key, object)| is_given(object, key, facts))
        .map(|(key, _)| key)
        .collect();
    let met = |finding: &Finding| {
        finding.question == Question::Access && finding.object.as_ref().is_some_and(|key| given.contains(key))
    };
    let mut out = Vec::new();
    for finding in &transformed.findings {
        if met(finding) {
            let mut pass = finding.clone();
            pass.severity = Severity::Pass;
            pass.message = Target::ClusterScopedThere.into();
            pass.remedy = None;
            out.push(pass);
        } else {
            out.push(finding.clone());
        }
    }
    out
}

/// Seconds by which two clocks may differ before leases, certificates and times in a report are in doubt. The Date
/// header is to the second, and the way takes some.
const SKEW: i64 = 5;

fn clock(facts: &TargetFacts) -> Option<Finding> {
    let (message, remedy) = match facts.skew.get() {
        Ok(skew) if skew.abs() <= SKEW => return None,
        Ok(skew) => {
            let seconds = skew.unsigned_abs();
            let said = if *skew > 0 {
                Target::ClockAhead { seconds }
            } else {
                Target::ClockBehind { seconds }
            };
            (said, Advice::Clocks)
        }
        Err(why) => {
            let why = why.clone();
            (Target::ClockUnseen { why }, Advice::CompareClocks)
        }
    };
    Some(Finding::new(Question::Reachable, Severity::Warn, message).remedy(remedy))
}

fn version(facts: &TargetFacts) -> Option<Finding> {
    let versions = match facts.version.get() {
        Ok(versions) => versions,
        Err(why) => return Some(unknown(Question::Reachable, Thing::Target, why)),
    };
    let Some(target) = minor(&versions.target) else {
        let why = Unseen::NoVersion {
            version: versions.target.clone(),
        };
        return Some(unknown(Question::Reachable, Thing::Version, &why));
    };
    let source = versions.source.as_deref()?;
    let older = minor(source).is_some_and(|source| target < source);
    older.then(|| {
        let message = Target::Older {
            target: versions.target.clone(),
            source: source.to_owned(),
        };
        Finding::new(Question::Reachable, Severity::Warn, message).remedy(Advice::OlderVersion)
    })
}

/// `v1.34.4-eks` as (1, 34).
fn minor(version: &str) -> Option<(u32, u32)> {
    let mut parts = version.trim_start_matches('v').split('.');
    let number = |part: Option<&str>| part?.trim_end_matches('+').parse::<u32>().ok();
    Some((number(parts.next())?, number(parts.next())?))
}

fn unknown(question: Question, what: Thing, why: &Unseen) -> Finding {
    let why = why.clone();
    Finding::new(question, Severity::Unknown, Target::NotKnown { what, why })
}

fn served(transformed: &Transformed, facts: &TargetFacts) -> Vec<Finding> {
    match facts.served.get() {
        Ok(served) => unserved(&transformed.objects, served),
        Err(why) => vec![unknown(Question::Served, Thing::Served, why)],
    }
}

fn access(transformed: &Transformed, facts: &TargetFacts) -> Vec<Finding> {
    let mut known: BTreeMap<&AccessNeed, &Fact<bool>> = BTreeMap::new();
    for AccessFact { need, allowed } in &facts.access {
        known.insert(need, allowed);
    }
    let mut out = Vec::new();
    for need in super::access_needed(transformed) {
        match known.get(&need).map(|allowed| allowed.get()) {
            Some(Ok(true)) => {}
            Some(Ok(false)) => out.push(
                Finding::new(Question::Access, Severity::Block, Target::MayNot { need })
                    .remedy(Advice::Grant),
            ),
            Some(Err(why)) => out.push(unknown(Question::Access, Thing::May { need }, why)),
            None => out.push(unknown(Question::Access, Thing::May { need }, &Unseen::NotAsked)),
        }
    }
    out
}

fn dry_run(transformed: &Transformed, facts: &TargetFacts) -> Vec<Finding> {
    let objects = transformed
        .objects
        .iter()
        .filter_map(|one| verdict_of(Question::DryRun, &one.key, &one.key, facts.dry_run.get(&one.key)));
    let mut out: Vec<Finding> = objects.collect();
    if let Some(pods) = &facts.pods {
        out.extend(samples(transformed).filter_map(|(about, sample)| {
            let sent = ObjectKey::from_value(&sample).ok()?;
            let mut finding = verdict_of(Question::Admission, about, &sent, pods.get(&sent))?;
            if let Some(DryRunFact::Refused { message, .. }) = pods.get(&sent) {
                finding.message = Target::RefusesPods {
                    words: message.clone(),
                    security: admission::level(facts),
                }
                .into();
            }
            Some(finding)
        }));
    }
    out
}

fn verdict_of(
    question: Question,
    about: &ObjectKey,
    sent: &ObjectKey,
    fact: Option<&DryRunFact>,
) -> Option<Finding> {
    let whose = if about == sent { Whose::It } else { Whose::Pods };
    let why = match fact {
        Some(DryRunFact::Accepted) => return None,
        Some(DryRunFact::Refused { field, message }) => {
            let words = message.clone();
            let mut finding =
                Finding::new(question, Severity::Block, Target::Refuses { whose, words }).about(about);
            finding.field.clone_from(field);
            return Some(finding);
        }
        Some(DryRunFact::Changed { fields }) => {
            let fields: Vec<&str> = fields.iter().map(String::as_str).collect();
            let message = Target::Changes {
                whose,
                fields: fields.join(", "),
            };
            let mut finding = Finding::new(question, Severity::Block, message).about(about);
            finding.field = fields.first().map(|field| (*field).to_owned());
            return Some(finding.remedy(Advice::LeaveFieldOut));
        }
        Some(DryRunFact::Failed { message }) => Unseen::Words {
            words: message.clone(),
        },
        Some(DryRunFact::Unknown { why }) => why.clone(),
        None => Unseen::NotSent,
    };
    Some(unknown(question, Thing::Accepts { whose }, &why).about(about))
}

fn namespaces(transformed: &Transformed, facts: &TargetFacts) -> Option<Finding> {
    let planned = transformed
        .objects
        .iter()
        .any(|one| one.key.group_kind() == ("", "Namespace"));
    match facts.namespace_exists.get() {
        Ok(true) => None,
        Ok(false) | Err(_) if planned => None,
        Ok(false) => Some(
            Finding::new(Question::References, Severity::Block, Target::NoNamespace)
                .remedy(Advice::SendNamespace),
        ),
        Err(why) => Some(unknown(Question::References, Thing::HasNamespace, why)),
    }
}

/// References within what is sent, and to what the target must have of its own.
fn references(transformed: &Transformed, facts: &TargetFacts) -> Vec<Finding> {
    let closure = closure_of(transformed);
    let mut out = closure.dangling;
    let planned: BTreeSet<(&str, &str)> = transformed
        .objects
        .iter()
        .map(|one| (one.key.kind.as_str(), one.key.name.as_str()))
        .collect();
    for reference in &closure.references {
        let to = &reference.to;
        if reference.resolved != Resolved::OnTarget || planned.contains(&(&to.kind, &to.name)) {
            continue;
        }
        let what = to.to_string();
        let Some((question, classes)) = classes_of(&to.kind, facts) else {
            let finding = owned(to, facts).map(|one| one.about(&reference.from));
            out.extend(finding.map(|one| one.field(reference.field.clone())));
            continue;
        };
        let finding = match classes.get() {
            Ok(there) if there.contains(&to.name) => continue,
            Ok(_) => {
                Finding::new(question, Severity::Block, References::NotThere { what }).remedy(Advice::MapName)
            }
            Err(why) => unknown(question, Thing::Has { what }, why),
        };
        out.push(finding.about(&reference.from).field(reference.field.clone()));
    }
    out
}

/// Whether the target has something of its own that no move needs to begin with: a certificate, a Secret and a route come
/// when the issuer, the store and the class do. So it warns.
fn owned(to: &closure::Target, facts: &TargetFacts) -> Option<Finding> {
    let found = facts
        .owned
        .iter()
        .find(|one| (one.group.as_str(), one.kind.as_str()) == (to.group.as_str(), to.kind.as_str()));
    let names = found.map_or(
        &Fact::Unknown {
            why: Unseen::NotAsked,
        },
        |one| &one.names,
    );
    let what = to.to_string();
    let message: Said = match names.get() {
        Ok(names) if names.contains(&to.name) => return None,
        Ok(_) => References::NotThere { what }.into(),
        Err(why) => Target::NotKnown {
            what: Thing::Has { what },
            why: why.clone(),
        }
        .into(),
    };
    Some(Finding::new(Question::References, Severity::Warn, message).remedy(Advice::AskForOwn))
}

/// Whether a kind is one of the classes of which the names are facts of their own.
pub(super) fn is_class(kind: &str) -> bool {
    classes_of(kind, &TargetFacts::default()).is_some()
}

fn classes_of<'f>(kind: &str, facts: &'f TargetFacts) -> Option<(Question, &'f Fact<BTreeSet<String>>)> {
    match kind {
        "StorageClass" => Some((Question::Storage, &facts.storage_classes)),
        "IngressClass" => Some((Question::References, &facts.ingress_classes)),
        "PriorityClass" => Some((Question::Admission, &facts.priority_classes)),
        "RuntimeClass" => Some((Question::Admission, &facts.runtime_classes)),
        _ => None,
    }
}

fn collisions(transformed: &Transformed, facts: &TargetFacts) -> Vec<Finding> {
    let existing = match facts.existing.get() {
        Ok(existing) => existing,
        Err(why) => return vec![unknown(Question::Collisions, Thing::Standing, why)],
    };
    let planned: BTreeMap<&ObjectKey, &Planned> =
        transformed.objects.iter().map(|one| (&one.key, one)).collect();
    existing
        .iter()
        .filter_map(|there| collision(planned.get(&there.key)?, there))
        .collect()
}

fn collision(planned: &Planned, there: &Existing) -> Option<Finding> {
    let finding = |severity: Severity, message: Target| {
        Finding::new(Question::Collisions, severity, message).about(&planned.key)
    };
    let fixed = there
        .live
        .as_ref()
        .and_then(|live| fixed_difference(planned, live));
    if let Some(field) = fixed {
        return Some(
            finding(Severity::Block, Target::Fixed)
                .field(field)
                .remedy(Advice::DeleteOld),
        );
    }
    let equal = there
        .live
        .as_ref()
        .is_some_and(|live| faithful(&planned.object, live).is_empty());
    if there.ours || equal || planned.key.group_kind() == ("", "Namespace") {
        return None;
    }
    if kinds::is_cluster_scoped(&planned.object, &planned.key.group, &planned.key.kind) {
        return Some(finding(Severity::Warn, Target::Shared));
    }
    Some(finding(Severity::Block, Target::SomebodyElses).remedy(Advice::RenameOrDelete))
}

/// Fields that an API server refuses to change, by kind.
const FIXED: &[(&str, &[&[&str]])] = &[
    ("Deployment", &[&["spec", "selector"]]),
    ("DaemonSet", &[&["spec", "selector"]]),
    (
        "StatefulSet",
        &[
            &["spec", "selector"],
            &["spec", "serviceName"],
            &["spec", "volumeClaimTemplates"],
        ],
    ),
    ("Job", &[&["spec", "template"], &["spec", "completions"]]),
    (
        "PersistentVolumeClaim",
        &[
            &["spec", "storageClassName"],
            &["spec", "accessModes"],
            &["spec", "volumeMode"],
        ],
    ),
    ("RoleBinding", &[&["roleRef"]]),
    ("ClusterRoleBinding", &[&["roleRef"]]),
    ("Secret", &[&["type"]]),
];

fn fixed_difference(planned: &Planned, live: &serde_json::Value) -> Option<String> {
    let (_, paths) = FIXED.iter().find(|(kind, _)| *kind == planned.key.kind)?;
    let differs = |path: &&&[&str]| {
        at(&planned.object, path).is_some_and(|sent| match at(live, path) {
            Some(there) => !faithful(
                &serde_json::json!({ "x": sent }),
                &serde_json::json!({ "x": there }),
            )
            .is_empty(),
            None => true,
        })
    };
    paths.iter().find(differs).map(|path| path.join("."))
}
