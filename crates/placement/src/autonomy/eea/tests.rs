//! The lists can be searched, and the words mean what they say.
use super::*;

#[test]
fn lists_are_sorted() {
    assert!(EU.is_sorted() && EFTA_IN_EEA.is_sorted());
}

#[test]
fn words_and_codes_are_named() {
    let list = |words: &[&str]| words.iter().map(|w| (*w).to_owned()).collect::<Vec<_>>();
    assert!(names(&list(&["EEA"]), "NO") && names(&list(&["EEA"]), "NL"));
    assert!(names(&list(&["EU"]), "GR") && !names(&list(&["EU"]), "NO"));
    assert!(names(&list(&["EU", "CH"]), "CH"));
    assert!(!names(&list(&["EEA"]), "GB") && !names(&[], "NL"));
}
