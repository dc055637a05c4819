//! What another view of a cluster can touch.
//!
//! Invariant: as of `touch`: rather too much than too little.
use std::collections::BTreeSet;

use jiff::Timestamp;

use crate::decide::scene::{Active, active_on};
use crate::fact::FRESH_FOR;
use crate::fleet::{ClusterView, Contact};
use crate::place::places_of;
use crate::request::WorkloadId;
use crate::room::Room;

use super::Planner;
use super::touch::{Column, Touched};

impl Planner {
    /// One that was there already. `None` when it is not only fuller or silent: then rules may say other things of it.
    pub(super) fn cluster(&mut self, name: &str, view: ClusterView) -> Option<Touched> {
        let mut touched = Touched::default();
        let suspect = self.lost();
        let at = self.request.fleet.clusters.keys().position(|key| key == name)?;
        let old = self.request.fleet.clusters.insert(name.to_owned(), view)?;
        let is_lost = |view: &ClusterView| matches!(view.contact, Contact::Lost { .. });
        let new = &self.request.fleet.clusters[name];
        let turned = is_lost(&old) != is_lost(new);
        let same = old.provider == new.provider
            && old.region == new.region
            && old.country == new.country
            && old.latency == new.latency
            && old.price == new.price;
        // The end of a route may be allowed no more, or again.
        let ends = !old.traits.say_the_same(&new.traits) || old.reach != new.reach;
        let routed = ends
            && self
                .request
                .policies
                .values()
                .any(|policy| !policy.routes.is_empty());
        if !same || routed || !self.ground.kinds.name_all_of(new) {
            return None;
        }
        if turned {
            // Data that stands there binds who uses it to another place now.
            let data = self.by_home.get(name).into_iter().flatten();
            let using = data.filter_map(|id| self.used_by.get(id)).flatten();
            let using: BTreeSet<WorkloadId> = using.cloned().collect();
            self.admit(&using);
            touched.workloads.extend(using);
        }
        let new = &self.request.fleet.clusters[name];
        let elsewhere = if turned {
            namespaces(&old).chain(namespaces(new)).collect()
        } else {
            moved(&old, new)
        };
        if !elsewhere.is_empty() {
            relist(&mut self.ground.active, at, &old, new, &elsewhere);
        }
        let told_of = old.contact != new.contact
            || old.barred != new.barred
            || old.reach != new.reach
            || !old.traits.say_the_same(&new.traits);
        let judged = told_of && {
            let places = places_of(&self.request, &self.known);
            self.classes.rejudge(at, &places[at])
        };
        if judged || old.reach != new.reach || old.contact != new.contact {
            touched.columns.insert(at, Column::Judged);
            touched
                .workloads
                .extend(self.by_home.get(name).into_iter().flatten().cloned());
            // Who is bound for it stands there already, as others see it.
            touched.workloads.extend(self.moving.iter().cloned());
        }
        if seen(&old, self.request.now) != seen(new, self.request.now) {
            let at_home = self.by_home.get(name).into_iter().flatten().cloned();
            touched.decisions.extend(at_home);
        }
        for namespace in elsewhere {
            touched.workloads.extend(self.in_namespace(namespace));
        }
        self.ground.stocks[at] = self.ground.kinds.stock(&Room::on(new, self.request.now));
        self.book(&mut touched);
        if self.lost() != suspect {
            touched
                .decisions
                .extend(self.queue.movers().iter().map(|mover| mover.rank.id.clone()));
        }
        Some(touched)
    }

    /// How many clusters are lost: it may be this hub that is cut off.
    fn lost(&self) -> usize {
        let views = self.request.fleet.clusters.values();
        views
            .filter(|view| matches!(view.contact, Contact::Lost { .. }))
            .count()
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
