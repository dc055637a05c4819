//! What is done about a workload now, or why it waits.
//!
//! Invariant: nothing is done on facts that are stale, and nothing that stops or deletes a copy no one pointed at.
use havenmeester_api::policy::Trigger;
use havenmeester_api::workload::Mode;
use jiff::Timestamp;

use crate::approval::{Asked, asked};
use crate::decision::{Action, Refusal, Waiting};
use crate::filter::is_unclear;
use crate::fleet::Contact;
use crate::place::{Place, Seen};

use super::scene::Stand;
use super::{Case, Scene, copies};
use crate::request::WorkloadId;

/// Whether something is done about it now.
pub(super) fn acts(
    case: &Case<'_>,
    scene: &Scene<'_>,
    busy: Option<&WorkloadId>,
    target: Option<usize>,
) -> bool {
    match choose(case, scene, busy, target) {
        Action::Relocate { .. } | Action::FailOver { .. } => true,
        Action::Stay | Action::Wait(_) => false,
    }
}

/// What is to be done, when `target` is the place that was found, and `busy` whose move goes first in its namespace.
pub(super) fn choose(
    case: &Case<'_>,
    scene: &Scene<'_>,
    busy: Option<&WorkloadId>,
    target: Option<usize>,
) -> Action {
    let decided = match case.stand {
        Stand::Moving => Err(under_way(case)),
        Stand::Nowhere => Err(Waiting::NotFound),
        Stand::Elsewhere => Err(Waiting::HomeUncertain {
            cluster: case.view.home.clone().unwrap_or_default(),
        }),
        Stand::Allowed(at) => stays(case, scene, &scene.places[at]),
        Stand::OnRoute(at) if target.is_none() => {
            stays(case, scene, &scene.places[at]).and_then(|_| Err(on_route(case, scene, at)))
        }
        Stand::Forbidden(at) | Stand::OnRoute(at) => relocation(case, scene, busy, at, target),
        Stand::Lost(at) => failover(case, scene, busy, &scene.places[at], target),
    };
    decided.unwrap_or_else(Action::Wait)
}

/// What somebody must agree to, or has: of the move to the place that was found, or of where it stands on a route.
pub(super) fn approval(case: &Case<'_>, scene: &Scene<'_>, target: Option<usize>) -> Option<Asked> {
    let (home, at) = match (case.stand, target) {
        (Stand::Forbidden(home) | Stand::OnRoute(home), Some(at)) => (Some(&scene.places[home]), at),
        (Stand::Lost(_), Some(at)) => (None, at),
        (Stand::OnRoute(at), None) => return super::scene::on_route(case.id, case.class, at, scene),
        (Stand::Forbidden(_) | Stand::Lost(_), None)
        | (Stand::Moving | Stand::Nowhere | Stand::Elsewhere | Stand::Allowed(_), _) => return None,
    };
    asked(
        scene.request,
        (case.id, &case.class.rules),
        home,
        (&scene.places[at], &case.class.verdicts[at]),
    )
}

/// A move that lowers autonomy, or of which a policy has somebody approve, waits for a yes.
fn agreed(case: &Case<'_>, scene: &Scene<'_>, target: usize) -> Result<(), Waiting> {
    match approval(case, scene, Some(target)) {
        Some(asked) if asked.given.is_none() => Err(Waiting::Approval(Box::new(asked))),
        Some(_) | None => Ok(()),
    }
}

/// It stands where it may for now.
fn on_route(case: &Case<'_>, scene: &Scene<'_>, at: usize) -> Waiting {
    let until = case.class.verdicts[at]
        .passings
        .iter()
        .map(|passing| passing.until)
        .min();
    Waiting::OnRoute {
        cluster: scene.places[at].name.to_owned(),
        until: until.unwrap_or(scene.places[at].today),
    }
}

fn under_way(case: &Case<'_>) -> Waiting {
    let migration = case.view.moving.as_ref().map(|moving| moving.migration.clone());
    Waiting::Moving {
        migration: migration.unwrap_or_default(),
    }
}

fn stays(case: &Case<'_>, scene: &Scene<'_>, home: &Place<'_>) -> Result<Action, Waiting> {
    if !home.answers() {
        return Err(Waiting::HomeUncertain {
            cluster: home.name.to_owned(),
        });
    }
    match home.copy(&case.view.target.namespace, scene.request.now) {
        Seen::There | Seen::Unknown => Ok(Action::Stay),
        Seen::Absent => Err(Waiting::NotFound),
    }
}

/// From a home that answers and is forbidden.
fn relocation(
    case: &Case<'_>,
    scene: &Scene<'_>,
    busy: Option<&WorkloadId>,
    at: usize,
    target: Option<usize>,
) -> Result<Action, Waiting> {
    let home = &scene.places[at];
    let cluster = || home.name.to_owned();
    if !home.answers() {
        return Err(Waiting::HomeUncertain { cluster: cluster() });
    }
    match home.copy(&case.view.target.namespace, scene.request.now) {
        Seen::There => {}
        Seen::Absent => return Err(Waiting::NotFound),
        Seen::Unknown => return Err(Waiting::HomeUncertain { cluster: cluster() }),
    }
    let goal = target.ok_or(Waiting::NoClusterFits)?;
    let target = scene.places[goal].name.to_owned();
    hub_is_sound(scene)?;
    if let Some(why) = only_unclear(&case.class.verdicts[at].by_rules) {
        return Err(Waiting::FactsUnclear {
            cluster: cluster(),
            why: Box::new(why),
        });
    }
    let active = copies::active(case, scene);
    if case.view.mode == Mode::Exclusive && active.len() > 1 {
        return Err(Waiting::SeveralActive {
            clusters: copies::names(&active),
        });
    }
    let rules = &case.class.rules;
    if rules.migration == Trigger::Manual {
        return Err(Waiting::ManualMigration {
            target,
            policy: rules.migration_by.clone(),
        });
    }
    agreed(case, scene, goal)?;
    alone(busy)?;
    Ok(Action::Relocate {
        source: cluster(),
        target,
    })
}

/// From a home that is lost.
fn failover(
    case: &Case<'_>,
    scene: &Scene<'_>,
    busy: Option<&WorkloadId>,
    home: &Place<'_>,
    target: Option<usize>,
) -> Result<Action, Waiting> {
    let source = home.name.to_owned();
    let Contact::Lost {
        last_heartbeat,
        detected_at,
    } = home.view.contact
    else {
        return Err(Waiting::HomeUncertain { cluster: source });
    };
    hub_is_sound(scene)?;
    if case.view.mode == Mode::Exclusive {
        return Err(Waiting::NotFenced { cluster: source });
    }
    if !case.view.captured {
        return Err(Waiting::NotCaptured { cluster: source });
    }
    let goal = target.ok_or(Waiting::NoClusterFits)?;
    let target = scene.places[goal].name.to_owned();
    let rules = &case.class.rules;
    if rules.failover == Trigger::Manual {
        return Err(Waiting::ManualFailover {
            target,
            policy: rules.failover_by.clone(),
        });
    }
    agreed(case, scene, goal)?;
    let at = detected_at
        .saturating_add(rules.failover_after.to_signed())
        .unwrap_or(Timestamp::MAX);
    if scene.request.now < at {
        return Err(Waiting::FailoverDelay { target, at });
    }
    alone(busy)?;
    Ok(Action::FailOver {
        source,
        target,
        last_heartbeat,
        detected_at,
    })
}

/// A hub that has lost most of the fleet at once does nothing: it may be the one that is cut off.
fn hub_is_sound(scene: &Scene<'_>) -> Result<(), Waiting> {
    let of = scene.places.len();
    scene
        .hub_suspect
        .map_or(Ok(()), |lost| Err(Waiting::HubSuspectsItself { lost, of }))
}

/// Two moves in one namespace would write over each other.
fn alone(busy: Option<&WorkloadId>) -> Result<(), Waiting> {
    busy.map_or(Ok(()), |with| {
        Err(Waiting::SharesNamespace { with: with.clone() })
    })
}

/// What is wrong with the facts, when nothing else forbids the home.
fn only_unclear(refusals: &[Refusal]) -> Option<Refusal> {
    let first = refusals.first().filter(|_| refusals.iter().all(is_unclear))?;
    Some(first.clone())
}
