//! Which planned objects the target does not serve.

use std::collections::BTreeSet;

use crate::{
    field::text,
    finding::{Finding, Question, Severity},
    key::Gvk,
    said::{Advice, Target},
    transform::Planned,
};

/// A finding for each planned object whose kind is neither served nor defined by a planned definition.
pub(crate) fn unserved(planned: &[Planned], served: &BTreeSet<Gvk>) -> Vec<Finding> {
    let defined: BTreeSet<(&str, &str)> = planned
        .iter()
        .filter(|one| one.key.kind == "CustomResourceDefinition")
        .map(|one| {
            (
                text(&one.object, &["spec", "group"]),
                text(&one.object, &["spec", "names", "kind"]),
            )
        })
        .collect();
    planned
        .iter()
        .filter(|one| !served.contains(&one.key.gvk()) && !defined.contains(&one.key.group_kind()))
        .map(|one| {
            let gvk = one.key.gvk();
            Finding::new(
                Question::Served,
                Severity::Block,
                Target::Unserved {
                    kind: gvk.to_string(),
                },
            )
            .about(&one.key)
            .field("apiVersion")
            .remedy(remedy(&gvk, served))
        })
        .collect()
}

fn remedy(gvk: &Gvk, served: &BTreeSet<Gvk>) -> Advice {
    let others: Vec<&str> = served
        .iter()
        .filter(|other| other.group == gvk.group && other.kind == gvk.kind)
        .map(|other| other.version.as_str())
        .collect();
    if others.is_empty() {
        return Advice::Install;
    }
    Advice::ServedAs {
        versions: others.join(", "),
    }
}
