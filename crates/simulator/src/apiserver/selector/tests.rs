//! Selectors as documented, nonsense, and what kube writes.

use std::collections::BTreeMap;

use kube::core::{Selector, SelectorExt};
use proptest::prelude::*;

use super::{Expression, parse_labels};

fn check(selector: &str, labels: &[(&str, &str)], expected: bool) {
    let parsed: Selector = parse_labels(selector).unwrap().into_iter().collect();
    let labels: BTreeMap<_, _> = labels
        .iter()
        .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
        .collect();
    assert_eq!(parsed.matches(&labels), expected, "{selector} on {labels:?}");
}

#[test]
fn selectors_select_as_documented() {
    check("", &[], true);
    check("a=b", &[("a", "b")], true);
    check("a==b", &[("a", "c")], false);
    check("a!=b", &[], true);
    check("a", &[("a", "")], true);
    check("!a", &[("a", "")], false);
    check("a in (b, c),d notin (e)", &[("a", "c")], true);
    check("a in (b,c)", &[("a", "d")], false);
    check("x.io/a=b,c", &[("x.io/a", "b"), ("c", "1")], true);
}

#[test]
fn nonsense_is_refused() {
    for text in ["a in b)", "a in (b", "a is (b)", "=b", "a,,b", "a=b c", "!"] {
        assert!(parse_labels(text).is_err(), "{text}");
    }
}

fn mk_expression() -> impl Strategy<Value = Expression> {
    let key = "[a-z]{1,3}";
    let values = proptest::collection::btree_set("[a-z0-9]{1,3}", 1..4);
    prop_oneof![
        (key, values.clone()).prop_map(|(k, v)| Expression::In(k, v)),
        (key, values).prop_map(|(k, v)| Expression::NotIn(k, v)),
        (key, "[a-z]{0,3}").prop_map(|(k, v)| Expression::Equal(k, v)),
        (key, "[a-z]{0,3}").prop_map(|(k, v)| Expression::NotEqual(k, v)),
        key.prop_map(Expression::Exists),
        key.prop_map(Expression::DoesNotExist),
    ]
}

proptest! {
    #[test]
    fn what_kube_writes_is_read_back(expressions in proptest::collection::vec(mk_expression(), 1..5)) {
        let selector: Selector = expressions.iter().cloned().collect();
        prop_assert_eq!(parse_labels(&selector.to_string()).unwrap(), expressions);
    }
}
