//! The published sets, and one's own.
use havenmeester_api::standard::{ObjectiveWeight, OwnWeights, WeightRule};

use super::*;
use crate::mk::today;

fn mk_standard(weights: Option<WeightRule>) -> AutonomyStandardSpec {
    AutonomyStandardSpec {
        weights,
        ..AutonomyStandardSpec::default()
    }
}

/// The weights and their version.
fn check(weights: Option<WeightRule>, version: &str, expected: [i64; 8]) {
    let spec = mk_standard(weights);
    let standard = Standard::on(&spec, today());
    assert_eq!(Objective::ALL.map(|o| standard.weight(o)), expected);
    assert_eq!(standard.weights_version(), version);
}

#[test]
fn both_published_sets_add_up_to_100_and_the_first_is_the_default() {
    let published = |set| {
        Some(WeightRule {
            published: Some(set),
            own: None,
        })
    };
    check(None, "v1.2.1", V121.map(i64::from));
    check(published(PublishedWeights::V121), "v1.2.1", V121.map(i64::from));
    check(
        published(PublishedWeights::Annex2026),
        "annex-2026",
        ANNEX_2026.map(i64::from),
    );
    assert_eq!(
        (V121.iter().sum::<i32>(), ANNEX_2026.iter().sum::<i32>()),
        (100, 100)
    );
}

#[test]
fn a_set_of_ones_own_counts_and_what_it_leaves_out_is_nought() {
    let objectives = vec![ObjectiveWeight {
        objective: Objective::Sov2,
        percent: 100,
    }];
    let own = OwnWeights {
        version: "amsterdam-1".to_owned(),
        source: "decision of the council".to_owned(),
        objectives,
    };
    let rule = WeightRule {
        published: None,
        own: Some(own),
    };
    check(Some(rule), "amsterdam-1", [0, 100, 0, 0, 0, 0, 0, 0]);
}
