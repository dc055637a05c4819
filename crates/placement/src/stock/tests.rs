//! Numbers say the same as names.
use havenmeester_api::room::OtherRoom;
use proptest::prelude::*;

use super::*;
use crate::fact::Fact;
use crate::mk::{mk_cluster, now};

const NAMES: [&str; 4] = ["nvidia.com/gpu", "storage/Rwo", "storage/Rwx", "example.nl/fpga"];

fn demand() -> impl Strategy<Value = Demand> {
    let others = prop::collection::btree_map(prop::sample::select(NAMES.to_vec()), -1..6_i64, 0..3);
    (-2..6_i64, -2..6_i64, -2..6_i64, others).prop_map(|(cpu_milli, memory_mib, pods, others)| Demand {
        cpu_milli,
        memory_mib,
        pods,
        others: others
            .into_iter()
            .map(|(name, many)| (Resource::named(name), many))
            .collect(),
    })
}

/// A cluster of which so much is free; it says nothing of the last name.
fn cluster() -> impl Strategy<Value = ClusterView> {
    let others = prop::collection::btree_map(prop::sample::select(NAMES[..3].to_vec()), 0..6_i64, 0..3);
    (0..6_i64, 0..6_i64, 0..6_i64, others).prop_map(|(cpu, memory, pods, others)| {
        let mut view = mk_cluster("eu");
        if let Fact::Known { value, .. } = &mut view.capacity {
            (
                value.requested_cpu_milli,
                value.requested_memory_mib,
                value.requested_pods,
            ) = (0, 0, 0);
            (value.cpu_milli, value.memory_mib, value.pods) = (cpu, memory, pods);
            let room = |(name, offered): (&str, i64)| OtherRoom {
                resource: name.to_owned(),
                offered,
                requested: 0,
            };
            value.others = others.into_iter().map(room).collect();
        }
        view
    })
}

proptest! {
    #[test]
    fn a_demand_fits_in_a_stock_as_it_fits_in_the_room(
        clusters in prop::collection::vec(cluster(), 1..4),
        demands in prop::collection::vec((demand(), any::<bool>()), 1..8),
    ) {
        let kinds = Kinds::of(clusters.iter());
        for view in &clusters {
            prop_assert!(kinds.name_all_of(view));
            let mut room = Room::on(view, now());
            let mut stock = kinds.stock(&room);
            for (demand, taken) in &demands {
                let asked = kinds.asked(demand);
                let fits = room.refuses(demand).is_none();
                prop_assert_eq!(stock.admits(&asked), fits, "{:?} in {:?}", demand, room);
                if *taken {
                    room.reserve(demand);
                    stock.reserve(&asked);
                } else if fits {
                    let before = stock.clone();
                    stock.reserve(&asked);
                    stock.release(&asked);
                    prop_assert_eq!(&stock, &before);
                }
            }
        }
    }
}

#[test]
fn a_room_that_is_unknown_admits_nothing_and_a_quota_is_not_asked() {
    let kinds = Kinds::default();
    let nothing = kinds.asked(&Demand::default());
    let stale = Room::on(&mk_cluster("eu"), now() + jiff::SignedDuration::from_hours(1));
    assert!(!kinds.stock(&stale).admits(&nothing));
    let asked = kinds.asked(&Demand {
        others: [(Resource::named("nvidia.com/gpu"), 1)].into(),
        ..Demand::default()
    });
    assert!(kinds.stock(&Room::ByQuota).admits(&asked));
}

#[test]
fn a_cluster_that_offers_what_none_did_has_no_number_for_it() {
    let kinds = Kinds::of([mk_cluster("eu")].iter());
    assert!(!kinds.name_all_of(&mk_cluster("eu").with_other("nvidia.com/gpu", 1, 0)));
}
