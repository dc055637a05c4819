//! Workloads that want to stand near each other, since one uses the other, or apart, since not all may fall at once.
//!
//! Invariant: a tie holds both ways, whoever names it; it never forbids a place, it only makes one dearer.
use std::collections::BTreeMap;

use crate::place::Place;
use crate::request::{Request, WorkloadId, WorkloadView};

/// What it costs that two which want to be near stand in one region, on two clusters.
pub const SAME_REGION: i64 = 10;
/// What it costs that they stand in different regions.
pub const FAR: i64 = 40;
/// What it costs that two which want to be apart stand with one provider, or with two that somebody can stop together: more than quality, cost and innovation
/// bring together where all values weigh the same, less than what autonomy and security bring.
pub const TOGETHER: i64 = 150;

/// What two workloads want of each other.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) enum Wish {
    Near,
    Apart,
}

/// One wish of one workload.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) struct Tie {
    pub(crate) wish: Wish,
    pub(crate) with: WorkloadId,
}

/// All of them.
#[derive(Default)]
pub(crate) struct Ties(BTreeMap<WorkloadId, Vec<Tie>>);

impl Ties {
    pub(crate) fn of(request: &Request) -> Self {
        let mut ties = Self::default();
        for (id, workload) in &request.workloads {
            ties.add(id, workload);
        }
        ties
    }

    /// Takes in what one workload names.
    pub(crate) fn add(&mut self, id: &WorkloadId, workload: &WorkloadView) {
        for (wish, other) in named(workload).filter(|(_, other)| *other != id) {
            self.insert(id, wish, other);
            self.insert(other, wish, id);
        }
    }

    /// Forgets what one workload named; not what others name of it.
    pub(crate) fn drop_of(&mut self, id: &WorkloadId, before: &WorkloadView, request: &Request) {
        for (wish, other) in named(before).filter(|(_, other)| *other != id) {
            let view = request.workloads.get(other);
            if view.is_some_and(|view| named(view).any(|tie| tie == (wish, id))) {
                continue;
            }
            self.remove(id, wish, other);
            self.remove(other, wish, id);
        }
    }

    fn remove(&mut self, one: &WorkloadId, wish: Wish, other: &WorkloadId) {
        if let Some(ties) = self.0.get_mut(one) {
            ties.retain(|tie| tie.wish != wish || tie.with != *other);
        }
    }

    fn insert(&mut self, one: &WorkloadId, wish: Wish, other: &WorkloadId) {
        let tie = Tie {
            wish,
            with: other.clone(),
        };
        let ties = self.0.entry(one.clone()).or_default();
        if let Err(place) = ties.binary_search(&tie) {
            ties.insert(place, tie);
        }
    }

    pub(crate) fn of_one(&self, id: &WorkloadId) -> Vec<Tie> {
        self.0.get(id).cloned().unwrap_or_default()
    }
}

/// Those that a workload names.
fn named(workload: &WorkloadView) -> impl Iterator<Item = (Wish, &WorkloadId)> {
    let near = workload.uses.iter().map(|using| (Wish::Near, &using.workload));
    near.chain(workload.apart.iter().map(|with| (Wish::Apart, with)))
}

/// What it costs that two workloads stand where they stand.
pub(crate) fn cost(wish: Wish, one: &Place<'_>, other: &Place<'_>) -> i64 {
    match wish {
        Wish::Near if one.name == other.name => 0,
        Wish::Near if one.view.region == other.view.region => SAME_REGION,
        Wish::Near => FAR,
        Wish::Apart if one.falls_with(other) => TOGETHER,
        Wish::Apart => 0,
    }
}

#[cfg(test)]
pub(crate) mod tests;
