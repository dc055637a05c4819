//! Can every image be pulled where the workload goes?
//!
//! Not here: asking registries. Invariant: images that nobody looked at are `Unknown`.

use crate::{
    facts::{ImageAnswer, TargetFacts},
    finding::{Finding, Question, Severity},
};

/// One finding per image that is not simply there.
pub(super) fn check(facts: &TargetFacts) -> Vec<Finding> {
    let Some(images) = &facts.images else {
        return vec![Finding::new(
            Question::Images,
            Severity::Unknown,
            "no registry was asked for its images",
        )];
    };
    images
        .iter()
        .filter_map(|one| {
            let (severity, message) = match &one.answer {
                ImageAnswer::Found { .. } => return None,
                ImageAnswer::Refused { why } => {
                    (Severity::Block, format!("{} cannot be pulled: {why}", one.image))
                }
                ImageAnswer::Unknown { why } => (
                    Severity::Unknown,
                    format!("whether {} can be pulled is not known: {why}", one.image),
                ),
            };
            let finding = Finding::new(Question::Images, severity, message);
            Some(match one.used_by.first() {
                Some(user) => finding.about(user),
                None => finding,
            })
        })
        .collect()
}
