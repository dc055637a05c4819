//! The rules of the levels.
use super::*;

#[test]
fn bio_levels_are_aliases_in_any_case_and_with_plus_spelt_out() {
    for (value, level) in [
        ("BBN1", Sensitivity::Low),
        ("bbn2", Sensitivity::Medium),
        ("BBN2plus", Sensitivity::High),
        ("BBN2+", Sensitivity::High),
        ("BBN3", Sensitivity::High),
        ("High", Sensitivity::High),
    ] {
        assert_eq!(Sensitivity::read(value), Read::Known(level), "{value}");
    }
}

#[test]
fn an_unknown_level_counts_as_the_strictest_and_says_so() {
    let read = Criticality::read("crtical");
    assert_eq!(read.level(), Criticality::Critical);
    assert_eq!(read.misread(), Some("crtical"));
    assert_eq!(Sensitivity::read("").level(), Sensitivity::High);
}

#[test]
fn stricter_is_greater() {
    assert!(Criticality::Critical > Criticality::Medium && Criticality::Medium > Criticality::Low);
    assert!(Sensitivity::High > Sensitivity::Medium && Sensitivity::Medium > Sensitivity::Low);
}
