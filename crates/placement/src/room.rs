//! What is free on each cluster, and what has been promised away already.
//!
//! A cluster of which our credentials reach only some namespaces shows no nodes: its room is not asked here. The
//! dry run asks its quota.
//! Invariant: room that cannot be seen, or was seen too long ago, is unknown; never empty and never endless.
use havenmeester_api::member::Capacity;
use jiff::Timestamp;

use crate::decision::Refusal;
use crate::fact::{FRESH_FOR, Fact, Unseen};
use crate::fleet::{ClusterView, Demand, Reach};

/// The room on one cluster.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Room {
    /// So much is free.
    Free(Demand),
    /// Not asked here: the dry run asks the quota.
    ByQuota,
    /// It cannot be seen.
    Unknown {
        /// Why.
        why: Unseen,
    },
}

impl Room {
    /// The room on a cluster before anything is promised.
    pub(crate) fn on(cluster: &ClusterView, now: Timestamp) -> Self {
        if matches!(cluster.reach, Reach::Namespaces(_)) {
            return Self::ByQuota;
        }
        match &cluster.capacity {
            Fact::Unknown { why } => Self::Unknown { why: *why },
            Fact::Known { value, observed_at } => match cluster.capacity.fresh(now, FRESH_FOR) {
                Some(_) => Self::Free(free(value)),
                None => Self::Unknown {
                    why: Unseen::LastSeen { at: *observed_at },
                },
            },
        }
    }

    /// Whether a demand fits.
    pub(crate) fn admits(&self, demand: Demand) -> bool {
        match self {
            Self::ByQuota => true,
            Self::Unknown { .. } => false,
            Self::Free(free) => demand.fits(*free),
        }
    }

    /// Why a demand does not fit.
    pub(crate) fn refuses(&self, demand: Demand) -> Option<Refusal> {
        match self {
            Self::Unknown { why } => Some(Refusal::CapacityUnknown { why: *why }),
            Self::Free(free) if !demand.fits(*free) => Some(Refusal::Capacity { demand, free: *free }),
            Self::Free(_) | Self::ByQuota => None,
        }
    }

    /// Gives back what was promised.
    pub(crate) fn release(&mut self, demand: Demand) {
        if let Self::Free(free) = self {
            *free = free.plus(demand);
        }
    }

    /// Promises room away.
    pub(crate) fn reserve(&mut self, demand: Demand) {
        if let Self::Free(free) = self {
            *free = free.less(demand);
        }
    }
}

fn free(capacity: &Capacity) -> Demand {
    Demand {
        cpu_milli: capacity.cpu_milli.saturating_sub(capacity.requested_cpu_milli),
        memory_mib: capacity.memory_mib.saturating_sub(capacity.requested_memory_mib),
        pods: capacity.pods.saturating_sub(capacity.requested_pods),
    }
}

impl Demand {
    /// Whether it fits in what is free. What is not asked fits, however full it is.
    pub fn fits(self, free: Self) -> bool {
        let fits = |asked: i64, free: i64| asked <= 0 || asked <= free;
        fits(self.cpu_milli, free.cpu_milli)
            && fits(self.memory_mib, free.memory_mib)
            && fits(self.pods, free.pods)
    }

    /// What there is when so much comes back; a negative demand took nothing.
    pub(crate) fn plus(self, back: Self) -> Self {
        Self {
            cpu_milli: self.cpu_milli.saturating_add(back.cpu_milli.max(0)),
            memory_mib: self.memory_mib.saturating_add(back.memory_mib.max(0)),
            pods: self.pods.saturating_add(back.pods.max(0)),
        }
    }

    /// What is left when so much is taken; a negative demand takes nothing.
    pub(crate) fn less(self, taken: Self) -> Self {
        Self {
            cpu_milli: self.cpu_milli.saturating_sub(taken.cpu_milli.max(0)),
            memory_mib: self.memory_mib.saturating_sub(taken.memory_mib.max(0)),
            pods: self.pods.saturating_sub(taken.pods.max(0)),
        }
    }
}

#[cfg(test)]
mod tests;
