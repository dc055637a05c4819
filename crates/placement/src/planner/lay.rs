//! What it can touch that there are other clusters, or that one lies elsewhere, costs something else or offers what none
//! did: then places have other numbers, and all that must go is weighed anew.
//!
//! Invariant: who stands where it may is decided anew only when its home or what is asked of it is judged otherwise.
use crate::bound::is_bound;
use crate::decide::block::Blocks;
use crate::decide::scene::Ground;
use crate::fleet::ClusterView;
use crate::place::places_of;

use super::Planner;
use super::cluster::elsewhere;
use super::queue::Queue;
use super::touch::{Touched, put};

impl Planner {
    /// Takes in clusters as they are now; `None`: it is gone.
    pub(super) fn lay(&mut self, changes: Vec<(String, Option<ClusterView>)>) -> Touched {
        let mut touched = Touched::default();
        let before: Vec<String> = self.request.fleet.clusters.keys().cloned().collect();
        for (name, view) in changes {
            let old = put(&mut self.request.fleet.clusters, &name, view);
            let new = self.request.fleet.clusters.get(&name);
            for namespace in elsewhere(old.as_ref(), new) {
                touched.workloads.extend(self.in_namespace(namespace));
            }
            touched.workloads.extend(self.at_home(&name));
        }
        // A bound names where data stands, and how far that is from everywhere.
        let bound = self.used_by.values().flatten();
        let bound = bound.filter(|id| self.request.workloads.get(id).is_some_and(is_bound));
        touched.workloads.extend(bound.cloned());
        let names = self.request.fleet.clusters.keys();
        let was: Vec<Option<usize>> = names.map(|name| before.binary_search(name).ok()).collect();
        touched.and(self.rules_since(&was));
        self.weigh_all(&mut touched);
        self.ground = Ground::of(&self.request, &places_of(&self.request, &self.known));
        let moving = self.moving.iter().filter_map(|id| self.request.workloads.get(id));
        self.booked = self.ground.booked(&self.request, moving);
        touched
    }

    /// Forgets who chose what, with all that says a place by its number: all that must go is weighed anew.
    pub(super) fn weigh_all(&mut self, touched: &mut Touched) {
        let movers = self.queue.movers().iter().map(|mover| mover.rank.id.clone());
        touched.workloads.extend(movers);
        touched.workloads.extend(self.moving.iter().cloned());
        touched.decisions.extend(self.kept.keys().cloned());
        touched.columns.clear();
        self.queue = Queue::default();
        self.blocks = Blocks::default();
    }
}
