//! What stands between the target's API server and its store: Pod Security, webhooks, what they warn of.
//!
//! Not here: quota. Invariant: a webhook that must answer and does not blocks only what it is asked about.

use serde_json::Value;

use super::selector;
use crate::{
    facts::{DryRunFact, TargetFacts},
    field::{at, entries, items, text},
    finding::{Finding, Question, Severity},
    key::ObjectKey,
    said::{Admission, Advice, PodSecurity},
    transform::Transformed,
};

pub(super) fn check(transformed: &Transformed, facts: &TargetFacts) -> Vec<Finding> {
    let mut out = webhooks(transformed, facts);
    out.extend(facts.warnings.iter().flat_map(|(key, warnings)| {
        warnings.iter().map(move |warning| {
            Finding::new(
                Question::Admission,
                Severity::Warn,
                Admission::Warns {
                    words: warning.clone(),
                },
            )
            .about(key)
        })
    }));
    out
}

/// The level that the target enforces, as evidence beside what it said of the Pods.
pub(super) fn level(facts: &TargetFacts) -> PodSecurity {
    match facts.pod_security.get().map(String::as_str) {
        Ok("") => PodSecurity::NoLevel,
        Ok(level) => PodSecurity::Level {
            level: level.to_owned(),
        },
        Err(why) => PodSecurity::Unknown { why: why.clone() },
    }
}

fn webhooks(transformed: &Transformed, facts: &TargetFacts) -> Vec<Finding> {
    // Where they are not known, the dry run asked them all the same; only why one failed cannot be told.
    let Ok(webhooks) = facts.webhooks.get() else {
        return Vec::new();
    };
    let mut out = Vec::new();
    for (configuration, webhook) in webhooks.iter().flat_map(|one| {
        items(one, &["webhooks"])
            .iter()
            .map(move |webhook| (one, webhook))
    }) {
        let asked: Vec<&ObjectKey> = transformed
            .objects
            .iter()
            .map(|one| &one.key)
            .filter(|key| is_asked_about(webhook, key) && is_selected(webhook, key, facts))
            .collect();
        let Some(first) = asked.first() else { continue };
        let webhook_name = text(webhook, &["name"]).to_owned();
        let configuration = text(configuration, &["metadata", "name"]).to_owned();
        let failed = asked
            .iter()
            .find(|key| matches!(facts.dry_run.get(**key), Some(DryRunFact::Failed { .. })));
        let ignored = text(webhook, &["failurePolicy"]) == "Ignore";
        let silent = service(webhook).is_some_and(|service| facts.silent_services.contains(&service));
        match (failed, ignored, silent) {
            (Some(key), false, _) => out.push(
                Finding::new(
                    Question::Admission,
                    Severity::Block,
                    Admission::WebhookFailed {
                        webhook: webhook_name,
                        configuration,
                    },
                )
                .about(key)
                .remedy(Advice::MendWebhook),
            ),
            (None, true, true) => out.push(
                Finding::new(
                    Question::Admission,
                    Severity::Warn,
                    Admission::WebhookSilent {
                        webhook: webhook_name,
                        configuration,
                    },
                )
                .about(first)
                .remedy(Advice::MendSilentWebhook),
            ),
            (_, _, _) => {}
        }
    }
    out
}

/// The service that a webhook of a configuration calls, `namespace/name`; none where it calls a URL.
pub fn service(webhook: &Value) -> Option<String> {
    let service = at(webhook, &["clientConfig", "service"])?;
    Some(format!(
        "{}/{}",
        text(service, &["namespace"]),
        text(service, &["name"])
    ))
}

/// Whether a webhook looks at the namespace of this object. Where its labels were not seen, it is taken to.
fn is_selected(webhook: &Value, key: &ObjectKey, facts: &TargetFacts) -> bool {
    let Some(selector) = at(webhook, &["namespaceSelector"]) else {
        return true;
    };
    if key.namespace.is_none() || facts.namespace_labels.is_empty() {
        return true;
    }
    let label = |name: &str| facts.namespace_labels.get(name).map(String::as_str);
    let equal = entries(selector, &["matchLabels"]).all(|(name, wanted)| label(name) == wanted.as_str());
    equal
        && items(selector, &["matchExpressions"])
            .iter()
            .all(|one| selector::holds(label(text(one, &["key"])), one))
}

/// Whether a webhook's rules name the creation of this object.
fn is_asked_about(webhook: &Value, key: &ObjectKey) -> bool {
    let names = |rule: &Value, field: &str, wanted: &dyn Fn(&str) -> bool| {
        items(rule, &[field])
            .iter()
            .filter_map(Value::as_str)
            .any(|one| one == "*" || wanted(one))
    };
    items(webhook, &["rules"]).iter().any(|rule| {
        names(rule, "apiGroups", &|group| group == key.group)
            && names(rule, "operations", &|operation| operation == "CREATE")
            && names(rule, "resources", &|resource| is_plural_of(resource, &key.kind))
    })
}

/// Whether a resource's name is the plural of a kind, as all kinds but a few are made.
fn is_plural_of(resource: &str, kind: &str) -> bool {
    let kind = kind.to_ascii_lowercase();
    let plural = match kind.strip_suffix('y') {
        Some(stem) if !kind.ends_with("ay") && !kind.ends_with("ey") => format!("{stem}ies"),
        Some(_) | None if kind.ends_with('s') || kind.ends_with('x') => format!("{kind}es"),
        Some(_) | None => format!("{kind}s"),
    };
    resource == plural || resource == kind
}

/// What the limit ranges say, as evidence.
pub(super) fn limits(facts: &TargetFacts) -> Option<String> {
    let ranges = facts.limit_ranges.get().ok()?;
    let kinds: Vec<String> = ranges
        .iter()
        .flat_map(|range| items(range, &["spec", "limits"]))
        .map(|limit| {
            let mut bounds = Vec::new();
            for side in ["min", "max"] {
                for (name, amount) in entries(limit, &[side]) {
                    bounds.push(format!("{side} {name} {}", amount.as_str().unwrap_or_default()));
                }
            }
            format!("{} {}", text(limit, &["type"]), bounds.join(", "))
        })
        .collect();
    (!kinds.is_empty()).then(|| kinds.join("; "))
}
