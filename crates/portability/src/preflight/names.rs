//! Host names: free on the target, and how their records follow.
//!
//! Invariant: no record is moved by us, and that is said of every name.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::{
    facts::TargetFacts,
    field::{annotation, group_kind, items, text},
    finding::{Finding, Question, Severity},
    key::ObjectKey,
    transform::Transformed,
};

/// Where external-dns reads a name from, on Services and entry points.
const HOSTNAME: &str = "external-dns.alpha.kubernetes.io/hostname";

pub(super) fn check(transformed: &Transformed, facts: &TargetFacts) -> Vec<Finding> {
    let mut out = Vec::new();
    let mut names = 0_usize;
    let ours: BTreeSet<(&str, Option<&str>, &str)> = transformed
        .objects
        .iter()
        .map(|one| {
            (
                one.key.kind.as_str(),
                one.key.namespace.as_deref(),
                one.key.name.as_str(),
            )
        })
        .collect();
    for one in &transformed.objects {
        for host in hosts(&one.object) {
            names += 1;
            match facts.entries.get() {
                Ok(entries) => out.extend(
                    entries
                        .iter()
                        .filter(|there| hosts(there).contains(host))
                        .filter_map(|there| ObjectKey::from_value(there).ok())
                        .filter(|there| {
                            !ours.contains(&(there.kind.as_str(), there.namespace.as_deref(), there.name.as_str()))
                        })
                        .map(|there| {
                            Finding::new(
                                Question::Dns,
                                Severity::Warn,
                                format!("{host} is served there by {there} already; which of the two is reached is up to the entry controller"),
                            )
                            .about(&one.key)
                            .remedy("remove the other entry, or give one of the two another name")
                        }),
                ),
                Err(why) => out.push(
                    Finding::new(
                        Question::Dns,
                        Severity::Unknown,
                        format!("whether {host} is free there is not known: {why}"),
                    )
                    .about(&one.key),
                ),
            }
            out.push(
                Finding::new(
                    Question::Dns,
                    Severity::Warn,
                    format!("the record of {host} is not moved: until it points at the target, callers reach the source"),
                )
                .about(&one.key)
                .remedy("lower its time to live to 60 s a day ahead, and point it at the target when the workload serves there"),
            );
        }
    }
    if names == 0 {
        out.push(Finding::new(
            Question::Dns,
            Severity::Pass,
            "it publishes no host name",
        ));
    }
    out
}

/// The host names that one object publishes.
fn hosts(object: &Value) -> BTreeSet<&str> {
    let mut out: BTreeSet<&str> = match group_kind(object) {
        ("networking.k8s.io", "Ingress") => items(object, &["spec", "rules"])
            .iter()
            .map(|rule| text(rule, &["host"]))
            .collect(),
        ("gateway.networking.k8s.io", "Gateway") => items(object, &["spec", "listeners"])
            .iter()
            .map(|listener| text(listener, &["hostname"]))
            .collect(),
        ("gateway.networking.k8s.io", _) => items(object, &["spec", "hostnames"])
            .iter()
            .filter_map(Value::as_str)
            .collect(),
        ("route.openshift.io", "Route") => BTreeSet::from([text(object, &["spec", "host"])]),
        _ => BTreeSet::new(),
    };
    out.extend(annotation(object, HOSTNAME).split(',').map(str::trim));
    out.remove("");
    out
}
