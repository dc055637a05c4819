//! Label selectors, and the Pods and Services that they are held against.
//!
//! Not here: who selects (`book`).

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::{
    book::{Book, Select, Writing},
    field::{at, entries, items, map, text},
    kinds,
};

/// Labels of one Pod or Service.
pub(super) enum Labels<'o> {
    /// All of them.
    Written(Option<&'o Map<String, Value>>),
    /// Of Pods that a controller makes: these, and others that are not known.
    Partly(BTreeMap<&'o str, String>),
}

impl<'o> Labels<'o> {
    /// Those of an object itself.
    pub(super) fn of(object: &'o Value) -> Self {
        Self::Written(map(object, &["metadata", "labels"]))
    }
}

/// Whether `select` in `selector_of` picks something with these labels.
pub(super) fn picks(select: &Select, selector_of: &Value, labels: &Labels<'_>) -> bool {
    let Some(selector) = select.at.first(selector_of) else {
        return false;
    };
    match (select.form, labels) {
        (Writing::Labels, Labels::Written(labels)) => selector
            .as_object()
            .is_some_and(|wanted| !wanted.is_empty() && has_all(wanted, *labels)),
        (Writing::Selector, Labels::Written(labels)) => {
            map(selector, &["matchLabels"]).is_none_or(|wanted| has_all(wanted, *labels))
                && items(selector, &["matchExpressions"])
                    .iter()
                    .all(|one| holds(one, *labels))
        }
        (Writing::Labels, Labels::Partly(known)) => {
            selector.as_object().is_some_and(|wanted| knows(wanted, known))
        }
        (Writing::Selector, Labels::Partly(known)) => match map(selector, &["matchLabels"]) {
            Some(wanted) if !wanted.is_empty() => knows(wanted, known),
            Some(_) | None => items(selector, &["matchExpressions"]).is_empty(),
        },
    }
}

fn has_all(wanted: &Map<String, Value>, labels: Option<&Map<String, Value>>) -> bool {
    wanted
        .iter()
        .all(|(name, value)| labels.is_some_and(|labels| labels.get(name) == Some(value)))
}

/// One label that is known to be there tells it; the others cannot be known.
fn knows(wanted: &Map<String, Value>, known: &BTreeMap<&str, String>) -> bool {
    wanted.iter().any(|(name, value)| {
        known
            .get(name.as_str())
            .is_some_and(|is| value.as_str() == Some(is))
    })
}

fn holds(expression: &Value, labels: Option<&Map<String, Value>>) -> bool {
    let value = labels.and_then(|labels| labels.get(text(expression, &["key"])));
    let among = || value.is_some_and(|value| items(expression, &["values"]).contains(value));
    match text(expression, &["operator"]) {
        "In" => among(),
        "NotIn" => !among(),
        "Exists" => value.is_some(),
        "DoesNotExist" => value.is_none(),
        _ => false,
    }
}

/// The Pods that an object describes or its controller makes; none for objects without Pods.
pub(super) fn pods_of<'o>(
    book: &'static Book,
    object: &'o Value,
    group: &str,
    kind: &str,
) -> Vec<Labels<'o>> {
    let template = kinds::pod_path(group, kind).and_then(|path| at(object, path));
    let mut found: Vec<Labels<'o>> = template
        .map(|pod| Labels::Written(map(pod, &["metadata", "labels"])))
        .into_iter()
        .collect();
    for entry in book.of(group, kind).filter(|entry| !entry.pod_labels.is_empty()) {
        let named = entry.pod_labels.iter();
        let known =
            named.filter_map(|(label, name)| Some((label.as_str(), name.names(object).into_iter().next()?)));
        found.push(Labels::Partly(known.collect()));
    }
    found
}

/// Whether the labels of a plain selector are those of an object: for aggregated roles.
pub(super) fn has_labels(selector: &Value, object: &Value) -> bool {
    let labels = map(object, &["metadata", "labels"]);
    let mut wanted = entries(selector, &["matchLabels"]).peekable();
    wanted.peek().is_some()
        && wanted.all(|(name, value)| labels.is_some_and(|labels| labels.get(name) == Some(value)))
}
