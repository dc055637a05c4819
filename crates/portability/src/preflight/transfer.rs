//! How much data goes, how long that takes, and whether it is in time.
//!
//! Not here: copying it. Invariant: an estimate names what it assumes.

use super::quota::spell;
use crate::{
    demand,
    facts::TargetFacts,
    field::number,
    finding::{Finding, Question, Severity},
    quantity,
    said::{Advice, Data, Source},
    transform::Transformed,
};

/// Megabits (10^6) a second between two clusters when nobody said: half of what a 1 Gbit/s line between two providers
/// gives, since others use it too.
const MEGABITS: u32 = 500;

/// Seconds in which the target's copy is created and comes up beside the copying: an image pull and a start.
pub(crate) const START: i64 = 60;

/// The grace that a Pod has to end when it does not say, in seconds, as the API server fills it in.
const GRACE: i64 = 30;

pub(super) fn check(transformed: &Transformed, facts: &TargetFacts) -> Vec<Finding> {
    let bytes: i128 = transformed
        .objects
        .iter()
        .flat_map(|one| demand::claims(one))
        .map(|(claim, copies)| demand::size(claim) * copies)
        .sum();
    let megabits = facts.aims.megabits.unwrap_or(MEGABITS).max(1);
    let copying = seconds(bytes / quantity::ONE, megabits);
    let grace = transformed
        .objects
        .iter()
        .filter_map(demand::pods)
        .filter(|pods| pods.copies > 0)
        .map(|pods| number(pods.pod, &["spec", "terminationGracePeriodSeconds"]).unwrap_or(GRACE))
        .max();
    let down = match (facts.aims.exclusive, grace) {
        (true, Some(grace)) => grace + START + copying,
        (true, None) | (false, _) => 0,
    };
    let late = facts.aims.rto.filter(|rto| down > *rto);
    let message = Source::Transfer {
        data: (bytes != 0).then(|| Data {
            most: spell(bytes),
            seconds: copying,
            megabits,
            declared: facts.aims.megabits.is_some(),
        }),
        stands_still: facts.aims.exclusive.then_some(down),
        more_than: late,
    };
    let finding = match late {
        Some(_) => Finding::new(Question::Transfer, Severity::Warn, message).remedy(Advice::CopyAhead),
        None => Finding::new(Question::Transfer, Severity::Pass, message),
    };
    vec![finding]
}

/// Rounded up.
fn seconds(bytes: i128, megabits: u32) -> i64 {
    let each = i128::from(megabits) * 125_000;
    i64::try_from((bytes + each - 1) / each).unwrap_or(i64::MAX / 4)
}
