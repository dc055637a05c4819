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
    transform::Transformed,
};

/// Megabits (10^6) a second between two clusters when nobody said: half of what a 1 Gbit/s line between two providers
/// gives, since others use it too.
const MEGABITS: u32 = 500;

/// Seconds in which the target's copy is created and comes up beside the copying: an image pull and a start.
const START: i64 = 60;

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
    let said = if facts.aims.megabits.is_some() {
        "declared"
    } else {
        "assumed, nobody declared it"
    };
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
    let data = if bytes == 0 {
        "no volumes".to_owned()
    } else {
        format!(
            "at most {} in volumes, {copying} s at {megabits} Mbit/s ({said})",
            spell(bytes)
        )
    };
    let stands = if facts.aims.exclusive {
        format!("it stands still for about {down} s: stopping, a last copy, starting in {START} s")
    } else {
        "both copies run for a while: it does not stand still".to_owned()
    };
    let message = format!("{data}; {stands}");
    let late = facts.aims.rto.filter(|rto| down > *rto);
    let finding = match late {
        Some(rto) => Finding::new(
            Question::Transfer,
            Severity::Warn,
            format!("{message}; more than its recovery time of {rto} s"),
        )
        .remedy("copy most of the data ahead of the move, widen the line, or accept the longer stop"),
        None => Finding::new(Question::Transfer, Severity::Pass, message),
    };
    vec![finding]
}

/// Rounded up.
fn seconds(bytes: i128, megabits: u32) -> i64 {
    let each = i128::from(megabits) * 125_000;
    i64::try_from((bytes + each - 1) / each).unwrap_or(i64::MAX / 4)
}
