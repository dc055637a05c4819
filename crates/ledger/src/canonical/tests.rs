//! Same value, same bytes, whatever the order of its fields; and its digest.

use serde_json::json;

use super::{bytes_of, digest, spell, write};

#[test]
fn fields_are_ordered_by_name_at_every_depth() {
    let mut out = Vec::new();
    write(
        &json!({"b": [{"d": 1, "c": null}], "a": "x\n", "B": 1.5}),
        &mut out,
    )
    .unwrap();
    assert_eq!(
        String::from_utf8(out).unwrap(),
        r#"{"B":1.5,"a":"x\n","b":[{"c":null,"d":1}]}"#
    );
}

#[test]
fn what_is_read_back_has_the_same_bytes() {
    for number in [0.1 + 0.2, 1e300, 5e-324, -0.0, 123_456_789.123_456_79] {
        let bytes = bytes_of(&number).unwrap();
        let again: f64 = serde_json::from_slice(&bytes).unwrap();
        assert_eq!(bytes_of(&again).unwrap(), bytes, "{number}");
    }
}

#[test]
fn the_digest_is_sha_256() {
    let empty = "sha256-e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    assert_eq!(spell(&digest(b"")), empty);
}
