//! Is the source healthy and its capture recent; can it be stopped, and the move undone?
//!
//! Invariant: a source that does not answer is Unknown.

use crate::{
    facts::{AccessFact, SourceFact, TargetFacts},
    finding::{Finding, Question, Severity},
    key::ObjectKey,
    serving::{Serving, is_serving},
    transform::Transformed,
};

pub(super) fn check(transformed: &Transformed, facts: &TargetFacts) -> Vec<Finding> {
    let seen = match facts.source.get() {
        Ok(seen) => seen,
        Err(why) => {
            return [Question::SourceHealth, Question::Fencing]
                .into_iter()
                .map(|question| {
                    Finding::new(
                        question,
                        Severity::Unknown,
                        format!("the source is not known: {why}"),
                    )
                })
                .collect();
        }
    };
    let mut out = health(seen, facts);
    out.extend(fencing(transformed, seen, facts));
    out
}

fn health(seen: &SourceFact, facts: &TargetFacts) -> Vec<Finding> {
    let mut out = Vec::new();
    for live in &seen.live {
        let Ok(key) = ObjectKey::from_value(live) else {
            continue;
        };
        if let Serving::No(why) = is_serving(live) {
            let message = format!("it does not serve where it stands: {why}");
            out.push(Finding::new(Question::SourceHealth, Severity::Warn, message).about(&key));
        }
    }
    if let Some((age, rpo)) = seen
        .capture_age
        .zip(facts.aims.rpo)
        .filter(|(age, rpo)| age > rpo)
    {
        let message = format!(
            "the capture that would be moved is {age} s old, more than its recovery point of {rpo} s"
        );
        out.push(Finding::new(Question::SourceHealth, Severity::Warn, message));
    }
    if out.is_empty() {
        let age = seen
            .capture_age
            .map_or_else(String::new, |age| format!("; its capture is of {age} s ago"));
        let message = format!("{} objects serve on the source{age}", seen.live.len());
        out.push(Finding::new(Question::SourceHealth, Severity::Pass, message));
    }
    out
}

fn fencing(transformed: &Transformed, seen: &SourceFact, facts: &TargetFacts) -> Vec<Finding> {
    let mut out = Vec::new();
    for AccessFact { need, allowed } in &seen.access {
        let place = need.namespace.as_deref().unwrap_or("the whole cluster");
        let what = format!("{} {} in {place} on the source", need.verb.name(), need.gvk);
        match allowed.get() {
            Ok(true) => {}
            Ok(false) => out.push(Finding::new(
                Question::Fencing,
                Severity::Block,
                format!("we may not {what}: it could not be stopped or removed there"),
            )),
            Err(why) => out.push(Finding::new(
                Question::Fencing,
                Severity::Unknown,
                format!("whether we may {what} is not known: {why}"),
            )),
        }
    }
    if out.is_empty() {
        let how = if facts.aims.exclusive {
            "the source is stopped, and seen stopped, before the target starts"
        } else {
            "the source stops when the target serves"
        };
        let message = format!(
            "{how}; every kind of the {} objects can be removed again; a move back was not rehearsed",
            transformed.objects.len()
        );
        out.push(Finding::new(Question::Fencing, Severity::Pass, message));
    }
    out
}
