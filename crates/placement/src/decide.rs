//! Where must each workload stand, and what is to be done about it now. The only entry point.
//!
//! A workload on a home that the rules allow never moves because another scores higher. The critical ones choose
//! first, and what they choose is promised to them: the decisions hold together, not only one by one.
//! Not here: starting anything.
//! Invariant: total. Every workload has a decision; waiting is a decision. Same input, same plan; a plan taken as
//! the previous one is decided again.
use std::collections::BTreeMap;

use crate::class::{Class, Classes};
use crate::decision::{Action, Decision, Plan, Violation};
use crate::fleet::Contact;
use crate::place::{Place, places};
use crate::request::{Request, WorkloadId, WorkloadView};
use crate::room::Room;

mod action; // what is done, or why it waits
mod candidates; // each cluster for one workload
mod copies; // how many copies, and where
mod order; // who chooses first

/// Beneath so many clusters a majority says nothing: of two, one may well be lost.
const SUSPECT_FROM: usize = 3;

/// Decides for all workloads of a request.
pub fn decide(request: &Request) -> Plan {
    let places = places(request);
    let classes = Classes::of(request, &places);
    let scene = Scene::of(request, &places);
    let cases = request
        .workloads
        .iter()
        .filter_map(|(id, w)| Some(Case::of(id, w, classes.get(id, w)?, &places)));
    let mut state = State::of(request, &places);
    let mut plan = Plan::default();
    for case in order::sorted(cases.collect(), &scene, &state) {
        let decision = settle(&case, &scene, &mut state);
        plan.decisions.insert(case.id.clone(), decision);
    }
    plan
}

/// What is the same for all workloads.
struct Scene<'a> {
    request: &'a Request,
    places: &'a [Place<'a>],
    /// How many clusters are lost, when it is so many that the hub itself may be the one cut off.
    hub_suspect: Option<usize>,
}

impl<'a> Scene<'a> {
    fn of(request: &'a Request, places: &'a [Place<'a>]) -> Self {
        let lost = places
            .iter()
            .filter(|p| matches!(p.view.contact, Contact::Lost { .. }))
            .count();
        let suspect = places.len() >= SUSPECT_FROM && 2 * lost > places.len();
        Self {
            request,
            places,
            hub_suspect: suspect.then_some(lost),
        }
    }
}

/// One workload, with what is known of it.
struct Case<'a> {
    id: &'a WorkloadId,
    view: &'a WorkloadView,
    class: &'a Class,
    stand: Stand,
}

/// Where a workload stands, as far as deciding goes. Numbers are places.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Stand {
    /// A move is under way.
    Moving,
    /// Nowhere that we know of.
    Nowhere,
    /// On a cluster that is not in the fleet.
    Elsewhere,
    /// Where the rules allow it.
    Allowed(usize),
    /// Where the rules forbid it.
    Forbidden(usize),
    /// On a cluster that is lost.
    Lost(usize),
}

impl<'a> Case<'a> {
    fn of(id: &'a WorkloadId, view: &'a WorkloadView, class: &'a Class, places: &[Place<'_>]) -> Self {
        let home = view
            .home
            .as_deref()
            .map(|home| places.binary_search_by(|place| place.name.cmp(home)));
        let stand = match home {
            _ if view.moving.is_some() => Stand::Moving,
            None => Stand::Nowhere,
            Some(Err(_)) => Stand::Elsewhere,
            Some(Ok(at)) => match places[at].view.contact {
                Contact::Lost { .. } => Stand::Lost(at),
                Contact::Unknown | Contact::Reachable | Contact::Suspect { .. } => {
                    let allowed = class.verdicts[at].by_rules.is_empty();
                    if allowed {
                        Stand::Allowed(at)
                    } else {
                        Stand::Forbidden(at)
                    }
                }
            },
        };
        Self {
            id,
            view,
            class,
            stand,
        }
    }

    /// Whether it needs another place.
    fn must_go(&self) -> bool {
        matches!(self.stand, Stand::Forbidden(_) | Stand::Lost(_))
    }

    fn is_home(&self, place: &Place<'_>) -> bool {
        self.view.home.as_deref() == Some(place.name)
    }
}

/// What was promised so far.
struct State<'a> {
    rooms: Vec<Room>,
    /// Namespaces in which something moves, and whose move it is.
    busy: BTreeMap<&'a str, &'a WorkloadId>,
}

impl<'a> State<'a> {
    /// Before anything is decided: only the moves that are under way.
    fn of(request: &'a Request, places: &[Place<'_>]) -> Self {
        let rooms = places
            .iter()
            .map(|place| Room::on(place.view, request.now))
            .collect();
        let mut state = Self {
            rooms,
            busy: BTreeMap::new(),
        };
        for (id, workload) in &request.workloads {
            let Some(moving) = &workload.moving else { continue };
            let namespace = workload.target.namespace.as_str();
            state.busy.entry(namespace).or_insert(id);
            if let Ok(at) = places.binary_search_by(|place| place.name.cmp(&moving.target))
                && !places[at].has_active(namespace)
            {
                state.rooms[at].reserve(workload.demand);
            }
        }
        state
    }
}

/// Decides for one workload, and promises it the room that it will need.
fn settle<'a>(case: &Case<'a>, scene: &Scene<'a>, state: &mut State<'a>) -> Decision {
    let candidates = candidates::all(case, scene, state);
    let target = if case.must_go() {
        candidates::best(case, scene, &candidates)
    } else {
        None
    };
    let action = action::choose(case, scene, state, target);
    if let Some(at) = target
        && !scene.places[at].has_active(&case.view.target.namespace)
    {
        state.rooms[at].reserve(case.view.demand);
    }
    if matches!(action, Action::Relocate { .. } | Action::FailOver { .. }) {
        state.busy.entry(&case.view.target.namespace).or_insert(case.id);
    }
    Decision {
        home: case.view.home.clone(),
        desired: desired(case, scene, target),
        action,
        rules: case.class.effective.rules.clone(),
        candidates: scene
            .places
            .iter()
            .map(|p| p.name.to_owned())
            .zip(candidates)
            .collect(),
        violations: violations(case, scene),
        criticality: case.view.criticality,
    }
}

fn desired(case: &Case<'_>, scene: &Scene<'_>, target: Option<usize>) -> Option<String> {
    match case.stand {
        Stand::Moving => case.view.moving.as_ref().map(|moving| moving.target.clone()),
        Stand::Nowhere | Stand::Elsewhere => None,
        Stand::Allowed(_) => case.view.home.clone(),
        Stand::Forbidden(_) | Stand::Lost(_) => target.map(|at| scene.places[at].name.to_owned()),
    }
}

fn violations(case: &Case<'_>, scene: &Scene<'_>) -> Vec<Violation> {
    let home = scene
        .places
        .iter()
        .zip(&case.class.verdicts)
        .find(|(place, _)| case.is_home(place));
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
mod tests;
