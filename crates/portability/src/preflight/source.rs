//! Is the source healthy and its capture recent; can it be stopped, and the move undone?
//!
//! Invariant: a source that does not answer is Unknown.

use crate::{
    facts::{AccessFact, SourceFact, TargetFacts, Verb},
    finding::{Finding, Question, Severity},
    key::ObjectKey,
    said::Source,
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
                    let why = why.clone();
                    Finding::new(question, Severity::Unknown, Source::Unknown { why })
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
            let message = Source::NotServing { why };
            out.push(Finding::new(Question::SourceHealth, Severity::Warn, message).about(&key));
        }
    }
    if let Some((age, rpo)) = seen
        .capture_age
        .zip(facts.aims.rpo)
        .filter(|(age, rpo)| age > rpo)
    {
        let message = Source::OldCapture { age, point: rpo };
        out.push(Finding::new(Question::SourceHealth, Severity::Warn, message));
    }
    if out.is_empty() {
        let message = Source::Serves {
            objects: seen.live.len(),
            age: seen.capture_age,
        };
        out.push(Finding::new(Question::SourceHealth, Severity::Pass, message));
    }
    out
}

fn fencing(transformed: &Transformed, seen: &SourceFact, facts: &TargetFacts) -> Vec<Finding> {
    let mut out = Vec::new();
    for AccessFact { need, allowed } in &seen.access {
        let need = need.clone();
        match allowed.get() {
            Ok(true) => {}
            // Without it the move itself comes to its end; what it leaves stays until somebody else removes it.
            Ok(false) if need.verb == Verb::Delete => out.push(Finding::new(
                Question::Fencing,
                Severity::Warn,
                Source::MayNotRemove { need },
            )),
            Ok(false) => out.push(Finding::new(
                Question::Fencing,
                Severity::Block,
                Source::MayNotStop { need },
            )),
            Err(why) => out.push(Finding::new(
                Question::Fencing,
                Severity::Unknown,
                Source::MayStopUnknown {
                    need,
                    why: why.clone(),
                },
            )),
        }
    }
    if out.is_empty() {
        let objects = transformed.objects.len();
        let message = if facts.aims.exclusive {
            Source::StopsFirst { objects }
        } else {
            Source::StopsAfter { objects }
        };
        out.push(Finding::new(Question::Fencing, Severity::Pass, message));
    }
    out
}
