//! Whether the actions of a plan can stand beside each other.
use std::collections::BTreeMap;

use crate::decision::{Action, Plan};
use crate::fact::FRESH_FOR;
use crate::fleet::Reach;
use crate::request::{Request, WorkloadId, WorkloadView};

use super::{Fault, LintFinding, finding, holds_active, newly_desired};

/// What is asked of a cluster: cpu, memory, pods.
type Sum = [i128; 3];

/// What a plan and the moves under way bring to one cluster.
#[derive(Default)]
struct Load<'a> {
    by_plan: Sum,
    under_way: Sum,
    workloads: Vec<&'a WorkloadId>,
}

/// Clusters to which more is sent than they have room for.
pub(super) fn overfull(request: &Request, plan: &Plan) -> Vec<LintFinding> {
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
        .into_iter()
        .flat_map(|(target, load)| over(request, target, &load))
        .collect()
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
            let room = [
                i128::from(c.cpu_milli) - i128::from(c.requested_cpu_milli),
                i128::from(c.memory_mib) - i128::from(c.requested_memory_mib),
                i128::from(c.pods) - i128::from(c.requested_pods),
            ];
            let over = |i: usize| load.by_plan[i] > 0 && load.by_plan[i] + load.under_way[i] > room[i];
            if !(0..room.len()).any(over) {
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

fn add(sum: &mut Sum, workload: &WorkloadView) {
    let demand = workload.demand;
    for (sum, asked) in sum
        .iter_mut()
        .zip([demand.cpu_milli, demand.memory_mib, demand.pods])
    {
        *sum += i128::from(asked.max(0));
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
