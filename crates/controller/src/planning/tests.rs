//! Scene by scene the plan is the one that is made of that scene alone.
use havenmeester_api::Workload;
use havenmeester_api::migration::MoveKind;
use havenmeester_api::workload::CopyState;
use havenmeester_placement::{Contact, Fact, decide};
use jiff::SignedDuration;
use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::mk::{self, AZURE, id, mk_move, mk_scene};
use crate::request;
use crate::scene::Scene;

/// Something that happens between two rounds.
#[derive(Clone, Copy, Debug)]
enum Event {
    Written { n: usize, at: usize, critical: bool },
    Gone(usize),
    Copy { n: usize, at: usize, runs: bool },
    Tagged { n: usize, at: usize, critical: bool },
    Uses { n: usize, of: usize },
    Moves { n: usize, to: usize },
    Lost(usize),
    Suspect(usize),
    Back(usize),
    Quarantined(usize),
    Fuller { at: usize, cpu: i64 },
    Time(i64),
    Forbidden(bool),
    Turn(i64),
}

const CLUSTERS: [&str; 4] = [AZURE, "eu-1", "eu-2", "eu-3"];

fn name(n: usize) -> String {
    format!("w{n}")
}

fn tags(critical: bool) -> Option<havenmeester_api::labels::Tags> {
    if critical { mk::critical() } else { mk::low() }
}

fn happen(mut scene: Scene, event: Event) -> Scene {
    match event {
        Event::Written { n, at, critical } => scene.workload(&name(n), CLUSTERS[at], tags(critical)),
        Event::Gone(n) => {
            scene.workloads.remove(&id(&name(n)));
            scene
        }
        Event::Copy { n, at, runs } => {
            let state = if runs {
                CopyState::Active
            } else {
                CopyState::Stopped
            };
            scene.copy(CLUSTERS[at], &name(n), mk::low(), state)
        }
        Event::Tagged { n, at, critical } => {
            scene.copy(CLUSTERS[at], &name(n), tags(critical), CopyState::Active)
        }
        Event::Uses { n, of } => {
            if let Some(workload) = scene.workloads.get_mut(&id(&name(n))) {
                let workload: &mut Workload = std::sync::Arc::make_mut(workload);
                workload.spec.uses = serde_json::from_value(json!([{"workload": name(of)}])).unwrap();
            }
            scene
        }
        Event::Moves { n, to } => scene.migration(mk_move(
            &format!("{}-1", name(n)),
            &name(n),
            MoveKind::Relocate,
            AZURE,
            CLUSTERS[to],
        )),
        Event::Lost(at) => scene.lost(CLUSTERS[at], 60),
        Event::Suspect(at) => scene.contact(CLUSTERS[at], Contact::Suspect { since: mk::ago(3) }),
        Event::Back(at) => scene.contact(CLUSTERS[at], Contact::Reachable),
        Event::Quarantined(at) => scene.quarantined(CLUSTERS[at], &["w1"]),
        Event::Fuller { at, cpu } => {
            scene.view(CLUSTERS[at], |view| {
                if let Fact::Known { value, .. } = &mut view.cluster.capacity {
                    value.requested_cpu_milli = cpu;
                }
            });
            scene
        }
        Event::Time(seconds) => scene.later(SignedDuration::from_secs(seconds)),
        Event::Forbidden(only) => scene.policy(
            "third",
            json!({"require": {"clusters": if only { vec!["eu-1"] } else { Vec::new() }}}),
        ),
        Event::Turn(seconds) => scene.after_turn(seconds),
    }
}

fn event() -> impl Strategy<Value = Event> {
    let n = || 0..6_usize;
    let at = || 0..CLUSTERS.len();
    prop_oneof![
        3 => (n(), at(), any::<bool>()).prop_map(|(n, at, critical)| Event::Written { n, at, critical }),
        1 => n().prop_map(Event::Gone),
        1 => (n(), at(), any::<bool>()).prop_map(|(n, at, runs)| Event::Copy { n, at, runs }),
        2 => (n(), at(), any::<bool>()).prop_map(|(n, at, critical)| Event::Tagged { n, at, critical }),
        1 => (n(), n()).prop_map(|(n, of)| Event::Uses { n, of }),
        1 => (n(), 1..CLUSTERS.len()).prop_map(|(n, to)| Event::Moves { n, to }),
        2 => at().prop_map(Event::Lost),
        1 => at().prop_map(Event::Suspect),
        2 => at().prop_map(Event::Back),
        1 => at().prop_map(Event::Quarantined),
        2 => (at(), 90_000..100_100_i64).prop_map(|(at, cpu)| Event::Fuller { at, cpu }),
        2 => (1..4_000_i64).prop_map(Event::Time),
        1 => any::<bool>().prop_map(Event::Forbidden),
        1 => (1..100_i64).prop_map(Event::Turn),
    ]
}

proptest! {
    #[test]
    fn scene_by_scene_the_plan_is_the_one_made_from_nothing(
        rounds in prop::collection::vec(prop::collection::vec(event(), 1..4), 1..10),
    ) {
        let (mut scene, mut planning) = (mk_scene(), Planning::keeping_from(0));
        for events in rounds {
            let told = format!("{events:?}");
            scene = events.into_iter().fold(scene, happen);
            let anew = request::build(&scene);
            let (request, plan) = planning.plan(request::build(&scene)).unwrap();
            prop_assert_eq!(request, &anew, "{}", &told);
            prop_assert_eq!(plan, &decide(&anew), "{}", &told);
        }
    }
}

#[test]
fn a_small_fleet_keeps_nothing_and_gets_the_same_plan() {
    let request = request::build(&mk_scene().workload("w1", AZURE, mk::critical()));
    let (mut kept, mut small) = (Planning::keeping_from(0), Planning::default());
    let plan = small.plan(request.clone()).unwrap().1.clone();
    assert_eq!(kept.plan(request).unwrap().1, &plan);
    small.rest();
    kept.rest();
    assert!(small.planner.is_none() && small.once.is_none());
    assert!(kept.planner.is_some());
}

#[test]
fn a_round_in_which_only_time_went_by_decides_nothing_anew() {
    let scene = (0..40).fold(mk_scene(), |scene, n| {
        scene.workload(&name(n), AZURE, mk::critical())
    });
    let mut planner = Planner::new(request::build(&scene));
    let scene = scene.later(SignedDuration::from_secs(2));
    let next = request::build(&scene);
    assert_eq!(planner.advance(next), Advance::Part([].into()));
    let scene = scene.copy(AZURE, "w3", mk::low(), CopyState::Active);
    let Advance::Part(differ) = planner.advance(request::build(&scene)) else {
        panic!("all was decided anew");
    };
    assert!(differ.contains(&id("w3")), "{differ:?}");
}
