//! `Job`: pods until enough of them have succeeded.
//!
//! Not here: pod failure policies, success policies, `CronJob` (its objects are kept, its schedule is not run).

use std::{sync::Arc, time::Duration};

use jiff::{SignedDuration, Timestamp};
use k8s_openapi::api::{
    batch::v1::{Job, JobSpec},
    core::v1::Pod,
};
use kube::ResourceExt;
use serde_json::{Value, json};

use super::{
    cache::Cache,
    kind::{Key, Kind},
    owned::{self, Owner},
    status::{Draft, Wanted},
    write::Turn,
};

const INDEX: &str = "batch.kubernetes.io/job-completion-index";

pub(super) fn decide(cache: &Cache, at: &Key) -> Turn {
    let mut turn = Turn::default();
    let Some(job) = cache.jobs.get(at) else {
        return turn;
    };
    let Some(spec) = &job.spec else { return turn };
    let owner = Owner {
        kind: Kind::Job,
        meta: &job.metadata,
    };
    let pods = owner.owned(&cache.pods);
    if let Some(ended) = ended_at(job) {
        expire(spec, ended, cache.now, at, &owner, &mut turn);
        return turn;
    }
    let tally = Tally::of(spec, &pods);
    let suspended = spec.suspend == Some(true);
    let verdict = tally.verdict(spec);
    if job.metadata.deletion_timestamp.is_none() {
        if suspended || verdict.is_some() {
            for pod in pods.iter().filter(|pod| owned::is_active(pod)) {
                turn.delete(Kind::Pod, &owned::key(&***pod), &owned::uid(&***pod));
            }
        } else {
            start(spec, &owner, &pods, &tally, &mut turn);
        }
    }
    if let Some(status) = status(job, &pods, &tally, suspended, verdict, cache.now) {
        turn.status(Kind::Job, at, status);
    }
    turn
}

/// How the pods of a job came out so far.
struct Tally {
    active: i32,
    succeeded: i32,
    failed: i32,
}

#[derive(Clone, Copy)]
enum Verdict {
    Complete,
    Failed,
}

impl Tally {
    fn of(spec: &JobSpec, pods: &[&Arc<Pod>]) -> Self {
        let in_phase = |phase| owned::count(pods.iter().copied(), |pod| owned::phase(pod) == phase);
        let mut succeeded = in_phase("Succeeded");
        if is_indexed(spec) {
            let done = |index: &i32| {
                pods.iter()
                    .any(|pod| owned::phase(pod) == "Succeeded" && index_of(pod) == Some(*index))
            };
            succeeded =
                i32::try_from((0..spec.completions.unwrap_or(1)).filter(done).count()).unwrap_or(i32::MAX);
        }
        let active = owned::count(pods.iter().copied(), owned::is_active);
        Self {
            active,
            succeeded,
            failed: in_phase("Failed"),
        }
    }

    fn verdict(&self, spec: &JobSpec) -> Option<Verdict> {
        // Without completions one success is the work done, once nothing else runs.
        let enough = match spec.completions {
            Some(wanted) => self.succeeded >= wanted,
            None => self.succeeded > 0 && self.active == 0,
        };
        if enough {
            return Some(Verdict::Complete);
        }
        (self.failed > spec.backoff_limit.unwrap_or(6)).then_some(Verdict::Failed)
    }
}

fn start(spec: &JobSpec, owner: &Owner<'_>, pods: &[&Arc<Pod>], tally: &Tally, turn: &mut Turn) {
    let parallel = spec.parallelism.unwrap_or(1);
    let missing = match spec.completions {
        Some(wanted) => (wanted - tally.succeeded).min(parallel) - tally.active,
        None if tally.succeeded > 0 => 0,
        None => parallel - tally.active,
    };
    let taken = |index: &i32| {
        pods.iter()
            .any(|pod| owned::phase(pod) != "Failed" && index_of(pod) == Some(*index))
    };
    let mut indexes = (0..spec.completions.unwrap_or(1)).filter(|index| !taken(index));
    let labels = [
        ("batch.kubernetes.io/controller-uid", owner.uid()),
        ("batch.kubernetes.io/job-name", owner.name()),
        ("controller-uid", owner.uid()),
        ("job-name", owner.name()),
    ];
    for _ in 0..missing {
        let mut pod = owner.pod(&spec.template, &format!("{}-", owner.name()), &labels);
        if is_indexed(spec) {
            let Some(index) = indexes.next() else { return };
            pod["metadata"]["generateName"] = json!(format!("{}-{index}-", owner.name()));
            pod["metadata"]["annotations"][INDEX] = json!(index.to_string());
        }
        turn.create(Kind::Pod, owner.namespace(), pod);
    }
}

fn status(
    job: &Job,
    pods: &[&Arc<Pod>],
    tally: &Tally,
    suspended: bool,
    verdict: Option<Verdict>,
    now: Timestamp,
) -> Option<Value> {
    let stamp = format!("{now:.0}");
    let mut draft = Draft::over(job.status.as_ref());
    let running = |pod: &Pod| owned::is_active(pod) && owned::is_ready(pod);
    draft.count("active", if verdict.is_some() { 0 } else { tally.active });
    draft.count("succeeded", tally.succeeded);
    draft.count("failed", tally.failed);
    draft.number("ready", owned::count(pods.iter().copied(), running));
    draft.number("terminating", 0);
    let status = job.status.as_ref();
    let started = status.is_some_and(|status| status.start_time.is_some());
    let was_suspended = has_condition(job, "Suspended");
    if suspended != was_suspended {
        let (reason, message) = if suspended {
            ("JobSuspended", "Job suspended")
        } else {
            ("JobResumed", "Job resumed")
        };
        draft.condition(
            &Wanted {
                kind: "Suspended",
                holds: suspended,
                reason,
                message,
            },
            now,
            false,
        );
    }
    if suspended {
        draft.set("startTime", Value::Null);
    } else if !started {
        draft.set("startTime", stamp.clone());
    }
    match verdict {
        Some(Verdict::Complete) => {
            let message = "Reached expected number of succeeded pods";
            for kind in ["SuccessCriteriaMet", "Complete"] {
                draft.condition(
                    &Wanted {
                        kind,
                        holds: true,
                        reason: "CompletionsReached",
                        message,
                    },
                    now,
                    false,
                );
            }
            draft.set("completionTime", stamp);
        }
        Some(Verdict::Failed) => {
            let message = "Job has reached the specified backoff limit";
            for kind in ["FailureTarget", "Failed"] {
                draft.condition(
                    &Wanted {
                        kind,
                        holds: true,
                        reason: "BackoffLimitExceeded",
                        message,
                    },
                    now,
                    false,
                );
            }
        }
        None => {}
    }
    draft.difference()
}

/// Deletes a job that ended when its time to live is over.
fn expire(spec: &JobSpec, ended: Timestamp, now: Timestamp, at: &Key, owner: &Owner<'_>, turn: &mut Turn) {
    let Some(keep) = spec.ttl_seconds_after_finished else {
        return;
    };
    let left = SignedDuration::from_secs(i64::from(keep)).saturating_sub(now.duration_since(ended));
    match Duration::try_from(left) {
        Ok(left) if !left.is_zero() => turn.again(left),
        _ => turn.delete(Kind::Job, at, owner.uid()),
    }
}

/// When it completed or failed.
fn ended_at(job: &Job) -> Option<Timestamp> {
    let conditions = job.status.as_ref()?.conditions.as_ref()?;
    let ended = conditions
        .iter()
        .find(|each| each.status == "True" && matches!(each.type_.as_str(), "Complete" | "Failed"))?;
    Some(
        ended
            .last_transition_time
            .as_ref()
            .map_or(Timestamp::UNIX_EPOCH, |time| time.0),
    )
}

fn has_condition(job: &Job, kind: &str) -> bool {
    let conditions = job
        .status
        .iter()
        .flat_map(|status| status.conditions.iter().flatten());
    conditions
        .into_iter()
        .any(|condition| condition.type_ == kind && condition.status == "True")
}

fn is_indexed(spec: &JobSpec) -> bool {
    spec.completion_mode.as_deref() == Some("Indexed")
}

fn index_of(pod: &Pod) -> Option<i32> {
    pod.annotations().get(INDEX)?.parse().ok()
}

#[cfg(test)]
mod tests;
