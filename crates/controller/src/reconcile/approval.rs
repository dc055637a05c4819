//! Whether an approval says yes to anything that is asked, and if not, why not.
use std::sync::Arc;

use havenmeester_api::approval::ApprovalStatus;
use havenmeester_api::condition::{self, State};
use havenmeester_api::migration::MoveKind;
use havenmeester_api::{Approval, Date, Migration};
use havenmeester_placement::{Asked, WorkloadId};

use crate::identity::moving;
use crate::intent::{About, Intents, Notice, StatusWrite};
use crate::request::approved;
use crate::scene::workload_of;
use crate::turn::Turn;

pub(super) fn reconcile(turn: &Turn, intents: &mut Intents) {
    for (id, approval) in &turn.scene.approvals {
        let old = approval.status.clone().unwrap_or_default();
        let mut new = old.clone();
        let generation = approval.metadata.generation;
        new.observed_generation = generation;
        let (state, reason, message) = in_force(turn, id, approval);
        let now = turn.scene.now;
        let kind = condition::IN_FORCE;
        condition::set(&mut new.conditions, kind, state, reason, message, generation, now);
        tell(intents, approval, &old, &new);
        if new != old {
            let mut object = Approval::clone(approval);
            object.status = Some(new);
            intents.statuses.push(StatusWrite::Approval(Box::new(object)));
        }
    }
}

/// What must be asked before the move begins that somebody has made, or the daemon made before the facts changed.
/// A failover is never held up: it is made by the daemon where that is allowed, or by somebody who answers for it.
pub(super) fn of_move(turn: &Turn, id: &WorkloadId) -> Option<Asked> {
    let migration = moving(turn.scene.moves_of(id))?;
    let waits = migration.spec.kind.source_answers() && !begun(migration) && !returns(turn, migration);
    let target = &migration.spec.target;
    turn.reasons.asked(id, target).filter(|_| waits)
}

/// Whether a move may not begin yet, since nobody has approved it.
pub(crate) fn holds(turn: &Turn, migration: &Migration) -> bool {
    let spec = &migration.spec;
    let free = spec.dry_run || spec.abort || !spec.kind.source_answers();
    if free || begun(migration) || returns(turn, migration) {
        return false;
    }
    let asked = turn.reasons.asked(&workload_of(migration), &spec.target);
    asked.is_some_and(|asked| asked.given.is_none())
}

/// Whether it brings a workload back to where it stood before a failover: it stood there already, so nothing is lowered.
fn returns(turn: &Turn, migration: &Migration) -> bool {
    let spec = &migration.spec;
    let left = |other: &Arc<Migration>| {
        other.spec.kind == MoveKind::Failover && other.spec.source.as_ref() == Some(&spec.target)
    };
    spec.kind == MoveKind::Failback && turn.scene.moves_of(&workload_of(migration)).iter().any(left)
}

fn begun(migration: &Migration) -> bool {
    let status = migration.status.as_ref();
    status.is_some_and(|status| !status.steps.is_empty())
}

fn in_force(turn: &Turn, id: &WorkloadId, approval: &Approval) -> (State, &'static str, String) {
    let spec = &approval.spec;
    let workload = WorkloadId {
        namespace: id.namespace.clone(),
        name: spec.workload.clone(),
    };
    let Some(decision) = turn.plan.decisions.get(&workload) else {
        let message = format!("there is no Workload {workload}, or it takes no part in placement");
        return (State::False, "NoWorkload", message);
    };
    let view = approved(turn.scene, approval);
    let asked = of_move(turn, &workload).or_else(|| decision.approval.clone());
    match asked {
        Some(asked) if asked.plan == spec.plan => {
            let stands = decision.home.as_deref() == Some(&asked.target);
            if stands || view.covers(Date::of(turn.scene.now)) {
                return (State::True, "Approved", asked.to_string());
            }
            let message = format!("no move may begin under it after {}", view.until);
            (State::False, "Expired", message)
        }
        Some(asked) => (State::False, "AnotherPlan", another(&asked)),
        None => (
            State::False,
            "NotAsked",
            format!(
                "nothing is asked for {workload} now; it stays good for this plan until {}",
                view.until
            ),
        ),
    }
}

fn another(asked: &Asked) -> String {
    format!(
        "it says yes to another plan than is asked for, and does nothing; asked is {} ({asked})",
        asked.plan
    )
}

/// An Event when it does nothing, or nothing any more.
fn tell(intents: &mut Intents, approval: &Arc<Approval>, old: &ApprovalStatus, new: &ApprovalStatus) {
    let reason = |status: &ApprovalStatus| {
        condition::get(&status.conditions, condition::IN_FORCE).map(|c| c.reason.clone())
    };
    let after = condition::get(&new.conditions, condition::IN_FORCE);
    let Some(after) = after.filter(|after| reason(old).as_deref() != Some(after.reason.as_str())) else {
        return;
    };
    let (event, warning) = match after.reason.as_str() {
        "Approved" => ("Approved", false),
        "AnotherPlan" => ("AnotherPlan", true),
        "NoWorkload" => ("NoWorkload", true),
        "Expired" => ("ApprovalExpired", true),
        _ => return,
    };
    intents.notices.push(Notice {
        about: About::Approval(Arc::clone(approval)),
        warning,
        reason: event,
        note: after.message.clone(),
    });
}

#[cfg(test)]
mod tests;
