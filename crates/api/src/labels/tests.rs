//! The rules of the namespace labels.
use super::*;

fn mk_labels(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs
        .iter()
        .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
        .collect()
}

#[test]
fn an_untagged_namespace_is_nobodys_business() {
    assert_eq!(
        Tags::read(&mk_labels(&[("team", "x"), (MODE, "replicable")])),
        None
    );
}

#[test]
fn a_half_tagged_namespace_counts_as_the_strictest_and_says_so() {
    let tags = Tags::read(&mk_labels(&[(CRITICALITY, "low")])).unwrap();
    assert_eq!(tags.criticality.level(), Criticality::Low);
    assert_eq!(tags.sensitivity.level(), Sensitivity::High);
    assert_eq!(
        tags.misread,
        [
            "label havenmeester.dev/sensitivity is missing; it counts as High; write low, medium, high, BBN1, BBN2, BBN2plus or BBN3"
        ]
    );
}

#[test]
fn an_unknown_mode_is_exclusive() {
    let tags = Tags::read(&mk_labels(&[
        (CRITICALITY, "low"),
        (SENSITIVITY, "BBN1"),
        (MODE, "both"),
    ]))
    .unwrap();
    assert_eq!(tags.mode, Mode::Exclusive);
    assert_eq!(tags.misread.len(), 1);
}
