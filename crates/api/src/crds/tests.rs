//! What holds for every definition.
use super::*;

#[test]
fn every_kind_has_a_short_name_the_category_a_status_and_columns() {
    for crd in all() {
        let names = &crd.spec.names;
        let kind = &names.kind;
        assert!(
            names.short_names.as_ref().is_some_and(|s| !s.is_empty()),
            "{kind}"
        );
        assert_eq!(
            names.categories.as_deref(),
            Some(&["havenmeester".to_owned()][..]),
            "{kind}"
        );
        let version = &crd.spec.versions[0];
        assert!(
            version.subresources.as_ref().is_some_and(|s| s.status.is_some()),
            "{kind}"
        );
        assert!(
            version
                .additional_printer_columns
                .as_ref()
                .is_some_and(|c| c.len() > 3),
            "{kind}"
        );
    }
}

#[test]
fn short_names_are_not_shared() {
    let mut all: Vec<_> = all()
        .into_iter()
        .flat_map(|c| c.spec.names.short_names.unwrap())
        .collect();
    all.sort();
    let before = all.len();
    all.dedup();
    assert_eq!(all.len(), before);
}
