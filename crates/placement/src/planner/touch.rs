//! What a change can touch: which workloads, and which places as those see them that must go.
//!
//! Invariant: rather too much than too little. What is touched is decided anew, and may well be decided the same.
use std::collections::{BTreeMap, BTreeSet};

use havenmeester_api::exemption::ExemptionSpec;

use crate::approval::ApprovalView;
use crate::decide::mover::Mover;
use crate::decide::ties::Ties;
use crate::decide::{Case, Scene};
use crate::exempt::Waivers;
use crate::place::places_of;
use crate::request::{WorkloadId, WorkloadView};
use crate::stock::Stock;

use super::queue::{Fresh, Queue};
use super::{Change, Planner};

/// What a change can touch.
#[derive(Default)]
pub(super) struct Touched {
    /// Those that may stand, choose or be tied otherwise.
    pub(super) workloads: BTreeSet<WorkloadId>,
    /// Those for which only something else may have to be done now.
    pub(super) decisions: BTreeSet<WorkloadId>,
    /// Places as those see them that must go.
    pub(super) columns: BTreeMap<usize, Column>,
}

/// How a place has changed for those that must go.
pub(super) enum Column {
    /// In any way.
    Judged,
    /// It has another room now; this is the one from before.
    Stock(Stock),
}

impl Touched {
    pub(super) fn all(workloads: Vec<WorkloadId>) -> Self {
        Self {
            workloads: workloads.into_iter().collect(),
            ..Self::default()
        }
    }

    /// Both together; of a place the room from before the first counts.
    pub(super) fn and(&mut self, later: Self) {
        let Self {
            workloads,
            decisions,
            columns,
        } = later;
        self.workloads.extend(workloads);
        self.decisions.extend(decisions);
        for (at, column) in columns {
            match column {
                Column::Judged => drop(self.columns.insert(at, column)),
                Column::Stock(_) => drop(self.columns.entry(at).or_insert(column)),
            }
        }
    }

    /// How many may have to be looked at. A place that is judged otherwise is seen by all that must go.
    pub(super) fn reach(&self, queue: &Queue) -> usize {
        let judged = self
            .columns
            .values()
            .any(|column| matches!(column, Column::Judged));
        let seeing = if judged { queue.movers().len() } else { 0 };
        self.workloads.len() + seeing
    }

    /// Works out who must go and where they might, for all that was touched.
    pub(super) fn movers<'c>(
        &mut self,
        queue: &Queue,
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
        for (asked, mover) in queue.asking() {
            let sees = self.columns.iter().any(|(at, column)| match column {
                Column::Judged => true,
                Column::Stock(before) => before.admits(asked) != scene.stocks[*at].admits(asked),
            });
            let id = &mover.rank.id;
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
    /// Puts a change in the request, and says what it can touch.
    pub(super) fn take_in(&mut self, change: Change) -> Touched {
        match change {
            Change::Workload(id, view) => self.workload(&id, view.map(|view| *view)),
            Change::Cluster(name, Some(view)) => self.cluster(name, *view),
            Change::Cluster(name, None) => self.lay(vec![(name, None)]),
            Change::Provider(name, spec) => {
                put(&mut self.request.fleet.providers, &name, spec.map(|spec| *spec));
                self.owners()
            }
            Change::Policy(name, spec) => {
                put(&mut self.request.policies, &name, spec.map(|spec| *spec));
                self.rules()
            }
            Change::Exemption(id, spec) => self.exemption(&id, spec.map(|spec| *spec)),
            Change::Approval(id, view) => self.approval(&id, view),
            Change::Now(now) => self.time(now),
        }
    }

    /// Only those that it names, or named, may go or stay otherwise.
    fn exemption(&mut self, id: &WorkloadId, spec: Option<ExemptionSpec>) -> Touched {
        let named = |spec: &ExemptionSpec| -> Vec<WorkloadId> {
            let workloads = spec.workloads.iter().cloned();
            let of = |name| WorkloadId {
                namespace: id.namespace.clone(),
                name,
            };
            workloads.map(of).collect()
        };
        let new: Vec<WorkloadId> = spec.iter().flat_map(named).collect();
        let old = put(&mut self.request.exemptions, id, spec);
        let old: Vec<WorkloadId> = old.iter().flat_map(named).collect();
        for workload in &old {
            if let Some(by) = self.exempt_by.get_mut(workload) {
                by.remove(id);
            }
        }
        for workload in &new {
            self.exempt_by
                .entry(workload.clone())
                .or_default()
                .insert(id.clone());
        }
        let touched = Touched::all(old.into_iter().chain(new).collect());
        self.admit(&touched.workloads);
        touched
    }

    /// Only the workload of which it speaks may go or stay otherwise.
    fn approval(&mut self, id: &WorkloadId, view: Option<ApprovalView>) -> Touched {
        let namespace = id.namespace.clone();
        let new = view.as_ref().map(|view| view.workload.clone());
        let old = put(&mut self.request.approvals, id, view);
        let names = old.map(|view| view.workload).into_iter().chain(new);
        let workloads = names.map(|name| WorkloadId {
            namespace: namespace.clone(),
            name,
        });
        Touched::all(
            workloads
                .filter(|id| self.request.workloads.contains_key(id))
                .collect(),
        )
    }

    fn workload(&mut self, id: &WorkloadId, view: Option<WorkloadView>) -> Touched {
        let mut touched = Touched::default();
        let old = put(&mut self.request.workloads, id, view);
        if let Some(old) = &old {
            self.unlist(id, old);
            touched.workloads.extend(self.in_namespace(&old.target.namespace));
        }
        self.list(id);
        // Those that use its data are bound to where it stands.
        let using = self.used_by.get(id).into_iter().flatten().cloned();
        touched.workloads.extend(using);
        touched.workloads.insert(id.clone());
        let new = self.request.workloads.get(id);
        if let Some(new) = new {
            touched.workloads.extend(self.in_namespace(&new.target.namespace));
        }
        self.admit(&touched.workloads);
        let new = self.request.workloads.get(id);
        let tied = |view: Option<&WorkloadView>| {
            let ids = view
                .into_iter()
                .flat_map(|view| view.uses.iter().map(|using| &using.workload).chain(&view.apart));
            ids.cloned().collect::<BTreeSet<_>>()
        };
        let (before, after) = (tied(old.as_ref()), tied(new));
        if old.as_ref().map(|w| (&w.uses, &w.apart)) != new.map(|w| (&w.uses, &w.apart)) {
            touched.workloads.extend(before.into_iter().chain(after));
            if let Some(old) = &old {
                self.ties.drop_of(id, old, &self.request);
            }
            if let Some(new) = self.request.workloads.get(id) {
                self.ties.add(id, new);
            }
        }
        if old.is_some_and(|old| old.moving.is_some()) || self.moving.contains(id) {
            self.book(&mut touched);
        }
        touched
    }

    /// Sees to it that each of these has its class.
    pub(super) fn admit(&mut self, ids: &BTreeSet<WorkloadId>) {
        let places = places_of(&self.request, &self.known);
        let theirs = ids.iter().filter_map(|id| self.exempt_by.get(id)).flatten();
        let theirs = theirs.filter_map(|id| self.request.exemptions.get_key_value(id));
        let waivers = Waivers::among(&self.request, theirs);
        for id in ids {
            if let Some(workload) = self.request.workloads.get_key_value(id) {
                self.classes.admit(&self.request, &waivers, workload, &places);
            }
        }
    }

    pub(super) fn in_namespace(&self, namespace: &str) -> impl Iterator<Item = WorkloadId> {
        self.by_namespace.get(namespace).into_iter().flatten().cloned()
    }

    /// Works out again what moves under way leave, and notes the places on which that is other than it was.
    pub(super) fn book(&mut self, touched: &mut Touched) {
        let moving = self.moving.iter().filter_map(|id| self.request.workloads.get(id));
        let now = self.ground.booked(&self.request, moving);
        let before = std::mem::replace(&mut self.booked, now);
        for (at, (before, now)) in before.into_iter().zip(&self.booked).enumerate() {
            if before != *now {
                touched.columns.entry(at).or_insert(Column::Stock(before));
            }
        }
    }
}

/// Sets what is known under a name, `None`: nothing any more; what was known before.
pub(super) fn put<K: Clone + Ord, V>(map: &mut BTreeMap<K, V>, key: &K, value: Option<V>) -> Option<V> {
    match value {
        Some(value) => map.insert(key.clone(), value),
        None => map.remove(key),
    }
}
