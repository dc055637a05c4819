//! The rules of lengths of time.
use super::*;

#[test]
fn reads_what_kubernetes_users_write() {
    for (text, seconds) in [
        ("30s", 30),
        ("15m", 900),
        ("1h30m", 5_400),
        ("24h", 86_400),
        ("14d", 1_209_600),
        ("0s", 0),
    ] {
        assert_eq!(text.parse(), Ok(Span::seconds(seconds)), "{text}");
    }
}

#[test]
fn refuses_what_has_no_unit_or_overflows() {
    for text in [
        "",
        "15",
        "m",
        "-5m",
        "1.5h",
        "15 m",
        "99999999999999999999d",
        "18446744073709551615d",
    ] {
        assert_eq!(text.parse::<Span>(), Err(SpanError(text.to_owned())));
    }
}

#[test]
fn what_is_printed_reads_back() {
    for seconds in [0, 1, 59, 60, 61, 3_600, 3_661, 90_000] {
        let span = Span::seconds(seconds);
        assert_eq!(span.to_string().parse(), Ok(span));
    }
}
