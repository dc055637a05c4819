//! What becomes of a Migration's status when something happens. Pure: `now` is an argument.
//!
//! Not here: which steps there are (`steps`), writing the status (`persist`), doing anything.
//! Invariant: steps are done in their order; a step that is Done, Failed or NotExecuted stays so.

use havenmeester_api::{
    condition::{self, State},
    migration::{MigrationStatus, MoveKind, Step, StepState, StepStatus},
    workload::Mode,
};
use jiff::Timestamp;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Time;

use crate::{reason::Reason, steps, turn::Told};

/// The longest message on one step, in characters.
const MESSAGE_CHARS: usize = 500;

/// Fixes what will be done: every step is listed from the beginning, those that will not be done with their reason.
pub(crate) fn begin(
    status: &mut MigrationStatus,
    (kind, mode, dry_run): (MoveKind, Mode, bool),
    generation: (i64, Option<i64>),
    now: Timestamp,
) {
    let (plan_generation, observed) = generation;
    status.observed_generation = observed;
    status.plan_generation = Some(plan_generation);
    status.measured.decided_at.get_or_insert(Time(now));
    status.steps = steps::steps(kind, mode, dry_run)
        .into_iter()
        .map(pending)
        .collect();
    if kind == MoveKind::Failover && !dry_run {
        for step in steps::NOT_IN_A_FAILOVER {
            let mut left = pending(*step);
            left.state = StepState::NotExecuted;
            left.message = Some("the source is lost; its stale copy is stopped when it returns".to_owned());
            status.steps.push(left);
        }
    }
    set(
        status,
        condition::COMPLETE,
        State::False,
        Reason::InProgress,
        "",
        now,
    );
}

fn pending(name: Step) -> StepStatus {
    StepStatus {
        name,
        state: StepState::Pending,
        started_at: None,
        finished_at: None,
        deadline: None,
        message: None,
        dutch: None,
    }
}

/// The step that is under way or comes next. `None`: there is nothing left to do.
pub(crate) fn current(status: &MigrationStatus) -> Option<&StepStatus> {
    status
        .steps
        .iter()
        .find(|s| matches!(s.state, StepState::Pending | StepState::Running))
}

/// How one step stands; Pending when it is not in the list.
pub(crate) fn of(status: &MigrationStatus, step: Step) -> StepState {
    status
        .steps
        .iter()
        .find(|s| s.name == step)
        .map_or(StepState::Pending, |s| s.state)
}

/// Whether the move has no step left, or was refused before it had any.
pub fn is_over(status: &MigrationStatus) -> bool {
    current(status).is_none() && condition::is_true(&status.conditions, condition::COMPLETE)
}

/// Whether the target is the workload's home by now: it serves, and the source is stopped or lost.
pub fn is_home(status: &MigrationStatus) -> bool {
    let stopped = [StepState::Done, StepState::NotExecuted].contains(&of(status, Step::StopSource));
    of(status, Step::AwaitServing) == StepState::Done && stopped
}

/// Whether a step has begun, however it ended.
pub(crate) fn has_begun(status: &MigrationStatus, step: Step) -> bool {
    status
        .steps
        .iter()
        .any(|s| s.name == step && s.started_at.is_some())
}

/// The step begins; its deadline counts from now. Beginning it again changes nothing.
pub(crate) fn start(status: &mut MigrationStatus, step: Step, now: Timestamp) {
    let Some(entry) = entry(status, step) else { return };
    if entry.state != StepState::Pending {
        return;
    }
    entry.state = StepState::Running;
    entry.started_at = Some(Time(now));
    entry.deadline = steps::time_limit(step)
        .and_then(|limit| now.checked_add(limit).ok())
        .map(Time);
    status.step = Some(step);
    status.waiting_for = None;
}

/// The step was seen done.
pub(crate) fn finish(status: &mut MigrationStatus, step: Step, told: Option<Told>, now: Timestamp) {
    end(status, step, StepState::Done, told, now);
    if condition::is_true(&status.conditions, condition::STUCK) {
        set(status, condition::STUCK, State::False, Reason::Going, "", now);
    }
}

/// The step will not be done, for this reason.
pub(crate) fn not_executed(status: &mut MigrationStatus, step: Step, why: &str, now: Timestamp) {
    end(
        status,
        step,
        StepState::NotExecuted,
        Some(why.to_owned().into()),
        now,
    );
}

fn end(status: &mut MigrationStatus, step: Step, state: StepState, told: Option<Told>, now: Timestamp) {
    let Some(entry) = entry(status, step) else { return };
    if !matches!(entry.state, StepState::Pending | StepState::Running) {
        return;
    }
    if entry.state == StepState::Running {
        entry.finished_at = Some(Time(now));
    }
    entry.state = state;
    if let Some(told) = told {
        entry.message = Some(short(told.english));
        entry.dutch = told.dutch.map(short);
    }
    status.waiting_for = None;
}

/// The current step failed. Where the move can go back it does; else it ends here. What stands after the failed
/// step is not executed, and says why.
pub(crate) fn fail(
    status: &mut MigrationStatus,
    kind: MoveKind,
    reason: Reason,
    message: &str,
    now: Timestamp,
) {
    let Some(step) = current(status).map(|s| s.name) else {
        refuse(status, reason, message, now);
        return;
    };
    let back = steps::goes_back(step, kind) && may_have_written(status);
    end(
        status,
        step,
        StepState::Failed,
        Some(message.to_owned().into()),
        now,
    );
    let why = format!("{step:?} failed");
    leave_rest(status, &why, now);
    set(status, condition::FAILED, State::True, reason, message, now);
    set(status, condition::STUCK, State::False, Reason::Going, "", now);
    if back {
        turn_back(status, now);
    } else {
        set(
            status,
            condition::COMPLETE,
            State::True,
            Reason::NotMoved,
            message,
            now,
        );
        status.step = None;
    }
}

/// Refused before anything was done.
pub(crate) fn refuse(status: &mut MigrationStatus, reason: Reason, message: &str, now: Timestamp) {
    set(status, condition::FAILED, State::True, reason, message, now);
    set(
        status,
        condition::COMPLETE,
        State::True,
        Reason::NotMoved,
        message,
        now,
    );
    status.step = None;
    status.waiting_for = None;
}

/// A newer move of the same workload has taken over: nothing more is done, nothing is taken back.
pub(crate) fn superseded(status: &mut MigrationStatus, by: &str, now: Timestamp) {
    let moved = of(status, Step::Verify) == StepState::Done;
    let why = format!("superseded by {by}");
    leave_rest(status, &why, now);
    status.step = None;
    if !moved {
        set(
            status,
            condition::FAILED,
            State::True,
            Reason::Superseded,
            &why,
            now,
        );
        set(
            status,
            condition::COMPLETE,
            State::True,
            Reason::Superseded,
            &why,
            now,
        );
    }
}

/// Whether anything may have been written on a member.
fn may_have_written(status: &MigrationStatus) -> bool {
    status
        .steps
        .iter()
        .any(|s| s.started_at.is_some() && steps::writes(s.name))
}

fn leave_rest(status: &mut MigrationStatus, why: &str, now: Timestamp) {
    let rest: Vec<Step> = status
        .steps
        .iter()
        .filter(|s| matches!(s.state, StepState::Pending | StepState::Running))
        .map(|s| s.name)
        .collect();
    for step in rest {
        not_executed(status, step, why, now);
    }
}

fn turn_back(status: &mut MigrationStatus, now: Timestamp) {
    let stopped = has_begun(status, Step::StopSource);
    status.steps.extend(steps::WAY_BACK.iter().copied().map(pending));
    if !stopped {
        not_executed(status, Step::RestartSource, "the source was not stopped", now);
    }
}

/// The current step is over its time and goes on trying.
pub(crate) fn stuck(status: &mut MigrationStatus, message: &str, now: Timestamp) -> bool {
    let was = condition::is_true(&status.conditions, condition::STUCK);
    set(
        status,
        condition::STUCK,
        State::True,
        Reason::DeadlinePassed,
        message,
        now,
    );
    !was
}

/// Nothing is left to do after the last step, or everything that counts is done.
pub(crate) fn complete(status: &mut MigrationStatus, reason: Reason, message: &str, now: Timestamp) {
    set(status, condition::COMPLETE, State::True, reason, message, now);
    if current(status).is_none() {
        status.step = None;
        status.waiting_for = None;
    }
}

/// The abort comes too late, and is said to be.
pub(crate) fn refuse_abort(status: &mut MigrationStatus, message: &str, now: Timestamp) {
    set(
        status,
        condition::FAILED,
        State::False,
        Reason::AbortRefused,
        message,
        now,
    );
}

/// What the current step waits for.
pub(crate) fn wait(status: &mut MigrationStatus, step: Step, what: &str) {
    let what = short(what.to_owned());
    if let Some(entry) = entry(status, step) {
        entry.message = Some(what.clone());
    }
    status.waiting_for = Some(what);
}

/// Whether the step is over its time.
pub(crate) fn is_overdue(step: &StepStatus, now: Timestamp) -> bool {
    step.deadline.as_ref().is_some_and(|deadline| now > deadline.0)
}

fn entry(status: &mut MigrationStatus, step: Step) -> Option<&mut StepStatus> {
    status.steps.iter_mut().find(|s| s.name == step)
}

fn set(
    status: &mut MigrationStatus,
    kind: &str,
    state: State,
    reason: Reason,
    message: &str,
    now: Timestamp,
) {
    let generation = status.observed_generation;
    let message = short(message.to_owned());
    condition::set(
        &mut status.conditions,
        kind,
        state,
        reason.as_str(),
        message,
        generation,
        now,
    );
}

fn short(text: String) -> String {
    if text.chars().count() <= MESSAGE_CHARS {
        return text;
    }
    let mut cut: String = text.chars().take(MESSAGE_CHARS - 1).collect();
    cut.push('…');
    cut
}

#[cfg(test)]
mod tests;
