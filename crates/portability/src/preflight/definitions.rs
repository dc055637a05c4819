//! Are the definitions of custom kinds on the target such that what is sent is kept?
//!
//! Not here: whether a kind is served at all (`served`). Invariant: a definition that stands there is never overwritten
//! by a move, so a version that it does not have is a Block.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::{
    facts::TargetFacts,
    field::{is_true, items, text},
    finding::{Finding, Question, Severity},
    key::ObjectKey,
    kinds,
    said::{Advice, Target},
    transform::Transformed,
};

pub(super) fn check(transformed: &Transformed, facts: &TargetFacts) -> Vec<Finding> {
    let custom: BTreeSet<&ObjectKey> = transformed
        .objects
        .iter()
        .map(|one| &one.key)
        .filter(|key| !kinds::is_built_in(&key.group))
        .collect();
    let definitions = match facts.definitions.get() {
        Ok(definitions) => definitions,
        Err(_) if custom.is_empty() => return Vec::new(),
        Err(why) => {
            let why = why.clone();
            return vec![
                Finding::new(Question::Served, Severity::Warn, Target::StoredUnknown { why })
                    .remedy(Advice::AskHowLong),
            ];
        }
    };
    let mut out = Vec::new();
    for definition in definitions {
        let (group, kind) = (
            text(definition, &["spec", "group"]),
            text(definition, &["spec", "names", "kind"]),
        );
        let sent = custom.iter().find(|key| key.group_kind() == (group, kind));
        if let Some(key) = sent {
            out.extend(ageing(definition, key));
        }
        let planned = transformed.objects.iter().find(|one| {
            one.key.kind == "CustomResourceDefinition"
                && text(&one.object, &["spec", "group"]) == group
                && text(&one.object, &["spec", "names", "kind"]) == kind
        });
        if let Some(planned) = planned {
            out.extend(between(&planned.object, definition, &planned.key));
        }
    }
    out
}

/// A version that is still served and will not be for long.
fn ageing(definition: &Value, key: &ObjectKey) -> Option<Finding> {
    let version = versions(definition).find(|one| text(one, &["name"]) == key.version)?;
    let stored = versions(definition).find(|one| is_true(one, &["storage"]));
    let stored = stored.map_or("", |one| text(one, &["name"]));
    if !is_true(version, &["deprecated"]) {
        return None;
    }
    let message = Target::Deprecated {
        version: key.version.clone(),
        kind: key.kind.clone(),
        stored: stored.to_owned(),
    };
    Some(
        Finding::new(Question::Served, Severity::Warn, message)
            .about(key)
            .field("apiVersion")
            .remedy(Advice::WriteIn {
                version: stored.to_owned(),
            }),
    )
}

/// The definition that comes along and the one that stands there.
fn between(ours: &Value, there: &Value, key: &ObjectKey) -> Option<Finding> {
    let served: BTreeSet<&str> = versions(ours)
        .filter(|one| is_true(one, &["served"]))
        .map(|one| text(one, &["name"]))
        .collect();
    let has: BTreeSet<&str> = versions(there)
        .filter(|one| is_true(one, &["served"]))
        .map(|one| text(one, &["name"]))
        .collect();
    let stored: Vec<&str> = items(there, &["status", "storedVersions"])
        .iter()
        .filter_map(Value::as_str)
        .collect();
    let missing: Vec<&str> = served.difference(&has).copied().collect();
    if missing.is_empty() {
        return None;
    }
    let message = Target::OtherVersions {
        serves: has.into_iter().collect::<Vec<_>>().join(", "),
        stored: stored.join(", "),
        missing: missing.join(", "),
    };
    Some(
        Finding::new(Question::Served, Severity::Warn, message)
            .about(key)
            .remedy(Advice::BringDefinition),
    )
}

fn versions(definition: &Value) -> impl Iterator<Item = &Value> {
    items(definition, &["spec", "versions"]).iter()
}
