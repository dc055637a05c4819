//! The objects of a closure by name, and what their controllers make.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{Resolved, select};
use crate::{
    book::{Book, Need},
    field::{at, group_kind, text},
    key::ObjectKey,
    kinds,
    reference::Wish,
};

/// The objects by name, and what they have made.
pub(super) struct Set<'o> {
    pub(super) objects: BTreeMap<ObjectKey, &'o Value>,
    named: BTreeMap<(&'o str, &'o str, &'o str), Vec<&'o Value>>,
    pub(super) namespaces: BTreeSet<&'o str>,
    /// Kind, namespace and name of what controllers make.
    produced: BTreeSet<(&'o str, &'o str, String)>,
}

impl<'o> Set<'o> {
    pub(super) fn of(
        book: &'static Book,
        objects: impl Iterator<Item = &'o Value>,
        made: impl Iterator<Item = &'o ObjectKey>,
    ) -> Self {
        let named = |key: &'o ObjectKey| {
            let namespace = key.namespace.as_deref().unwrap_or_default();
            (&*key.kind, namespace, key.name.clone())
        };
        let mut set = Self {
            objects: BTreeMap::new(),
            named: BTreeMap::new(),
            namespaces: BTreeSet::new(),
            produced: made.map(named).collect(),
        };
        for object in objects {
            let Ok(key) = ObjectKey::from_value(object) else {
                continue;
            };
            let (group, kind) = group_kind(object);
            let namespace = text(object, &["metadata", "namespace"]);
            set.named
                .entry((group, kind, text(object, &["metadata", "name"])))
                .or_default()
                .push(object);
            set.namespaces.insert(namespace);
            if (group, kind) == ("", "Namespace") {
                set.namespaces.insert(text(object, &["metadata", "name"]));
            }
            let makes = book.made_by(object, group, kind);
            set.produced
                .extend(makes.map(|(made, name)| (made.kind.as_str(), namespace, name)));
            set.objects.insert(key, object);
        }
        set
    }

    fn get(&self, namespace: Option<&str>, wish: &Wish<'_>) -> Option<&'o Value> {
        let same = |object: &&&Value| fits(namespace, text(object, &["metadata", "namespace"]));
        self.named
            .get(&(wish.group, wish.kind, wish.name))?
            .iter()
            .find(same)
            .copied()
    }

    pub(super) fn find(&self, namespace: Option<&str>, wish: &Wish<'_>) -> Resolved {
        if (wish.group, wish.kind) == ("", "Namespace") {
            return if self.namespaces.contains(wish.name) {
                Resolved::Moves
            } else {
                Resolved::Elsewhere
            };
        }
        if self.get(namespace, wish).is_some() {
            return Resolved::Moves;
        }
        if namespace.is_some_and(|name| !self.namespaces.contains(name)) {
            return Resolved::Elsewhere;
        }
        if matches!(
            (wish.kind, wish.name),
            ("ServiceAccount", "default") | ("ConfigMap", "kube-root-ca.crt")
        ) {
            return Resolved::Everywhere;
        }
        let made = |(kind, made_in, name): &(&str, &str, String)| {
            *kind == wish.kind && name == wish.name && fits(namespace, made_in)
        };
        if self.produced.iter().any(made) {
            return Resolved::Produced;
        }
        if wish.need == Need::Optional {
            Resolved::Absent
        } else {
            Resolved::Missing
        }
    }

    /// The key that a Secret or `ConfigMap` of the set lacks.
    pub(super) fn missing_key<'w>(&self, namespace: Option<&str>, wish: &Wish<'w>) -> Option<&'w str> {
        let key = wish.key.filter(|_| wish.need == Need::Required)?;
        let object = self.get(namespace, wish)?;
        let there = ["data", "stringData", "binaryData"]
            .iter()
            .any(|field| at(object, &[field, key]).is_some());
        (!there).then_some(key)
    }

    /// Whether a selector that must pick something does so. A custom resource may have Pods that are not known here.
    pub(super) fn selects_any(&self, book: &'static Book, from: &ObjectKey, object: &Value) -> bool {
        let mut rules = book.of(&from.group, &from.kind).flat_map(|entry| &entry.selects);
        rules.all(|rule| {
            let there = self
                .objects
                .iter()
                .filter(|(key, _)| key.namespace == from.namespace);
            let mut pods =
                there.flat_map(|(key, other)| select::picked_of(rule.of, book, other, &key.group, &key.kind));
            !rule.must
                || pods.any(|labels| select::picks(rule, object, &labels))
                || self.objects.keys().any(|key| !kinds::is_built_in(&key.group))
        })
    }
}

/// Whether a namespace that is asked for is the one that is there; one that is left out fits any.
fn fits(asked: Option<&str>, there: &str) -> bool {
    there.is_empty() || asked.is_none_or(|asked| asked == there)
}
