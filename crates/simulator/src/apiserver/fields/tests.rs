//! Items of lists by key, and the algebra of sets of fields on made-up objects.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::compare::compare;
use super::merge::merge;
use super::{Fields, walk};
use crate::apiserver::builtin;

#[test]
fn lists_with_keys_are_sets_of_items() {
    let pod = json!({"spec": {"containers": [{"name": "a", "image": "b"}]}});
    let fields = walk::of(&pod, &builtin::schema("core.v1.Pod")).unwrap();
    let expected =
        json!({"f:spec": {"f:containers": {"k:{\"name\":\"a\"}": {".": {}, "f:image": {}, "f:name": {}}}}});
    assert_eq!(fields.to_json(), expected);
    assert_eq!(Fields::from_json(&expected), fields);
}

#[test]
fn applied_items_keep_their_order_and_others_stay() {
    let schema = builtin::schema("core.v1.Pod");
    let list = |names: &[&str]| {
        let items: Vec<_> = names.iter().map(|name| json!({"name": name})).collect();
        json!({"spec": {"containers": items}})
    };
    let merged = merge(&list(&["a", "b", "c"]), &list(&["c", "a", "d"]), &schema).unwrap();
    assert_eq!(merged, list(&["b", "c", "a", "d"]));
}

fn mk_object() -> impl Strategy<Value = Value> {
    let labels = proptest::collection::btree_map("[a-c]", "[x-z]", 0..3);
    let images = proptest::collection::btree_map("[a-c]", "[x-z]", 0..3);
    (labels, images).prop_map(|(labels, images)| {
        let containers: Vec<_> = images
            .iter()
            .map(|(name, image)| json!({"name": name, "image": image}))
            .collect();
        json!({"metadata": {"labels": labels}, "spec": {"containers": containers}})
    })
}

proptest! {
    #[test]
    fn nothing_differs_from_itself(object in mk_object()) {
        let found = compare(&object, &object, &builtin::schema("core.v1.Pod"));
        prop_assert!(found.added.is_empty() && found.modified.is_empty() && found.removed.is_empty());
    }

    #[test]
    fn what_was_applied_is_there_and_again_changes_nothing(live in mk_object(), applied in mk_object()) {
        let schema = builtin::schema("core.v1.Pod");
        let once = merge(&live, &applied, &schema).unwrap();
        prop_assert_eq!(&merge(&once, &applied, &schema).unwrap(), &once);
        let stated = walk::of(&applied, &schema).unwrap();
        let there = walk::of(&once, &schema).unwrap();
        prop_assert!(stated.difference(&there).below("f:spec").is_none());
    }

    #[test]
    fn the_algebra_of_sets_holds(one in mk_object(), other in mk_object()) {
        let schema = builtin::schema("core.v1.Pod");
        let (a, b) = (walk::of(&one, &schema).unwrap(), walk::of(&other, &schema).unwrap());
        prop_assert_eq!(a.union(&b), b.union(&a));
        prop_assert_eq!(a.intersection(&b), b.intersection(&a));
        prop_assert!(a.difference(&b).intersection(&b).is_empty());
        prop_assert_eq!(a.difference(&b).union(&a.intersection(&b)), a.clone());
        prop_assert_eq!(Fields::from_json(&a.to_json()), a);
    }
}
