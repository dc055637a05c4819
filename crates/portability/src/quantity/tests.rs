//! Rules of `quantity`, each test named as its rule.

use serde_json::json;

use super::{parse, parse_text};

#[test]
fn the_same_amount_in_other_words_is_the_same() {
    for (one, other) in [
        ("1", "1000m"),
        ("0.5", "500m"),
        ("1Gi", "1024Mi"),
        ("1e3", "1k"),
        ("1.5Gi", "1536Mi"),
        ("2000u", "2m"),
    ] {
        assert_eq!(parse_text(one), parse_text(other), "{one} {other}");
    }
    assert_eq!(parse(&json!(2)), parse(&json!("2")));
    assert_eq!(parse(&json!(0.5)), parse(&json!("500m")));
    assert_ne!(parse_text("1Gi"), parse_text("1G"));
}

#[test]
fn less_than_a_thousandth_rounds_up() {
    assert_eq!(parse_text("1n"), Some(1));
}

#[test]
fn what_is_no_quantity_is_none() {
    for wrong in [
        "",
        "Gi",
        "1Zi",
        "a",
        "1.2.3",
        "1e",
        "99999999999999999999999",
        "1e99",
        "--1",
    ] {
        assert_eq!(parse_text(wrong), None, "{wrong}");
    }
    assert_eq!(parse(&json!(null)), None);
}
