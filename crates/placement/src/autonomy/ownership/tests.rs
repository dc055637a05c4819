//! The shares of random webs of owners: they end, and more ownership never means fewer laws.
use std::collections::BTreeMap;

use havenmeester_api::provider::ProviderSpec;
use proptest::prelude::*;

use crate::autonomy::tests::of_provider;
use crate::mk::{mk_provider, mk_stake, today};

const COUNTRIES: [&str; 4] = ["NL", "DE", "US", "CN"];

/// Up to eight entities, each with stakes of any of them in it: circles and shares above 100% included.
fn web() -> impl Strategy<Value = BTreeMap<String, ProviderSpec>> {
    let stakes = prop::collection::vec((0..9_usize, 0..=10_000_i32), 0..4);
    prop::collection::vec((0..4_usize, stakes), 1..8).prop_map(|entities| {
        let spec = |(country, stakes): (usize, Vec<(usize, i32)>)| ProviderSpec {
            owners: stakes
                .into_iter()
                .map(|(who, share)| mk_stake(&format!("p{who}"), share))
                .collect(),
            ..mk_provider(COUNTRIES[country])
        };
        entities
            .into_iter()
            .enumerate()
            .map(|(i, e)| (format!("p{i}"), spec(e)))
            .collect()
    })
}

/// The same without circles, and with shares that add up to less than all.
fn tree() -> impl Strategy<Value = BTreeMap<String, ProviderSpec>> {
    let stakes = prop::collection::vec((1..8_usize, 0..=3_300_i32), 0..4);
    prop::collection::vec((0..4_usize, stakes), 8).prop_map(|entities| {
        let spec = |i: usize, (country, stakes): (usize, Vec<(usize, i32)>)| ProviderSpec {
            owners: stakes
                .into_iter()
                .filter(|(further, _)| i + further < 8)
                .map(|(further, share)| mk_stake(&format!("p{}", i + further), share))
                .collect(),
            ..mk_provider(COUNTRIES[country])
        };
        entities
            .into_iter()
            .enumerate()
            .map(|(i, e)| (format!("p{i}"), spec(i, e)))
            .collect()
    })
}

proptest! {
    #[test]
    fn every_web_ends_and_its_own_law_is_always_there(providers in web()) {
        for (name, spec) in &providers {
            let autonomy = of_provider(name, &providers, today());
            prop_assert!(autonomy.jurisdictions.iter().any(|j| j.country == spec.country));
            prop_assert!(autonomy.jurisdictions.is_sorted_by(|a, b| a.country < b.country));
            for law in &autonomy.jurisdictions {
                prop_assert_eq!(&law.because[0].entity, name);
            }
        }
    }

    #[test]
    fn a_greater_share_never_takes_a_law_away(providers in tree(), more in 0..10_000_i32) {
        let before = of_provider("p0", &providers, today());
        prop_assert_eq!(&before.unclear, &None);
        let mut greater = providers.clone();
        for stake in greater.values_mut().flat_map(|spec| &mut spec.owners) {
            stake.share_basis_points = stake.share_basis_points.map(|share| share.max(more));
        }
        let after = of_provider("p0", &greater, today());
        for law in &before.jurisdictions {
            prop_assert!(after.jurisdictions.iter().any(|j| j.country == law.country));
        }
    }
}
