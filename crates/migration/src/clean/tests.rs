//! What may be deleted of a part of a namespace.

use std::collections::BTreeMap;

use serde_json::json;

use super::is_selected;

#[test]
fn what_went_along_without_the_labels_is_not_deleted() {
    let labels = BTreeMap::from([("app".to_owned(), "a".to_owned())]);
    let live = |label: &str| json!({ "metadata": { "labels": { "app": label } } });
    assert!(is_selected(&live("a"), &labels));
    assert!(!is_selected(&live("b"), &labels));
    assert!(!is_selected(&json!({ "metadata": {} }), &labels));
    assert!(
        is_selected(&json!({ "metadata": {} }), &BTreeMap::new()),
        "a whole namespace"
    );
}
