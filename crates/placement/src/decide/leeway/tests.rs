//! What is covered is answered in the same way.
use proptest::prelude::*;

use super::*;
use crate::resource::Resource;

fn demand() -> impl Strategy<Value = Demand> {
    let others =
        prop::collection::btree_map(prop::sample::select(vec!["gpu", "storage/Rwo"]), -1..5_i64, 0..2);
    (-2..20_i64, -2..20_i64, -2..20_i64, others).prop_map(|(cpu_milli, memory_mib, pods, others)| Demand {
        cpu_milli,
        memory_mib,
        pods,
        others: others
            .into_iter()
            .map(|(name, many)| (Resource::named(name), many))
            .collect(),
    })
}

proptest! {
    #[test]
    fn every_answer_is_the_same_in_a_room_that_is_covered(
        before in demand(), now in demand(), asked in prop::collection::vec(demand(), 0..12),
    ) {
        let (before, now) = (Room::Free(before), Room::Free(now));
        let mut leeway = Leeway::ANY;
        let answers: Vec<bool> = asked.iter().map(|demand| leeway.ask(&before, demand)).collect();
        let plain: Vec<bool> = asked.iter().map(|demand| before.admits(demand)).collect();
        prop_assert_eq!(&answers, &plain);
        if leeway.covers(&before, &now) {
            let again: Vec<bool> = asked.iter().map(|demand| now.admits(demand)).collect();
            prop_assert_eq!(answers, again);
        }
        prop_assert!(leeway.covers(&before, &before));
    }
}

#[test]
fn more_room_changes_nothing_for_who_lacks_more_still() {
    let free = |cpu_milli| {
        Room::Free(Demand {
            cpu_milli,
            memory_mib: 100,
            pods: 100,
            ..Demand::default()
        })
    };
    let asked = |cpu_milli| Demand {
        cpu_milli,
        ..Demand::default()
    };
    let mut leeway = Leeway::ANY;
    assert!(leeway.ask(&free(50), &asked(30)) && !leeway.ask(&free(50), &asked(60)));
    let covered: Vec<i64> = (0..100)
        .filter(|cpu| leeway.covers(&free(50), &free(*cpu)))
        .collect();
    assert_eq!(covered, (30..60).collect::<Vec<i64>>());
}
