//! Where a workload stands, where it must stand, and why.
mod dry_run; // the last one, and what is different
mod images; // whether they outlast the cluster

use std::collections::BTreeMap;
use std::sync::Arc;

use havenmeester_api::Workload;
use havenmeester_api::condition::{self, State};
use havenmeester_api::policy::Trigger;
use havenmeester_api::workload::{
    AskedApproval, CaptureStatus, Desired, Mode, Processes, Rejected, Violation as Said, WorkloadStatus,
};
use havenmeester_placement::{
    Action, Asked, Candidate, Decision, Object, Refusal, Violation, Waiting, WorkloadId,
};
use jiff::Timestamp;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Time;

use crate::because::because;
use crate::identity::{Identity, Standing, moving};
use crate::intent::{About, Intents, Notice, StatusWrite};
use crate::scene::failed;
use crate::turn::Turn;

pub(super) fn reconcile(turn: &Turn, intents: &mut Intents) {
    let dry_runs = dry_run::of_workloads(turn.scene);
    for (id, identity) in turn.identities {
        let Some(workload) = turn.scene.workloads.get(id) else {
            continue;
        };
        let old = workload.status.clone().unwrap_or_default();
        let mut new = old.clone();
        facts(turn, id, workload, identity, &mut new);
        let runs = dry_runs.get(id).map(Vec::as_slice).unwrap_or_default();
        if let Some(run) = dry_run::last(runs, old.last_dry_run.as_ref()) {
            new.last_dry_run = Some(run);
        }
        match turn.plan.decisions.get(id) {
            Some(decision) => decided(turn, id, workload, identity, decision, &mut new),
            None => left_alone(turn, workload, identity, &mut new),
        }
        if new == old {
            continue;
        }
        tell(intents, workload, &old, &new);
        tell_dry_run(intents, workload, &old, &new);
        let mut object = Workload::clone(workload);
        object.status = Some(new);
        intents.statuses.push(StatusWrite::Workload(Box::new(object)));
    }
}

/// What is seen of it, before any policy.
fn facts(
    turn: &Turn,
    id: &WorkloadId,
    workload: &Workload,
    identity: &Identity,
    status: &mut WorkloadStatus,
) {
    status.observed_generation = workload.metadata.generation;
    status.criticality = Some(identity.criticality);
    status.sensitivity = Some(identity.sensitivity);
    status.processes = turn.request.workloads.get(id).and_then(|view| {
        Some(Processes {
            sensitivity: view.sensitivity,
            through: view.through.as_ref()?.to_string(),
        })
    });
    status.mode = Some(identity.mode);
    status.copies.clone_from(&identity.copies);
    // What is not seen now was seen once: it asks as much.
    if let Some(demand) = &identity.demand {
        status.demand = Some(demand.told());
    }
    if let Some(home) = &identity.home {
        status.cluster = Some(home.cluster.clone());
        status.plan_generation = home.generation;
    }
    status.migration = moving(turn.scene.moves_of(id)).and_then(|m| m.metadata.name.clone());
    let captured = status
        .cluster
        .as_ref()
        .and_then(|home| turn.scene.fleet.get(home))
        .and_then(|view| view.captures.get(&id.to_string()));
    if let Some((capture, _)) = captured {
        status.capture = Some(CaptureStatus {
            id: capture.id.to_string(),
            cluster: capture.cluster.clone(),
            taken_at: whole_seconds(capture.taken_at),
            objects: i32::try_from(capture.objects).unwrap_or(i32::MAX),
        });
    }
}

fn decided(
    turn: &Turn,
    id: &WorkloadId,
    workload: &Workload,
    identity: &Identity,
    decision: &Decision,
    status: &mut WorkloadStatus,
) {
    let candidates = turn.reasons.candidates(id);
    status.desired = decision.desired.as_ref().map(|cluster| Desired {
        cluster: cluster.clone(),
        because: because(decision),
        score: match candidates.get(cluster) {
            Some(Candidate::Fits(score)) => Some(score.total),
            Some(Candidate::Refused(_)) | None => None,
        },
    });
    status.rejected = candidates
        .iter()
        .filter_map(|(cluster, candidate)| match candidate {
            Candidate::Refused(why) => Some(Rejected {
                cluster: cluster.clone(),
                because: why.iter().map(ToString::to_string).collect(),
            }),
            Candidate::Fits(_) => None,
        })
        .collect();
    status.violations = decision.violations.iter().map(said).collect();
    status.standby.clone_from(&decision.standby);
    let asked = super::approval::of_move(turn, id).or_else(|| decision.approval.clone());
    status.approval = asked.as_ref().filter(|asked| asked.given.is_none()).map(told);
    if asked.is_none() {
        status.conditions.retain(|c| c.type_ != condition::APPROVED);
    }
    let ready = failover_ready(identity, decision, &candidates, status.capture.is_some());
    let home = decision.home.as_deref().unwrap_or_default();
    let ready = match images::lost(turn, id, home, status.last_dry_run.as_ref()) {
        Some(why) if ready.0 == State::True => (State::False, "ImagesLost", why),
        Some(_) | None => ready,
    };
    let generation = workload.metadata.generation;
    let now = turn.scene.now;
    let mut set = |kind: &str, (state, reason, message): (State, &str, String)| {
        condition::set(
            &mut status.conditions,
            kind,
            state,
            reason,
            message,
            generation,
            now,
        );
    };
    set(condition::VALID, valid_uses(turn, id, valid(identity)));
    set(condition::COMPLIANT, compliant(decision, failure(turn, id)));
    if let Some(asked) = &asked {
        set(condition::APPROVED, approved(asked));
    }
    set(condition::SINGLE, single(decision));
    set(condition::CAPTURED, captured(turn, id, identity));
    set(condition::FAILOVER_READY, ready);
}

/// As the API keeps it: finer than that, a time would differ from itself once it is written.
fn whole_seconds(at: Timestamp) -> Time {
    Time(Timestamp::from_second(at.as_second()).unwrap_or(at))
}

/// A Workload that takes no part in placement: nothing is said of where it must be.
fn left_alone(turn: &Turn, workload: &Workload, identity: &Identity, status: &mut WorkloadStatus) {
    status.desired = None;
    status.approval = None;
    status.standby = None;
    status.rejected.clear();
    status.violations.clear();
    status.conditions.retain(|c| {
        ![
            condition::COMPLIANT,
            condition::FAILOVER_READY,
            condition::APPROVED,
        ]
        .contains(&c.type_.as_str())
    });
    let (state, reason, message) = valid(identity);
    let generation = workload.metadata.generation;
    condition::set(
        &mut status.conditions,
        condition::VALID,
        state,
        reason,
        message,
        generation,
        turn.scene.now,
    );
}

/// Names of data that are not there make a Workload invalid as well; what it uses is left out then.
fn valid_uses(
    turn: &Turn,
    id: &WorkloadId,
    alone: (State, &'static str, String),
) -> (State, &'static str, String) {
    if alone.0 == State::True {
        super::valid(turn, &Object::Workload(id.clone()))
    } else {
        alone
    }
}

fn valid(identity: &Identity) -> (State, &'static str, String) {
    match &identity.standing {
        Standing::Duplicate { of } => (
            State::False,
            "Duplicate",
            format!("spec.target: Workload {of} is older and has the same target; delete one of them"),
        ),
        Standing::Untagged => (
            State::False,
            "Untagged",
            "the namespace no longer has a havenmeester.dev label; it is left alone. Delete this Workload, or write spec.criticality"
                .to_owned(),
        ),
        Standing::Placed if !identity.misread.is_empty() => {
            (State::False, "UnknownLevel", identity.misread.join("; "))
        }
        Standing::Placed => (State::True, "Valid", String::new()),
    }
}

/// How the last move of it failed, if it did.
fn failure(turn: &Turn, id: &WorkloadId) -> Option<String> {
    let last = turn.scene.moves_of(id).last().filter(|m| failed(m))?;
    let why = condition::get(&last.status.as_ref()?.conditions, condition::FAILED)?;
    let name = last.metadata.name.as_deref().unwrap_or_default();
    Some(format!("the last move, {name}, failed: {}", why.message))
}

fn compliant(decision: &Decision, failure: Option<String>) -> (State, &'static str, String) {
    let Some(home) = &decision.home else {
        return (State::Unknown, "NotFound", Waiting::NotFound.to_string());
    };
    let forbidden: Vec<&Violation> = decision
        .violations
        .iter()
        .filter(|v| matches!(v, Violation::Placement { .. }))
        .collect();
    let Some(first) = forbidden.first() else {
        let missing = |v: &&Violation| matches!(v, Violation::NoStandby { .. });
        if let Some(missing) = decision.violations.iter().find(missing) {
            return (State::False, missing.rule(), missing.to_string());
        }
        if let Action::Wait(waiting @ Waiting::OnRoute { .. }) = &decision.action {
            return (State::True, waiting.rule(), waiting.to_string());
        }
        return (State::True, "AllPoliciesMet", format!("stands on {home}"));
    };
    let announced = |v: &&Violation| {
        matches!(
            v,
            Violation::Placement {
                refusal: Refusal::Announced { .. },
                ..
            }
        )
    };
    if forbidden.iter().all(announced) {
        let message: Vec<String> = forbidden.iter().map(ToString::to_string).collect();
        return (State::True, "ChangeAnnounced", message.join("; "));
    }
    let mut message: Vec<String> = forbidden.iter().map(ToString::to_string).collect();
    if let Action::Wait(waiting) = &decision.action {
        message.push(waiting.to_string());
    }
    message.extend(failure);
    (State::False, first.rule(), message.join("; "))
}

/// What is asked, as the status has it.
fn told(asked: &Asked) -> AskedApproval {
    AskedApproval {
        plan: asked.plan.clone(),
        cluster: asked.target.clone(),
        because: asked.grounds.iter().map(ToString::to_string).collect(),
        until: asked.until(),
        inform_council: asked.inform_council(),
    }
}

/// Whether somebody agreed to what must be asked, and how that is said.
fn approved(asked: &Asked) -> (State, &'static str, String) {
    if let Some(given) = &asked.given {
        let message = format!("by {} (Approval {}): {asked}", given.approver, given.approval);
        return (State::True, "Approved", message);
    }
    let (plan, workload) = (&asked.plan, &asked.workload);
    let message = format!("{asked}; approve it with: havenmeester approve {workload} (plan {plan})");
    (State::False, "ApprovalNeeded", message)
}

fn single(decision: &Decision) -> (State, &'static str, String) {
    let several = decision
        .violations
        .iter()
        .find(|v| matches!(v, Violation::SeveralActive { .. } | Violation::StrayCopy { .. }));
    match several {
        Some(violation) => (State::False, violation.rule(), violation.to_string()),
        None => (State::True, "OneActiveCopy", String::new()),
    }
}

fn captured(turn: &Turn, id: &WorkloadId, identity: &Identity) -> (State, &'static str, String) {
    let Some(home) = &identity.home else {
        return (State::Unknown, "NotFound", String::new());
    };
    let Some(view) = turn.scene.fleet.get(&home.cluster) else {
        return (
            State::Unknown,
            "UnknownCluster",
            format!("no MemberCluster {}", home.cluster),
        );
    };
    match (view.captures.get(&id.to_string()), &view.capture_problem) {
        (_, Some(problem)) => (State::False, "StoreRefuses", problem.clone()),
        (Some((capture, _)), None) => (
            State::True,
            "Captured",
            format!("{} objects of {}", capture.objects, home.cluster),
        ),
        (None, None) => (State::Unknown, "NotYetCaptured", String::new()),
    }
}

/// Whether it would come up elsewhere by itself if its cluster were lost now.
fn failover_ready(
    identity: &Identity,
    decision: &Decision,
    candidates: &BTreeMap<String, Candidate>,
    captured: bool,
) -> (State, &'static str, String) {
    if identity.mode == Mode::Exclusive {
        return (
            State::False,
            "NotFenced",
            "exclusive: not failed over by itself, since its old copy could still be active and cannot be fenced".to_owned(),
        );
    }
    if decision.rules.failover == Trigger::Manual {
        let by = decision.rules.failover_by.as_ref().map_or_else(
            || "no policy says Automatic".to_owned(),
            |p| format!("policy {p} says Manual"),
        );
        return (State::False, "ManualFailover", by);
    }
    if !captured {
        return (
            State::False,
            "NotCaptured",
            "there is no capture of it yet".to_owned(),
        );
    }
    if let Some(standby) = &decision.standby {
        return (State::True, "StandbyKept", format!("room is kept on {standby}"));
    }
    let elsewhere = candidates
        .iter()
        .find(|(cluster, c)| Some(*cluster) != decision.home.as_ref() && matches!(c, Candidate::Fits(_)));
    match elsewhere {
        Some((cluster, _)) => (State::True, "TargetFits", format!("for instance {cluster}")),
        None => (State::False, "NoClusterFits", Waiting::NoClusterFits.to_string()),
    }
}

fn said(violation: &Violation) -> Said {
    Said {
        policy: violation.policy().map(str::to_owned),
        rule: violation.rule().to_owned(),
        message: violation.to_string(),
    }
}

fn tell(intents: &mut Intents, workload: &Arc<Workload>, old: &WorkloadStatus, new: &WorkloadStatus) {
    for kind in [
        condition::VALID,
        condition::COMPLIANT,
        condition::SINGLE,
        condition::APPROVED,
    ] {
        let before = condition::get(&old.conditions, kind).map(|c| c.status.as_str());
        let Some(after) = condition::get(&new.conditions, kind) else {
            continue;
        };
        let worse = after.status == "False" && before != Some("False");
        let better = after.status == "True" && before == Some("False");
        let asks = kind == condition::APPROVED;
        let reason = match (kind == condition::COMPLIANT, worse, better) {
            (_, true, _) if asks => "ApprovalNeeded",
            (_, _, true) if asks => "Approved",
            (true, true, _) => "Violation",
            (true, _, true) => "Compliant",
            (false, true, _) => "NotValid",
            (false, _, true) => "Mended",
            (_, false, false) => continue,
        };
        intents.notices.push(Notice {
            about: About::Workload(Arc::clone(workload)),
            warning: worse,
            reason,
            note: format!("{}: {}", after.reason, after.message),
        });
    }
}

/// A verdict that differs from that of the dry run before it, to the same cluster.
fn tell_dry_run(intents: &mut Intents, workload: &Arc<Workload>, old: &WorkloadStatus, new: &WorkloadStatus) {
    let told = old.last_dry_run.as_ref().map(|run| &run.migration);
    let Some(run) = new
        .last_dry_run
        .as_ref()
        .filter(|run| Some(&run.migration) != told)
    else {
        return;
    };
    let Some(since) = run.since.as_ref().filter(|since| since.verdict != run.verdict) else {
        return;
    };
    let worse = run.verdict > since.verdict;
    let named = if worse { &since.new } else { &since.gone };
    let first = named
        .first()
        .map_or_else(String::new, |first| format!(": {first}"));
    intents.notices.push(Notice {
        about: About::Workload(Arc::clone(workload)),
        warning: worse,
        reason: if worse { "DryRunWorse" } else { "DryRunBetter" },
        note: format!(
            "to {}: {:?}, was {:?} ({}){first}",
            run.target, run.verdict, since.verdict, since.migration
        ),
    });
}

#[cfg(test)]
mod tests;
