//! Checks a plan against the rules anew, before anything is enacted.
//!
//! Shares no code with `decide` but the facts about ownership (`autonomy`): a slip there is not repeated here.
//! Not here: whether a plan is good; only whether it is allowed.
//! Invariant: a plan with a finding is not enacted; a plan of `decide` has none.
use havenmeester_api::workload::{CopyState, Mode};
use serde::Serialize;

use crate::decision::{Action, Decision, Plan};
use crate::fact::Fact;
use crate::fleet::{ClusterView, Contact};
use crate::request::{Request, WorkloadId, WorkloadView};
use crate::say::Say;

mod acts; // each action by itself
mod fault; // what may be wrong
mod near; // whether data is near enough
mod routes; // over less autonomous places
mod rules; // whether policies allow a cluster
mod standby; // where room is kept
mod sums; // all actions together
mod traits; // what was seen of a cluster

pub use fault::Fault;
use rules::Laws;

/// Something that a plan may not do.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd, Serialize)]
pub struct LintFinding {
    /// Whose decision.
    pub workload: WorkloadId,
    /// What is wrong with it.
    pub fault: Fault,
}

impl std::fmt::Display for LintFinding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.workload, self.fault)
    }
}

impl Say for LintFinding {
    fn dutch(&self) -> String {
        format!("{}: {}", self.workload, self.fault.dutch())
    }
}

/// Checks a plan. Nothing found: it may be enacted.
pub fn lint(request: &Request, plan: &Plan) -> Vec<LintFinding> {
    let laws = Laws::of(request);
    let mut findings = Vec::new();
    for id in request
        .workloads
        .keys()
        .filter(|id| !plan.decisions.contains_key(id))
    {
        findings.push(finding(id, Fault::Undecided));
    }
    for (id, decision) in &plan.decisions {
        match request.workloads.get(id) {
            None => findings.push(finding(id, Fault::UnknownWorkload)),
            Some(workload) => {
                let faults = one(request, &laws, (id, workload), decision);
                findings.extend(faults.into_iter().map(|fault| finding(id, fault)));
            }
        }
    }
    findings.extend(sums::overfull(request, plan));
    findings.extend(sums::conflicts(request, plan));
    findings.extend(standby::overbooked(request, plan));
    findings.sort();
    findings
}

fn finding(workload: &WorkloadId, fault: Fault) -> LintFinding {
    LintFinding {
        workload: workload.clone(),
        fault,
    }
}

/// One decision by itself.
fn one(
    request: &Request,
    laws: &Laws<'_>,
    (id, workload): (&WorkloadId, &WorkloadView),
    decision: &Decision,
) -> Vec<Fault> {
    let mut faults = Vec::new();
    for using in &workload.uses {
        let data = request.workloads.get(&using.workload);
        if data.is_some_and(|data| data.sensitivity > workload.sensitivity) {
            let data = using.workload.clone();
            faults.push(Fault::LessSensitiveThanItsData { data });
        }
    }
    if let Some(target) = newly_desired(workload, decision) {
        faults.extend(acts::target(request, laws, (id, workload), target));
    }
    faults.extend(standby::of_one(laws, (id, workload), decision));
    match &decision.action {
        Action::Stay | Action::Wait(_) => {}
        Action::Relocate { source, target } => {
            faults.extend(acts::either(request, workload, decision, source, target));
            faults.extend(acts::relocation(request, laws, (id, workload), source));
            faults.extend(routes::agreed(laws, (id, workload), decision, target));
        }
        Action::FailOver {
            source,
            target,
            last_heartbeat,
            detected_at,
        } => {
            faults.extend(acts::either(request, workload, decision, source, target));
            faults.extend(routes::agreed(laws, (id, workload), decision, target));
            faults.extend(acts::failover(
                request,
                workload,
                source,
                (*last_heartbeat, *detected_at),
            ));
        }
    }
    faults
}

/// The place to which a decision would bring a workload, now or when a person says so.
fn newly_desired<'a>(workload: &WorkloadView, decision: &'a Decision) -> Option<&'a str> {
    let desired = decision
        .desired
        .as_deref()
        .filter(|desired| workload.home.as_deref() != Some(desired));
    desired.filter(|_| workload.moving.is_none())
}

fn holds_active(cluster: &ClusterView, workload: &WorkloadView) -> bool {
    match (&cluster.contact, &cluster.copies) {
        (Contact::Lost { .. }, _) | (_, Fact::Unknown { .. }) => false,
        (Contact::Unknown | Contact::Reachable | Contact::Suspect { .. }, Fact::Known { value, .. }) => value
            .get(&workload.target.namespace)
            .is_some_and(|copy| copy.state == CopyState::Active),
    }
}

fn exclusive(workload: &WorkloadView) -> bool {
    workload.mode == Mode::Exclusive
}

#[cfg(test)]
mod tests;
