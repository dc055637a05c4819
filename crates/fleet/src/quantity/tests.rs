//! Quantities of Kubernetes as whole numbers.
use super::{mebi, milli, whole};

#[test]
fn processor_time_is_read_in_thousandths_and_rounded_up() {
    for (text, wanted) in [
        ("500m", 500),
        ("2", 2000),
        ("0.1", 100),
        (".5", 500),
        ("1e3", 1_000_000),
        ("1u", 1),
        ("100n", 1),
        ("1500000000n", 1500),
        ("-1", -1000),
        ("0", 0),
    ] {
        assert_eq!(milli(text), Some(wanted), "{text}");
    }
}

#[test]
fn memory_is_read_in_mebibytes_and_rounded_up() {
    for (text, wanted) in [
        ("1Gi", 1024),
        ("1.5Gi", 1536),
        ("128974848", 123),
        ("129e6", 124),
        ("129M", 124),
        ("1Ki", 1),
        ("1", 1),
        ("0", 0),
        ("400m", 1),
    ] {
        assert_eq!(mebi(text), Some(wanted), "{text}");
    }
    assert_eq!(whole("110"), Some(110));
}

#[test]
fn what_is_no_quantity_is_none() {
    for text in [
        "",
        "m",
        "1.2.3",
        "1x",
        "one",
        "1ee3",
        "9999999999999999999999999999999999999999",
        "1e400",
    ] {
        assert_eq!(milli(text), None, "{text}");
    }
}
