//! The rules of dates.
use super::*;

#[test]
fn reads_days_and_nothing_else() {
    assert_eq!("2028-02-29".parse::<Date>().unwrap().to_string(), "2028-02-29");
    for bad in [
        "2027-02-29",
        "2028-3-31",
        "31-03-2028",
        "2028-03-31T00:00:00",
        "",
        "tomorrow",
    ] {
        assert!(bad.parse::<Date>().is_err(), "{bad}");
    }
}

#[test]
fn counts_days_over_summer_time_and_leap_years() {
    let from: Date = "2027-11-24".parse().unwrap();
    let to: Date = "2028-03-31".parse().unwrap();
    assert_eq!(from.days_until(to), 128);
    assert_eq!(to.days_until(from), -128);
    assert_eq!(from.plus_days(128), to);
    assert_eq!(Date::of(to.midnight()), to);
}
