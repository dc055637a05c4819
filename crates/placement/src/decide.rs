//! Where must each workload stand, and what is to be done about it now. The only entry point.
//!
//! A workload on a home that the rules allow never moves because another scores higher. The critical ones choose
//! first, and what they choose is promised to them: the decisions hold together, not only one by one.
//! Not here: starting anything; telling why not elsewhere (`Reasons`).
//! Invariant: total. Every workload has a decision; waiting is a decision. Same input, same plan; a plan taken as
//! the previous one is decided again.
use std::sync::Arc;

use crate::class::Classes;
use crate::decision::{Decision, Plan, Violation};
use crate::place::places;
use crate::request::Request;

mod action; // what is done, or why it waits
pub(crate) mod block; // a part of those that must go, solved together
mod copies; // how many copies, and where
pub(crate) mod leeway; // how much room may differ and nothing with it
pub(crate) mod mover; // a workload that must go, and where it might
mod rooms; // what is promised, criticality by criticality
pub(crate) mod scene; // all that is the same for all workloads, and one workload in it
pub(crate) mod search; // who goes where, in numbers
pub(crate) mod shared; // workloads that live in one namespace
pub(crate) mod ties; // workloads that want to stand near each other, or apart

pub(crate) use rooms::Promised;
pub(crate) use scene::{Case, Scene};

use block::Blocks;
use mover::Mover;
use shared::Shared;
use ties::Ties;

/// Decides for all workloads of a request.
pub fn decide(request: &Request) -> Plan {
    let places = places(request);
    let classes = Classes::of(request, &places);
    let scene = Scene::of(request, places);
    let ties = Ties::of(request);
    let cases: Vec<Case<'_>> = request
        .workloads
        .iter()
        .filter_map(|(id, view)| Case::of(id, view, &classes, &scene))
        .collect();
    let mut movers: Vec<Arc<Mover>> = cases
        .iter()
        .filter(|case| case.must_go())
        .map(|case| Arc::new(Mover::of(case, &scene, &ties)))
        .collect();
    movers.sort_by(|a, b| a.rank.cmp(&b.rank));
    let mut blocks = Blocks::default();
    for mover in &movers {
        blocks.admit(mover);
    }
    blocks.solve(&movers, &scene, &classes, None);
    let shared = Shared::of(&cases, &scene, &blocks);
    let settled = cases.iter().map(|case| {
        let chosen = case
            .must_go()
            .then(|| (blocks.target(case.id), shared.before(case.id)));
        let (target, busy) = chosen.unwrap_or_default();
        (case.id.clone(), settle(case, &scene, target, busy))
    });
    Plan {
        decisions: settled.collect(),
    }
}

/// Decides for one workload, when its place is found and it is known whose move goes first in its namespace.
pub(crate) fn settle(
    case: &Case<'_>,
    scene: &Scene<'_>,
    target: Option<usize>,
    busy: Option<&crate::WorkloadId>,
) -> Decision {
    Decision {
        home: case.view.home.clone(),
        desired: desired(case, scene, target),
        action: action::choose(case, scene, busy, target),
        rules: Arc::clone(&case.class.rules),
        violations: violations(case, scene),
        criticality: case.view.criticality,
    }
}

fn desired(case: &Case<'_>, scene: &Scene<'_>, target: Option<usize>) -> Option<String> {
    use scene::Stand;
    match case.stand {
        Stand::Moving => case.view.moving.as_ref().map(|moving| moving.target.clone()),
        Stand::Nowhere | Stand::Elsewhere => None,
        Stand::Allowed(_) => case.view.home.clone(),
        Stand::Forbidden(_) | Stand::Lost(_) => target.map(|at| scene.places[at].name.to_owned()),
    }
}

fn violations(case: &Case<'_>, scene: &Scene<'_>) -> Vec<Violation> {
    let home = case.home.map(|at| (&scene.places[at], &case.class.verdicts[at]));
    let forbidden = home.into_iter().flat_map(|(place, verdict)| {
        let cluster = place.name;
        verdict.by_rules.iter().map(move |refusal| Violation::Placement {
            cluster: cluster.to_owned(),
            refusal: refusal.clone(),
        })
    });
    forbidden.chain(copies::violation(case, scene)).collect()
}

#[cfg(test)]
pub(crate) use tests::properties;

#[cfg(test)]
mod tests;
