//! Each cluster for one workload: whether it may take it, and how well it would do.
//!
//! Invariant: the home is not asked for room: what stands there stands there, so its own demand is free there.
use std::cmp::Reverse;

use crate::decision::{Candidate, Refusal};
use crate::filter;
use crate::place::Place;
use crate::score::{not_for_long, with_stability};

use super::{Case, Scene, Stand, State};

/// One for each place, in their order.
pub(super) fn all(case: &Case<'_>, scene: &Scene<'_>, state: &State<'_>) -> Vec<Candidate> {
    let judge = |at: usize| {
        let (place, verdict) = (&scene.places[at], &case.class.verdicts[at]);
        let own: Vec<Refusal> = of_its_own(case, place, state, at).collect();
        let soon = verdict.admits_but_not_for_long() && matches!(case.stand, Stand::Lost(_));
        if (verdict.admits() || soon) && own.is_empty() {
            let mut score = verdict.score.clone();
            if soon {
                score = not_for_long(score);
            }
            let stable = case.is_home(place) || case.view.previous.as_deref() == Some(place.name);
            return Candidate::Fits(if stable { with_stability(score) } else { score });
        }
        let refusals = verdict.by_state.iter().chain(&verdict.by_rules).cloned();
        Candidate::Refused(refusals.chain(own).collect())
    };
    (0..scene.places.len()).map(judge).collect()
}

/// The best of those that may take it, its home left out. A tie goes to the place that was chosen before, then to
/// the first by name.
pub(super) fn best(case: &Case<'_>, scene: &Scene<'_>, candidates: &[Candidate]) -> Option<usize> {
    let fit = |(at, candidate): (usize, &Candidate)| match candidate {
        Candidate::Fits(score) if !case.is_home(&scene.places[at]) => Some((score.total, at)),
        Candidate::Fits(_) | Candidate::Refused(_) => None,
    };
    let previous = |at: usize| case.view.previous.as_deref() == Some(scene.places[at].name);
    let fits = candidates.iter().enumerate().filter_map(fit);
    fits.max_by_key(|(total, at)| (*total, previous(*at), Reverse(*at)))
        .map(|(_, at)| at)
}

/// Whether it may go to a place that is not its home. Builds no reasons: asked of every pair.
pub(super) fn admits(case: &Case<'_>, scene: &Scene<'_>, state: &State<'_>, at: usize) -> bool {
    let place = &scene.places[at];
    let namespace = &case.view.target.namespace;
    !case.is_home(place)
        && case.class.verdicts[at].admits()
        && filter::reaches(place, namespace)
        && (state.rooms[at].admits(case.view.demand) || place.has_active(namespace))
}

/// Why it may not go there for reasons of its own.
fn of_its_own(
    case: &Case<'_>,
    place: &Place<'_>,
    state: &State<'_>,
    at: usize,
) -> impl Iterator<Item = Refusal> {
    let namespace = &case.view.target.namespace;
    let stands_there = case.is_home(place) || place.has_active(namespace);
    let room = if stands_there {
        None
    } else {
        state.rooms[at].refuses(case.view.demand)
    };
    filter::by_reach(place, namespace).into_iter().chain(room)
}
