//! The harness's summary line is read, and nothing else is.

use super::*;

#[test]
fn a_summary_is_read() {
    let line =
        "test result: FAILED. 12 passed; 3 failed; 0 ignored; 0 measured; 1 filtered out; finished in 6.55s";

    assert_eq!(
        Tally::parse(line),
        Some(Tally {
            passed: 12,
            failed: 3
        })
    );
}

#[test]
fn other_lines_are_not() {
    assert_eq!(Tally::parse("test relay::tests::pass ... ok"), None);
    assert_eq!(Tally::parse("a test result: ok. 1 passed; 0 failed"), None);
    assert_eq!(Tally::parse("test result: ok."), None);
}
