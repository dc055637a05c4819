//! What a place loses for what it costs there.
use havenmeester_api::policy::Weights;
use havenmeester_api::workload::CopyState;
use proptest::prelude::*;

use super::*;
use crate::decision::{Candidate, Score};
use crate::mk::{id, mk_cluster, mk_request, mk_workload};
use crate::request::Request;
use crate::resource::Resource;
use crate::{Reasons, decide, explain};

/// A critical `shop` on azure, which must go; `eu-1` and `eu-2` ask so much for a core.
fn priced(eu_1: Option<i64>, eu_2: Option<i64>) -> Request {
    let mut request = mk_request().workload("shop", mk_workload("shop", "azure-weu").critical());
    for (name, price) in [("eu-1", eu_1), ("eu-2", eu_2)] {
        if let Some(price) = price {
            request = request.cluster(name, mk_cluster("eu").priced(price, None));
        }
    }
    request
}

fn stores(request: &mut Request, gib: i64) {
    let shop = request.workloads.get_mut(&id("shop")).unwrap();
    shop.demand
        .others
        .insert(Resource::named("storage/Rwo"), gib * 1024);
    for view in request.fleet.clusters.values_mut() {
        *view = view.clone().with_other("storage/Rwo", 1 << 40, 0);
    }
}

fn score(request: &Request, cluster: &str) -> Score {
    let plan = decide(request);
    match Reasons::of(request, &plan)
        .candidates(&id("shop"))
        .remove(cluster)
    {
        Some(Candidate::Fits(score)) => score,
        other => panic!("{other:?}"),
    }
}

fn part(request: &Request, cluster: &str, part: Part) -> i64 {
    score(request, cluster).parts.get(&part).copied().unwrap_or(0)
}

fn goes_to(request: &Request) -> Option<String> {
    decide(request).decisions[&id("shop")].desired.clone()
}

#[test]
fn where_it_costs_less_is_better_by_the_part_that_is_saved() {
    let request = priced(Some(2_000), Some(1_500));
    assert_eq!(goes_to(&request).as_deref(), Some("eu-2"));
    // A quarter of the 140 points that the core value cost can bring where all weigh the same.
    assert_eq!(part(&request, "eu-1", Part::RunningCost), -35);
    assert_eq!(part(&request, "eu-2", Part::RunningCost), 0);
    let free = priced(Some(2_000), Some(0));
    assert_eq!(part(&free, "eu-1", Part::RunningCost), -140);
}

#[test]
fn a_cost_that_nobody_says_is_the_dearest_and_is_called_unknown() {
    let request = priced(None, Some(900_000));
    assert_eq!(goes_to(&request).as_deref(), Some("eu-2"));
    assert_eq!(part(&request, "eu-1", Part::CostUnknown), -140);
    let plan = decide(&request);
    let told = explain(&id("shop"), &Reasons::of(&request, &plan))
        .unwrap()
        .to_string();
    assert!(told.contains("cost unknown -140"), "{told}");
}

#[test]
fn nothing_is_lost_where_no_cluster_says_what_it_costs() {
    let request = priced(None, None);
    for charged in [Part::RunningCost, Part::CostUnknown, Part::MovingCost] {
        assert_eq!(part(&request, "eu-1", charged), 0);
    }
}

#[test]
fn cost_counts_as_much_as_policies_weigh_it() {
    let weighed = |cost: i32| {
        let mut request = priced(Some(2_000), Some(1_000));
        request.policies.get_mut("default").unwrap().prefer.core_values = Weights {
            cost: Some(cost),
            ..Weights::default()
        };
        part(&request, "eu-1", Part::RunningCost)
    };
    assert_eq!(weighed(0), 0);
    assert_eq!(weighed(1), -70);
    assert_eq!(weighed(10), -306); // half of 980 times 10 / 16
}

#[test]
fn its_data_is_paid_for_everywhere_but_where_it_stands() {
    let moving = |request: &Request, cluster: &str| part(request, cluster, Part::MovingCost);
    let mut request = priced(None, None);
    stores(&mut request, 1_000);
    assert_eq!(moving(&request, "eu-1"), -10);
    stores(&mut request, 1_001);
    assert_eq!(moving(&request, "eu-1"), -11, "each started 100 GiB");
    stores(&mut request, 1_000_000);
    assert_eq!(moving(&request, "eu-1"), -MOST_BY_VOLUME);
    request.workloads.get_mut(&id("shop")).unwrap().home = Some("eu-1".to_owned());
    assert_eq!(moving(&request, "eu-1"), 0);
    assert_eq!(moving(&request, "eu-2"), -MOST_BY_VOLUME);
    // Where a copy is active, its data is.
    let eu_2 = request.fleet.clusters["eu-2"].clone();
    request = request.cluster("eu-2", eu_2.with_copy("shop", CopyState::Active));
    assert_eq!(moving(&request, "eu-2"), 0);
}

#[test]
fn what_leaves_is_held_against_a_year_at_the_cheapest() {
    let mut request = priced(Some(1_000), Some(2_000));
    stores(&mut request, 100);
    let moving = |request: &Request| part(request, "eu-1", Part::MovingCost);
    assert_eq!(moving(&request), -1, "its volume");
    // 100 GiB for 12,000 cents, as much as a year of its core at eu-1: half of 140.
    let home = mk_cluster("azure").priced(1_000, Some(122_880));
    request = request.cluster("azure-weu", home.with_copy("shop", CopyState::Active));
    assert_eq!(moving(&request), -71);
    // From a cluster that is lost nothing leaves.
    let lost = request.fleet.clusters["azure-weu"].clone().lost(600);
    assert_eq!(moving(&request.cluster("azure-weu", lost)), -1);
}

#[test]
fn a_copy_of_its_data_makes_up_for_a_dearer_place() {
    let mut request = priced(Some(1_000), Some(1_100));
    stores(&mut request, 4_000);
    assert_eq!(goes_to(&request).as_deref(), Some("eu-1"));
    let eu_2 = request.fleet.clusters["eu-2"].clone();
    request = request.cluster("eu-2", eu_2.with_copy("shop", CopyState::Active));
    assert_eq!(goes_to(&request).as_deref(), Some("eu-2"));
}

proptest! {
    #[test]
    fn no_score_falls_below_nought_and_its_parts_add_up(
        prices in prop::array::uniform2(prop::option::of(0..i64::MAX)),
        (gib, egress) in (0..1_000_000_i64, prop::option::of(0..i64::MAX)),
        weight in 0..11_i32,
    ) {
        let mut request = priced(prices[0], prices[1]);
        stores(&mut request, gib);
        let azure = request.fleet.clusters["azure-weu"].clone();
        request = request.cluster("azure-weu", azure.priced(7, egress));
        request.policies.get_mut("default").unwrap().prefer.core_values.cost = Some(weight);
        for cluster in ["eu-1", "eu-2"] {
            let score = score(&request, cluster);
            prop_assert_eq!(score.parts.values().sum::<i64>(), score.total);
            prop_assert!((0..=1_000).contains(&score.total), "{:?}", score);
        }
    }
}
