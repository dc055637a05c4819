//! What a target is sent: each object as captured, but for what cannot be the same there.
//!
//! Not here: what is kept of a live object (`capture`), whether the target takes it (`preflight`).
//! Invariant: transforming the outcome again changes nothing; what need not change is equal; every change
//! has its reason; nothing is dropped without a line in `left_out` or `ask_platform`.

mod classes;
mod delivery;
mod images;
mod network;
mod nodes;
mod owners;
mod start;
mod storage;
#[cfg(test)]
mod tests;
mod webhook;

pub use images::pin;

use std::{
    borrow::Cow,
    collections::{BTreeMap, btree_map},
};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    book::{Entry, Path, book},
    capture::{self, NotCopied},
    classes::Route,
    draft::{Change, Draft},
    finding::{Finding, Question, Severity},
    key::{KeyError, ObjectKey},
    kinds,
    said::{Advice, References, Target},
    served::unserved,
};

/// How what runs is created.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Start {
    /// Running as when it was captured, or as before a stop of ours. For a source that is gone.
    AsCaptured,
    /// Running, but for Jobs and `CronJob`s, which wait for `start_patch`: for a copy that is made before
    /// the source stops.
    Beside,
    /// Nothing runs until `start_patch`: replicas 0 (recorded), Jobs and `CronJob`s suspended, `DaemonSet`s
    /// parked, bare Pods left out.
    Stopped,
}

/// One object as it is sent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Planned {
    /// What it is called.
    pub key: ObjectKey,
    /// Place in the order of creation: lower is sent earlier, the same number in any order.
    pub order: u16,
    /// The object.
    pub object: Value,
    /// What differs from what was captured.
    pub changes: Vec<Change>,
}

/// One object that is not sent.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct LeftOut {
    /// What it is called.
    pub key: ObjectKey,
    /// Why.
    pub why: NotCopied,
}

/// All that a target is sent, and what it is not.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Transformed {
    /// In order of creation, then of key.
    pub objects: Vec<Planned>,
    /// What somebody should know.
    pub findings: Vec<Finding>,
    /// Cluster-scoped objects that our credentials on the target cannot create: manifests for its platform
    /// team, in order of creation.
    pub ask_platform: Vec<Value>,
    /// What is not copied, and why.
    pub left_out: Vec<LeftOut>,
}

/// Rewrites objects (captured ones, live ones or manifests) for a target.
pub fn transform(objects: &[Value], route: &Route<'_>, start: Start) -> Transformed {
    let mut out = Transformed::default();
    let owners = owners::Owners::of(objects);
    let mut delivered = delivery::Owners::default();
    let mut planned: BTreeMap<(u16, ObjectKey), Planned> = BTreeMap::new();
    for object in objects {
        let key = match ObjectKey::from_value(object) {
            Ok(key) => key,
            Err(why) => {
                out.findings.push(unreadable(object, why));
                continue;
            }
        };
        if let Some(why) = left_out(object, &key, &owners, route, start) {
            out.left_out.push(LeftOut { key, why });
            continue;
        }
        let one = rewrite(object, key, route, start, &mut delivered, &mut out.findings);
        match planned.entry((one.order, one.key.clone())) {
            btree_map::Entry::Vacant(place) => {
                place.insert(one);
            }
            btree_map::Entry::Occupied(first) if first.get().object != one.object => {
                out.findings.push(twice(&one.key));
            }
            btree_map::Entry::Occupied(_) => {}
        }
    }
    for one in planned.into_values() {
        place(one, route, &mut out);
    }
    out.findings.extend(delivered.findings());
    if let Some(served) = route.served {
        out.findings.extend(unserved(&out.objects, served));
    }
    out.findings.sort();
    out.findings.dedup();
    out.left_out.sort();
    out
}

fn left_out(
    object: &Value,
    key: &ObjectKey,
    owners: &owners::Owners<'_>,
    route: &Route<'_>,
    start: Start,
) -> Option<NotCopied> {
    if let Some(why) = capture::not_copied(object) {
        return Some(why);
    }
    if owners.make_again(object, key) {
        return Some(NotCopied::MadeByOwner);
    }
    if classes::is_mapped_away(key, route) {
        return Some(NotCopied::MappedAway);
    }
    match key.group_kind() {
        ("", "Pod") if start == Start::Stopped => Some(NotCopied::BarePodWhileStopped),
        ("", "Namespace") if route.namespaces_only.is_some_and(|only| only.contains(&key.name)) => {
            Some(NotCopied::NamespaceGiven)
        }
        _ => None,
    }
}

/// All rules, on one object. Each rule looks at the kind itself.
fn rewrite(
    object: &Value,
    key: ObjectKey,
    route: &Route<'_>,
    start: Start,
    delivered: &mut delivery::Owners,
    findings: &mut Vec<Finding>,
) -> Planned {
    let mut draft: Draft = capture::stripped(object);
    owners::rewrite(&mut draft, &key, route, findings);
    delivery::rewrite(&mut draft, &key, delivered);
    network::rewrite(&mut draft, &key, route, findings);
    storage::rewrite(&mut draft, &key, route, findings);
    classes::rewrite(&mut draft, &key, route, findings);
    images::rewrite(&mut draft, &key, route, findings);
    nodes::rewrite(&mut draft, &key, route, findings);
    network::tied(&draft, &key, findings);
    webhook::rewrite(&mut draft, &key);
    start::rewrite(&mut draft, &key, start, findings);
    let order = kinds::order(&key.group, &key.kind);
    let (object, changes) = draft.finish();
    Planned {
        key,
        order,
        object,
        changes,
    }
}

/// Places in an object where paths of the book lead: from the object itself, and from what is written like a Pod's spec.
fn places(
    object: &Value,
    key: &ObjectKey,
    which: impl Fn(&'static Entry) -> &'static [Path],
) -> Vec<Vec<String>> {
    let mut all = Vec::new();
    let Ok(book) = book() else {
        return all; // `closure` says that the rules cannot be read
    };
    let mut add = |root: &[Cow<'_, str>], trail: &[Cow<'_, str>]| {
        all.push(root.iter().chain(trail).map(ToString::to_string).collect());
    };
    for path in book.of(&key.group, &key.kind).flat_map(&which) {
        path.walk(object, &mut |trail, _| add(&[], trail));
    }
    for (root, spec) in book.pod_specs(object, &key.group, &key.kind) {
        for path in book.of_pods().flat_map(&which) {
            path.walk(spec, &mut |trail, _| add(&root, trail));
        }
    }
    all
}

/// To the target, or to its platform team.
fn place(one: Planned, route: &Route<'_>, out: &mut Transformed) {
    let Some(only) = route.namespaces_only else {
        out.objects.push(one);
        return;
    };
    if kinds::is_cluster_scoped(&one.object, &one.key.group, &one.key.kind) {
        out.findings.push(
            Finding::new(Question::Access, Severity::Block, Target::ClusterScoped)
                .about(&one.key)
                .remedy(Advice::AskForObject),
        );
        out.ask_platform.push(one.object);
        return;
    }
    if let Some(namespace) = one
        .key
        .namespace
        .as_ref()
        .filter(|namespace| !only.contains(*namespace))
    {
        out.findings.push(
            Finding::new(
                Question::Access,
                Severity::Block,
                Target::OutOfReach {
                    namespace: namespace.clone(),
                },
            )
            .about(&one.key)
            .remedy(Advice::AskForNamespace),
        );
    }
    out.objects.push(one);
}

fn unreadable(object: &Value, why: KeyError) -> Finding {
    let (_, kind) = crate::field::group_kind(object);
    let why = why.to_string();
    let message = if kind.is_empty() {
        References::UnreadableDocument { why }
    } else {
        References::Unreadable {
            kind: kind.to_owned(),
            why,
        }
    };
    Finding::new(Question::References, Severity::Block, message)
}

fn twice(key: &ObjectKey) -> Finding {
    Finding::new(Question::Collisions, Severity::Block, Target::Twice)
        .about(key)
        .remedy(Advice::LeaveOneOut)
}
