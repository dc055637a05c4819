//! Shares are multiplied and added; in circles the sum has a limit, and everything is given away exactly once.
use proptest::prelude::*;

use super::*;
use crate::autonomy::circle;

fn owning(owner: usize, share: i32) -> Owning {
    Owning {
        owner,
        share,
        votes: share,
        vetoes: false,
        appoints_board: false,
    }
}

fn capital(stakes: &[Vec<Owning>]) -> Spread {
    Spread::of(stakes, &circle::parts(stakes), Flow::Capital, None)
}

#[test]
fn a_pair_that_holds_nearly_all_of_each_other_is_worked_out() {
    let stakes = vec![
        vec![owning(1, 9_999), owning(2, 1)],
        vec![owning(0, 9_999), owning(3, 1)],
        vec![],
        vec![],
    ];
    let spread = capital(&stakes);
    assert!(spread.solved);
    // Nearly one half each: 1/(1+0.9999) and 0.9999/(1+0.9999), within the rounding up of 2 x 10^4 rounds.
    for (at, part) in [(2, 500_025_001), (3, 499_974_998)] {
        let off = spread.held(at).abs_diff(part);
        assert!(off < 20_000, "{at}: {} is {off} from {part}", spread.held(at));
    }
}

/// Up to six entities that hold each other, and one outside that holds the rest of each.
fn web() -> impl Strategy<Value = Vec<Vec<Owning>>> {
    let stakes = prop::collection::vec((0..6_usize, 1..1_600_i32), 0..6);
    prop::collection::vec(stakes, 6).prop_map(|entities| {
        let rest = |stakes: Vec<(usize, i32)>| {
            let mut all: Vec<Owning> = stakes
                .into_iter()
                .map(|(owner, share)| owning(owner, share))
                .collect();
            let held: i32 = all.iter().map(|s| s.share).sum();
            all.push(owning(6, 10_000 - held));
            all
        };
        entities.into_iter().map(rest).chain([Vec::new()]).collect()
    })
}

proptest! {
    #[test]
    fn whoever_holds_the_rest_of_all_holds_all(stakes in web()) {
        let spread = capital(&stakes);
        prop_assert!(spread.solved);
        // Rounded up at each step, by a few parts of 10^9.
        prop_assert!(spread.held[6] >= WHOLE && spread.held[6] < WHOLE + 10_000, "{}", spread.held[6]);
    }
}
