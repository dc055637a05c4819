//! Quantities as Kubernetes writes them.

use super::{mib, milli};

#[test]
fn quantities_are_read_as_kubernetes_does() {
    for (text, expected) in [
        ("1", Some(1_000)),
        ("500m", Some(500)),
        ("0.1", Some(100)),
        ("1.5", Some(1_500)),
        ("100u", Some(1)),
        ("2e1", Some(20_000)),
        ("", None),
        ("-1", None),
        ("1x", None),
        (".", None),
    ] {
        assert_eq!(milli(text), expected, "{text}");
    }
    for (text, expected) in [
        ("1Gi", Some(1024)),
        ("64Mi", Some(64)),
        ("1", Some(1)),
        ("1.5Gi", Some(1536)),
        ("1G", Some(954)),
    ] {
        assert_eq!(mib(text), expected, "{text}");
    }
}
