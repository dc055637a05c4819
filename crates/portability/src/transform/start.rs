//! Whether what runs is created running.
//!
//! A Job that is not declared idempotent is always held: it may have done half of its work on the source.
//! Invariant: created stopped and then started is the same as created running.

use serde_json::Value;

use super::Start;
use crate::{
    draft::{Draft, Why},
    field::{annotation, at, is_true},
    finding::{Finding, Question, Severity},
    key::ObjectKey,
    kinds, mark,
    run::{NODE_SELECTOR, is_parked, recorded_replicas, replicas, suspend_record},
    said::{Advice, Source},
};

pub(super) fn rewrite(draft: &mut Draft, key: &ObjectKey, start: Start, findings: &mut Vec<Finding>) {
    match key.group_kind() {
        (group, kind) if kinds::has_replicas(group, kind) => scaled(draft, start),
        ("apps", "DaemonSet") => daemon_set(draft, start),
        ("batch", "CronJob") => cron_job(draft, key, start, findings),
        ("batch", "Job") => job(draft, key, start, findings),
        _ => {}
    }
}

fn scaled(draft: &mut Draft, start: Start) {
    let record = ["metadata", "annotations", mark::REPLICAS];
    let wanted = replicas(draft.object());
    match start {
        Start::Stopped if wanted > 0 => {
            draft.set(&record, Value::from(wanted.to_string()), Why::Stopped);
            draft.set(&["spec", "replicas"], Value::from(0), Why::Stopped);
        }
        Start::Stopped => {}
        Start::AsCaptured | Start::Beside => {
            let Some(recorded) = at(draft.object(), &record) else {
                return;
            };
            let recorded = recorded_replicas(recorded);
            if wanted == 0 {
                draft.set(&["spec", "replicas"], Value::from(recorded), Why::Restored);
            }
            draft.remove(&record, Why::Restored);
        }
    }
}

fn daemon_set(draft: &mut Draft, start: Start) {
    let parked = [NODE_SELECTOR, &[mark::PARKED]].concat();
    match start {
        Start::Stopped => draft.set(&parked, Value::from("true"), Why::Stopped),
        Start::AsCaptured | Start::Beside if is_parked(draft.object()) => {
            draft.remove(&parked, Why::Restored);
        }
        Start::AsCaptured | Start::Beside => {}
    }
}

fn cron_job(draft: &mut Draft, key: &ObjectKey, start: Start, findings: &mut Vec<Finding>) {
    match start {
        Start::Stopped | Start::Beside => suspend(draft),
        Start::AsCaptured => {
            resume(draft);
            if !is_true(draft.object(), &["spec", "suspend"]) {
                findings.push(
                    Finding::new(Question::Once, Severity::Warn, Source::RunsAtOnce)
                        .about(key)
                        .remedy(Advice::FenceFirst),
                );
            }
        }
    }
}

fn job(draft: &mut Draft, key: &ObjectKey, start: Start, findings: &mut Vec<Finding>) {
    if annotation(draft.object(), mark::IDEMPOTENT) == "true" {
        match start {
            Start::Stopped | Start::Beside => suspend(draft),
            Start::AsCaptured => resume(draft),
        }
        return;
    }
    let held = annotation(draft.object(), mark::HELD) == mark::HELD_MAY_HAVE_RUN;
    let ours = !annotation(draft.object(), mark::SUSPEND).is_empty();
    if !held && !ours && is_true(draft.object(), &["spec", "suspend"]) {
        return;
    }
    draft.remove(&["metadata", "annotations", mark::SUSPEND], Why::HeldOnce);
    draft.set(&["spec", "suspend"], Value::from(true), Why::HeldOnce);
    draft.set(
        &["metadata", "annotations", mark::HELD],
        Value::from(mark::HELD_MAY_HAVE_RUN),
        Why::HeldOnce,
    );
    findings.push(
        Finding::new(Question::Once, Severity::Warn, Source::HeldJob)
            .about(key)
            .field("spec.suspend")
            .remedy(Advice::ResumeByHand),
    );
}

fn suspend(draft: &mut Draft) {
    let Some(record) = suspend_record(draft.object()) else {
        return;
    };
    draft.set(
        &["metadata", "annotations", mark::SUSPEND],
        Value::from(record),
        Why::Stopped,
    );
    draft.set(&["spec", "suspend"], Value::from(true), Why::Stopped);
}

fn resume(draft: &mut Draft) {
    let record = annotation(draft.object(), mark::SUSPEND).to_owned();
    match record.as_str() {
        "" => return,
        _ if !is_true(draft.object(), &["spec", "suspend"]) => {}
        "unset" => draft.remove(&["spec", "suspend"], Why::Restored),
        _ => draft.set(&["spec", "suspend"], Value::from(false), Why::Restored),
    }
    draft.remove(&["metadata", "annotations", mark::SUSPEND], Why::Restored);
}
