//! Plans are nearly as good as plans can be: held against an exact solver on small fleets.
#![allow(
    clippy::unwrap_used,
    clippy::cast_precision_loss,
    reason = "all of it is test code; clippy sees only the marked functions as such. The numbers are small"
)]
use havenmeester_placement::{decide, lint};

mod instance; // small made-up fleets
mod oracle; // the best plan there is

/// `cargo xtask bench plan-quality` tries 2,000.
const FLEETS: u64 = 120;

#[test]
fn plans_are_within_one_per_cent_of_the_best_on_average_and_five_at_worst() {
    let mut sum = 0.0;
    for seed in 0..FLEETS {
        let request = instance::instance(seed).unwrap();
        let plan = decide(&request);
        assert_eq!(lint(&request, &plan), []);
        let gap = oracle::gap(&request, &plan).unwrap();
        assert!(!gap.strands_critical, "seed {seed}");
        assert!(gap.share <= 0.05, "seed {seed}: {}", gap.share);
        sum += gap.share;
    }
    let mean = sum / FLEETS as f64;
    assert!(mean <= 0.01, "{mean}");
}
