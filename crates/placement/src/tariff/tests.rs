//! What a demand costs, by what clusters declare.
use havenmeester_api::cost::{DeviceCost, StorageCost};
use proptest::prelude::*;

use super::*;
use crate::mk::mk_cluster;

fn spec() -> CostSpec {
    CostSpec {
        currency: "EUR".to_owned(),
        cpu_month: 2_000,
        memory_gib_month: 300,
        storage: vec![StorageCost {
            class: "ceph-block".to_owned(),
            tib_month: 4_608,
        }],
        devices: vec![DeviceCost {
            resource: "nvidia.com/gpu".to_owned(),
            month: 60_000,
        }],
        egress_tib: Some(5_120),
    }
}

fn price(spec: &CostSpec) -> Option<Price> {
    Price::of(spec, |class| match class {
        "ceph-block" => Resource::named("storage/Rwo"),
        other => Resource::Storage(other.to_owned()),
    })
}

fn tariff(prices: &[Option<Price>]) -> Tariff {
    let views: Vec<ClusterView> = prices
        .iter()
        .map(|price| ClusterView {
            price: price.clone(),
            ..mk_cluster("eu")
        })
        .collect();
    Tariff::of(views.iter())
}

fn demand(others: &[(&str, i64)]) -> Demand {
    Demand {
        cpu_milli: 1_500,
        memory_mib: 512,
        pods: 3,
        others: others
            .iter()
            .map(|(name, many)| (Resource::named(name), *many))
            .collect(),
    }
}

/// In whole minor units.
fn check(others: &[(&str, i64)], expected: Option<i64>) {
    let tariff = tariff(&[price(&spec())]);
    let (month, months) = (tariff.month(&demand(others), 0), tariff.months(&demand(others)));
    assert_eq!(month, expected.map(|units| Money::from(units) * WHOLE));
    assert_eq!(months, [month]);
}

#[test]
fn a_demand_costs_what_each_part_of_it_costs() {
    check(&[], Some(3_000 + 150));
    check(&[("storage/Rwo", 1 << 20)], Some(3_150 + 4_608));
    check(&[("nvidia.com/gpu", 2)], Some(3_150 + 120_000));
    check(
        &[("storage/Rwo", 1 << 19), ("nvidia.com/gpu", 1)],
        Some(3_150 + 2_304 + 60_000),
    );
}

#[test]
fn what_is_not_declared_is_unknown_and_not_free() {
    check(&[("storage/Rwx", 1)], None);
    check(&[("storage/Rwo", 5), ("amd.com/gpu", 1)], None);
    check(&[("storage/Rwx", 0)], Some(3_150)); // not asked
    let silent = tariff(&[price(&spec()), None]);
    assert_eq!(silent.months(&demand(&[]))[1], None);
    let nobody = tariff(&[None, None]);
    assert!(!nobody.is_declared());
}

#[test]
fn a_price_in_another_currency_than_most_is_unknown() {
    let in_currency = |currency: &str| {
        let mut other = spec();
        other.currency = currency.to_owned();
        price(&other)
    };
    let known = |currencies: &[&str]| -> Vec<bool> {
        let prices: Vec<Option<Price>> = currencies.iter().map(|one| in_currency(one)).collect();
        let months = tariff(&prices).months(&demand(&[]));
        months.iter().map(Option::is_some).collect()
    };
    assert_eq!(known(&["EUR", "USD", "EUR"]), [true, false, true]);
    assert_eq!(
        known(&["USD", "EUR"]),
        [false, true],
        "of as many the first by name"
    );
}

#[test]
fn a_price_below_nought_says_nothing() {
    for change in [
        (|spec| spec.cpu_month = -1) as fn(&mut CostSpec),
        |spec| spec.memory_gib_month = -1,
        |spec| spec.egress_tib = Some(-1),
        |spec| spec.storage[0].tib_month = -1,
        |spec| spec.devices[0].month = -1,
    ] {
        let mut wrong = spec();
        change(&mut wrong);
        assert_eq!(price(&wrong), None);
    }
}

#[test]
fn what_leaves_is_paid_by_its_volume() {
    let stored = demand(&[
        ("storage/Rwo", 1 << 19),
        ("storage/Rwx", 1 << 19),
        ("nvidia.com/gpu", 9),
    ]);
    let free = CostSpec {
        egress_tib: None,
        ..spec()
    };
    let tariff = tariff(&[price(&spec()), price(&free)]);
    assert_eq!(tariff.leaving(&stored, 0), Some(5_120 * WHOLE));
    assert_eq!(tariff.leaving(&stored, 1), None);
}

proptest! {
    #[test]
    fn one_place_and_all_places_say_the_same_whatever_the_numbers(
        cpu in any::<i64>(), memory in any::<i64>(), gpus in any::<i64>(), price_of_one in 0..i64::MAX,
    ) {
        let mut wild = spec();
        wild.cpu_month = price_of_one;
        wild.devices[0].month = price_of_one;
        let tariff = tariff(&[price(&spec()), price(&wild), None]);
        let mut demand = demand(&[("nvidia.com/gpu", gpus), ("storage/Rwo", memory)]);
        (demand.cpu_milli, demand.memory_mib) = (cpu, memory);
        let months = tariff.months(&demand);
        for (at, month) in months.iter().enumerate() {
            prop_assert_eq!(*month, tariff.month(&demand, at));
            prop_assert!(month.is_none_or(|month| month >= 0));
        }
    }
}
