//! The bytes of an entry and its hash, which must never change.

use serde_json::json;

use super::{End, FIRST, decode, encode, genesis, hash, intact, lines, seal};
use crate::entry::{Entry, EntryKind};

fn mk_entry(message: &str) -> Entry {
    Entry {
        at: "2026-11-24T10:00:03.25Z".parse().unwrap(),
        actor: "controller".to_owned(),
        kind: EntryKind::Decided,
        subject: "Workload/havenmeester/shop".to_owned(),
        message: message.to_owned(),
        data: json!({"score": 0.1 + 0.2}),
    }
}

#[test]
fn each_entry_holds_on_to_the_one_before() {
    let sealed = seal(&End::of_nothing(), vec![mk_entry("a"), mk_entry("b")]).unwrap();
    assert_eq!([sealed[0].seq, sealed[1].seq], [FIRST, FIRST + 1]);
    assert_eq!(sealed[0].previous, genesis());
    assert_eq!(sealed[1].previous, sealed[0].hash);
    let more = seal(&End::of(&sealed[1]), vec![mk_entry("c")]).unwrap();
    assert_eq!((more[0].seq, &more[0].previous), (3, &sealed[1].hash));
}

/// A hash that changes with a version of ours would accuse every log that is out there.
#[test]
fn the_hash_of_an_entry_is_for_ever() {
    let shown = hash(FIRST, &genesis(), &mk_entry("a")).unwrap();
    assert_eq!(
        shown,
        "sha256-593dbe2334b0c3eb4634bfdb78daeb42d950daac75cd34f9f7f8f2f573e42685"
    );
}

#[test]
fn an_object_is_a_line_per_entry() {
    let sealed = seal(&End::of_nothing(), vec![mk_entry("a\nb"), mk_entry("c")]).unwrap();
    let bytes = encode(&sealed).unwrap();
    assert_eq!(lines(&bytes).count(), 2);
    assert_eq!(decode(&bytes).unwrap(), sealed);
    assert!(lines(&bytes).all(|line| intact(line).is_some()));
}

#[test]
fn another_spelling_of_the_same_entry_is_not_intact() {
    let sealed = seal(&End::of_nothing(), vec![mk_entry("a")]).unwrap();
    let line = String::from_utf8(encode(&sealed).unwrap()).unwrap();
    let line = line.trim_end();
    assert!(intact(line.as_bytes()).is_some());
    for other in [
        line.replace("\":", "\": "),
        line.replacen('{', "{\"more\":1,", 1),
        line.replace("Decided", "Completed"),
    ] {
        assert!(intact(other.as_bytes()).is_none(), "{other}");
    }
}
