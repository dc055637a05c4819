//! Storage classes by what a claim needs, and what ties a claim to a volume of the source.
//!
//! The need is the claim's own (access modes, volume mode); the class name tells fast from plain. Where both
//! clusters use one name for different things the need is written down in an annotation, so that the outcome
//! can be transformed again, also back.

use serde_json::Value;

use crate::{
    classes::{ClusterClasses, Route, StorageClassKind},
    draft::{Draft, Why, spell},
    field::{annotation, at, items, text},
    finding::{Finding, Question, Severity},
    key::ObjectKey,
    mark,
    said::{Advice, Storage},
};

pub(super) fn rewrite(draft: &mut Draft, key: &ObjectKey, route: &Route<'_>, findings: &mut Vec<Finding>) {
    match key.group_kind() {
        ("", "PersistentVolumeClaim") => {
            source_volume(draft, key, findings);
            class(draft, key, &[], route, findings);
        }
        ("apps", "StatefulSet") => {
            for place in 0..items(draft.object(), &["spec", "volumeClaimTemplates"]).len() {
                let path = ["spec", "volumeClaimTemplates", &place.to_string()];
                class(draft, key, &path, route, findings);
            }
        }
        _ => {}
    }
}

fn source_volume(draft: &mut Draft, key: &ObjectKey, findings: &mut Vec<Finding>) {
    if at(draft.object(), &["spec", "volumeName"]).is_some() {
        findings.push(
            Finding::new(Question::Storage, Severity::Warn, Storage::SourceVolume)
                .about(key)
                .field("spec.volumeName")
                .remedy(Advice::CopyData),
        );
        draft.remove(&["spec", "volumeName"], Why::Allocated);
    }
    for field in ["dataSource", "dataSourceRef"] {
        draft.remove(&["spec", field], Why::DataSourceStaysBehind);
    }
}

/// Maps the class of the claim at `path` (the object itself when empty).
fn class(draft: &mut Draft, key: &ObjectKey, path: &[&str], route: &Route<'_>, findings: &mut Vec<Finding>) {
    let Some(claim) = at(draft.object(), path) else {
        return;
    };
    let field = [path, &["spec", "storageClassName"]].concat();
    let named = at(claim, &["spec", "storageClassName"])
        .and_then(Value::as_str)
        .map(str::to_owned);
    let need = need_of(claim);
    let finding = |severity: Severity, message: Storage| {
        Finding::new(Question::Storage, severity, message)
            .about(key)
            .field(spell(&field))
    };
    if route.to.storage.is_empty() && route.to.default_storage.is_none() {
        findings.push(finding(Severity::Unknown, Storage::ClassesUnknown));
        return;
    }
    let Some(was) = named else {
        return unnamed(draft, path, need, route, findings, finding);
    };
    if was.is_empty() {
        findings.push(finding(Severity::Warn, Storage::ByHand).remedy(Advice::NameClassOrVolume));
        return;
    }
    if need.is_none() && !is_known(&was, route) && !is_called(&was, route.to) {
        let message = Storage::Unlisted { class: was.clone() };
        findings.push(finding(Severity::Warn, message).remedy(Advice::NameInSource));
    }
    let kind = kind_of(need, &was, route);
    let Some(to) = target_class(kind, &was, need, route) else {
        let message = Storage::NoKindFor {
            kind: kind.to_string(),
            class: was,
        };
        findings.push(finding(Severity::Block, message).remedy(Advice::AddKind));
        return;
    };
    let to = to.to_owned();
    if need.is_none() {
        record(draft, path, kind, &to, route);
    }
    draft.set(&field, Value::from(to), Why::StorageClassMapped);
}

/// Writes the kind down where the name `class` would be read as another one the next time.
fn record(draft: &mut Draft, path: &[&str], kind: StorageClassKind, class: &str, route: &Route<'_>) {
    if kind_of(None, class, route) != kind {
        let record = [path, &["metadata", "annotations", mark::STORAGE_KIND]].concat();
        draft.set(&record, Value::from(kind.name()), Why::StorageClassMapped);
    }
}

/// Maps the class that a custom resource names at a path. Its kind is told by the class, or by the annotation.
pub(super) fn custom_class(
    draft: &mut Draft,
    key: &ObjectKey,
    path: &[&str],
    route: &Route<'_>,
    findings: &mut Vec<Finding>,
) {
    let finding = |severity: Severity, message: Storage| {
        Finding::new(Question::Storage, severity, message)
            .about(key)
            .field(spell(path))
    };
    if route.to.storage.is_empty() && route.to.default_storage.is_none() {
        findings.push(finding(Severity::Unknown, Storage::ClassesUnknown));
        return;
    }
    let was = text(draft.object(), path).to_owned();
    let need = StorageClassKind::parse(annotation(draft.object(), mark::STORAGE_KIND));
    let kind = kind_of(need, &was, route);
    let Some(to) = target_class(kind, &was, need, route).map(str::to_owned) else {
        let message = Storage::NoKindFor {
            kind: kind.to_string(),
            class: was,
        };
        findings.push(finding(Severity::Block, message).remedy(Advice::AddKind));
        return;
    };
    // A second time must give the same: else the name means one thing here and another there.
    if target_class(kind_of(need, &to, route), &to, need, route) != Some(to.as_str()) {
        let message = Storage::Ambiguous { class: was };
        findings.push(finding(Severity::Warn, message).remedy(Advice::AnnotateKind));
        return;
    }
    draft.set(path, Value::from(to), Why::StorageClassMapped);
}

fn unnamed(
    draft: &mut Draft,
    path: &[&str],
    need: Option<StorageClassKind>,
    route: &Route<'_>,
    findings: &mut Vec<Finding>,
    finding: impl Fn(Severity, Storage) -> Finding,
) {
    let default = route.to.default_storage.as_deref();
    let special = need.filter(|kind| *kind != StorageClassKind::Rwo);
    match (
        special,
        special.and_then(|kind| route.to.storage.get(&kind)),
        default,
    ) {
        (Some(_), Some(class), _) if Some(class.as_str()) != default => {
            let field = [path, &["spec", "storageClassName"]].concat();
            draft.set(&field, Value::from(class.clone()), Why::StorageClassMapped);
        }
        (Some(kind), None, _) => {
            let kind = kind.to_string();
            findings.push(finding(Severity::Block, Storage::NoKind { kind }));
        }
        (_, _, None) => no_default(draft, path, route, findings, finding),
        (_, _, Some(default)) => {
            let message = Storage::DefaultUsed {
                class: default.to_owned(),
            };
            findings.push(finding(Severity::Warn, message).remedy(Advice::NameClass));
        }
    }
}

/// The target has no default class, or it cannot be seen with our credentials: plain storage is named.
fn no_default(
    draft: &mut Draft,
    path: &[&str],
    route: &Route<'_>,
    findings: &mut Vec<Finding>,
    finding: impl Fn(Severity, Storage) -> Finding,
) {
    let Some(class) = target_class(StorageClassKind::Rwo, "", None, route) else {
        findings.push(finding(Severity::Block, Storage::NoDefault).remedy(Advice::NameClass));
        return;
    };
    let message = Storage::Named {
        class: class.to_owned(),
    };
    findings.push(finding(Severity::Warn, message).remedy(Advice::NameClass));
    record(draft, path, StorageClassKind::Rwo, class, route);
    let field = [path, &["spec", "storageClassName"]].concat();
    draft.set(&field, Value::from(class), Why::StorageClassMapped);
}

/// What the claim itself says it needs; none for one writer, where the class name tells more.
fn need_of(claim: &Value) -> Option<StorageClassKind> {
    if let Some(kind) = StorageClassKind::parse(annotation(claim, mark::STORAGE_KIND)) {
        return Some(kind);
    }
    if text(claim, &["spec", "volumeMode"]) == "Block" {
        return Some(StorageClassKind::Block);
    }
    let many = |mode: &Value| matches!(mode.as_str(), Some("ReadWriteMany" | "ReadOnlyMany"));
    items(claim, &["spec", "accessModes"])
        .iter()
        .any(many)
        .then_some(StorageClassKind::Rwx)
}

/// The need, else by what the source, then the target, calls the class, else plain.
fn kind_of(need: Option<StorageClassKind>, class: &str, route: &Route<'_>) -> StorageClassKind {
    let single = [StorageClassKind::RwoFast, StorageClassKind::Rwo];
    let called = |classes: &ClusterClasses| {
        single
            .into_iter()
            .find(|kind| classes.storage.get(kind).is_some_and(|name| name == class))
    };
    need.or_else(|| called(route.from))
        .or_else(|| called(route.to))
        .unwrap_or(StorageClassKind::Rwo)
}

/// The target's name for a kind. One writer makes do with the other speed, then with the default class.
fn target_class<'r>(
    kind: StorageClassKind,
    was: &'r str,
    need: Option<StorageClassKind>,
    route: &Route<'r>,
) -> Option<&'r str> {
    let named = |kind: StorageClassKind| route.to.storage.get(&kind).map(String::as_str);
    if need.is_none() && route.to.default_storage.as_deref() == Some(was) && !is_known(was, route) {
        return Some(was);
    }
    match kind {
        StorageClassKind::RwoFast => named(kind).or_else(|| named(StorageClassKind::Rwo)),
        StorageClassKind::Rwo => named(kind).or_else(|| named(StorageClassKind::RwoFast)),
        StorageClassKind::Rwx | StorageClassKind::Block => return named(kind),
    }
    .or(route.to.default_storage.as_deref())
}

/// Whether the source has this class in its list: then the name is the source's, not one already mapped.
fn is_known(class: &str, route: &Route<'_>) -> bool {
    is_called(class, route.from)
}

fn is_called(class: &str, classes: &ClusterClasses) -> bool {
    classes
        .storage
        .values()
        .chain(&classes.default_storage)
        .any(|name| name == class)
}
