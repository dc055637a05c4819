//! What another view of a cluster can touch.
//!
//! Invariant: as of `touch`: rather too much than too little.
use std::collections::BTreeSet;

use jiff::Timestamp;

use crate::decide::scene::{Active, active_on};
use crate::fact::FRESH_FOR;
use crate::fleet::ClusterView;
use crate::place::places_of;
use crate::request::WorkloadId;
use crate::room::Room;

use super::Planner;
use super::touch::{Column, Touched};

impl Planner {
    /// Another view of one cluster, or a new one.
    pub(super) fn cluster(&mut self, name: String, view: ClusterView) -> Touched {
        if !self.lies_as_before(&name, &view) {
            return self.lay(vec![(name, Some(view))]);
        }
        let old = self.request.fleet.clusters.insert(name.clone(), view);
        old.map_or_else(Touched::default, |old| self.seen_anew(&name, &old))
    }

    /// Whether it was there, in the same place, and offers nothing that none did.
    pub(super) fn lies_as_before(&self, name: &str, view: &ClusterView) -> bool {
        let old = self.request.fleet.clusters.get(name);
        old.is_some_and(|old| lies_so(old, view)) && self.ground.kinds.name_all_of(view)
    }

    /// One that lies where it lay, and is fuller, silent, or shows other copies or traits.
    fn seen_anew(&mut self, name: &str, old: &ClusterView) -> Touched {
        let mut touched = Touched::default();
        let Some(at) = self.request.fleet.clusters.keys().position(|key| key == name) else {
            return touched;
        };
        let turned = old.contact.is_lost() != self.request.fleet.clusters[name].contact.is_lost();
        if turned {
            // Data that stands there binds who uses it to another place now.
            let data = self.by_home.get(name).into_iter().flatten();
            let using = data.filter_map(|id| self.used_by.get(id)).flatten();
            let using: BTreeSet<WorkloadId> = using.cloned().collect();
            self.admit(&using);
            touched.workloads.extend(using);
        }
        touched.and(self.judged_anew(name, at, old));
        let new = &self.request.fleet.clusters[name];
        let elsewhere = elsewhere(Some(old), Some(new));
        if !elsewhere.is_empty() {
            relist(&mut self.ground.active, at, old, new, &elsewhere);
        }
        if seen(old, self.request.now) != seen(new, self.request.now) {
            touched.decisions.extend(self.at_home(name));
        }
        for namespace in elsewhere {
            touched.workloads.extend(self.in_namespace(namespace));
        }
        self.ground.stocks[at] = self.ground.kinds.stock(&Room::on(new, self.request.now));
        self.book(&mut touched);
        if turned {
            // With how many are lost it may be this hub that is cut off.
            let movers = self.queue.movers().iter();
            touched
                .decisions
                .extend(movers.map(|mover| mover.rank.id.clone()));
        }
        touched
    }

    /// What policies say of it now.
    fn judged_anew(&mut self, name: &str, at: usize, old: &ClusterView) -> Touched {
        let new = &self.request.fleet.clusters[name];
        let by_traits = !old.traits.say_the_same(&new.traits) || old.reach != new.reach;
        let by_contact = old.contact != new.contact;
        let mut touched = Touched::default();
        let judged = if by_traits && self.ends_a_route(name) {
            // The end of a route may be allowed no more, or again.
            touched = self.rules();
            true
        } else if by_traits || by_contact || old.barred != new.barred {
            let places = places_of(&self.request, &self.known);
            self.classes.rejudge(at, &places[at])
        } else {
            false
        };
        let new = &self.request.fleet.clusters[name];
        if judged || old.reach != new.reach || by_contact {
            touched.columns.insert(at, Column::Judged);
            touched.workloads.extend(self.at_home(name));
            // Who is bound for it stands there already, as others see it.
            touched.workloads.extend(self.moving.iter().cloned());
        }
        touched
    }

    /// Whether a policy has a route that ends on it.
    pub(super) fn ends_a_route(&self, name: &str) -> bool {
        let routes = self.request.policies.values().flat_map(|policy| &policy.routes);
        routes.into_iter().any(|route| route.end == name)
    }

    /// Those whose home it is.
    pub(super) fn at_home(&self, name: &str) -> impl Iterator<Item = WorkloadId> {
        self.by_home.get(name).into_iter().flatten().cloned()
    }
}

/// Whether a cluster lies where it lay, with whom it lay, at the same price.
fn lies_so(old: &ClusterView, new: &ClusterView) -> bool {
    old.provider == new.provider
        && old.region == new.region
        && old.country == new.country
        && old.latency == new.latency
        && old.price == new.price
}

/// The namespaces that a cluster shows otherwise than before.
pub(super) fn elsewhere<'a>(old: Option<&'a ClusterView>, new: Option<&'a ClusterView>) -> BTreeSet<&'a str> {
    match (old, new) {
        (Some(old), Some(new)) if old.contact.is_lost() == new.contact.is_lost() => moved(old, new),
        _ => old.into_iter().chain(new).flat_map(namespaces).collect(),
    }
}

fn namespaces(view: &ClusterView) -> impl Iterator<Item = &str> {
    view.copies
        .last()
        .into_iter()
        .flat_map(|copies| copies.keys())
        .map(String::as_str)
}

/// Whether what stands on a cluster was seen lately enough to act on it.
pub(super) fn seen(view: &ClusterView, now: Timestamp) -> bool {
    view.copies.fresh(now, FRESH_FOR).is_some()
}

/// The namespaces of which a cluster shows another copy than before.
fn moved<'a>(old: &'a ClusterView, new: &'a ClusterView) -> BTreeSet<&'a str> {
    if old.copies.says_the_same(&new.copies) {
        return BTreeSet::new();
    }
    let copy = |view: &'a ClusterView, namespace: &str| view.copies.last()?.get(namespace);
    let all = namespaces(old).chain(namespaces(new));
    all.filter(|namespace| copy(old, namespace) != copy(new, namespace))
        .collect()
}

/// Notes anew on which places some namespaces are active, after one place has changed.
fn relist(active: &mut Active, at: usize, old: &ClusterView, new: &ClusterView, some: &BTreeSet<&str>) {
    for namespace in active_on(old).filter(|namespace| some.contains(namespace)) {
        if let Some(places) = active.get_mut(namespace) {
            places.retain(|place| *place != at);
        }
    }
    for namespace in active_on(new).filter(|namespace| some.contains(namespace)) {
        let places = active.entry(namespace.to_owned()).or_default();
        places.insert(places.partition_point(|place| *place < at), at);
    }
}
