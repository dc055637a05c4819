//! Identity files as people have them, and what is said of a bad line.

use super::Keys;
use crate::error::{Category, LedgerError};

#[test]
fn an_identity_file_is_read_as_it_was_written() {
    let keys = Keys::generate().rotated();
    let read = Keys::from_identity_file(&keys.to_identity_file()).unwrap();
    assert_eq!(read.recipients(), keys.recipients());
    assert_eq!(read.to_identity_file(), keys.to_identity_file());
}

#[test]
fn a_bare_recipient_is_sealed_to_but_opens_nothing() {
    let offline = Keys::generate().recipients().remove(0);
    let text = format!(
        "{}\n# recovery\n {offline} \r\n",
        Keys::generate().to_identity_file()
    );
    let keys = Keys::from_identity_file(&text).unwrap();
    assert_eq!(keys.recipients().len(), 2);
    assert!(keys.recipients().contains(&offline));
    assert_eq!(keys.opening().count(), 1);
}

#[test]
fn a_bad_line_is_named_by_its_number_and_not_shown() {
    let text = format!(
        "# mine\n\n{}AGE-SECRET-KEY-1TYPO",
        Keys::generate().to_identity_file()
    );
    let error = Keys::from_identity_file(&text).unwrap_err();
    assert!(matches!(error, LedgerError::IdentityLine { line: 5 }));
    assert!(!error.to_string().contains("TYPO"));
    assert_eq!(error.category(), Category::Undecryptable);
}

#[test]
fn a_file_without_an_identity_is_refused() {
    let only_recipient = Keys::generate().recipients().remove(0);
    for text in ["", "# nothing\n", &only_recipient] {
        assert!(
            matches!(Keys::from_identity_file(text), Err(LedgerError::NoIdentity)),
            "{text}"
        );
    }
}

#[test]
fn debug_shows_recipients_only() {
    let shown = format!("{:?}", Keys::generate());
    assert!(shown.contains("age1") && !shown.contains("SECRET"), "{shown}");
}

#[test]
fn the_fingerprint_names_the_set_of_recipients() {
    let keys = Keys::generate();
    assert_eq!(keys.fingerprint(), keys.clone().fingerprint());
    assert_ne!(keys.fingerprint(), keys.clone().rotated().fingerprint());
    assert_ne!(keys.fingerprint(), Keys::generate().fingerprint());
}
