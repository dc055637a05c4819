//! What else of a namespace and a cluster belongs to a workload, and what of it others use as well.
//!
//! The workload's objects are given, and all that stands around them. What they need goes along (a Secret), and what
//! belongs to them (a scaler, a policy on their Pods, a route). Whatever others need too is named: it is copied, and
//! never taken away from them.
//! Invariant: a workload that was not asked for never goes along, nor a Service that only a route of ours names.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::select::{self, Labels};
use crate::{
    book::{Book, Picked, Scope, book},
    field::text,
    key::ObjectKey,
    kinds,
    reference::{Wish, each_reference},
};

/// Something that goes along and that others use too.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Shared {
    /// What it is.
    pub key: ObjectKey,
    /// Who uses it and stays.
    pub by: Vec<ObjectKey>,
}

/// What goes along with a workload.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Gathered {
    /// Objects of the workload's namespaces that it needs or that belong to it, in order of key.
    pub objects: Vec<Value>,
    /// Cluster-scoped objects that it needs, in order of key. Others may always use them: they are copied, never moved.
    pub cluster_scoped: Vec<Value>,
    /// What others use too, in order of key.
    pub shared: Vec<Shared>,
}

/// Where an object stands in this question.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    /// Of the workload, or needed by it.
    Needed,
    /// Goes along because it belongs to what goes.
    Attached,
    /// Stays.
    Out,
}

struct Node<'o> {
    key: ObjectKey,
    object: &'o Value,
    wishes: Vec<Wish<'o>>,
    /// Labels of the Pods that it runs.
    pods: Vec<Labels<'o>>,
    part: Part,
    given: bool,
}

/// Group, kind, namespace (empty for cluster-scoped kinds), name.
type Name<'o> = (&'o str, &'o str, &'o str, &'o str);

struct Around<'o> {
    book: &'static Book,
    nodes: Vec<Node<'o>>,
    index: BTreeMap<Name<'o>, usize>,
    /// Definitions by group and kind.
    definitions: BTreeMap<(&'o str, &'o str), usize>,
    /// The workload's namespaces.
    near: BTreeSet<&'o str>,
}

/// Looks among `around` for what goes along with `own`. Objects that stand in both count as the workload's own.
pub fn gather(own: &[Value], around: &[Value]) -> Gathered {
    let Ok(book) = book() else {
        return Gathered::default(); // `closure` says that the rules cannot be read
    };
    let mut all = Around::of(book, own, around);
    let mut queue: Vec<usize> = (0..all.nodes.len())
        .filter(|place| all.nodes[*place].given)
        .collect();
    while !queue.is_empty() {
        while let Some(place) = queue.pop() {
            for needed in all.needs(place) {
                all.nodes[needed].part = Part::Needed;
                queue.push(needed);
            }
        }
        for belongs in all.belonging() {
            all.nodes[belongs].part = Part::Attached;
            queue.push(belongs);
        }
    }
    all.finish()
}

impl<'o> Around<'o> {
    fn of(book: &'static Book, own: &'o [Value], around: &'o [Value]) -> Self {
        let mut all = Self {
            book,
            nodes: Vec::with_capacity(own.len() + around.len()),
            index: BTreeMap::new(),
            definitions: BTreeMap::new(),
            near: own
                .iter()
                .map(|object| text(object, &["metadata", "namespace"]))
                .collect(),
        };
        let both = own.iter().map(|object| (object, true));
        for (object, given) in both.chain(around.iter().map(|object| (object, false))) {
            let Ok(key) = ObjectKey::from_value(object) else {
                continue;
            };
            let (group, kind) = crate::field::group_kind(object);
            let name = (
                group,
                kind,
                text(object, &["metadata", "namespace"]),
                text(object, &["metadata", "name"]),
            );
            if all.index.contains_key(&name) {
                continue;
            }
            all.index.insert(name, all.nodes.len());
            if kind == "CustomResourceDefinition" {
                let defined = (
                    text(object, &["spec", "group"]),
                    text(object, &["spec", "names", "kind"]),
                );
                all.definitions.insert(defined, all.nodes.len());
            }
            let mut wishes = Vec::new();
            each_reference(book, object, &key, &mut |wish| wishes.push(wish));
            let part = if given { Part::Needed } else { Part::Out };
            let pods = select::pods_of(book, object, group, kind);
            all.nodes.push(Node {
                key,
                object,
                wishes,
                pods,
                part,
                given,
            });
        }
        all
    }

    fn resolve(&self, from: &Node<'o>, wish: &Wish<'o>) -> Option<usize> {
        let namespace = match self.book.scope(wish.group, wish.kind) {
            Scope::TargetsOwn => return None,
            Scope::Cluster => "",
            Scope::Namespaced => wish
                .namespace
                .unwrap_or_else(|| text(from.object, &["metadata", "namespace"])),
        };
        self.index
            .get(&(wish.group, wish.kind, namespace, wish.name))
            .copied()
    }

    /// Whether an object is in one of the workload's namespaces, or in none.
    fn is_near(&self, node: &Node<'o>) -> bool {
        let namespace = node.key.namespace.as_deref();
        namespace.is_none_or(|name| self.near.contains(name))
    }

    /// What the object at a place needs and does not go along yet.
    fn needs(&self, place: usize) -> Vec<usize> {
        let from = &self.nodes[place];
        let named = from
            .wishes
            .iter()
            .filter(|wish| !wish.back || from.part != Part::Attached);
        let mut found: Vec<usize> = named.filter_map(|wish| self.resolve(from, wish)).collect();
        found.retain(|needed| {
            let node = &self.nodes[*needed];
            let of_others =
                from.part == Part::Attached && (node.key.kind == "Service" || !node.pods.is_empty());
            node.part == Part::Out && self.is_near(node) && !of_others
        });
        found.extend(self.definition_of(&from.key));
        found.sort_unstable();
        found.dedup();
        found
    }

    /// The definition of a custom kind, as long as it does not go along.
    fn definition_of(&self, key: &ObjectKey) -> Option<usize> {
        if kinds::is_built_in(&key.group) {
            return None;
        }
        let defined = self
            .definitions
            .get(&(key.group.as_str(), key.kind.as_str()))
            .copied();
        defined.filter(|place| self.nodes[*place].part == Part::Out)
    }

    /// What belongs to something that goes along.
    fn belonging(&self) -> Vec<usize> {
        let wanted: Vec<(&str, &str)> = self
            .nodes
            .iter()
            .filter(|node| node.part != Part::Out)
            .flat_map(|node| {
                node.wishes
                    .iter()
                    .filter(|wish| self.resolve(node, wish).is_none())
            })
            .map(|wish| (wish.kind, wish.name))
            .collect();
        let belongs = |node: &Node<'o>| {
            self.is_near(node)
                && node.pods.is_empty()
                && (self.follows(node) || self.picks(node) || self.makes(node, &wanted))
        };
        let out = self
            .nodes
            .iter()
            .enumerate()
            .filter(|(_, node)| node.part == Part::Out);
        out.filter(|(_, node)| belongs(node))
            .map(|(place, _)| place)
            .collect()
    }

    /// Whether it says of itself that it belongs to something that goes along. The `default` account is everybody's.
    fn follows(&self, node: &Node<'o>) -> bool {
        let back = node.wishes.iter().filter(|wish| wish.back);
        let named = back.filter(|wish| (wish.kind, wish.name) != ("ServiceAccount", "default"));
        named
            .filter_map(|wish| self.resolve(node, wish))
            .any(|to| self.nodes[to].part != Part::Out)
    }

    /// Whether its selector picks Pods or Services that go along.
    fn picks(&self, node: &Node<'o>) -> bool {
        self.picked(node).any(|other| other.part != Part::Out)
    }

    /// What its selectors pick, in its own namespace.
    fn picked<'s>(&'s self, node: &'s Node<'o>) -> impl Iterator<Item = &'s Node<'o>> {
        let rules = self
            .book
            .of(&node.key.group, &node.key.kind)
            .flat_map(|entry| &entry.selects);
        rules.flat_map(move |rule| {
            let near = self
                .nodes
                .iter()
                .filter(|other| other.key.namespace == node.key.namespace);
            near.filter(move |other| match rule.of {
                Picked::Pods => other
                    .pods
                    .iter()
                    .any(|labels| select::picks(rule, node.object, labels)),
                Picked::Services => {
                    let service = other.key.group_kind() == ("", "Service");
                    service && select::picks(rule, node.object, &Labels::of(other.object))
                }
            })
        })
    }

    /// Whether its controller makes something that is wanted and not there.
    fn makes(&self, node: &Node<'o>, wanted: &[(&str, &str)]) -> bool {
        let mut makes = self.book.made_by(node.object, &node.key.group, &node.key.kind);
        makes.any(|(made, name)| wanted.contains(&(made.kind.as_str(), name.as_str())))
    }

    /// Who stays and uses each object that goes along.
    fn users(&self) -> BTreeMap<usize, Vec<&ObjectKey>> {
        let mut users: BTreeMap<usize, Vec<&ObjectKey>> = BTreeMap::new();
        for node in self.nodes.iter().filter(|node| node.part == Part::Out) {
            for used in node.wishes.iter().filter_map(|wish| self.resolve(node, wish)) {
                if self.nodes[used].part != Part::Out {
                    users.entry(used).or_default().push(&node.key);
                }
            }
        }
        for (place, node) in self
            .nodes
            .iter()
            .enumerate()
            .filter(|(_, node)| node.part != Part::Out)
        {
            let stays = self.picked(node).filter(|other| other.part == Part::Out);
            users
                .entry(place)
                .or_default()
                .extend(stays.map(|other| &other.key));
        }
        for node in self.nodes.iter().filter(|node| node.part == Part::Out) {
            if let Some(place) = self.definitions.get(&node.key.group_kind()) {
                users.entry(*place).or_default().push(&node.key);
            }
        }
        users.retain(|place, by| !by.is_empty() && self.nodes[*place].part != Part::Out);
        users
    }

    fn finish(self) -> Gathered {
        let mut out = Gathered::default();
        for (place, mut by) in self.users() {
            by.sort();
            by.dedup();
            out.shared.push(Shared {
                key: self.nodes[place].key.clone(),
                by: by.into_iter().cloned().collect(),
            });
        }
        out.shared.sort();
        let mut taken: Vec<&Node<'_>> = self
            .nodes
            .iter()
            .filter(|node| node.part != Part::Out && !node.given)
            .collect();
        taken.sort_by(|one, other| one.key.cmp(&other.key));
        for node in taken {
            let list = if node.key.namespace.is_none()
                && kinds::is_cluster_scoped(node.object, &node.key.group, &node.key.kind)
            {
                &mut out.cluster_scoped
            } else {
                &mut out.objects
            };
            list.push(node.object.clone());
        }
        out
    }
}
