//! Names and groups.
use super::*;

#[test]
fn names_can_be_searched_and_are_no_groups() {
    assert!(KNOWN.is_sorted() && names().all(|name| !name.contains('.')));
}

#[test]
fn a_name_stands_for_its_group_and_a_group_for_itself() {
    assert_eq!(group("cert-manager"), "cert-manager.io");
    assert_eq!(group("example.org"), "example.org");
    assert!(is_known("cnpg") && is_known("example.org") && !is_known("cert-manger"));
}
