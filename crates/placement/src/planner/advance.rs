//! From one moment to the next: what differs between two requests is taken in, together.
//!
//! Not here: what a difference can touch (`touch`).
//! Invariant: afterwards the request is the next one, and the plan what `decide` makes of it.
use std::collections::{BTreeMap, BTreeSet};

use havenmeester_api::Date;

use crate::fleet::ClusterView;
use crate::request::{Request, WorkloadId};

use super::touch::Touched;
use super::{Change, ONE_IN, Planner};

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
        let mut all = self.set_in(next);
        for change in changes {
            all.and(self.take_in(change));
        }
        Advance::Part(self.follow(all))
    }

    /// Takes in what everything else is set in, together: each of it may have all places judged anew.
    fn set_in(&mut self, next: Request) -> Touched {
        let Request {
            fleet, policies, now, ..
        } = next;
        let entities =
            fleet.providers != self.request.fleet.providers || fleet.standard != self.request.fleet.standard;
        let rules = policies != self.request.policies;
        let day = Date::of(now) != Date::of(self.request.now);
        (self.request.fleet.providers, self.request.fleet.standard) = (fleet.providers, fleet.standard);
        self.request.policies = policies;
        let mut touched = self.clock(now);
        let clusters = self.laid(fleet.clusters);
        if !clusters.is_empty() {
            // Places have other numbers then: who is touched is, but no place as it was.
            let Touched {
                workloads, decisions, ..
            } = std::mem::replace(&mut touched, self.lay(clusters));
            touched.workloads.extend(workloads);
            touched.decisions.extend(decisions);
        } else if rules || day {
            touched.and(self.rules());
        } else if entities {
            touched.and(self.owners());
        }
        if day {
            touched.and(self.approvals_of_a_day());
        }
        touched
    }

    /// The clusters that come, go or lie otherwise.
    fn laid(&self, mut next: BTreeMap<String, ClusterView>) -> Vec<(String, Option<ClusterView>)> {
        let before = self.request.fleet.clusters.keys();
        let gone = before.filter(|name| !next.contains_key(*name));
        let mut laid: Vec<(String, Option<ClusterView>)> = gone.map(|name| (name.clone(), None)).collect();
        next.retain(|name, view| !self.lies_as_before(name, view));
        laid.extend(next.into_iter().map(|(name, view)| (name, Some(view))));
        laid
    }

    /// What differs in objects that stand by themselves; `None`: too much, or how hard is looked.
    fn differences(&self, next: &Request) -> Option<Vec<Change>> {
        let Request {
            fleet,
            policies: _, // all that is set in: see `set_in`
            workloads,
            exemptions,
            approvals,
            now: _,
            search,
        } = next; // without `..`: no difference is overlooked
        let before = &self.request;
        if *search != before.search {
            return None;
        }
        let mut changes = Vec::new();
        for (name, view) in &fleet.clusters {
            if self.lies_as_before(name, view) && before.fleet.clusters.get(name) != Some(view) {
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
