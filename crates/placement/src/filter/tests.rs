//! A refusal per reason, with the value seen, the value wanted and whose policy.
use havenmeester_api::policy::{ObjectiveLevel, PlacementPolicySpec, SealRule};
use havenmeester_api::provider::{Category, Objective};
use havenmeester_api::require::JurisdictionRule;

use super::*;
use crate::merge::{Effective, Merged};
use crate::mk::{mk_cluster, mk_empty_policy, mk_request, mk_stake};
use crate::place::places;
use crate::request::Request;

/// The sentences with which a policy refuses a cluster.
fn check(request: &Request, cluster: &str, policy: &PlacementPolicySpec, sentences: &[&str]) {
    let asked = Effective::from(Merged::of("p", policy)).requirements;
    let places = places(request);
    let place = places.iter().find(|place| place.name == cluster).unwrap();
    let told: Vec<String> = by_rules(&asked, place).iter().map(Refusal::to_string).collect();
    assert_eq!(told, sentences, "{cluster}");
}

fn policy(change: impl FnOnce(&mut PlacementPolicySpec)) -> PlacementPolicySpec {
    let mut policy = mk_empty_policy();
    change(&mut policy);
    policy
}

#[test]
fn a_policy_that_asks_nothing_refuses_nothing() {
    check(&mk_request(), "azure-weu", &mk_empty_policy(), &[]);
}

#[test]
fn the_category_must_be_one_of_those_wanted() {
    let wanted = policy(|p| p.require.categories = vec![Category::PrivateEu, Category::Government]);
    check(&mk_request(), "eu-1", &wanted, &[]);
    check(
        &mk_request(),
        "azure-weu",
        &wanted,
        &["p: category Hyperscaler, wanted PrivateEu or Government"],
    );
    let mut request = mk_request();
    request.fleet.providers.get_mut("eu").unwrap().category = None;
    check(
        &request,
        "eu-1",
        &wanted,
        &["p: category none, wanted PrivateEu or Government"],
    );
}

#[test]
fn every_law_that_reaches_a_cluster_must_be_allowed() {
    let eea = policy(|p| {
        p.require.jurisdictions = Some(JurisdictionRule {
            only: vec!["EEA".to_owned()],
            denied: Vec::new(),
        });
    });
    check(&mk_request(), "eu-1", &eea, &[]);
    let sentence = "p: law of US reaches it (azure > microsoft, 100%), wanted EEA only";
    check(&mk_request(), "azure-weu", &eea, &[sentence]);
    let mut request = mk_request();
    request.fleet.providers.get_mut("eu").unwrap().owners = vec![mk_stake("ghost", 1)];
    let sentence =
        "ownership is unclear: Provider eu, spec.owners[0].provider: there is no Provider \"ghost\"";
    check(&request, "eu-1", &eea, &[sentence]);
    check(&request, "eu-1", &mk_empty_policy(), &[]);
}

#[test]
fn the_levels_must_be_reached() {
    let objectives = vec![ObjectiveLevel {
        objective: Objective::Sov3,
        at_least: 4,
    }];
    let level = |at_least| {
        policy(|p| {
            p.require.seal = Some(SealRule {
                at_least,
                objectives: objectives.clone(),
            });
        })
    };
    check(
        &mk_request(),
        "eu-1",
        &level(3),
        &["p: SOV-3 at SEAL 3, wanted at least 4"],
    );
    let both = [
        "p: SEAL 0, wanted at least 1",
        "p: SOV-3 at SEAL 0, wanted at least 4",
    ];
    check(&mk_request(), "azure-weu", &level(1), &both);
}

#[test]
fn the_region_and_the_name_must_be_among_those_wanted() {
    let wanted = policy(|p| {
        p.require.regions = vec!["nl-east".to_owned()];
        p.require.clusters = vec!["eu-2".to_owned()];
    });
    let named = "p: not among the clusters that are named, wanted eu-2";
    check(
        &mk_request(),
        "eu-1",
        &wanted,
        &["p: region nl-west, wanted nl-east", named],
    );
    check(
        &mk_request(),
        "eu-2",
        &wanted,
        &["p: region nl-west, wanted nl-east"],
    );
}

#[test]
fn a_cluster_whose_provider_nobody_knows_is_refused_whatever_is_asked() {
    let request = mk_request().cluster("stray", mk_cluster("ghost"));
    check(
        &request,
        "stray",
        &mk_empty_policy(),
        &["provider: there is no Provider \"ghost\""],
    );
}
