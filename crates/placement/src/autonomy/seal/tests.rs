//! Levels, evidence and score.
use havenmeester_api::provider::Evidence;
use havenmeester_api::standard::AutonomyStandardSpec;

use super::*;
use crate::mk::{date, mk_assessment};

/// How a claim of level 3 with evidence of a day stands on another.
fn check(evidence: Option<&str>, on: &str, seal: i32, reason: Standing) {
    let spec = AutonomyStandardSpec::default();
    let today = date(on);
    let claim = Assessment {
        evidence: evidence.map(|day| Evidence {
            reference: "audit".to_owned(),
            date: date(day),
        }),
        ..mk_assessment(Objective::Sov1, 3)
    };
    let found = standings(&[claim], &Standard::on(&spec, today), today);
    assert_eq!(
        (found[0].seal, found[0].reason),
        (seal, reason),
        "{evidence:?} on {on}"
    );
    assert_eq!((found[1].seal, found[1].reason), (0, Standing::NotAssessed));
    assert_eq!(found.len(), 8);
}

#[test]
fn a_claim_counts_as_long_as_its_evidence_does() {
    check(None, "2026-11-24", 0, Standing::NoEvidence);
    check(Some("2026-11-25"), "2026-11-24", 0, Standing::NotYet);
    check(Some("2026-11-24"), "2026-11-24", 3, Standing::Shown);
    check(Some("2026-11-24"), "2029-11-23", 3, Standing::Shown);
    check(Some("2026-11-24"), "2029-11-24", 0, Standing::Stale);
}

#[test]
fn the_score_weighs_each_level_against_the_highest() {
    let spec = AutonomyStandardSpec::default();
    let standard = Standard::on(&spec, date("2026-11-24"));
    let all = |level: i32| {
        Objective::ALL
            .into_iter()
            .map(|o| (o, level))
            .collect::<BTreeMap<_, _>>()
    };
    assert_eq!(score(&all(4), &standard), 10_000);
    assert_eq!(score(&all(3), &standard), 7_500);
    assert_eq!(score(&all(0), &standard), 0);
    let mut one = all(0);
    one.insert(Objective::Sov5, 2); // half of 20
    assert_eq!((score(&one, &standard), overall(&one)), (1_000, 0));
}
