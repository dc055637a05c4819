//! What is promised away, as each tier sees it: all that was promised to those who chose before or with it.
//!
//! Invariant: what the less critical get changes nothing of what the more critical are told.
use std::collections::BTreeMap;

use crate::decision::Plan;
use crate::room::Room;

use super::mover::Tier;
use super::{Case, Scene};

/// The room that is left after each tier.
pub(crate) struct Promised {
    before: Vec<Room>,
    after: BTreeMap<Tier, Vec<Room>>,
}

impl Promised {
    pub(crate) fn of(cases: &[Case<'_>], scene: &Scene<'_>, plan: &Plan) -> Self {
        let mut by_tier: BTreeMap<Tier, Vec<(usize, &Case<'_>)>> = BTreeMap::new();
        for case in cases.iter().filter(|case| case.must_go()) {
            if let Some(at) = target(case, scene, plan).filter(|at| !case.is_active_at(*at)) {
                by_tier.entry(Tier::of(case)).or_default().push((at, case));
            }
        }
        let before = scene.rooms();
        let mut rooms = before.clone();
        let mut after = BTreeMap::new();
        for (tier, promised) in by_tier {
            for (at, case) in promised {
                rooms[at].reserve(&case.view.demand);
            }
            after.insert(tier, rooms.clone());
        }
        Self { before, after }
    }

    /// The room on a place, as a workload sees it: what is promised to itself is free for it.
    pub(crate) fn seen_by(&self, case: &Case<'_>, scene: &Scene<'_>, plan: &Plan, at: usize) -> Room {
        let after = self.after.range(..=Tier::of(case)).next_back();
        let mut room = after.map_or(&self.before, |(_, rooms)| rooms)[at].clone();
        if case.must_go() && !case.is_active_at(at) && target(case, scene, plan) == Some(at) {
            room.release(&case.view.demand);
        }
        room
    }
}

/// The place that was chosen for it.
fn target(case: &Case<'_>, scene: &Scene<'_>, plan: &Plan) -> Option<usize> {
    scene.at(plan.decisions.get(case.id)?.desired.as_deref()?)
}
