//! What is sealed opens with any of its keys, and no changed byte goes unseen.

use proptest::prelude::*;

use super::{Unopened, open, seal};
use crate::keys::Keys;

#[test]
fn another_key_is_told_apart_from_damage() {
    let keys = Keys::generate();
    let sealed = seal(b"password: hunter2", &keys).unwrap();
    assert!(matches!(open(&sealed, &Keys::generate()), Err(Unopened::NoKey)));
    assert!(matches!(
        open(&sealed[..sealed.len() - 1], &keys),
        Err(Unopened::Damaged(_))
    ));
    assert!(matches!(open(b"", &keys), Err(Unopened::Damaged(_))));
}

#[test]
fn any_identity_opens_what_was_sealed_to_all() {
    let old = Keys::generate();
    let both = old.clone().rotated();
    let sealed = seal(b"x", &both).unwrap();
    assert_eq!(open(&sealed, &both).unwrap(), b"x");
    assert_eq!(open(&sealed, &old).unwrap(), b"x");
    assert_eq!(open(&seal(b"x", &old).unwrap(), &both).unwrap(), b"x");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn what_is_sealed_opens(plain in proptest::collection::vec(any::<u8>(), 0..200_000)) {
        let keys = Keys::generate();
        prop_assert_eq!(open(&seal(&plain, &keys).unwrap(), &keys).unwrap(), plain);
    }

    #[test]
    fn no_changed_byte_goes_unseen(at in any::<proptest::sample::Index>(), by in 1..=255_u8) {
        let keys = Keys::generate();
        let mut sealed = seal(b"password: hunter2", &keys).unwrap();
        let at = at.index(sealed.len());
        sealed[at] ^= by;
        prop_assert!(open(&sealed, &keys).is_err());
    }
}
