//! What is known of one cluster: the objects of the namespaces that matter, and of the rest only what they ask for.
//!
//! Not here: reading them (`watch`), how old the knowledge is (`state`).
//! Invariant: an object is taken out only when the API server said that it was deleted, or when a complete list did
//! not have it. A list that broke off takes nothing out.
mod roles;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use havenmeester_placement::Demand;
use havenmeester_portability::Gvk;
use serde_json::Value;

use crate::copy::Kept;
pub(crate) use roles::{Role, namespace_of};

/// One list: a kind, of the whole cluster or of one namespace.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) struct Scoped {
    pub(crate) gvk: Arc<Gvk>,
    pub(crate) namespace: Option<Arc<str>>,
}

/// How far one list is.
#[derive(Debug, Default)]
struct Listed {
    /// A complete list was seen once; from then on absence means absence.
    complete: bool,
    /// The watch is open.
    live: bool,
    /// Why it is not, when the API server itself says so: forbidden, or it cannot serve the kind.
    refused: Option<String>,
    /// What was there before the list that runs now, and was not in it yet.
    unseen: Option<BTreeSet<Place>>,
    /// Namespaces whose objects this list passed by before they mattered.
    joins: BTreeSet<String>,
    /// They are being read.
    joining: bool,
    /// What the kind is to us; `None` before the first list.
    role: Option<Role>,
}

/// Namespace and name.
type Place = (Box<str>, Box<str>);

/// Kind and name.
pub(crate) type Named = (Arc<Gvk>, Box<str>);

/// The objects of one namespace.
#[derive(Debug, Default)]
pub(crate) struct Space {
    pub(crate) objects: BTreeMap<Named, Kept>,
    /// Those of them that should do their work and do not yet. No part of a capture: it comes and goes with pods.
    idle: BTreeSet<Named>,
    /// Counts changes.
    generation: u64,
}

/// A namespace itself.
#[derive(Clone, Debug, Default)]
pub(crate) struct Namespace {
    pub(crate) labels: BTreeMap<String, String>,
    /// Being deleted: what is left in it is not the workload any more.
    pub(crate) terminating: bool,
    /// As it is captured.
    pub(crate) kept: Option<Arc<[u8]>>,
}

/// All of it.
#[derive(Debug, Default)]
pub(crate) struct Index {
    lists: BTreeMap<Scoped, Listed>,
    /// The lists are those of an open connection, and all of them.
    arranged: bool,
    wanted: BTreeSet<String>,
    /// Those of the wanted that were seen completely once.
    ready: BTreeSet<String>,
    tracked: BTreeSet<String>,
    pub(crate) namespaces: BTreeMap<String, Namespace>,
    pub(crate) spaces: BTreeMap<String, Space>,
    shared: BTreeMap<Named, Arc<[u8]>>,
    /// Counts changes of those.
    shared_generation: u64,
    pods: BTreeMap<Place, Demand>,
    nodes: BTreeMap<Box<str>, Demand>,
    /// The zone of each node that says one.
    node_zones: BTreeMap<Box<str>, Box<str>>,
    pub(crate) storage: BTreeMap<Box<str>, bool>,
    pub(crate) ingress: BTreeSet<Box<str>>,
}

/// What came of a change to the index.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) struct Touched {
    /// Something that a view shows.
    pub(crate) view: bool,
    /// Something that a capture holds.
    pub(crate) capture: bool,
    /// Which namespaces matter.
    pub(crate) wanted: bool,
}

impl Touched {
    pub(crate) const fn and(self, other: Self) -> Self {
        Self {
            view: self.view || other.view,
            capture: self.capture || other.capture,
            wanted: self.wanted || other.wanted,
        }
    }
}

impl Index {
    /// This list is watched from now on, and others will follow.
    pub(crate) fn watch_first(&mut self, list: &Scoped) {
        self.lists.entry(list.clone()).or_default();
    }

    /// These lists, and no others, are watched from now on. What was known by others stays, unless the same kind
    /// is now listed in another version.
    pub(crate) fn watch_only(&mut self, lists: &BTreeSet<Scoped>) {
        let kinds: BTreeMap<(&str, &str), &Gvk> = lists
            .iter()
            .map(|list| ((&*list.gvk.group, &*list.gvk.kind), &*list.gvk))
            .collect();
        let renamed = |gvk: &Gvk| {
            kinds
                .get(&(&*gvk.group, &*gvk.kind))
                .is_some_and(|now| *now != gvk)
        };
        if self.lists.keys().any(|list| renamed(&list.gvk)) {
            for space in self.spaces.values_mut() {
                space.objects.retain(|(gvk, _), _| !renamed(gvk));
                space.idle.retain(|(gvk, _)| !renamed(gvk));
            }
        }
        self.lists.retain(|list, _| lists.contains(list));
        for list in lists {
            self.lists.entry(list.clone()).or_default();
        }
        self.arranged = true;
    }

    /// A list begins.
    pub(crate) fn begin(&mut self, list: &Scoped, role: Role) {
        let unseen = self.places(list, role);
        let listed = self.lists.entry(list.clone()).or_default();
        listed.unseen = Some(unseen);
        listed.live = false;
        listed.joins.clear();
        listed.joining = false;
        listed.role = Some(role);
    }

    /// The list that runs has an object.
    pub(crate) fn list(
        &mut self,
        list: &Scoped,
        role: Role,
        namespace: &str,
        name: &str,
        object: &Value,
    ) -> Touched {
        if let Some(unseen) = self.lists.get_mut(list).and_then(|listed| listed.unseen.as_mut()) {
            unseen.remove(&(namespace.into(), name.into()));
        }
        self.apply(list, role, namespace, name, object)
    }

    /// The list that runs is complete: what was there before and is not in it is gone.
    pub(crate) fn finish(&mut self, list: &Scoped, role: Role) -> Touched {
        let Some(listed) = self.lists.get_mut(list) else {
            return Touched::default();
        };
        let gone = listed.unseen.take().unwrap_or_default();
        listed.complete = true;
        listed.refused = None;
        let first = Touched {
            view: true,
            ..Touched::default()
        };
        gone.iter().fold(first, |touched, (namespace, name)| {
            touched.and(self.delete(list, role, namespace, name))
        })
    }

    /// The watch behind a complete list is open.
    pub(crate) fn live(&mut self, list: &Scoped) {
        if let Some(listed) = self.lists.get_mut(list) {
            listed.live = listed.complete;
        }
    }

    /// The watch or the list broke.
    pub(crate) fn broken(&mut self, list: &Scoped) {
        if let Some(listed) = self.lists.get_mut(list) {
            listed.live = false;
            listed.unseen = None;
        }
    }

    /// The API server does not let us list this, or cannot.
    pub(crate) fn refused(&mut self, list: &Scoped, why: String) {
        if let Some(listed) = self.lists.get_mut(list) {
            listed.refused = Some(why);
            listed.live = false;
            listed.unseen = None;
        }
    }

    /// No watch is open any more; all knowledge stays.
    pub(crate) fn disconnected(&mut self) {
        self.arranged = false;
        for listed in self.lists.values_mut() {
            listed.live = false;
            listed.unseen = None;
            listed.refused = None; // the next connection may be let in
        }
    }

    /// Whether this list was complete once.
    pub(crate) fn was_complete(&self, list: &Scoped) -> bool {
        self.lists.get(list).is_some_and(|listed| listed.complete)
    }

    /// Whether every list that can be had is complete and followed: what is known is what is.
    pub(crate) fn is_current(&self) -> bool {
        let followed = |listed: &Listed| listed.live && listed.joins.is_empty() && !listed.joining;
        self.arranged
            && self
                .lists
                .values()
                .all(|listed| followed(listed) || listed.refused.is_some())
    }

    /// Takes note that everything wanted was seen completely, if it is so.
    pub(crate) fn settle(&mut self) -> bool {
        let current = self.is_current();
        if current && self.ready != self.wanted {
            self.ready = self.wanted.clone();
        }
        current
    }

    /// The namespaces that matter and were seen completely.
    pub(crate) fn ready(&self) -> impl Iterator<Item = &String> {
        self.ready.intersection(&self.wanted)
    }

    /// Whether a namespace matters and was seen completely.
    pub(crate) fn is_ready(&self, namespace: &str) -> bool {
        self.ready.contains(namespace) && self.wanted.contains(namespace)
    }

    /// Whether this kind is known completely, in whatever scope.
    pub(crate) fn is_complete(&self, group: &str, kind: &str) -> bool {
        let mut of_kind = self
            .lists
            .iter()
            .filter(|(list, _)| list.gvk.group == group && list.gvk.kind == kind)
            .peekable();
        of_kind.peek().is_some() && of_kind.all(|(_, listed)| listed.complete)
    }

    /// Whether this kind needs no more waiting for: it is complete, or cannot be had.
    pub(crate) fn is_settled(&self, group: &str, kind: &str) -> bool {
        let of_kind = self
            .lists
            .iter()
            .filter(|(list, _)| list.gvk.group == group && list.gvk.kind == kind);
        of_kind
            .map(|(_, listed)| listed)
            .all(|listed| listed.complete || listed.refused.is_some())
    }

    /// Kinds that cannot be listed, and why.
    pub(crate) fn refusals(&self) -> impl Iterator<Item = (&Scoped, &str)> {
        self.lists
            .iter()
            .filter_map(|(list, listed)| Some((list, listed.refused.as_deref()?)))
    }

    /// Takes note of the namespaces that Workloads claim.
    pub(crate) fn track(&mut self, tracked: BTreeSet<String>) -> Touched {
        self.tracked = tracked;
        self.want()
    }

    /// The namespaces that matter.
    pub(crate) const fn wanted(&self) -> &BTreeSet<String> {
        &self.wanted
    }

    /// Namespaces whose objects this list must look at again.
    pub(crate) fn take_joins(&mut self, list: &Scoped) -> BTreeSet<String> {
        let Some(listed) = self.lists.get_mut(list) else {
            return BTreeSet::new();
        };
        listed.joining = !listed.joins.is_empty();
        std::mem::take(&mut listed.joins)
    }

    /// They were read.
    pub(crate) fn joined(&mut self, list: &Scoped) {
        if let Some(listed) = self.lists.get_mut(list) {
            listed.joining = false;
        }
    }

    /// A namespace as it is now.
    pub(crate) fn set_namespace(&mut self, name: &str, now: &Namespace) -> Touched {
        let before = self.namespaces.insert(name.to_owned(), now.clone());
        let same = before.is_some_and(|before| {
            before.labels == now.labels && before.terminating == now.terminating && before.kept == now.kept
        });
        if same {
            return Touched::default();
        }
        let capture = self.touch(name);
        self.want_one(name).and(Touched {
            view: true,
            capture,
            wanted: false,
        })
    }

    /// A namespace is gone, and all that was in it.
    pub(crate) fn drop_namespace(&mut self, name: &str) -> Touched {
        let gone = self.namespaces.remove(name).is_some();
        self.want_one(name).and(Touched {
            view: gone,
            ..Touched::default()
        })
    }

    /// Whether all that should do its work in a namespace is seen to do it. `None`: that cannot be seen.
    pub(crate) fn serves(&self, namespace: &str) -> Option<bool> {
        let space = self.spaces.get(namespace)?;
        (self.is_ready(namespace) && !space.objects.is_empty()).then_some(space.idle.is_empty())
    }

    /// What the nodes offer together; the rest is of what runs.
    pub(crate) fn offered(&self) -> Demand {
        self.nodes.values().fold(Demand::default(), Demand::plus)
    }

    /// The storage class of claims that name none.
    pub(crate) fn default_storage(&self) -> Option<&str> {
        let mut classes = self.storage.iter();
        classes.find(|(_, default)| **default).map(|(name, _)| &**name)
    }

    /// The zones in which nodes stand.
    pub(crate) fn zones(&self) -> BTreeSet<String> {
        self.node_zones.values().map(ToString::to_string).collect()
    }

    /// What all pods that run ask for.
    pub(crate) fn requested(&self) -> Demand {
        self.pods.values().fold(Demand::default(), Demand::plus)
    }

    /// Counts the changes of all that a capture of the namespace may hold; `None`: nothing is known of it.
    pub(crate) fn generation(&self, namespace: &str) -> Option<u64> {
        self.spaces
            .get(namespace)
            .map(|space| space.generation + self.shared_generation)
    }

    /// The cluster-scoped objects that some workload may need.
    pub(crate) fn shared(&self) -> impl Iterator<Item = &Arc<[u8]>> {
        self.shared.values()
    }

    /// The same after one namespace changed: most changes leave it as it is, and a cluster has thousands.
    fn want_one(&mut self, name: &str) -> Touched {
        let tagged = self
            .namespaces
            .get(name)
            .is_some_and(|seen| havenmeester_api::labels::Tags::read(&seen.labels).is_some());
        if (tagged || self.tracked.contains(name)) == self.wanted.contains(name) {
            return Touched::default();
        }
        self.want()
    }

    /// Works out anew which namespaces matter: those that say so in their labels, and those that Workloads claim.
    fn want(&mut self) -> Touched {
        let tagged = self
            .namespaces
            .iter()
            .filter(|(_, seen)| havenmeester_api::labels::Tags::read(&seen.labels).is_some());
        let wanted: BTreeSet<String> = tagged
            .map(|(name, _)| name.clone())
            .chain(self.tracked.iter().cloned())
            .collect();
        if wanted == self.wanted {
            return Touched::default();
        }
        let joined: Vec<String> = wanted.difference(&self.wanted).cloned().collect();
        self.spaces.retain(|name, _| wanted.contains(name));
        self.ready.retain(|name| wanted.contains(name));
        self.wanted = wanted;
        for (list, listed) in &mut self.lists {
            let passed_by = listed.complete || listed.unseen.is_some();
            let filtered = matches!(listed.role, Some(Role::Pod | Role::Part));
            if passed_by && filtered && list.namespace.is_none() {
                listed.joins.extend(joined.iter().cloned());
            }
        }
        Touched {
            view: true,
            capture: true,
            wanted: true,
        }
    }

    /// The namespace changed; says whether anybody wants it.
    fn touch(&mut self, namespace: &str) -> bool {
        let wanted = self.wanted.contains(namespace);
        if wanted {
            let space = self.spaces.entry(namespace.to_owned()).or_default();
            space.generation += 1;
        }
        wanted
    }
}

#[cfg(test)]
mod tests;
