//! How many copies of a workload are active, and where.
//!
//! Invariant: only told, never acted on: which copy is right is not for a plan to guess.
use crate::decision::Violation;
use crate::place::Place;

use super::{Case, Scene};
use havenmeester_api::workload::Mode;

/// The clusters on which a copy was last seen active, and may still be. Lost ones do not count: nobody knows.
pub(super) fn active<'a>(case: &Case<'_>, scene: &'a Scene<'_>) -> Vec<&'a Place<'a>> {
    case.active.iter().map(|at| &scene.places[*at]).collect()
}

/// What is wrong with the number of copies.
pub(super) fn violation(case: &Case<'_>, scene: &Scene<'_>) -> Option<Violation> {
    if matches!(case.active, [at] if case.home == Some(*at)) {
        return None; // as most do
    }
    let active = active(case, scene);
    if case.view.mode == Mode::Exclusive && active.len() > 1 {
        return Some(Violation::SeveralActive {
            clusters: names(&active),
        });
    }
    case.view.home.as_ref()?;
    let arriving = case.view.moving.as_ref().map(|moving| moving.target.as_str());
    let home = case.view.home.as_deref();
    let stray = |place: &&Place<'_>| Some(place.name) != home && Some(place.name) != arriving;
    let stray: Vec<&Place<'_>> = active.into_iter().filter(stray).collect();
    (!stray.is_empty()).then(|| Violation::StrayCopy {
        clusters: names(&stray),
    })
}

/// Their names.
pub(super) fn names(places: &[&Place<'_>]) -> Vec<String> {
    places.iter().map(|place| place.name.to_owned()).collect()
}
