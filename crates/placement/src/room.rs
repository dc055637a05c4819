//! What is free on each cluster, and what has been promised away already.
//!
//! Not here: the same in numbers, to weigh places by (`stock`).
//! A cluster of which our credentials reach only some namespaces shows no nodes: its room is not asked here. The
//! dry run asks its quota.
//! Invariant: room that cannot be seen, or was seen too long ago, is unknown; never empty and never endless.
use havenmeester_api::member::Capacity;
use jiff::Timestamp;

use crate::decision::Refusal;
use crate::fact::{FRESH_FOR, Fact, Unseen};
use crate::fleet::{ClusterView, Demand, Reach};
use crate::resource::Resource;

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
                Some(_) => Self::Free(free(cluster, value)),
                None => Self::Unknown {
                    why: Unseen::LastSeen { at: *observed_at },
                },
            },
        }
    }

    /// Why a demand does not fit.
    pub(crate) fn refuses(&self, demand: &Demand) -> Option<Refusal> {
        match self {
            Self::Unknown { why } => Some(Refusal::CapacityUnknown { why: *why }),
            Self::Free(free) if !demand.fits(free) => Some(Refusal::Capacity {
                demand: demand.clone(),
                free: free.clone(),
            }),
            Self::Free(_) | Self::ByQuota => None,
        }
    }

    /// Gives back what was promised.
    pub(crate) fn release(&mut self, demand: &Demand) {
        if let Self::Free(free) = self {
            free.change(demand, i64::saturating_add);
        }
    }

    /// Promises room away.
    pub(crate) fn reserve(&mut self, demand: &Demand) {
        if let Self::Free(free) = self {
            free.change(demand, i64::saturating_sub);
        }
    }
}

fn free(cluster: &ClusterView, capacity: &Capacity) -> Demand {
    let left = |resource: &Resource, offered: i64, requested: i64| {
        let kept = cluster.headroom.get(resource).copied().unwrap_or(0).clamp(0, 100);
        let usable = i128::from(offered) * i128::from(100 - kept) / 100;
        i64::try_from(usable).unwrap_or(offered).saturating_sub(requested)
    };
    let others = capacity.others.iter().map(|other| {
        let resource = Resource::named(&other.resource);
        let free = left(&resource, other.offered, other.requested);
        (resource, free)
    });
    Demand {
        cpu_milli: left(&Resource::Cpu, capacity.cpu_milli, capacity.requested_cpu_milli),
        memory_mib: left(
            &Resource::Memory,
            capacity.memory_mib,
            capacity.requested_memory_mib,
        ),
        pods: left(&Resource::Pods, capacity.pods, capacity.requested_pods),
        others: others.collect(),
    }
}

impl Demand {
    /// Whether it fits in what is free. What is not asked fits, however full it is; what is asked of a resource that
    /// is not there does not.
    pub fn fits(&self, free: &Self) -> bool {
        let fits = |asked: i64, free: i64| asked <= 0 || asked <= free;
        fits(self.cpu_milli, free.cpu_milli)
            && fits(self.memory_mib, free.memory_mib)
            && fits(self.pods, free.pods)
            && self.others.iter().all(|(resource, asked)| {
                let there = free.others.get(resource).copied().unwrap_or(0);
                fits(*asked, there)
            })
    }

    /// A negative demand takes nothing, and what is not known stays so.
    fn change(&mut self, by: &Self, how: fn(i64, i64) -> i64) {
        self.cpu_milli = how(self.cpu_milli, by.cpu_milli.max(0));
        self.memory_mib = how(self.memory_mib, by.memory_mib.max(0));
        self.pods = how(self.pods, by.pods.max(0));
        for (resource, asked) in &by.others {
            if let Some(free) = self.others.get_mut(resource) {
                *free = how(*free, (*asked).max(0));
            }
        }
    }

    /// The sum of both; what is negative counts as nothing.
    #[must_use]
    pub fn plus(mut self, other: &Self) -> Self {
        self.cpu_milli = self.cpu_milli.saturating_add(other.cpu_milli.max(0));
        self.memory_mib = self.memory_mib.saturating_add(other.memory_mib.max(0));
        self.pods = self.pods.saturating_add(other.pods.max(0));
        for (resource, more) in &other.others {
            let sum = self.others.entry(resource.clone()).or_default();
            *sum = sum.saturating_add((*more).max(0));
        }
        self
    }
}

#[cfg(test)]
mod tests;
