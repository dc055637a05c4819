//! What is free, and what is not known to be.
use havenmeester_api::workload::CopyState;

use super::*;
use crate::mk::{ago, mk_cluster, now};

fn cpu(cpu_milli: i64) -> Demand {
    Demand {
        cpu_milli,
        ..Demand::default()
    }
}

#[test]
fn free_is_what_is_offered_less_what_is_asked() {
    let mut room = Room::on(&mk_cluster("eu").requested_cpu(7_500), now());
    assert_eq!(room.refuses(cpu(2_500)), None);
    assert!(matches!(room.refuses(cpu(2_501)), Some(Refusal::Capacity { .. })));
    room.reserve(cpu(1_000));
    assert!(matches!(room.refuses(cpu(2_000)), Some(Refusal::Capacity { .. })));
}

#[test]
fn what_is_not_asked_fits_in_a_full_cluster_and_a_negative_demand_frees_nothing() {
    let mut room = Room::on(&mk_cluster("eu").requested_cpu(20_000), now());
    assert_eq!(
        room.refuses(Demand {
            pods: 1,
            ..Demand::default()
        }),
        None
    );
    room.reserve(cpu(i64::MIN));
    assert!(room.refuses(cpu(1)).is_some());
}

#[test]
fn room_that_was_seen_too_long_ago_is_unknown() {
    let mut cluster = mk_cluster("eu").with_copy("shop", CopyState::Active);
    let Fact::Known { value, .. } = cluster.capacity else {
        unreachable!()
    };
    cluster.capacity = Fact::known(value, ago(301));
    assert!(matches!(
        Room::on(&cluster, now()).refuses(cpu(1)),
        Some(Refusal::CapacityUnknown { .. })
    ));
}

#[test]
fn a_cluster_that_shows_only_namespaces_is_not_asked_for_room() {
    assert_eq!(
        Room::on(&mk_cluster("eu").only(&["shop"]), now()).refuses(cpu(i64::MAX)),
        None
    );
}
