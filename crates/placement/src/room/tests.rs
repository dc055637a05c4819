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
    assert_eq!(room.refuses(&cpu(2_500)), None);
    assert!(matches!(
        room.refuses(&cpu(2_501)),
        Some(Refusal::Capacity { .. })
    ));
    room.reserve(&cpu(1_000));
    assert!(matches!(
        room.refuses(&cpu(2_000)),
        Some(Refusal::Capacity { .. })
    ));
}

#[test]
fn what_is_not_asked_fits_in_a_full_cluster_and_a_negative_demand_frees_nothing() {
    let mut room = Room::on(&mk_cluster("eu").requested_cpu(20_000), now());
    assert_eq!(
        room.refuses(&Demand {
            pods: 1,
            ..Demand::default()
        }),
        None
    );
    room.reserve(&cpu(i64::MIN));
    assert!(room.refuses(&cpu(1)).is_some());
}

#[test]
fn room_that_was_seen_too_long_ago_is_unknown() {
    let mut cluster = mk_cluster("eu").with_copy("shop", CopyState::Active);
    let Fact::Known { value, .. } = cluster.capacity else {
        unreachable!()
    };
    cluster.capacity = Fact::known(value, ago(301));
    assert!(matches!(
        Room::on(&cluster, now()).refuses(&cpu(1)),
        Some(Refusal::CapacityUnknown { .. })
    ));
}

#[test]
fn a_cluster_that_shows_only_namespaces_is_not_asked_for_room() {
    assert_eq!(
        Room::on(&mk_cluster("eu").only(&["shop"]), now()).refuses(&cpu(i64::MAX)),
        None
    );
}

fn gpus(many: i64) -> Demand {
    Demand {
        others: [(Resource::Extended("nvidia.com/gpu".to_owned()), many)].into(),
        ..Demand::default()
    }
}

fn storage(gib: i64) -> Demand {
    Demand {
        others: [(Resource::Storage("Rwo".to_owned()), gib * 1024)].into(),
        ..Demand::default()
    }
}

#[test]
fn other_resources_have_their_own_room_and_headroom() {
    let mut cluster = mk_cluster("eu").with_other("nvidia.com/gpu", 10, 3);
    cluster.headroom = [
        (Resource::Extended("nvidia.com/gpu".to_owned()), 20),
        (Resource::Cpu, 50),
    ]
    .into();
    let mut room = Room::on(&cluster, now());
    assert_eq!(room.refuses(&gpus(5)), None);
    let told = room.refuses(&gpus(6)).map(|refusal| refusal.to_string());
    assert_eq!(told.as_deref(), Some("capacity: needs 6 nvidia.com/gpu, 5 free"));
    assert!(room.refuses(&cpu(5_001)).is_some() && room.refuses(&cpu(5_000)).is_none());
    room.reserve(&gpus(4));
    assert!(room.refuses(&gpus(2)).is_some());
    room.release(&gpus(4));
    assert_eq!(room.refuses(&gpus(5)), None);
}

#[test]
fn a_gpu_that_no_node_has_and_storage_of_which_nobody_tells_are_not_there() {
    let room = Room::on(&mk_cluster("eu"), now());
    let told = room.refuses(&gpus(1)).map(|refusal| refusal.to_string());
    assert_eq!(told.as_deref(), Some("capacity: needs 1 nvidia.com/gpu, 0 free"));
    let untold = room.refuses(&storage(1)).map(|refusal| refusal.to_string());
    assert_eq!(
        untold.as_deref(),
        Some("capacity: needs 1 GiB of storage Rwo, and spec.room.storage of its MemberCluster names none")
    );
    let told = Room::on(
        &mk_cluster("eu").with_other("storage/Rwo", 10 * 1024, 4 * 1024),
        now(),
    );
    assert_eq!(told.refuses(&storage(6)), None);
    let refused = told.refuses(&storage(7)).map(|refusal| refusal.to_string());
    assert_eq!(
        refused.as_deref(),
        Some("capacity: needs 7 GiB of storage Rwo, 6 free")
    );
}
