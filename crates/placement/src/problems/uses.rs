//! What is wrong with the other workloads that workloads name: whose data they use, and from whom they stand apart.
use crate::request::{Request, WorkloadId, WorkloadView};

use super::{Object, Problem, Wrong, note, problem};

/// Everything, for all workloads.
pub(super) fn of_workloads(request: &Request) -> Vec<Problem> {
    let all = request
        .workloads
        .iter()
        .filter(|(_, workload)| !workload.uses.is_empty() || !workload.apart.is_empty());
    all.flat_map(|(id, workload)| of_one(request, id, workload))
        .collect()
}

fn of_one(request: &Request, id: &WorkloadId, workload: &WorkloadView) -> Vec<Problem> {
    let mut found = Vec::new();
    for using in &workload.uses {
        let object = || Object::Workload(id.clone());
        let Some(data) = request.workloads.get(&using.workload) else {
            let id = using.workload.clone();
            found.push(problem(object(), "spec.uses", Wrong::NoData { id }));
            continue;
        };
        if using.workload == *id {
            found.push(problem(object(), "spec.uses", Wrong::UsesItself));
        }
        if let (Some(ours), Some(theirs)) = (workload.layer, data.layer)
            && theirs < ours
        {
            let data = using.workload.clone();
            let wrong = Wrong::UsesAbove { ours, data, theirs };
            found.push(note(object(), "spec.uses", wrong));
        }
    }
    for other in &workload.apart {
        let object = Object::Workload(id.clone());
        if other == id {
            found.push(problem(object, "spec.apartFrom", Wrong::ApartFromItself));
        } else if !request.workloads.contains_key(other) {
            let wrong = Wrong::NoWorkload { id: other.clone() };
            found.push(note(object, "spec.apartFrom", wrong));
        }
    }
    found
}
