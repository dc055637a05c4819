//! What is covered is answered in the same way.
use proptest::prelude::*;

use super::*;

fn amounts(least: i64) -> impl Strategy<Value = Amounts> {
    prop::collection::vec(least..20_i64, 5).prop_map(Vec::into)
}

proptest! {
    #[test]
    fn every_answer_is_the_same_in_a_stock_that_is_covered(
        before in amounts(-2), now in amounts(-2), asked in prop::collection::vec(amounts(0), 0..12),
    ) {
        let (before, now) = (Stock::Free(before), Stock::Free(now));
        let mut leeway = Leeway::default();
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
    for kind in 0..4 {
        let with = |amount: i64, others: i64| -> Amounts {
            let mut amounts = vec![others; 4];
            amounts[kind] = amount;
            amounts.into()
        };
        let free = |amount| Stock::Free(with(amount, 100));
        let mut leeway = Leeway::default();
        assert!(leeway.ask(&free(50), &with(30, 0)) && !leeway.ask(&free(50), &with(60, 0)));
        let covered: Vec<i64> = (0..100)
            .filter(|amount| leeway.covers(&free(50), &free(*amount)))
            .collect();
        assert_eq!(covered, (30..60).collect::<Vec<i64>>());
    }
}
