//! What it can touch that something else is asked of places, or is known of those behind them.
//!
//! Invariant: as of `touch`: rather too much than too little. Who is asked the same of places that are judged the same
//! is not touched.
use std::collections::HashMap;

use crate::class::{Class, Classes, Difference};
use crate::place::{known, places_of};

use super::Planner;
use super::touch::{Column, Touched};

impl Planner {
    /// After a change of entities or of the standard: only the places of which something else follows.
    pub(super) fn owners(&mut self) -> Touched {
        let now = known(&self.request);
        let differ: Vec<usize> = (0..now.len()).filter(|at| now[*at] != self.known[*at]).collect();
        let names: Vec<&String> = self.request.fleet.clusters.keys().collect();
        if differ.iter().any(|at| self.ends_a_route(names[*at])) {
            return self.rules();
        }
        let known_before = std::mem::replace(&mut self.known, now);
        let places = places_of(&self.request, &self.known);
        for at in &differ {
            self.classes.rejudge(*at, &places[*at]);
        }
        let mut touched = Touched::default();
        let others = differ
            .iter()
            .any(|at| !self.known[*at].falls_as(&known_before[*at]));
        for at in differ {
            self.other_law(at, &mut touched);
        }
        if others {
            // What wants to stand apart is as far apart as those who can stop its places.
            self.weigh_all(&mut touched);
        }
        touched
    }

    /// After a change of policies, or of the day: only those of whom something else is asked, and those whose places
    /// are judged otherwise.
    pub(super) fn rules(&mut self) -> Touched {
        let same: Vec<Option<usize>> = (0..self.request.fleet.clusters.len()).map(Some).collect();
        self.rules_since(&same)
    }

    /// The same, when places have other numbers: of each the one that it had.
    pub(super) fn rules_since(&mut self, was: &[Option<usize>]) -> Touched {
        let known_before = std::mem::replace(&mut self.known, known(&self.request));
        let places = places_of(&self.request, &self.known);
        let classes = Classes::of(&self.request, &places);
        let before = std::mem::replace(&mut self.classes, classes);
        let mut touched = Touched::default();
        let mut differences: HashMap<(*const Class, *const Class), Difference> = HashMap::new();
        for (id, view) in &self.request.workloads {
            let (Some(old), Some(new)) = (
                before.get(&self.request, id, view),
                self.classes.get(&self.request, id, view),
            ) else {
                touched.workloads.insert(id.clone());
                continue;
            };
            let pair = (std::ptr::from_ref(old), std::ptr::from_ref(new));
            let difference = differences
                .entry(pair)
                .or_insert_with(|| Difference::between(new, old, was));
            let at_home = || {
                let home = view.home.as_deref();
                let home = home.and_then(|home| places.binary_search_by(|place| place.name.cmp(home)).ok());
                home.is_some_and(|home| difference.places.binary_search(&home).is_ok())
            };
            let goes = || !difference.places.is_empty() && self.blocks.rank(id).is_some();
            if difference.rules || goes() || at_home() {
                touched.workloads.insert(id.clone());
            }
        }
        let other = |at: &usize| was[*at].is_none_or(|was| known_before[was] != self.known[*at]);
        let others: Vec<usize> = (0..self.known.len()).filter(other).collect();
        let falls_so = |at: &usize| was[*at].is_none_or(|was| self.known[*at].falls_as(&known_before[was]));
        let weigh_all = !others.iter().all(falls_so);
        for at in others {
            self.other_law(at, &mut touched);
        }
        if weigh_all {
            self.weigh_all(&mut touched);
        }
        touched
    }

    /// Other laws reach a place, or something else is known of its provider.
    fn other_law(&self, at: usize, touched: &mut Touched) {
        let name = self.request.fleet.clusters.keys().nth(at);
        touched.columns.insert(at, Column::Judged);
        touched
            .workloads
            .extend(name.into_iter().flat_map(|name| self.at_home(name)));
        // What must be agreed to hangs on whose law reaches the place.
        let movers = self.queue.movers().iter().map(|mover| &mover.rank.id);
        let bound_for_it = movers.filter(|id| self.blocks.target(id) == Some(at));
        touched.decisions.extend(bound_for_it.cloned());
    }
}
