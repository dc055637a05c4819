//! One check per question.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    admission, capacity, definitions, egress, images, is_given, lock_in, names, quota, samples, source,
    storage, transfer,
};
use crate::{
    closure::{Resolved, closure_of},
    compare::faithful,
    facts::{AccessFact, AccessNeed, DryRunFact, Existing, Fact, TargetFacts},
    field::at,
    finding::{Finding, Question, Severity},
    key::ObjectKey,
    kinds,
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
pub(super) fn passed(question: Question, transformed: &Transformed, facts: &TargetFacts) -> Option<String> {
    let count = transformed.objects.len();
    let evidence = match question {
        Question::Reachable => {
            let skew = facts.skew.get().map_or_else(|_| String::new(), |skew| format!(", its clock is within {} s of ours", skew.abs().max(1)));
            format!("the target answers and is not older than the source{skew}")
        },
        Question::Served => "every kind is served in its version".to_owned(),
        Question::Access => "every permission is there, those for the rollback included".to_owned(),
        Question::DryRun => format!("the target would accept all {count} objects"),
        Question::Admission => {
            let limits = admission::limits(facts).map_or_else(String::new, |limits| format!("; limits there: {limits}"));
            format!("quotas and classes let it in, and {}{limits}", admission::level(facts))
        }
        Question::References => "everything that is referred to is there".to_owned(),
        Question::Images => {
            let images = facts.images.as_ref()?;
            format!(
                "all {} images can be pulled by the target's nodes",
                images.answers.len()
            )
        }
        Question::Storage => "every claim has its class on the target".to_owned(),
        Question::LockIn => format!("none of {} rules finds what ties it to a provider", lock_in::count()),
        Question::Collisions => "nothing else stands under these names".to_owned(),
        Question::Delivery => "no delivery controller tracks it".to_owned(),
        Question::Once => "no Job or CronJob can run twice".to_owned(),
        Question::Egress => "no name or address in its configuration stays behind; what its code calls without one was not seen"
            .to_owned(),
        Question::Capacity | Question::Transfer | Question::SourceHealth | Question::Dns | Question::Fencing => {
            return None;
        }
    };
    Some(evidence)
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
            "is cluster-scoped, and the target has it".clone_into(&mut pass.message);
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
    match facts.skew.get() {
        Ok(skew) if skew.abs() <= SKEW => None,
        Ok(skew) => Some(
            Finding::new(
                Question::Reachable,
                Severity::Warn,
                format!("the target's clock is {} s {} ours", skew.abs(), if *skew > 0 { "ahead of" } else { "behind" }),
            )
            .remedy("have the clocks of both clusters follow one time server: leases and certificates depend on it"),
        ),
        Err(why) => Some(
            Finding::new(
                Question::Reachable,
                Severity::Warn,
                format!("the target's clock was not seen: {why}"),
            )
            .remedy("compare the clocks of both clusters by hand"),
        ),
    }
}

fn version(facts: &TargetFacts) -> Option<Finding> {
    let versions = match facts.version.get() {
        Ok(versions) => versions,
        Err(why) => return Some(unknown(Question::Reachable, "the target", why)),
    };
    let Some(target) = minor(&versions.target) else {
        let why = format!("{} is no version", versions.target);
        return Some(unknown(Question::Reachable, "the target's version", &why));
    };
    let source = versions.source.as_deref()?;
    let older = minor(source).is_some_and(|source| target < source);
    older.then(|| {
        let message = format!(
            "the target ({}) is older than the source ({source})",
            versions.target
        );
        Finding::new(Question::Reachable, Severity::Warn, message)
            .remedy("fields that the older version does not know are dropped: see the dry run of each object")
    })
}

/// `v1.34.4-eks` as (1, 34).
fn minor(version: &str) -> Option<(u32, u32)> {
    let mut parts = version.trim_start_matches('v').split('.');
    let number = |part: Option<&str>| part?.trim_end_matches('+').parse::<u32>().ok();
    Some((number(parts.next())?, number(parts.next())?))
}

fn unknown(question: Question, what: &str, why: &str) -> Finding {
    Finding::new(question, Severity::Unknown, format!("{what} is not known: {why}"))
}

fn served(transformed: &Transformed, facts: &TargetFacts) -> Vec<Finding> {
    match facts.served.get() {
        Ok(served) => unserved(&transformed.objects, served),
        Err(why) => vec![unknown(Question::Served, "what the target serves", why)],
    }
}

fn access(transformed: &Transformed, facts: &TargetFacts) -> Vec<Finding> {
    let mut known: BTreeMap<&AccessNeed, &Fact<bool>> = BTreeMap::new();
    for AccessFact { need, allowed } in &facts.access {
        known.insert(need, allowed);
    }
    let mut out = Vec::new();
    for need in super::access_needed(transformed) {
        let place = need
            .namespace
            .as_ref()
            .map_or("in the whole cluster".to_owned(), |name| format!("in {name}"));
        let what = format!("{} {} {place}", need.verb.name(), need.gvk);
        match known.get(&need).map(|allowed| allowed.get()) {
            Some(Ok(true)) => {}
            Some(Ok(false)) => out.push(
                Finding::new(Question::Access, Severity::Block, format!("we may not {what}"))
                    .remedy("grant it to our account on the target"),
            ),
            Some(Err(why)) => out.push(unknown(Question::Access, &format!("whether we may {what}"), why)),
            None => out.push(unknown(
                Question::Access,
                &format!("whether we may {what}"),
                "it was not asked",
            )),
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
            if finding.severity == Severity::Block {
                finding.message = format!("{}; {}", finding.message, admission::level(facts));
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
    let whose = if about == sent { "it" } else { "its Pods" };
    match fact {
        Some(DryRunFact::Accepted) => None,
        Some(DryRunFact::Refused { field, message }) => {
            let message = format!("the target refuses {whose}: {message}");
            let mut finding = Finding::new(question, Severity::Block, message).about(about);
            finding.field.clone_from(field);
            Some(finding)
        }
        Some(DryRunFact::Changed { fields }) => {
            let fields: Vec<&str> = fields.iter().map(String::as_str).collect();
            let message = format!(
                "the target would not keep {whose} as sent: it changes or drops {}",
                fields.join(", ")
            );
            let mut finding = Finding::new(question, Severity::Block, message).about(about);
            finding.field = fields.first().map(|field| (*field).to_owned());
            Some(finding.remedy(
                "leave the field out on the source, or place the workload where it is known and left alone",
            ))
        }
        Some(DryRunFact::Failed { message }) => {
            Some(unknown(question, &format!("whether the target accepts {whose}"), message).about(about))
        }
        Some(DryRunFact::Unknown { why }) => {
            Some(unknown(question, &format!("whether the target accepts {whose}"), why).about(about))
        }
        None => {
            let what = format!("whether the target accepts {whose}");
            Some(unknown(question, &what, "it was not sent").about(about))
        }
    }
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
            Finding::new(
                Question::References,
                Severity::Block,
                "the target does not have the namespace",
            )
            .remedy("send the Namespace along, or ask the platform team of the target for it"),
        ),
        Err(why) => Some(unknown(
            Question::References,
            "whether the target has the namespace",
            why,
        )),
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
        let Some((question, classes)) = classes_of(&to.kind, facts) else {
            continue;
        };
        let finding = match classes.get() {
            Ok(there) if there.contains(&to.name) => continue,
            Ok(_) => Finding::new(question, Severity::Block, format!("the target has no {to}"))
                .remedy("map the name in the classes of the two clusters"),
            Err(why) => unknown(question, &format!("whether the target has {to}"), why),
        };
        out.push(finding.about(&reference.from).field(reference.field.clone()));
    }
    out
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
        Err(why) => return vec![unknown(Question::Collisions, "what stands on the target", why)],
    };
    let planned: BTreeMap<&ObjectKey, &Planned> =
        transformed.objects.iter().map(|one| (&one.key, one)).collect();
    existing
        .iter()
        .filter_map(|there| collision(planned.get(&there.key)?, there))
        .collect()
}

fn collision(planned: &Planned, there: &Existing) -> Option<Finding> {
    let finding = |severity: Severity, message: &str| {
        Finding::new(Question::Collisions, severity, message).about(&planned.key)
    };
    let fixed = there
        .live
        .as_ref()
        .and_then(|live| fixed_difference(planned, live));
    if let Some(field) = fixed {
        return Some(
            finding(
                Severity::Block,
                "stands on the target with another value in a field that cannot be changed",
            )
            .field(field)
            .remedy("delete the old one on the target"),
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
        return Some(finding(
            Severity::Warn,
            "is on the target already, with other content, and is shared there",
        ));
    }
    Some(
        finding(
            Severity::Block,
            "somebody else's object of this name stands on the target",
        )
        .remedy("rename one of the two, or delete the one on the target if it is left over"),
    )
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
