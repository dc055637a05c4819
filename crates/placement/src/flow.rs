//! Sensitivity flows from data to whatever processes it: an application that uses sensitive data is as sensitive.
//!
//! Invariant: ends, also where workloads use each other in a circle; nobody becomes less sensitive.
use std::collections::BTreeMap;

use havenmeester_api::Sensitivity;

use crate::request::{WorkloadId, WorkloadView};

/// Raises each workload to the most sensitive data that it uses, through others too, and notes whose that is.
pub fn flow(workloads: &mut BTreeMap<WorkloadId, WorkloadView>) {
    let mut users: BTreeMap<WorkloadId, Vec<WorkloadId>> = BTreeMap::new();
    for (id, workload) in workloads.iter() {
        for used in &workload.uses {
            users.entry(used.workload.clone()).or_default().push(id.clone());
        }
    }
    if users.is_empty() {
        return;
    }
    // The most sensitive first, so that each is raised once, by the nearest of those that raise it.
    for level in [Sensitivity::High, Sensitivity::Medium] {
        let own = workloads
            .iter()
            .filter(|(_, w)| w.sensitivity == level && w.through.is_none());
        let mut queue: std::collections::VecDeque<(WorkloadId, WorkloadId)> =
            own.map(|(id, _)| (id.clone(), id.clone())).collect();
        while let Some((id, source)) = queue.pop_front() {
            for user in users.get(&id).into_iter().flatten() {
                let Some(workload) = workloads.get_mut(user) else {
                    continue;
                };
                if workload.sensitivity < level {
                    workload.sensitivity = level;
                    workload.through = Some(source.clone());
                    queue.push_back((user.clone(), source.clone()));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests;
