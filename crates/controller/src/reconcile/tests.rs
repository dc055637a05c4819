//! Laws over whole turns.
use havenmeester_api::migration::MoveKind;
use havenmeester_placement::Contact;
use proptest::prelude::*;
use serde_json::json;

use crate::intent::StatusWrite;
use crate::mk::{self, AZURE, ago, mk_scene};
use crate::scene::Scene;

fn any_contact() -> impl Strategy<Value = Contact> {
    prop_oneof![
        3 => Just(Contact::Reachable),
        1 => Just(Contact::Unknown),
        1 => Just(Contact::Suspect { since: ago(2) }),
        2 => Just(Contact::Lost { last_heartbeat: ago(90), detected_at: ago(80) }),
    ]
}

/// A fleet in some trouble, some turns on.
fn any_scene() -> impl Strategy<Value = Scene> {
    let homes = prop_oneof![Just(AZURE), Just("eu-1"), Just("eu-2")];
    let tags = prop_oneof![
        Just(mk::low()),
        Just(mk::critical()),
        Just(mk::tags("medium", "high", "exclusive")),
        Just(mk::tags("what", "low", "replicable")),
        Just(None),
    ];
    let workloads = prop::collection::vec((homes, tags), 0..5);
    let contacts = prop::collection::vec((any_contact(), any_contact()), 4);
    (workloads, contacts, any::<bool>(), 0..3u8).prop_map(|(workloads, contacts, drill, turns)| {
        let mut scene = mk_scene();
        for (n, (home, tags)) in workloads.into_iter().enumerate() {
            scene = scene.workload(&format!("w{n}"), home, tags);
        }
        if drill {
            let spec = json!({"scenario": {"cutOff": {"provider": "azure"}}, "mode": "Live"});
            scene = scene.drill("cut", spec);
        }
        scene = scene.contract(json!({"provider": "azure", "start": "2024-01-01", "end": "2027-01-01"}));
        let names = [AZURE, "eu-1", "eu-2", "eu-3"];
        for (name, (first, _)) in names.iter().zip(&contacts) {
            scene = scene.contact(name, *first);
        }
        for _ in 0..turns {
            scene = scene.after_turn(5);
        }
        for (name, (_, then)) in names.iter().zip(&contacts) {
            scene = scene.contact(name, *then);
        }
        scene
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn the_same_turn_gives_the_same_intents(scene in any_scene()) {
        prop_assert_eq!(format!("{:?}", scene.intents()), format!("{:?}", scene.intents()));
    }

    /// What was written is not written again: a turn over its own outcome at the same moment wants no status.
    #[test]
    fn a_turn_settles(scene in any_scene()) {
        let settled = scene.after_turn(0).after_turn(0).after_turn(0);
        let intents = settled.intents();
        let left: Vec<&StatusWrite> = intents.first.iter().chain(&intents.statuses).collect();
        prop_assert!(left.is_empty(), "{:#?}", left);
        prop_assert!(intents.log.is_empty(), "{:?}", intents.log);
        prop_assert!(intents.migrations.is_empty());
    }

    /// No status of a version other than the one that was seen, and no generation of a home that goes down.
    #[test]
    fn no_status_is_older_than_what_was_seen(scene in any_scene()) {
        for write in scene.intents().statuses {
            if let StatusWrite::Workload(new) = write {
                let seen = &scene.workloads[&mk::id(new.metadata.name.as_deref().unwrap())];
                prop_assert_eq!(&new.metadata.resource_version, &seen.metadata.resource_version);
                let generation = |w: &havenmeester_api::Workload| w.status.as_ref().and_then(|s| s.plan_generation);
                prop_assert!(generation(&new) >= generation(seen));
                let home = |w: &havenmeester_api::Workload| w.status.as_ref().and_then(|s| s.cluster.clone());
                prop_assert!(home(seen).is_none() || home(&new).is_some(), "a home is never forgotten");
            }
        }
    }

    /// A failover is never made of what may still run where it cannot be seen, nor from a cluster that answers.
    #[test]
    fn a_failover_leaves_only_a_lost_cluster_and_takes_nothing_exclusive(scene in any_scene()) {
        let intents = scene.intents();
        for made in intents.migrations.iter().filter(|m| m.object.spec.kind == MoveKind::Failover) {
            let source = made.object.spec.source.clone().unwrap();
            let contact = scene.fleet[&source].cluster.contact;
            let lost = matches!(contact, Contact::Lost { .. });
            prop_assert!(lost);
            let id = crate::scene::workload_of(&made.object);
            scene.turn(|turn| assert_eq!(turn.identities[&id].mode, havenmeester_api::workload::Mode::Replicable));
            let barred = intents.first.iter().any(|write| matches!(write, StatusWrite::Member(m)
                if m.metadata.name.as_ref() == Some(&source)
                    && m.status.as_ref().and_then(|s| s.quarantine.as_ref()).is_some_and(|q| q.stale.contains(&id.to_string()))));
            let already = scene.members[&source].status.as_ref().and_then(|s| s.quarantine.as_ref())
                .is_some_and(|q| q.stale.contains(&id.to_string()));
            prop_assert!(barred || already, "its source is barred in the same turn");
        }
    }
}
