//! One call: as far as a move can go now.
//!
//! Read this, then `steps` (in which order), `state` (what becomes of the status), then the step of interest.
//! Invariant: the status that a step works from stands on the hub before the step writes on a member; a call that is
//! cut off anywhere is made good by the next one.

use std::time::Duration;

use havenmeester_api::{
    Migration, Workload,
    condition::{self},
    migration::{MigrationStatus, MoveKind, Step, StepState, StepStatus},
};
use havenmeester_ledger::EntryKind;
use havenmeester_portability::Start;
use jiff::{SignedDuration, Timestamp};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Time;
use kube::ResourceExt as _;

use crate::{
    account::Account,
    back, clean, create,
    cx::Cx,
    deps::Deps,
    errors::{MemberError, MoveError},
    moving::Moving,
    persist::{Journal, Saved},
    plan::{self, Later},
    preflight::{self, Gate},
    reason::Reason,
    retain, serving, state, steps, stop, take,
    turn::{Next, Told, Turn},
    verify, wake,
};

/// A step that waits for less than this is not said to wait: each word costs the hub a write.
const QUIET: SignedDuration = SignedDuration::from_secs(3);

/// How long one call may go on with looks that follow each other at once, before its caller gets a turn.
const SOON: Duration = Duration::from_millis(0);

/// How many looks in a row that is.
const LOOKS: usize = 50;

/// When to come again after a member or the store did not do its part.
const AFTER_ERROR: u64 = 2_000;

/// Moves as far as it can go now. Never waits for a Pod: it says when to come again.
pub async fn advance(migration: &Migration, workload: &Workload, deps: &Deps) -> Result<Next, MoveError> {
    advance_through(migration, workload, deps, Gate::Hold).await
}

/// The same, with the gate of the preflight said.
pub async fn advance_through(
    migration: &Migration,
    workload: &Workload,
    deps: &Deps,
    gate: Gate,
) -> Result<Next, MoveError> {
    // Boxed: the future of a move is some 20 KiB, and callers hold many.
    Box::pin(go(migration, workload, deps, gate)).await
}

async fn go(migration: &Migration, workload: &Workload, deps: &Deps, gate: Gate) -> Result<Next, MoveError> {
    let Some(journal) = Journal::open(migration, deps).await? else {
        return Ok(Next::Finished);
    };
    if state::is_over(&journal.status) {
        return Ok(Next::Finished);
    }
    let now = deps.clock.now();
    let moving = match Moving::read(journal.seen(), workload) {
        Ok(moving) => moving,
        Err(sentence) => return refuse(journal, Reason::Invalid, &sentence, now).await,
    };
    if steps::steps(moving.kind, moving.mode, moving.dry_run).is_empty() {
        let sentence = format!(
            "{} is exclusive and its lost copy on {} cannot be fenced: it may still run, and two copies never may",
            moving.workload, moving.source
        );
        return refuse(journal, Reason::NotFenced, &sentence, now).await;
    }
    let call = Call {
        cx: Cx::new(deps, moving, gate),
        journal,
        account: Account::default(),
    };
    call.run(workload).await
}

async fn refuse(
    mut journal: Journal,
    reason: Reason,
    sentence: &str,
    now: Timestamp,
) -> Result<Next, MoveError> {
    state::refuse(&mut journal.status, reason, sentence, now);
    match journal.save().await? {
        Saved::Yes | Saved::Gone => Ok(Next::Finished),
        Saved::Overtaken => Ok(Next::In(SOON)),
    }
}

/// One call of `advance`.
struct Call<'d> {
    cx: Cx<'d>,
    journal: Journal,
    account: Account,
}

impl Call<'_> {
    async fn run(mut self, workload: &Workload) -> Result<Next, MoveError> {
        if let Some(next) = self.take_place(workload).await? {
            return Ok(next);
        }
        for _ in 0..LOOKS {
            let Some(step) = state::current(&self.journal.status).cloned() else {
                return self.end().await;
            };
            if self.cx.moving.abort && self.abort(&step) {
                continue;
            }
            if step.state == StepState::Pending {
                state::start(&mut self.journal.status, step.name, self.cx.now());
            }
            if self.must_stand_before(step.name)
                && let Some(next) = self.save().await?
            {
                return Ok(next);
            }
            let turn = self.enact(&step).await;
            if let Some(next) = self.follow(&step, turn).await? {
                return Ok(next);
            }
        }
        Ok(self.save().await?.unwrap_or(Next::In(SOON)))
    }

    /// Its place among the moves of the workload: fixed at the first call, looked after at each.
    async fn take_place(&mut self, workload: &Workload) -> Result<Option<Next>, MoveError> {
        let now = self.cx.now();
        let others = self.journal.all_of_workload().await?;
        let (name, me) = (workload.name_any(), self.journal.seen().name_any());
        if self.journal.status.steps.is_empty() {
            match self.journal.label().await? {
                Saved::Yes => {}
                Saved::Gone => return Ok(Some(Next::Finished)),
                Saved::Overtaken => return Ok(Some(Next::In(SOON))),
            }
            let known = workload
                .status
                .as_ref()
                .and_then(|status| status.plan_generation)
                .unwrap_or(0);
            let generation = plan::next_generation(&others, &name, &me).max(known.saturating_add(1));
            self.cx.moving.generation = generation;
            let moving = &self.cx.moving;
            let observed = self.journal.seen().metadata.generation;
            let what = (moving.kind, moving.mode, moving.dry_run);
            state::begin(&mut self.journal.status, what, (generation, observed), now);
            self.account.started(moving, now);
            return Ok(None);
        }
        self.account.resume(&self.cx.moving, &self.journal.status, now);
        let mine = self.cx.moving.generation;
        let keeps = state::current(&self.journal.status).is_some_and(|step| steps::keeps_source(step.name));
        let by = if self.cx.moving.dry_run {
            None
        } else if keeps {
            let later = plan::later(&others, &name, &me, mine, &self.cx.moving.source);
            self.cx.later = later.clone();
            match later {
                Later::Needs(by) => Some(by),
                Later::None | Later::UnderWay(_) | Later::StandsOn(_) => None,
            }
        } else {
            plan::superseding(&others, &name, &me, mine).map(Migration::name_any)
        };
        match by {
            Some(by) => self.give_way(&by).await.map(Some),
            None => Ok(None),
        }
    }

    async fn give_way(&mut self, by: &str) -> Result<Next, MoveError> {
        let now = self.cx.now();
        state::superseded(&mut self.journal.status, by, now);
        let message = format!("superseded by {by}");
        self.account
            .note(&self.cx.moving, EntryKind::StepFailed, message, now);
        Ok(self.save().await?.unwrap_or(Next::Finished))
    }

    /// Whether the beginning of this step is written before the step is done. A failover saves the writes that
    /// protect nothing: its reading steps are repeated after a crash.
    fn must_stand_before(&self, step: Step) -> bool {
        steps::writes(step) || self.cx.moving.kind != MoveKind::Failover
    }

    /// Writes the log, then the status. `Some`: this call ends here.
    async fn save(&mut self) -> Result<Option<Next>, MoveError> {
        let creating = self.cx.moving.kind == MoveKind::Failover
            && state::current(&self.journal.status).is_some_and(|step| step.name == Step::Create)
            && !condition::is_true(&self.journal.status.conditions, condition::STUCK);
        if !creating && let Err(sentence) = self.account.flush(&self.cx.deps.ledger).await {
            note(&mut self.journal.status, &sentence);
        }
        match self.journal.save().await? {
            Saved::Yes => Ok(None),
            Saved::Overtaken => Ok(Some(Next::In(SOON))),
            Saved::Gone => Ok(Some(Next::Finished)),
        }
    }

    async fn end(&mut self) -> Result<Next, MoveError> {
        let now = self.cx.now();
        let status = &mut self.journal.status;
        status.step = None;
        status.waiting_for = None;
        let went_back = status.steps.iter().any(|s| s.name == Step::RemoveTarget);
        if went_back {
            state::complete(status, Reason::RolledBack, "what was done is taken back", now);
        }
        Ok(self.save().await?.unwrap_or(Next::Finished))
    }

    /// Takes an abort in. True: the status changed course.
    fn abort(&mut self, step: &StepStatus) -> bool {
        let now = self.cx.now();
        let (kind, status) = (self.cx.moving.kind, &mut self.journal.status);
        if [Step::RestartSource, Step::RemoveTarget].contains(&step.name) {
            return false; // it goes back already
        }
        let untouched = !status
            .steps
            .iter()
            .any(|s| s.started_at.is_some() && steps::writes(s.name));
        if untouched || steps::goes_back(step.name, kind) {
            state::fail(status, kind, Reason::Aborted, "aborted", now);
            self.account.note(
                &self.cx.moving,
                EntryKind::StepFailed,
                format!("{:?}: aborted", step.name),
                now,
            );
            return true;
        }
        let message = if kind == MoveKind::Failover {
            "a failover is not taken back: its source is lost; make a Failback when it has returned"
        } else {
            "the workload stands on the target by now; make a Failback"
        };
        state::refuse_abort(status, message, now);
        false
    }

    #[tracing::instrument(name = "step", skip_all, fields(step = ?step.name))]
    async fn enact(&mut self, step: &StepStatus) -> Result<Turn, MemberError> {
        let begun = step
            .started_at
            .as_ref()
            .map_or_else(|| self.cx.now(), |time| time.0);
        let (cx, status) = (&self.cx, &mut self.journal.status);
        match step.name {
            Step::Capture => take::run(cx, status).await,
            Step::Preflight => preflight::run(cx, status).await,
            Step::Create => {
                let failover = cx.moving.kind == MoveKind::Failover;
                create::run(
                    cx,
                    status,
                    if failover {
                        Start::AsCaptured
                    } else {
                        Start::Beside
                    },
                )
                .await
            }
            Step::CreateStopped => create::run(cx, status, Start::Stopped).await,
            Step::StopSource => stop::run(cx, status).await,
            Step::Start => wake::run(cx, status).await,
            Step::AwaitServing => serving::run(cx, status, begun).await,
            Step::Verify => verify::run(cx, status).await,
            Step::Retain => Ok(retain::run(begun, cx.moving.window, cx.now())),
            Step::CleanUp => clean::run(cx, status).await,
            Step::RestartSource => back::restart_source(cx, status).await,
            Step::RemoveTarget => back::remove_target(cx, status).await,
        }
    }

    /// What a turn means. `Some`: this call ends here.
    async fn follow(
        &mut self,
        step: &StepStatus,
        turn: Result<Turn, MemberError>,
    ) -> Result<Option<Next>, MoveError> {
        let now = self.cx.now();
        match turn {
            Ok(Turn::Done(message)) => {
                self.done(step.name, message, now);
                // Nothing that was just created serves yet: no look, and no write to say so.
                let created = step.name == Step::Create && self.cx.moving.kind == MoveKind::Failover;
                if !created {
                    return Ok(None);
                }
                state::start(&mut self.journal.status, Step::AwaitServing, now);
                let next = Next::Serving(Duration::from_secs(1));
                Ok(Some(self.save().await?.unwrap_or(next)))
            }
            Ok(Turn::Skip(why)) => {
                state::not_executed(&mut self.journal.status, step.name, &why, now);
                self.account.note(
                    &self.cx.moving,
                    EntryKind::StepFailed,
                    format!("{:?}: {why}", step.name),
                    now,
                );
                Ok(None)
            }
            Ok(Turn::Superseded(by)) => self.give_way(&by).await.map(Some),
            Ok(Turn::Failed(reason, message)) => {
                let untouched = !steps::writes(step.name) && self.cx.moving.kind == MoveKind::Failover;
                if untouched || steps::goes_back(step.name, self.cx.moving.kind) {
                    self.fail(step.name, reason, &message, now);
                    return Ok(None);
                }
                self.wait(step, Duration::from_millis(AFTER_ERROR), &message, now)
                    .await
            }
            Ok(Turn::Wait { after, waiting_for }) => self.wait(step, after, &waiting_for, now).await,
            Err(error) => {
                tracing::debug!(migration = %self.cx.moving.id, step = ?step.name, error = &error as &dyn std::error::Error, "a step could not be done");
                self.wait(step, Duration::from_millis(AFTER_ERROR), &error.sentence(), now)
                    .await
            }
        }
    }

    fn done(&mut self, step: Step, message: Option<Told>, now: Timestamp) {
        let status = &mut self.journal.status;
        measure(status, step, self.cx.moving.kind, now);
        let english = message.as_ref().map(|told| told.english.as_str());
        self.account.done(&self.cx.moving, step, english, now);
        state::finish(status, step, message, now);
        match step {
            Step::Verify => {
                let message = format!("{} stands on {}", self.cx.moving.workload, self.cx.moving.target);
                state::complete(status, Reason::Moved, &message, now);
                self.account
                    .note(&self.cx.moving, EntryKind::Completed, message, now);
            }
            Step::Preflight if self.cx.moving.dry_run => {
                let message = format!("{:?}", status.verdict);
                let verdict = status.verdict.map_or(message, |verdict| format!("{verdict:?}"));
                state::complete(status, Reason::Rehearsed, &verdict, now);
                self.account
                    .note(&self.cx.moving, EntryKind::DryRun, verdict, now);
            }
            Step::CleanUp => {
                let message = format!("the copy on {} is cleaned up", self.cx.moving.source);
                self.account
                    .note(&self.cx.moving, EntryKind::CleanedUp, message, now);
            }
            Step::RemoveTarget => {
                let message = format!("{} stays on {}", self.cx.moving.workload, self.cx.moving.source);
                self.account
                    .note(&self.cx.moving, EntryKind::RolledBack, message, now);
            }
            Step::Capture
            | Step::Preflight
            | Step::Create
            | Step::CreateStopped
            | Step::StopSource
            | Step::Start
            | Step::AwaitServing
            | Step::Retain
            | Step::RestartSource => {}
        }
    }

    fn fail(&mut self, step: Step, reason: Reason, message: &str, now: Timestamp) {
        state::fail(
            &mut self.journal.status,
            self.cx.moving.kind,
            reason,
            message,
            now,
        );
        self.account.note(
            &self.cx.moving,
            EntryKind::StepFailed,
            format!("{step:?}: {message}"),
            now,
        );
    }

    /// The step goes on waiting, unless it is over its time: then the move goes back where it can, and is stuck and
    /// goes on trying where it cannot.
    async fn wait(
        &mut self,
        step: &StepStatus,
        after: Duration,
        what: &str,
        now: Timestamp,
    ) -> Result<Option<Next>, MoveError> {
        // The deadline was given when the step began, which may be in this very call.
        let current = state::current(&self.journal.status)
            .cloned()
            .unwrap_or_else(|| step.clone());
        if state::is_overdue(&current, now) {
            let message = format!("{:?} is over its time; it waits for {what}", step.name);
            if steps::goes_back(step.name, self.cx.moving.kind) {
                self.fail(step.name, Reason::DeadlinePassed, &message, now);
                return Ok(None);
            }
            if state::stuck(&mut self.journal.status, &message, now) {
                self.account
                    .note(&self.cx.moving, EntryKind::StepFailed, message, now);
            }
        }
        let begun = current.started_at.as_ref().map_or(now, |time| time.0);
        if now.duration_since(begun) >= QUIET {
            state::wait(&mut self.journal.status, step.name, what);
        }
        if let Some(next) = self.save().await? {
            return Ok(Some(next));
        }
        let next = if step.name == Step::AwaitServing {
            Next::Serving(after)
        } else {
            Next::In(after)
        };
        Ok((after > SOON).then_some(next))
    }
}

/// The moments that count.
fn measure(status: &mut MigrationStatus, step: Step, kind: MoveKind, now: Timestamp) {
    let measured = &mut status.measured;
    match step {
        Step::Create | Step::CreateStopped => measured.created_at = Some(Time(now)),
        Step::AwaitServing => measured.serving_at = Some(Time(now)),
        Step::StopSource if kind != MoveKind::Failover => {
            measured.down_at.get_or_insert(Time(now));
        }
        Step::Capture
        | Step::Preflight
        | Step::StopSource
        | Step::Start
        | Step::Verify
        | Step::Retain
        | Step::CleanUp
        | Step::RestartSource
        | Step::RemoveTarget => {}
    }
}

/// Says something on the step that ended or runs last.
fn note(status: &mut MigrationStatus, sentence: &str) {
    let last = status.steps.iter_mut().rfind(|s| s.started_at.is_some());
    if let Some(step) = last {
        let before = step.message.take().unwrap_or_default();
        if before.contains(sentence) {
            step.message = Some(before);
        } else if before.is_empty() {
            step.message = Some(sentence.to_owned());
        } else {
            step.message = Some(format!("{before}; {sentence}"));
        }
    }
}

#[cfg(test)]
mod tests;
