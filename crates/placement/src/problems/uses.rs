//! What is wrong with the data that workloads say they use.
use crate::request::{Request, WorkloadId, WorkloadView};

use super::{Object, Problem, note, problem};

/// Everything, for all workloads.
pub(super) fn of_workloads(request: &Request) -> Vec<Problem> {
    let all = request
        .workloads
        .iter()
        .filter(|(_, workload)| !workload.uses.is_empty());
    all.flat_map(|(id, workload)| of_one(request, id, workload))
        .collect()
}

fn of_one(request: &Request, id: &WorkloadId, workload: &WorkloadView) -> Vec<Problem> {
    let mut found = Vec::new();
    for using in &workload.uses {
        let object = || Object::Workload(id.clone());
        let Some(data) = request.workloads.get(&using.workload) else {
            let message = format!("there is no Workload {}; nothing follows from it", using.workload);
            found.push(problem(object(), "spec.uses", message));
            continue;
        };
        if using.workload == *id {
            found.push(problem(
                object(),
                "spec.uses",
                "it names itself; name the Workload whose data it uses",
            ));
        }
        if let (Some(ours), Some(theirs)) = (workload.layer, data.layer)
            && theirs < ours
        {
            let message = format!(
                "a workload of layer {ours:?} uses {}, of layer {theirs:?}; in Common Ground a layer uses those beneath it",
                using.workload
            );
            found.push(note(object(), "spec.uses", message));
        }
    }
    found
}
