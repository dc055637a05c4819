//! The room of a cluster beside cpu, memory and pods: what its nodes offer of vendors' resources, and storage by class.
//!
//! Storage is told by the MemberCluster, since no API tells how much there is; what is taken of it is what the claims of
//! the copies ask.
//! Invariant: one class has one name on all clusters where their `classes` give it a kind; else its own.
use std::collections::{BTreeMap, BTreeSet};

use havenmeester_api::MemberCluster;
use havenmeester_api::room::OtherRoom;
use havenmeester_placement::{CopyView, Demand, Price, Resource};

/// How much of each resource is kept free, in per cent.
pub fn headroom(member: &MemberCluster) -> BTreeMap<Resource, i64> {
    let all = member.spec.room.headroom.iter().map(|one| {
        let resource = everywhere(member, None, Resource::named(&one.resource));
        (resource, i64::from(one.percent))
    });
    all.collect()
}

/// What it costs; `None`: not known.
pub fn price(member: &MemberCluster) -> Option<Price> {
    let storage = |class: &str| everywhere(member, None, Resource::Storage(class.to_owned()));
    Price::of(member.spec.cost.as_ref()?, storage)
}

/// The storage that a MemberCluster declares, and what some copies take of it: all that is known without its nodes.
pub fn storage<'c>(member: &MemberCluster, copies: impl Iterator<Item = &'c CopyView>) -> Vec<OtherRoom> {
    let unseen = Demand::default();
    others(member, None, (&unseen, &unseen), copies)
}

/// All but cpu, memory and pods: what there is, and what is taken.
pub(crate) fn others<'c>(
    member: &MemberCluster,
    default: Option<&str>,
    (offered, requested): (&Demand, &Demand),
    copies: impl Iterator<Item = &'c CopyView>,
) -> Vec<OtherRoom> {
    let mut there = offered.others.clone();
    for storage in &member.spec.room.storage {
        let resource = everywhere(member, default, Resource::Storage(storage.class.clone()));
        let sum = there.entry(resource).or_default();
        *sum = sum.saturating_add(storage.gib.saturating_mul(1024));
    }
    let claimed = copies.fold(Demand::default(), |sum, copy| sum.plus(&copy.demand));
    let taken = |resource: &Resource| match resource {
        Resource::Storage(_) => claimed.others.get(resource),
        Resource::Cpu | Resource::Memory | Resource::Pods | Resource::Extended(_) => {
            requested.others.get(resource)
        }
    };
    let names: BTreeSet<&Resource> = there.keys().collect();
    let all = names.into_iter().map(|resource| OtherRoom {
        resource: resource.to_string(),
        offered: there.get(resource).copied().unwrap_or(0),
        requested: taken(resource).copied().unwrap_or(0),
    });
    all.collect()
}

/// What a copy asks, by the names that hold on every cluster.
pub(crate) fn renamed(member: &MemberCluster, default: Option<&str>, mut demand: Demand) -> Demand {
    let others = std::mem::take(&mut demand.others);
    for (resource, asked) in others {
        let sum = demand
            .others
            .entry(everywhere(member, default, resource))
            .or_default();
        *sum = sum.saturating_add(asked);
    }
    demand
}

/// The name of a resource that holds on every cluster.
fn everywhere(member: &MemberCluster, default: Option<&str>, resource: Resource) -> Resource {
    let Resource::Storage(class) = &resource else {
        return resource;
    };
    let class = if class.is_empty() {
        default.unwrap_or_default()
    } else {
        class
    };
    let kind = member
        .spec
        .classes
        .storage
        .iter()
        .find(|known| known.name == class);
    Resource::Storage(kind.map_or_else(|| class.to_owned(), |known| known.kind.as_str().to_owned()))
}

#[cfg(test)]
mod tests;
