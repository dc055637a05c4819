//! From one moment to the next: what differs between two requests is taken in, together.
//!
//! Not here: what a difference can touch (`touch`).
//! Invariant: afterwards the request is the next one, and the plan what `decide` makes of it. A difference of which
//! nobody says what it touches has all decided anew.
use std::collections::BTreeSet;

use crate::request::{Request, WorkloadId};

use super::touch::Touched;
use super::{Change, Planner};

/// When more than one workload in so many differs, all are decided anew: that is quicker.
const ONE_IN: usize = 8;

/// How much was decided anew.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Advance {
    /// Everything.
    Whole,
    /// What the differences could touch; these decisions are other than before.
    Part(BTreeSet<WorkloadId>),
}

impl Planner {
    /// Follows to the next moment.
    pub fn advance(&mut self, next: Request) -> Advance {
        let Some(changes) = self.differences(&next) else {
            *self = Self::new(next);
            return Advance::Whole;
        };
        let mut all = Touched::default();
        for change in changes {
            let Some(touched) = self.take_in(change) else {
                *self = Self::new(next);
                return Advance::Whole;
            };
            all.and(touched);
        }
        drop(next);
        Advance::Part(self.follow(all))
    }

    /// What differs; `None`: it touches everything, or too much.
    fn differences(&self, next: &Request) -> Option<Vec<Change>> {
        let Request {
            fleet,
            policies,
            workloads,
            exemptions,
            approvals,
            now,
            search,
        } = next; // without `..`: no difference is overlooked
        let before = &self.request;
        let same_names = fleet.clusters.keys().eq(before.fleet.clusters.keys());
        let same_rules = *policies == before.policies;
        let same_entities =
            fleet.providers == before.fleet.providers && fleet.standard == before.fleet.standard;
        if !(same_names && same_rules && same_entities && *search == before.search) {
            return None;
        }
        let mut changes = Vec::new();
        if *now != before.now {
            changes.push(Change::Now(*now));
        }
        for ((name, view), old) in fleet.clusters.iter().zip(before.fleet.clusters.values()) {
            if view != old {
                changes.push(Change::Cluster(name.clone(), Some(Box::new(view.clone()))));
            }
        }
        for (id, spec) in changed(&before.exemptions, exemptions) {
            changes.push(Change::Exemption(id.clone(), spec.cloned().map(Box::new)));
        }
        for (id, view) in changed(&before.approvals, approvals) {
            changes.push(Change::Approval(id.clone(), view.cloned()));
        }
        let many = before.workloads.len() / ONE_IN + changes.len();
        for (id, view) in changed(&before.workloads, workloads) {
            if changes.len() > many.max(ONE_IN) + fleet.clusters.len() {
                return None;
            }
            changes.push(Change::Workload(id.clone(), view.cloned().map(Box::new)));
        }
        Some(changes)
    }
}

type Views<V> = std::collections::BTreeMap<WorkloadId, V>;

/// Those that are new, other than before or gone (`None`), in the order of their names.
fn changed<'a, V: PartialEq>(
    before: &'a Views<V>,
    next: &'a Views<V>,
) -> impl Iterator<Item = (&'a WorkloadId, Option<&'a V>)> {
    let (mut old, mut new) = (before.iter().peekable(), next.iter().peekable());
    std::iter::from_fn(move || {
        loop {
            match (old.peek(), new.peek()) {
                (None, None) => return None,
                (Some((gone, _)), Some((id, _))) if gone < id => return old.next().map(|(id, _)| (id, None)),
                (Some(_), None) => return old.next().map(|(id, _)| (id, None)),
                (Some((was, view)), Some((id, now))) if was == id => {
                    let (same, found) = (view == now, (*id, Some(*now)));
                    old.next();
                    new.next();
                    if !same {
                        return Some(found);
                    }
                }
                (_, Some(_)) => return new.next().map(|(id, view)| (id, Some(view))),
            }
        }
    })
}
