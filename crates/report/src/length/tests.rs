//! How lengths are said and written.
use super::Length;
use crate::words::Language;

#[test]
fn people_read_the_two_largest_units() {
    let said = |millis| Length::from_millis(millis).say(Language::En);
    let cases = [
        0, 400, 4_000, 4_240, 9_960, 41_300, 60_000, 552_000, 900_000, 3_600_000, 7_530_000,
    ];
    assert_eq!(
        cases.map(said),
        [
            "0 s",
            "0.4 s",
            "4 s",
            "4.2 s",
            "10 s",
            "41 s",
            "1 min",
            "9 min 12 s",
            "15 min",
            "1 h",
            "2 h 5 min"
        ]
    );
    assert_eq!(Length::from_millis(4_240).say(Language::Nl), "4,2 s");
}

#[test]
fn programs_read_seconds() {
    let json = serde_json::to_string(&[Length::from_millis(4_000), Length::from_millis(4_240)]);
    assert_eq!(json.unwrap(), "[4,4.24]");
}
