//! Where room is kept for a workload, so that there is a place to go when its cluster is lost.
//!
//! Room is kept level by level: for the critical ones after all critical ones that must go have a place, and before any
//! less critical one has. So what is kept for somebody is taken by nobody less critical, and nobody goes without a
//! place for the standby of an equal.
//! Invariant: what is kept for one is not kept for another. When no policy asks for a standby, nothing here costs
//! anything.
use std::cmp::Reverse;
use std::collections::BTreeMap;

use havenmeester_api::Criticality;

use crate::filter;
use crate::request::{Request, WorkloadId};
use crate::stock::Stock;

use super::Scene;
use super::scene::{Case, Stand};

/// What is kept for a workload.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) enum Kept {
    /// No policy asks for a standby, or nobody knows for which place.
    #[default]
    NotAsked,
    /// No place will do.
    Missing,
    /// Room on this place.
    At(usize),
}

/// Whether any policy asks for a standby.
pub(crate) fn any(request: &Request) -> bool {
    let mut policies = request.policies.values();
    policies.any(|policy| policy.require.standby.is_some())
}

/// Keeps room, level by level.
#[derive(Default)]
pub(crate) struct Keeper<'c> {
    asking: BTreeMap<Reverse<Criticality>, Vec<Case<'c>>>,
    kept: BTreeMap<WorkloadId, Kept>,
}

impl<'c> Keeper<'c> {
    /// For all workloads for which a policy asks a standby.
    pub(crate) fn of(request: &Request, cases: impl Iterator<Item = Case<'c>>) -> Self {
        let mut keeper = Self::default();
        if any(request) {
            for case in cases.filter(|case| !case.class.requirements.standby.is_empty()) {
                let level = keeper.asking.entry(Reverse(case.view.criticality)).or_default();
                level.push(case);
            }
        }
        keeper
    }

    /// Keeps room for all that are more critical than a level; `None`: for all that are left. `target`: the place of
    /// each that must go and is as critical.
    pub(crate) fn keep_above(
        &mut self,
        level: Option<Criticality>,
        stocks: &mut [Stock],
        scene: &Scene<'_>,
        target: &dyn Fn(&WorkloadId) -> Option<usize>,
    ) {
        while let Some(first) = self.asking.first_entry() {
            if level.is_some_and(|level| first.key().0 <= level) {
                return;
            }
            let mut cases = first.remove();
            cases.sort_by(|a, b| a.id.cmp(b.id));
            for case in &cases {
                if let Some(main) = main(case, scene, target(case.id)) {
                    let kept = keep(case, scene, main, stocks);
                    self.kept.insert(case.id.clone(), kept);
                }
            }
        }
    }

    /// What was kept for each.
    pub(crate) fn kept(self) -> BTreeMap<WorkloadId, Kept> {
        self.kept
    }
}

/// Where it was kept before, when that will do; else the best place.
fn keep(case: &Case<'_>, scene: &Scene<'_>, main: usize, stocks: &mut [Stock]) -> Kept {
    let asked = scene.ground.kinds.asked(&case.view.demand);
    let admits = |at: usize| {
        let room = || stocks[at].admits(&asked);
        may_stand_by(case, scene, main, at) && (case.is_active_at(at) || room())
    };
    let before = case.view.standby.as_deref().and_then(|name| scene.at(name));
    let best = || {
        let fit = (0..scene.places.len()).filter(|at| admits(*at));
        fit.max_by_key(|at| (case.class.verdicts[*at].marks.total, Reverse(*at)))
    };
    let Some(at) = before.filter(|at| admits(*at)).or_else(best) else {
        return Kept::Missing;
    };
    if !case.is_active_at(at) {
        stocks[at].reserve(&asked);
    }
    Kept::At(at)
}

/// Whether a place could take a workload over from another place, if it had room.
fn may_stand_by(case: &Case<'_>, scene: &Scene<'_>, main: usize, at: usize) -> bool {
    let (main, place) = (&scene.places[main], &scene.places[at]);
    let mut asked = case.class.requirements.standby.keys();
    case.class.verdicts[at].admits()
        && filter::reaches(place, &case.view.target.namespace)
        && asked.all(|apart| apart.holds(main, place))
}

/// The place that its standby is to be apart from.
pub(super) fn main(case: &Case<'_>, scene: &Scene<'_>, target: Option<usize>) -> Option<usize> {
    match case.stand {
        Stand::Allowed(at) => Some(at),
        Stand::Moving => scene.at(&case.view.moving.as_ref()?.target),
        Stand::Forbidden(at) | Stand::OnRoute(at) => target.or(Some(at)),
        Stand::Lost(_) => target,
        Stand::Nowhere | Stand::Elsewhere => None,
    }
}

#[cfg(test)]
mod tests;
