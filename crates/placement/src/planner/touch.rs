//! What a change can touch: which workloads, and which places as those see them that must go.
//!
//! Invariant: rather too much than too little. What is touched is decided anew, and may well be decided the same.
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use havenmeester_api::Date;
use jiff::Timestamp;

use crate::decide::mover::{Mover, Urgency};
use crate::decide::scene::{Active, active_on};
use crate::decide::ties::Ties;
use crate::decide::{Case, Scene};
use crate::exempt::Waivers;
use crate::fact::{FRESH_FOR, Fact};
use crate::fleet::{ClusterView, Contact};
use crate::place::places_of;
use crate::request::{WorkloadId, WorkloadView};
use crate::room::Room;

use super::{Change, Planner};

/// What a change can touch.
#[derive(Default)]
pub(super) struct Touched {
    /// Those that may stand, choose or be tied otherwise.
    pub(super) workloads: BTreeSet<WorkloadId>,
    /// Those for which only something else may have to be done now.
    pub(super) decisions: BTreeSet<WorkloadId>,
    /// Places as those see them that must go.
    columns: BTreeMap<usize, Column>,
}

/// How a place has changed for those that must go.
enum Column {
    /// In any way.
    Judged,
    /// It has another room now; this is the one from before.
    Room(Room),
}

/// Each workload that must go otherwise than before; `None`: it need not go any more.
type Fresh = Vec<(WorkloadId, Option<Mover>)>;

impl Touched {
    pub(super) fn all(workloads: Vec<WorkloadId>) -> Self {
        Self {
            workloads: workloads.into_iter().collect(),
            ..Self::default()
        }
    }

    /// Works out who must go and where they might, for all that was touched.
    pub(super) fn movers<'c>(
        &mut self,
        movers: &[Arc<Mover>],
        case: &impl Fn(&WorkloadId) -> Option<Case<'c>>,
        scene: &Scene<'_>,
        ties: &Ties,
    ) -> Fresh {
        let mut fresh = Fresh::new();
        for id in &self.workloads {
            let goes = case(id).filter(Case::must_go);
            fresh.push((id.clone(), goes.map(|case| Mover::of(&case, scene, ties))));
        }
        if self.columns.is_empty() {
            return fresh;
        }
        let mut also = BTreeSet::new();
        for mover in movers {
            let id = &mover.rank.id;
            let sees = self.columns.iter().any(|(at, column)| match column {
                Column::Judged => true,
                Column::Room(before) => before.admits(mover.demand) != scene.rooms[*at].admits(mover.demand),
            });
            if !sees || self.workloads.contains(id) {
                continue;
            }
            let Some(case) = case(id) else { continue };
            let mut now: Option<Mover> = None;
            for at in self.columns.keys() {
                let changed = now.as_ref().unwrap_or(mover).changed_at(&case, scene, *at, ties);
                now = changed.or(now);
            }
            if let Some(now) = now {
                also.insert(id.clone());
                fresh.push((id.clone(), Some(now)));
            }
        }
        self.workloads.extend(also);
        fresh
    }
}

impl Planner {
    /// Puts a change in the request, and says what it can touch; `None`: everything.
    pub(super) fn take_in(&mut self, change: Change) -> Option<Touched> {
        match change {
            Change::Workload(id, view) => Some(self.workload(id, view.map(|view| *view))),
            Change::Cluster(name, Some(view)) if self.request.fleet.clusters.contains_key(&name) => {
                self.cluster(&name, *view)
            }
            Change::Cluster(name, view) => {
                match view {
                    Some(view) => drop(self.request.fleet.clusters.insert(name, *view)),
                    None => drop(self.request.fleet.clusters.remove(&name)),
                }
                None
            }
            Change::Provider(name, spec) => {
                match spec {
                    Some(spec) => drop(self.request.fleet.providers.insert(name, *spec)),
                    None => drop(self.request.fleet.providers.remove(&name)),
                }
                None
            }
            Change::Policy(name, spec) => {
                match spec {
                    Some(spec) => drop(self.request.policies.insert(name, *spec)),
                    None => drop(self.request.policies.remove(&name)),
                }
                None
            }
            Change::Now(now) => self.time(now),
        }
    }

    fn workload(&mut self, id: WorkloadId, view: Option<WorkloadView>) -> Touched {
        let mut touched = Touched::default();
        let rooms = self.with_moves();
        let old = match view {
            Some(view) => self.request.workloads.insert(id.clone(), view),
            None => self.request.workloads.remove(&id),
        };
        if let Some(old) = &old {
            self.unlist(&id, old);
            touched.workloads.extend(self.in_namespace(&old.target.namespace));
        }
        self.list(&id);
        // Those that use its data are bound to where it stands.
        let using = self.used_by.get(&id).into_iter().flatten().cloned();
        touched.workloads.extend(using);
        touched.workloads.insert(id.clone());
        let new = self.request.workloads.get(&id);
        if let Some(new) = new {
            touched.workloads.extend(self.in_namespace(&new.target.namespace));
        }
        self.admit(&touched.workloads);
        let new = self.request.workloads.get(&id);
        let tied = |view: Option<&WorkloadView>| {
            let ids = view
                .into_iter()
                .flat_map(|view| view.uses.iter().map(|using| &using.workload).chain(&view.apart));
            ids.cloned().collect::<BTreeSet<_>>()
        };
        let (before, after) = (tied(old.as_ref()), tied(new));
        if old.as_ref().map(|w| (&w.uses, &w.apart)) != new.map(|w| (&w.uses, &w.apart)) {
            touched.workloads.extend(before.into_iter().chain(after));
            self.ties = Ties::of(&self.request);
        }
        touched.workloads.insert(id);
        self.rooms_from(rooms, &mut touched);
        touched
    }

    /// Sees to it that each of these has its class.
    fn admit(&mut self, ids: &BTreeSet<WorkloadId>) {
        let places = places_of(&self.request, &self.known);
        let waivers = Waivers::of(&self.request);
        for id in ids {
            if let Some(workload) = self.request.workloads.get_key_value(id) {
                self.classes.admit(&self.request, &waivers, workload, &places);
            }
        }
    }

    fn in_namespace(&self, namespace: &str) -> impl Iterator<Item = WorkloadId> {
        self.by_namespace.get(namespace).into_iter().flatten().cloned()
    }

    /// One that was there already. `None` when it is not only fuller or silent: then rules may say other things of it;
    /// and when it is lost or back and any data binds, since that may be bound elsewhere now.
    fn cluster(&mut self, name: &str, view: ClusterView) -> Option<Touched> {
        let mut touched = Touched::default();
        let rooms = self.with_moves();
        let suspect = self.lost();
        let at = self.request.fleet.clusters.keys().position(|key| key == name)?;
        let old = self.request.fleet.clusters.insert(name.to_owned(), view)?;
        let is_lost = |view: &ClusterView| matches!(view.contact, Contact::Lost { .. });
        let new = &self.request.fleet.clusters[name];
        for namespace in active_on(&old) {
            if let Some(places) = self.active.get_mut(namespace) {
                places.retain(|place| *place != at);
            }
        }
        for namespace in active_on(new) {
            let places = self.active.entry(namespace.to_owned()).or_default();
            places.insert(places.partition_point(|place| *place < at), at);
        }
        let same = old.provider == new.provider
            && old.region == new.region
            && old.country == new.country
            && old.traits == new.traits;
        if !same || is_lost(&old) != is_lost(new) && !self.used_by.is_empty() {
            return None;
        }
        let places = places_of(&self.request, &self.known);
        let judged = self.classes.rejudge(at, &places[at]);
        let seen = old.copies != new.copies || is_lost(&old) != is_lost(new);
        if judged || seen || old.reach != new.reach || old.contact != new.contact {
            touched.columns.insert(at, Column::Judged);
            touched
                .workloads
                .extend(self.by_home.get(name).into_iter().flatten().cloned());
            // Who is bound for it stands there already, as others see it.
            touched.workloads.extend(self.moving.iter().cloned());
        }
        if seen {
            for namespace in namespaces(&old).chain(namespaces(new)) {
                touched.workloads.extend(self.in_namespace(namespace));
            }
        }
        self.rooms[at] = Room::on(new, self.request.now);
        self.rooms_from(rooms, &mut touched);
        if self.lost() != suspect {
            touched
                .decisions
                .extend(self.movers.iter().map(|mover| mover.rank.id.clone()));
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

    /// `None` on another day: dated facts and exemptions begin and end.
    fn time(&mut self, now: Timestamp) -> Option<Touched> {
        let mut touched = Touched::default();
        let before = std::mem::replace(&mut self.request.now, now);
        let rooms = self.with_moves();
        if Date::of(before) != Date::of(now) {
            return None;
        }
        for (at, (name, view)) in self.request.fleet.clusters.iter().enumerate() {
            let is_fresh = |now| match &view.copies {
                Fact::Known { .. } => view.copies.fresh(now, FRESH_FOR).is_some(),
                Fact::Unknown { .. } => false,
            };
            if is_fresh(before) != is_fresh(now) {
                touched
                    .decisions
                    .extend(self.by_home.get(name).into_iter().flatten().cloned());
            }
            self.rooms[at] = Room::on(view, now);
        }
        self.rooms_from(rooms, &mut touched);
        if now < before {
            // As it never does: then a failover may be due no more.
            let lost = self
                .movers
                .iter()
                .filter(|mover| mover.rank.tier.1 == Urgency::FailsOver);
            touched.decisions.extend(lost.map(|mover| mover.rank.id.clone()));
        }
        let due = self.delayed.iter().take_while(|(at, _)| *at <= now);
        touched.decisions.extend(due.map(|(_, id)| id.clone()));
        Some(touched)
    }

    /// The room on each place, less what moves under way will take.
    fn with_moves(&self) -> Vec<Room> {
        let moving = self.moving.iter().filter_map(|id| self.request.workloads.get(id));
        let places = places_of(&self.request, &self.known);
        let nobody = Cow::Owned(Active::new());
        Scene::with(&self.request, places, self.rooms.clone(), moving, nobody).rooms
    }

    /// Notes the places whose room is another than it was.
    fn rooms_from(&self, before: Vec<Room>, touched: &mut Touched) {
        for (at, (before, now)) in before.into_iter().zip(self.with_moves()).enumerate() {
            if before != now {
                touched.columns.entry(at).or_insert(Column::Room(before));
            }
        }
    }
}

fn namespaces(view: &ClusterView) -> impl Iterator<Item = &str> {
    view.copies
        .last()
        .into_iter()
        .flat_map(|copies| copies.keys())
        .map(String::as_str)
}
