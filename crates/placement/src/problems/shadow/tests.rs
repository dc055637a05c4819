//! One rule is said to ask at least as much only where it does, for every cluster.
use std::collections::BTreeSet;

use havenmeester_api::Criticality;
use proptest::prelude::*;

use super::*;
use crate::asked::Requirements;
use crate::filter;
use crate::merge::tests::{mk_seen, require};
use crate::mk::mk_empty_policy;
use crate::place::places;

fn term(criticality: Option<Criticality>, namespace: Option<&str>) -> Selector {
    Selector {
        any_of: vec![Term {
            criticality,
            sensitivity: None,
            layer: None,
            namespace: namespace.map(str::to_owned),
        }],
    }
}

#[test]
fn who_chooses_everybody_covers_everybody() {
    let all = Selector::default();
    let critical = term(Some(Criticality::Critical), None);
    let shop = term(Some(Criticality::Critical), Some("shop"));
    assert!(covers(&all, &critical) && covers(&critical, &shop) && covers(&all, &all));
    assert!(!covers(&critical, &all) && !covers(&shop, &critical));
}

proptest! {
    #[test]
    fn what_meets_the_stricter_rule_meets_the_other(strong in require(), weak in require()) {
        let request = mk_seen();
        let only = |require: &Require, rule: Rule| {
            let policy = havenmeester_api::policy::PlacementPolicySpec {
                require: require.clone(),
                ..mk_empty_policy()
            };
            let others: BTreeSet<Rule> = Rule::ALL.into_iter().filter(|other| *other != rule).collect();
            Requirements::of("p", &policy, &others)
        };
        for rule in Rule::ALL.into_iter().filter(|rule| stricter(*rule, &strong, &weak)) {
            let (strong, weak) = (only(&strong, rule), only(&weak, rule));
            prop_assert_ne!(&weak, &Requirements::default());
            for place in places(&request) {
                let refused = |asked: &Requirements| !filter::by_rules(asked, &place).is_empty();
                prop_assert!(!refused(&weak) || refused(&strong), "{} at {}", rule, place.name);
            }
        }
    }
}
