//! The window, to the second.
use super::*;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

#[test]
fn the_source_is_kept_to_the_end_of_the_window() {
    assert!(
        matches!(run(at(0), Span::minutes(5), at(299)), Turn::Wait { after, .. } if after.as_secs() == 1)
    );
    assert!(matches!(run(at(0), Span::minutes(5), at(300)), Turn::Done(_)));
}

#[test]
fn a_long_window_is_looked_at_every_hour() {
    assert!(matches!(run(at(0), Span::hours(24), at(0)), Turn::Wait { after, .. } if after == LONGEST));
}

#[test]
fn no_window_is_over_at_once() {
    assert!(matches!(run(at(7), Span::seconds(0), at(7)), Turn::Done(_)));
}
