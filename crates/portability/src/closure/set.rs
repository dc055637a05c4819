//! The objects of a closure by name, and what their controllers make.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{
    Resolved,
    select::{self, Labels},
};
use crate::{
    book::{Book, Need, Picked, Select},
    field::{at, entries, group_kind, text},
    key::ObjectKey,
    kinds,
    reference::Wish,
};

/// By kind and then name, so that both can be looked up without a copy.
#[derive(Default)]
struct Produced<'o>(BTreeMap<&'o str, BTreeMap<String, Vec<&'o str>>>);

impl<'o> Produced<'o> {
    fn add(&mut self, kind: &'o str, name: String, namespace: &'o str) {
        self.0
            .entry(kind)
            .or_default()
            .entry(name)
            .or_default()
            .push(namespace);
    }

    fn get(&self, kind: &str, name: &str) -> Option<&Vec<&'o str>> {
        self.0.get(kind)?.get(name)
    }
}

/// The objects by name, and what they have made.
pub(super) struct Set<'o> {
    pub(super) objects: BTreeMap<ObjectKey, &'o Value>,
    named: BTreeMap<(&'o str, &'o str, &'o str), Vec<&'o Value>>,
    pub(super) namespaces: BTreeSet<&'o str>,
    /// Kind and name of what controllers make, and the namespaces in which they do.
    produced: Produced<'o>,
    /// Pods that are described, by namespace.
    pods: BTreeMap<&'o str, Vec<&'o Value>>,
    /// The same by namespace and each of their labels.
    labelled: BTreeMap<(&'o str, &'o str, &'o str), Vec<&'o Value>>,
    /// Whether there are custom resources.
    custom: bool,
}

impl<'o> Set<'o> {
    pub(super) fn of(
        book: &'static Book,
        objects: impl Iterator<Item = &'o Value>,
        made: impl Iterator<Item = &'o ObjectKey>,
    ) -> Self {
        let mut set = Self {
            objects: BTreeMap::new(),
            named: BTreeMap::new(),
            namespaces: BTreeSet::new(),
            produced: Produced::default(),
            pods: BTreeMap::new(),
            labelled: BTreeMap::new(),
            custom: false,
        };
        for key in made {
            let namespace = key.namespace.as_deref().unwrap_or_default();
            set.produced.add(&key.kind, key.name.clone(), namespace);
        }
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
            for (made, name) in book.made_by(object, group, kind) {
                set.produced.add(&made.kind, name, namespace);
            }
            set.custom |= !kinds::is_built_in(group);
            if let Some(pod) = kinds::pod_path(group, kind).and_then(|path| at(object, path)) {
                set.pods.entry(namespace).or_default().push(pod);
                for (name, value) in entries(pod, &["metadata", "labels"]) {
                    let value = value.as_str().unwrap_or_default();
                    set.labelled
                        .entry((namespace, name, value))
                        .or_default()
                        .push(pod);
                }
            }
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
        let mut made = self.produced.get(wish.kind, wish.name).into_iter().flatten();
        if made.any(|made_in| fits(namespace, made_in)) {
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
        let rules = book.of(&from.group, &from.kind).flat_map(|entry| &entry.selects);
        let mut strict = rules
            .filter(|rule| rule.must && rule.of == Picked::Pods)
            .peekable();
        if strict.peek().is_none() || self.custom {
            return true;
        }
        let namespace = from.namespace.as_deref().unwrap_or_default();
        strict.all(|rule| {
            let there = match first_label(rule, object) {
                Some((name, value)) => self.labelled.get(&(namespace, name, value)),
                None => self.pods.get(namespace),
            };
            let mut pods = there.into_iter().flatten();
            pods.any(|pod| select::picks(rule, object, &Labels::of(pod)))
        })
    }
}

/// The first label that a selector asks for by its value.
fn first_label<'v>(rule: &Select, object: &'v Value) -> Option<(&'v str, &'v str)> {
    let (name, value) = entries(rule.at.first(object)?, &["matchLabels"]).next()?;
    Some((name, value.as_str()?))
}

/// Whether a namespace that is asked for is the one that is there; one that is left out fits any.
fn fits(asked: Option<&str>, there: &str) -> bool {
    there.is_empty() || asked.is_none_or(|asked| asked == there)
}
