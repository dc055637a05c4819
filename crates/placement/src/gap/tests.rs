//! Each gap has a word, a sentence and, where there is one, the change that closes it.
use super::*;

#[track_caller]
fn check(gap: &Gap, rule: &str, sentence: &str, nearest: Option<&str>) {
    assert_eq!(
        (
            gap.rule(),
            gap.to_string().as_str(),
            gap.nearest_change().as_deref()
        ),
        (rule, sentence, nearest)
    );
}

#[test]
fn haven() {
    let failed = |checks: &[&str], known| Gap::Haven {
        failed: checks.iter().map(|c| (*c).to_owned()).collect(),
        known,
    };
    let one = "would do if its Haven check rwxvolumes passed";
    let rule = "NotHavenCompliant";
    check(
        &failed(&["rwxvolumes"], true),
        rule,
        "Haven checks that do not pass: rwxvolumes",
        Some(one),
    );
    check(
        &failed(&["cncf"], false),
        rule,
        "Haven checks that are not known to pass: cncf",
        None,
    );
    check(&failed(&[], true), rule, "is not Haven compliant", None);
}

#[test]
fn eligibility_and_values() {
    let until = Some("2027-01-01".parse().unwrap());
    let gap = Gap::NotEligible {
        reason: "central government only".to_owned(),
        until,
    };
    let sentence = "not eligible until 2027-01-01: central government only";
    check(&gap, "NotEligible", sentence, Some("would do after 2027-01-01"));
    let gap = Gap::CoreValue {
        value: CoreValue::Cost,
        seen: None,
        wanted: 30,
    };
    let sentence = "cost is judged by nobody, wanted at least 30";
    check(
        &gap,
        "CoreValueTooLow",
        sentence,
        Some("would do with cost at 30"),
    );
}
