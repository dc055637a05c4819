//! Names that each cluster gives to its own things, where a role on both clusters says what is meant by them: issuers
//! and priorities, and the storage and entry classes in custom resources.
//!
//! Not here: claims (`storage`), entry points of Ingress and Gateway (`network`), `images`, `nodes`. Where the fields are
//! is in the book.
//! Invariant: what is a name of the target's own already is left alone, so that a second time changes nothing.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{network, storage};
use crate::{
    book::{Form, Need},
    classes::{IssuerName, Route},
    draft::{Draft, Why, spell},
    finding::{Finding, Question, Severity},
    key::ObjectKey,
    reference::references_of,
    said::{Advice, References},
};

/// What becomes of a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mapping<'r, T> {
    /// Neither cluster has a role for it.
    Unknown,
    /// It is a name of the target's own, or the same there.
    Same,
    /// It is the target's name for one thing and the source's for another: nobody can tell which is meant.
    Ambiguous,
    /// The target's name for it.
    To(&'r T),
    /// The source has this role for it, the target does not.
    Lacking(&'r str),
}

/// Looks a name up in the roles of both clusters.
pub(super) fn mapped<'r, T: PartialEq>(
    was: &T,
    from: &'r BTreeMap<String, T>,
    to: &'r BTreeMap<String, T>,
) -> Mapping<'r, T> {
    let mut roles = from.iter().filter(|(_, name)| *name == was).map(|(role, _)| role);
    if to.values().any(|name| name == was) {
        let mut roles = roles.peekable();
        let settled = roles.peek().is_none() || roles.any(|role| to.get(role) == Some(was));
        return if settled {
            Mapping::Same
        } else {
            Mapping::Ambiguous
        };
    }
    let Some(first) = roles.next() else {
        return Mapping::Unknown;
    };
    let there = std::iter::once(first).chain(roles).find_map(|role| to.get(role));
    there.map_or(Mapping::Lacking(first), Mapping::To)
}

/// One field that names something of the cluster's own.
struct Named {
    kind: String,
    name: String,
    /// The way to the name.
    path: Vec<String>,
    /// The way to the kind, where the object says it beside the name.
    kind_path: Option<Vec<String>>,
}

impl Named {
    fn path(&self) -> Vec<&str> {
        self.path.iter().map(String::as_str).collect()
    }
}

const MAPPED: &[(&str, &str)] = &[
    ("cert-manager.io", "ClusterIssuer"),
    ("cert-manager.io", "Issuer"),
    ("networking.k8s.io", "IngressClass"),
    ("scheduling.k8s.io", "PriorityClass"),
    ("storage.k8s.io", "StorageClass"),
];

pub(super) fn rewrite(draft: &mut Draft, key: &ObjectKey, route: &Route<'_>, findings: &mut Vec<Finding>) {
    for named in named(draft.object(), key) {
        match named.kind.as_str() {
            "ClusterIssuer" | "Issuer" => issuer(draft, key, &named, route, findings),
            "PriorityClass" => priority(draft, key, &named, route, findings),
            "IngressClass" if key.group != "networking.k8s.io" => {
                network::ingress_class(draft, key, &named.path(), route, findings);
            }
            "StorageClass" if !matches!(key.kind.as_str(), "PersistentVolumeClaim" | "StatefulSet") => {
                storage::custom_class(draft, key, &named.path(), route, findings);
            }
            _ => {}
        }
    }
}

/// Whether an object is a class of the source's own that the target has under another name.
pub(super) fn is_mapped_away(key: &ObjectKey, route: &Route<'_>) -> bool {
    let (from, to) = (route.from, route.to);
    match key.group_kind() {
        ("scheduling.k8s.io", "PriorityClass") => {
            matches!(
                mapped(&key.name, &from.priorities, &to.priorities),
                Mapping::To(_)
            )
        }
        ("networking.k8s.io", "IngressClass") => {
            let (from, to) = (from.entries(), to.entries());
            matches!(mapped(&key.name, &from, &to), Mapping::To(_))
        }
        ("cert-manager.io", "ClusterIssuer") => {
            let was = IssuerName {
                kind: key.kind.clone(),
                name: key.name.clone(),
            };
            matches!(mapped(&was, &from.issuers, &to.issuers), Mapping::To(_))
        }
        // Claims of a class that the source does not list are taken as plain storage, so that nobody names it there.
        ("storage.k8s.io", "StorageClass") => {
            !to.storage.is_empty() && !to.storage.values().any(|name| *name == key.name)
        }
        _ => false,
    }
}

fn named(object: &Value, key: &ObjectKey) -> Vec<Named> {
    let wishes = references_of(object, key).into_iter().filter(|wish| {
        wish.form == Form::Name && wish.need != Need::Optional && MAPPED.contains(&(wish.group, wish.kind))
    });
    let all = wishes.filter_map(|wish| {
        let place: Vec<String> = wish.trail.iter().map(ToString::to_string).collect();
        let below = |path: &crate::book::Path| {
            let fields = path.fields()?.into_iter().map(str::to_owned);
            Some(place.iter().cloned().chain(fields).collect())
        };
        let path = match wish.name_at {
            Some(path) => below(path)?,
            None => place.clone(),
        };
        Some(Named {
            kind: wish.kind.to_owned(),
            name: wish.name.to_owned(),
            path,
            kind_path: wish.kind_at.and_then(below),
        })
    });
    all.collect()
}

fn about(
    key: &ObjectKey,
    path: &[&str],
    question: Question,
    severity: Severity,
    message: References,
) -> Finding {
    Finding::new(question, severity, message)
        .about(key)
        .field(spell(path))
}

/// Says what a role could not settle; the remedy is in the classes of the two clusters.
pub(super) fn unsettled<T>(
    mapping: &Mapping<'_, T>,
    key: &ObjectKey,
    path: &[&str],
    question: Question,
    what: &str,
) -> Option<Finding> {
    let what = what.to_owned();
    let message = match *mapping {
        Mapping::Ambiguous => References::Ambiguous { what },
        Mapping::Lacking(role) => References::Lacking {
            what,
            role: role.to_owned(),
        },
        Mapping::Unknown | Mapping::Same | Mapping::To(_) => return None,
    };
    Some(about(key, path, question, Severity::Warn, message).remedy(Advice::SayInClasses))
}

fn issuer(draft: &mut Draft, key: &ObjectKey, named: &Named, route: &Route<'_>, findings: &mut Vec<Finding>) {
    let path = named.path();
    let was = IssuerName {
        kind: named.kind.clone(),
        name: named.name.clone(),
    };
    let mapping = mapped(&was, &route.from.issuers, &route.to.issuers);
    let what = format!("{} {}", was.kind, was.name);
    findings.extend(unsettled(&mapping, key, &path, Question::References, &what));
    let Mapping::To(to) = mapping else {
        let known = mapping != Mapping::Unknown;
        if !known && was.kind == "ClusterIssuer" && !route.to.issuers.is_empty() {
            let message = References::IssuerUnknown { issuer: what };
            findings.push(about(key, &path, Question::References, Severity::Warn, message));
        }
        return;
    };
    if let Some(kind_path) = &named.kind_path {
        let kind_path: Vec<&str> = kind_path.iter().map(String::as_str).collect();
        if to.kind != was.kind {
            draft.set(&kind_path, Value::from(to.kind.clone()), Why::IssuerMapped);
        }
        draft.set(&path, Value::from(to.name.clone()), Why::IssuerMapped);
        return;
    }
    let annotation = match to.kind.as_str() {
        "ClusterIssuer" => "cert-manager.io/cluster-issuer",
        _ => "cert-manager.io/issuer",
    };
    let target = ["metadata", "annotations", annotation];
    if path != target {
        draft.remove(&path, Why::IssuerMapped);
    }
    draft.set(&target, Value::from(to.name.clone()), Why::IssuerMapped);
}

fn priority(
    draft: &mut Draft,
    key: &ObjectKey,
    named: &Named,
    route: &Route<'_>,
    findings: &mut Vec<Finding>,
) {
    let path = named.path();
    let mapping = mapped(&named.name, &route.from.priorities, &route.to.priorities);
    let what = format!("priority {}", named.name);
    findings.extend(unsettled(&mapping, key, &path, Question::Admission, &what));
    if let Mapping::To(to) = mapping {
        draft.set(&path, Value::from(to.clone()), Why::PriorityMapped);
    }
}
