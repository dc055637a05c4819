//! Who chooses first.
//!
//! The more critical; then who fails over before who moves by itself before who waits for a person; then who has
//! the fewest places to go; then who loses most by its second choice; then by name.
//! Invariant: the bonus for stability has no say, so that deciding twice chooses in the same order.
use std::cmp::Reverse;

use havenmeester_api::policy::Trigger;

use super::{Case, Scene, Stand, State, candidates};

/// How soon something is to be done.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
enum Urgency {
    FailsOver,
    Moves,
    WaitsForAPerson,
    NeedsNothing,
}

/// In the order in which they choose.
pub(super) fn sorted<'a>(mut cases: Vec<Case<'a>>, scene: &Scene<'a>, state: &State<'a>) -> Vec<Case<'a>> {
    cases.sort_by_cached_key(|case| {
        let (options, regret) = if case.must_go() {
            outlook(case, scene, state)
        } else {
            (0, 0)
        };
        (
            Reverse(case.view.criticality),
            urgency(case),
            options,
            Reverse(regret),
            case.id,
        )
    });
    cases
}

fn urgency(case: &Case<'_>) -> Urgency {
    let rules = &case.class.effective.rules;
    match case.stand {
        Stand::Lost(_) if rules.failover == Trigger::Automatic => Urgency::FailsOver,
        Stand::Forbidden(_) if rules.migration == Trigger::Automatic => Urgency::Moves,
        Stand::Lost(_) | Stand::Forbidden(_) => Urgency::WaitsForAPerson,
        Stand::Moving | Stand::Nowhere | Stand::Elsewhere | Stand::Allowed(_) => Urgency::NeedsNothing,
    }
}

/// How many places it may go to, and by how much the best is better than the second.
fn outlook(case: &Case<'_>, scene: &Scene<'_>, state: &State<'_>) -> (usize, i64) {
    let (mut options, mut best, mut second) = (0, 0, 0);
    for at in (0..scene.places.len()).filter(|at| candidates::admits(case, scene, state, *at)) {
        options += 1;
        let total = case.class.verdicts[at].score.total;
        if total > best {
            second = best;
            best = total;
        } else {
            second = second.max(total);
        }
    }
    (options, best - second)
}
