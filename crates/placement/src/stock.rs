//! What is asked and what is free, in numbers side by side: what is weighed a million times looks nothing up by name.
//!
//! Not here: what is free on a cluster, and telling of it (`room`).
//! Invariant: a demand fits in a stock exactly when it fits in the room that the stock was made of.
use std::collections::BTreeMap;

use crate::fleet::{ClusterView, Demand};
use crate::resource::Resource;
use crate::room::Room;

/// Cpu, memory and pods come before what has a name.
const OWN: usize = 3;

/// Which number says what.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) struct Kinds(BTreeMap<Resource, usize>);

/// How much of each kind.
pub(crate) type Amounts = Box<[i64]>;

/// The room on one place.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Stock {
    /// So much is free.
    Free(Amounts),
    /// Not asked here: the dry run asks the quota.
    ByQuota,
    /// It cannot be seen.
    Unknown,
}

impl Kinds {
    /// All that any cluster offers.
    pub(crate) fn of<'a>(views: impl Iterator<Item = &'a ClusterView>) -> Self {
        let mut kinds = Self::default();
        for resource in views.flat_map(offered) {
            let next = OWN + kinds.0.len();
            kinds.0.entry(resource).or_insert(next);
        }
        kinds
    }

    /// Whether a cluster offers nothing that has no number.
    pub(crate) fn name_all_of(&self, view: &ClusterView) -> bool {
        offered(view).all(|resource| self.0.contains_key(&resource))
    }

    /// The last number is for all that no cluster offers: of that nothing is free anywhere.
    fn nobody_offers(&self) -> usize {
        OWN + self.0.len()
    }

    /// What is asked; a negative demand asks nothing.
    pub(crate) fn asked(&self, demand: &Demand) -> Amounts {
        let mut amounts = self.amounts(demand);
        for (resource, asked) in demand.others.iter().filter(|(_, asked)| **asked > 0) {
            let at = self
                .0
                .get(resource)
                .copied()
                .unwrap_or_else(|| self.nobody_offers());
            amounts[at] = amounts[at].saturating_add(*asked);
        }
        for amount in &mut amounts {
            *amount = (*amount).max(0);
        }
        amounts
    }

    /// What is free. What a cluster does not offer is not free there.
    pub(crate) fn stock(&self, room: &Room) -> Stock {
        match room {
            Room::ByQuota => Stock::ByQuota,
            Room::Unknown { .. } => Stock::Unknown,
            Room::Free(free) => {
                let mut amounts = self.amounts(free);
                for (resource, free) in &free.others {
                    if let Some(at) = self.0.get(resource) {
                        amounts[*at] = *free;
                    }
                }
                Stock::Free(amounts)
            }
        }
    }

    fn amounts(&self, demand: &Demand) -> Amounts {
        let mut amounts = vec![0; self.nobody_offers() + 1];
        amounts[..OWN].copy_from_slice(&[demand.cpu_milli, demand.memory_mib, demand.pods]);
        amounts.into()
    }
}

fn offered(view: &ClusterView) -> impl Iterator<Item = Resource> {
    let others = view.capacity.last().into_iter().flat_map(|seen| &seen.others);
    others.map(|other| Resource::named(&other.resource))
}

impl Stock {
    /// Whether so much fits. What is not asked fits, however full it is.
    pub(crate) fn admits(&self, asked: &Amounts) -> bool {
        match self {
            Self::ByQuota => true,
            Self::Unknown => false,
            Self::Free(free) => asked
                .iter()
                .zip(free)
                .all(|(asked, free)| *asked == 0 || asked <= free),
        }
    }

    /// Promises room away.
    pub(crate) fn reserve(&mut self, asked: &Amounts) {
        self.change(asked, i64::saturating_sub);
    }

    /// Gives back what was promised.
    pub(crate) fn release(&mut self, asked: &Amounts) {
        self.change(asked, i64::saturating_add);
    }

    fn change(&mut self, by: &Amounts, how: fn(i64, i64) -> i64) {
        if let Self::Free(free) = self {
            for (free, by) in free.iter_mut().zip(by) {
                *free = how(*free, *by);
            }
        }
    }
}

#[cfg(test)]
mod tests;
