//! Whether the actions of a plan can stand beside each other.
use std::collections::BTreeMap;

use havenmeester_api::member::Capacity;

use crate::decision::{Action, Plan};
use crate::fact::FRESH_FOR;
use crate::fleet::{ClusterView, Reach};
use crate::request::{Request, WorkloadId, WorkloadView};

use super::{Fault, LintFinding, finding, holds_active, newly_desired};

/// What is asked of a cluster, by the name of the resource.
pub(super) type Sum = BTreeMap<String, i128>;

/// What a plan and the moves under way bring to one cluster.
#[derive(Default)]
pub(super) struct Load<'a> {
    pub(super) by_plan: Sum,
    pub(super) under_way: Sum,
    workloads: Vec<&'a WorkloadId>,
}

/// Clusters to which more is sent than they have room for.
pub(super) fn overfull(request: &Request, plan: &Plan) -> Vec<LintFinding> {
    loads(request, plan)
        .into_iter()
        .flat_map(|(target, load)| over(request, target, &load))
        .collect()
}

/// What is brought to each cluster; not what is active there already.
pub(super) fn loads<'a>(request: &'a Request, plan: &'a Plan) -> BTreeMap<&'a str, Load<'a>> {
    let mut loads: BTreeMap<&str, Load<'_>> = BTreeMap::new();
    for (id, workload) in &request.workloads {
        let moving = workload.moving.as_ref().map(|moving| moving.target.as_str());
        let planned = plan
            .decisions
            .get(id)
            .and_then(|decision| newly_desired(workload, decision));
        let Some(target) = moving.or(planned) else {
            continue;
        };
        let stands_there = |name| {
            request
                .fleet
                .clusters
                .get(name)
                .is_some_and(|c| holds_active(c, workload))
        };
        if stands_there(target) {
            continue;
        }
        let load = loads.entry(target).or_default();
        let sum = if moving.is_some() {
            &mut load.under_way
        } else {
            &mut load.by_plan
        };
        add(sum, workload);
        if moving.is_none() {
            load.workloads.push(id);
        }
    }
    loads
}

fn over(request: &Request, target: &str, load: &Load<'_>) -> Vec<LintFinding> {
    let Some(cluster) = request.fleet.clusters.get(target) else {
        return Vec::new(); // said of the action already
    };
    if cluster.reach != Reach::Cluster {
        return Vec::new(); // its quota is asked by the dry run
    }
    let cluster_name = || target.to_owned();
    let fault = match cluster.capacity.fresh(request.now, FRESH_FOR) {
        None => Fault::CapacityUnseen {
            cluster: cluster_name(),
        },
        Some(c) => {
            let room = room(cluster, c);
            let over = |(resource, asked): (&String, &i128)| {
                let under_way = load.under_way.get(resource).copied().unwrap_or(0);
                *asked > 0 && asked + under_way > room.get(resource).copied().unwrap_or(0)
            };
            if !load.by_plan.iter().any(over) {
                return Vec::new();
            }
            Fault::CapacityExceeded {
                cluster: cluster_name(),
            }
        }
    };
    load.workloads
        .iter()
        .map(|id| finding(id, fault.clone()))
        .collect()
}

/// What is left of each resource, less what is kept free. What is not here was neither seen nor said: nothing.
pub(super) fn room(cluster: &ClusterView, c: &Capacity) -> Sum {
    let others = c
        .others
        .iter()
        .map(|other| (other.resource.as_str(), other.offered, other.requested));
    let all = [
        ("cpu", c.cpu_milli, c.requested_cpu_milli),
        ("memory", c.memory_mib, c.requested_memory_mib),
        ("pods", c.pods, c.requested_pods),
    ];
    let left = all.into_iter().chain(others).map(|(name, offered, requested)| {
        let kept = cluster
            .headroom
            .iter()
            .find(|(resource, _)| resource.to_string() == name);
        let kept = kept.map_or(0, |(_, percent)| i128::from(*percent).clamp(0, 100));
        let usable = i128::from(offered) * (100 - kept) / 100;
        (name.to_owned(), usable - i128::from(requested))
    });
    left.collect()
}

pub(super) fn add(sum: &mut Sum, workload: &WorkloadView) {
    let demand = &workload.demand;
    let all = [
        ("cpu", demand.cpu_milli),
        ("memory", demand.memory_mib),
        ("pods", demand.pods),
    ];
    let others = demand
        .others
        .iter()
        .map(|(resource, asked)| (resource.to_string(), *asked));
    for (name, asked) in all
        .map(|(name, asked)| (name.to_owned(), asked))
        .into_iter()
        .chain(others)
    {
        *sum.entry(name).or_default() += i128::from(asked.max(0));
    }
}

/// Moves in one namespace beside each other: those that the plan starts, and those that are under way.
pub(super) fn conflicts(request: &Request, plan: &Plan) -> Vec<LintFinding> {
    let mut movers: BTreeMap<&str, Vec<(&WorkloadId, bool)>> = BTreeMap::new();
    for (id, workload) in &request.workloads {
        let starts = plan
            .decisions
            .get(id)
            .is_some_and(|decision| match decision.action {
                Action::Relocate { .. } | Action::FailOver { .. } => true,
                Action::Stay | Action::Wait(_) => false,
            });
        if starts || workload.moving.is_some() {
            movers
                .entry(&workload.target.namespace)
                .or_default()
                .push((id, starts));
        }
    }
    let mut findings = Vec::new();
    for movers in movers.values() {
        for (id, _) in movers.iter().filter(|(_, starts)| *starts) {
            let other = movers.iter().find(|(other, _)| other != id);
            findings.extend(other.map(|(with, _)| {
                finding(
                    id,
                    Fault::Conflict {
                        with: (*with).clone(),
                    },
                )
            }));
        }
    }
    findings
}
