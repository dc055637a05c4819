//! The parts of a score.
use havenmeester_api::provider::CoreValues;
use proptest::prelude::*;

use super::*;
use crate::mk::mk_request;
use crate::place::places;

fn check(weights: &Weights, values: CoreValues, seal: i32, cluster: &str) -> Score {
    let mut request = mk_request();
    for provider in request.fleet.providers.values_mut() {
        provider.core_values = values;
        provider.sovereignty.iter_mut().for_each(|a| a.seal = seal);
    }
    let places = places(&request);
    score(
        weights,
        places.iter().find(|place| place.name == cluster).unwrap(),
    )
    .told()
}

#[test]
fn weights_share_out_the_whole() {
    let weights = Weights {
        autonomy: Some(3),
        cost: Some(1),
        ..zero()
    };
    let values = CoreValues {
        cost: Some(40),
        ..CoreValues::default()
    };
    let score = check(&weights, values, 4, "eu-1");
    assert_eq!(
        score.parts,
        [
            (Part::Value(CoreValue::Autonomy), 735),
            (Part::Value(CoreValue::Cost), 98)
        ]
        .into()
    );
    assert_eq!(score.total, 833);
}

#[test]
fn a_law_from_outside_costs_autonomy() {
    let weights = Weights {
        autonomy: Some(1),
        ..zero()
    };
    assert_eq!(check(&weights, CoreValues::default(), 2, "eu-1").total, 784);
    assert_eq!(check(&weights, CoreValues::default(), 2, "azure-weu").total, 0);
}

fn zero() -> Weights {
    let none = Some(0);
    Weights {
        autonomy: none,
        quality: none,
        cost: none,
        security: none,
        innovation: none,
        sustainability: none,
        transparency: none,
    }
}

proptest! {
    #[test]
    fn a_score_lies_between_0_and_1000(w in any::<[i32; 3]>(), v in any::<[i32; 3]>(), seal in any::<i32>()) {
        let weights = Weights { autonomy: Some(w[0]), quality: Some(w[1]), cost: Some(w[2]), ..Weights::default() };
        let values = CoreValues { quality: Some(v[0]), cost: Some(v[1]), security: Some(v[2]), ..CoreValues::default() };
        let score = with_stability(check(&weights, values, seal, "eu-1"));
        prop_assert!((0..=1000).contains(&score.total));
        prop_assert_eq!(score.total, score.parts.values().sum::<i64>());
    }
}
