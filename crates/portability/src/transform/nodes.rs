//! Node labels and tolerations of the nodes that play the same role on the target.
//!
//! Invariant: labels that are the target's own for some role are never read as the source's, so that a second time
//! changes nothing; a label that says something else already is never overwritten.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::places;
use crate::{
    book::book,
    classes::{NodeRole, Route},
    draft::{Draft, Why, spell},
    field::{items, map, text},
    finding::{Finding, Question, Severity},
    key::ObjectKey,
    said::{Advice, Capacity},
};

type Roles = BTreeMap<String, NodeRole>;

pub(super) fn rewrite(draft: &mut Draft, key: &ObjectKey, route: &Route<'_>, findings: &mut Vec<Finding>) {
    let specs = pod_specs(draft, key);
    for spec in &specs {
        let spec: Vec<&str> = spec.iter().map(String::as_str).collect();
        // No node of the source has a twin there: Pods that name one are never run.
        draft.remove(&[spec.as_slice(), &["nodeName"]].concat(), Why::Allocated);
    }
    let (from, to) = (&route.from.nodes, &route.to.nodes);
    if from.is_empty() {
        return;
    }
    for place in places(draft.object(), key, |entry| &entry.node_selectors) {
        let path: Vec<&str> = place.iter().map(String::as_str).collect();
        for role in from.keys() {
            selector(draft, key, &path, role, (from, to), findings);
        }
    }
    for spec in &specs {
        let spec: Vec<&str> = spec.iter().map(String::as_str).collect();
        affinity(draft, &spec, (from, to));
    }
}

/// Where what is written like a Pod's spec stands.
fn pod_specs(draft: &Draft, key: &ObjectKey) -> Vec<Vec<String>> {
    let Ok(book) = book() else {
        return Vec::new(); // `closure` says that the rules cannot be read
    };
    let specs = book.pod_specs(draft.object(), &key.group, &key.kind);
    let trails = specs
        .iter()
        .map(|(trail, _)| trail.iter().map(ToString::to_string).collect());
    trails.collect()
}

/// One role in one map of node labels.
fn selector(
    draft: &mut Draft,
    key: &ObjectKey,
    path: &[&str],
    role: &str,
    (from, to): (&Roles, &Roles),
    findings: &mut Vec<Finding>,
) {
    let Some(labels) = map(draft.object(), path) else {
        return;
    };
    let Some(was) = from
        .get(role)
        .filter(|was| !was.labels.is_empty() && holds(labels, was))
    else {
        return;
    };
    let finding = |message: Capacity| {
        Finding::new(Question::Capacity, Severity::Warn, message)
            .about(key)
            .field(spell(path))
            .remedy(Advice::SayNodes)
    };
    let Some(is) = to.get(role) else {
        findings.push(finding(Capacity::NoRole {
            role: role.to_owned(),
        }));
        return;
    };
    if was == is {
        return;
    }
    let own = to
        .values()
        .filter(|other| !other.labels.is_empty() && holds(labels, other));
    if own
        .flat_map(|other| other.labels.keys())
        .any(|label| was.labels.contains_key(label))
    {
        return; // mapped already, or nobody can tell
    }
    let clash = is.labels.iter().find(|(label, value)| {
        let there = labels.get(*label).filter(|_| !was.labels.contains_key(*label));
        there.is_some_and(|there| there.as_str() != Some(value))
    });
    if let Some((label, _)) = clash {
        findings.push(finding(Capacity::RoleClash {
            role: role.to_owned(),
            label: label.clone(),
        }));
        return;
    }
    for label in was.labels.keys().filter(|label| !is.labels.contains_key(*label)) {
        draft.remove(&[path, &[label.as_str()]].concat(), Why::NodesMapped);
    }
    for (label, value) in &is.labels {
        draft.set(
            &[path, &[label.as_str()]].concat(),
            Value::from(value.clone()),
            Why::NodesMapped,
        );
    }
    if let Some((_, spec)) = path.split_last().filter(|(last, _)| **last == "nodeSelector") {
        tolerations(draft, &[spec, &["tolerations"]].concat(), was, is);
    }
}

fn holds(labels: &Map<String, Value>, role: &NodeRole) -> bool {
    let mut wanted = role.labels.iter();
    wanted.all(|(label, value)| labels.get(label).and_then(Value::as_str) == Some(value))
}

fn tolerations(draft: &mut Draft, path: &[&str], was: &NodeRole, is: &NodeRole) {
    let there = items(draft.object(), path);
    let mut kept: Vec<Value> = there
        .iter()
        .filter(|one| !was.tolerations.contains(one) || is.tolerations.contains(one))
        .cloned()
        .collect();
    let missing = is
        .tolerations
        .iter()
        .filter(|one| !kept.iter().any(|there| tolerates(there, one)))
        .collect::<Vec<_>>();
    kept.extend(missing.into_iter().cloned());
    if kept.as_slice() == there {
        return;
    }
    if kept.is_empty() {
        draft.remove(path, Why::NodesMapped);
    } else {
        draft.set(path, Value::from(kept), Why::NodesMapped);
    }
}

/// Whether what tolerates a taint by one toleration does so by another:
/// <https://kubernetes.io/docs/concepts/scheduling-eviction/taint-and-toleration/>.
fn tolerates(there: &Value, wanted: &Value) -> bool {
    let same = |field: &str| text(there, &[field]) == text(wanted, &[field]);
    let exists = text(there, &["operator"]) == "Exists";
    let any = |field: &str| text(there, &[field]).is_empty();
    let lasts = there.get("tolerationSeconds").is_none() || there == wanted;
    let key = same("key") || (exists && any("key"));
    let value = exists || (same("operator") && same("value"));
    lasts && key && value && (same("effect") || any("effect"))
}

/// Where node affinity names one label and its values: roles of one label are mapped there too.
fn affinity(draft: &mut Draft, spec: &[&str], roles: (&Roles, &Roles)) {
    let base = [spec, &["affinity", "nodeAffinity"]].concat();
    let required = [
        "requiredDuringSchedulingIgnoredDuringExecution",
        "nodeSelectorTerms",
    ];
    let preferred = ["preferredDuringSchedulingIgnoredDuringExecution"];
    for (list, inner) in [(&required[..], &[][..]), (&preferred[..], &["preference"][..])] {
        let list = [&base[..], list].concat();
        for place in 0..items(draft.object(), &list).len() {
            let place = place.to_string();
            let expressions = [&list[..], &[place.as_str()], inner, &["matchExpressions"]].concat();
            for place in 0..items(draft.object(), &expressions).len() {
                expression(
                    draft,
                    &[&expressions[..], &[place.to_string().as_str()]].concat(),
                    roles,
                );
            }
        }
    }
}

fn expression(draft: &mut Draft, path: &[&str], (from, to): (&Roles, &Roles)) {
    if text(draft.object(), &[path, &["operator"]].concat()) != "In" {
        return;
    }
    let label = text(draft.object(), &[path, &["key"]].concat());
    let values = items(draft.object(), &[path, &["values"]].concat());
    let mapped: Option<Vec<(&str, &str)>> = values
        .iter()
        .map(|value| other_name((label, value.as_str()?), from, to))
        .collect();
    let Some(mapped) = mapped else { return };
    let Some((first, _)) = mapped.first().copied() else {
        return;
    };
    if mapped.iter().any(|(label, _)| *label != first) {
        return;
    }
    let values: Vec<&str> = mapped.iter().map(|(_, value)| *value).collect();
    let first = first.to_owned();
    let values = json!(values);
    draft.set(&[path, &["key"]].concat(), Value::from(first), Why::NodesMapped);
    draft.set(&[path, &["values"]].concat(), values, Why::NodesMapped);
}

/// The target's label for one of the source's; none where it is the target's already.
fn other_name<'r>(was: (&str, &str), from: &Roles, to: &'r Roles) -> Option<(&'r str, &'r str)> {
    if to.values().any(|role| single(role) == Some(was)) {
        return None;
    }
    let role = from.iter().find(|(_, role)| single(role) == Some(was))?.0;
    single(to.get(role)?)
}

/// The label of a role that is told by one label.
fn single(role: &NodeRole) -> Option<(&str, &str)> {
    let mut labels = role.labels.iter();
    let (label, value) = labels.next()?;
    labels.next().is_none().then_some((label, value))
}
