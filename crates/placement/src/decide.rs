//! Where must each workload stand, and what is to be done about it now. The only entry point.
//!
//! A workload on a home that the rules allow never moves because another scores higher. The critical ones choose
//! first, and what they choose is promised to them: the decisions hold together, not only one by one.
//! Not here: starting anything; telling why not elsewhere (`Reasons`).
//! Invariant: total. Every workload has a decision; waiting is a decision. Same input, same plan; a plan taken as
//! the previous one is decided again.
use std::collections::BTreeMap;
use std::sync::Arc;

use crate::class::Classes;
use crate::decision::{Decision, Plan, Violation};
use crate::place::places;
use crate::request::{Request, WorkloadId};

mod action; // what is done, or why it waits
pub(crate) mod block; // a part of those that must go, solved together
mod copies; // how many copies, and where
pub(crate) mod leeway; // how much room may differ and nothing with it
pub(crate) mod mover; // a workload that must go, and where it might
mod rooms; // what is promised, criticality by criticality
pub(crate) mod scene; // all that is the same for all workloads, and one workload in it
pub(crate) mod search; // who goes where, in numbers
pub(crate) mod shared; // workloads that live in one namespace
pub(crate) mod standby; // where room is kept
pub(crate) mod ties; // workloads that want to stand near each other, or apart

pub(crate) use rooms::Promised;
pub(crate) use scene::{Case, Scene, Stand};

use block::Blocks;
use mover::Mover;
use shared::Shared;
use standby::{Keeper, Kept};
use ties::Ties;

/// Decides for all workloads of a request.
pub fn decide(request: &Request) -> Plan {
    let places = places(request);
    let classes = Classes::of(request, &places);
    let scene = Scene::of(request, places);
    Solved::of(&scene, &classes, &Ties::of(request)).plan
}

/// A plan, and what was worked out on the way to it.
pub(crate) struct Solved {
    /// Those that must go, by rank.
    pub(crate) movers: Vec<Arc<Mover>>,
    pub(crate) blocks: Blocks,
    /// What is kept for each that asks for a standby.
    pub(crate) kept: BTreeMap<WorkloadId, Kept>,
    pub(crate) plan: Plan,
}

impl Solved {
    /// For all workloads of a scene.
    pub(crate) fn of(scene: &Scene<'_>, classes: &Classes, ties: &Ties) -> Self {
        let request = scene.request;
        let cases: Vec<Case<'_>> = request
            .workloads
            .iter()
            .filter_map(|(id, view)| Case::of(id, view, classes, scene))
            .collect();
        let mut movers: Vec<Arc<Mover>> = cases
            .iter()
            .filter(|case| case.must_go())
            .map(|case| Arc::new(Mover::of(case, scene, ties)))
            .collect();
        movers.sort_by(|a, b| a.rank.cmp(&b.rank));
        let mut blocks = Blocks::default();
        for mover in &movers {
            blocks.admit(mover);
        }
        let asking = request.workloads.iter();
        let asking = asking.filter_map(|(id, view)| Case::of(id, view, classes, scene));
        let mut keeper = Keeper::of(request, asking);
        blocks.solve(&movers, scene, classes, None, &mut keeper);
        let shared = Shared::of(&cases, scene, &blocks);
        let kept = keeper.kept();
        let settled = cases.iter().map(|case| {
            let chosen = case
                .must_go()
                .then(|| (blocks.target(case.id), shared.before(case.id)));
            let (target, busy) = chosen.unwrap_or_default();
            let kept = kept.get(case.id).copied().unwrap_or_default();
            (case.id.clone(), settle(case, scene, target, busy, kept))
        });
        let decisions = settled.collect();
        Self {
            movers,
            blocks,
            kept,
            plan: Plan { decisions },
        }
    }
}

/// Decides for one workload, when its place is found and it is known whose move goes first in its namespace.
pub(crate) fn settle(
    case: &Case<'_>,
    scene: &Scene<'_>,
    target: Option<usize>,
    busy: Option<&WorkloadId>,
    kept: Kept,
) -> Decision {
    let standby = match kept {
        Kept::At(at) => Some(scene.places[at].name.to_owned()),
        Kept::Missing | Kept::NotAsked => None,
    };
    Decision {
        home: case.view.home.clone(),
        desired: desired(case, scene, target),
        action: action::choose(case, scene, busy, target),
        rules: Arc::clone(&case.class.rules),
        violations: violations(case, scene, target, kept),
        approval: action::approval(case, scene, target),
        standby,
        criticality: case.view.criticality,
    }
}

fn desired(case: &Case<'_>, scene: &Scene<'_>, target: Option<usize>) -> Option<String> {
    match case.stand {
        Stand::Moving => case.view.moving.as_ref().map(|moving| moving.target.clone()),
        Stand::Nowhere | Stand::Elsewhere => None,
        Stand::Allowed(_) => case.view.home.clone(),
        Stand::Forbidden(_) | Stand::Lost(_) => target.map(|at| scene.places[at].name.to_owned()),
        Stand::OnRoute(at) => Some(scene.places[target.unwrap_or(at)].name.to_owned()),
    }
}

fn violations(case: &Case<'_>, scene: &Scene<'_>, target: Option<usize>, kept: Kept) -> Vec<Violation> {
    // On a step of a route it stands where it may for now.
    let home = case.home.filter(|at| case.stand != Stand::OnRoute(*at));
    let home = home.map(|at| (&scene.places[at], &case.class.verdicts[at]));
    let forbidden = home.into_iter().flat_map(|(place, verdict)| {
        let cluster = place.name;
        verdict.by_rules.iter().map(move |refusal| Violation::Placement {
            cluster: cluster.to_owned(),
            refusal: refusal.clone(),
        })
    });
    let standby = (kept == Kept::Missing).then(|| no_standby(case, scene, target));
    let copies = copies::violation(case, scene);
    forbidden.chain(copies).chain(standby.flatten()).collect()
}

/// Asked by the first policy that asks for the furthest.
fn no_standby(case: &Case<'_>, scene: &Scene<'_>, target: Option<usize>) -> Option<Violation> {
    let asked = &case.class.requirements.standby;
    let at = standby::main(case, scene, target)?;
    Some(Violation::NoStandby {
        policy: asked.values().next_back()?.policy.clone(),
        apart: asked.keys().copied().collect(),
        cluster: scene.places[at].name.to_owned(),
    })
}

#[cfg(test)]
pub(crate) use tests::properties;

#[cfg(test)]
mod tests;
