//! Numbers and lists as people write them.
use super::*;
use crate::decision::Refusal;

#[test]
fn amounts_have_no_noughts_at_the_end() {
    for (milli, text) in [
        (4_000, "4"),
        (2_500, "2.5"),
        (125, "0.125"),
        (0, "0"),
        (-500, "-0.5"),
        (-1_250, "-1.25"),
    ] {
        assert_eq!(decimals(milli, 1000), text);
    }
    assert_eq!(
        (percent(10_000), percent(2_450), percent(5)),
        ("100%".to_owned(), "24.5%".to_owned(), "0.05%".to_owned())
    );
    assert_eq!(amount(Unit::Memory, 1_536), "1.5 GiB");
}

#[test]
fn lists_read_as_a_sentence() {
    let list = |words: &[&str]| listed(&words.iter().map(|w| (*w).to_owned()).collect::<Vec<_>>(), "or");
    assert_eq!((list(&[]), list(&["a"])), ("nothing".to_owned(), "a".to_owned()));
    assert_eq!(
        (list(&["a", "b"]), list(&["a", "b", "c"])),
        ("a or b".to_owned(), "a, b or c".to_owned())
    );
}

#[test]
fn a_full_cluster_says_what_is_short_and_how_much() {
    let demand = Demand {
        cpu_milli: 4_000,
        memory_mib: 8_192,
        pods: 3,
        ..Demand::default()
    };
    let free = Demand {
        cpu_milli: 2_500,
        memory_mib: 7_168,
        pods: 50,
        ..Demand::default()
    };
    let full = Refusal::Capacity { demand, free };
    assert_eq!(
        full.to_string(),
        "capacity: needs 4 cpu, 2.5 free; needs 8 GiB, 7 free"
    );
    assert_eq!(
        full.nearest_change().unwrap(),
        "would do with 1.5 cpu more and 1 GiB more"
    );
    assert_eq!(
        Refusal::NotReachable.nearest_change().as_deref(),
        Some("would do once it answers")
    );
}
