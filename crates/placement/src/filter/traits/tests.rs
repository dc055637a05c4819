//! What was seen is measured against the rules, and what was not seen refuses.
use havenmeester_api::policy::Require;
use havenmeester_api::require::{Floors, HavenRule, Ineligible};

use crate::filter::by_rules;
use crate::gap::Gap;
use crate::merge::tests::mk_seen;
use crate::mk::{mk_empty_policy, today};
use crate::place::places;
use crate::request::Request;

use super::*;

/// The sentences with which a rule refuses a cluster: of `eu-1` all is known, of `eu-2` nothing.
#[track_caller]
fn check_in(request: &Request, cluster: &str, require: Require, sentences: &[&str]) {
    let policy = havenmeester_api::policy::PlacementPolicySpec {
        require,
        ..mk_empty_policy()
    };
    let asked = Requirements::of("p", &policy, &std::collections::BTreeSet::new());
    let places = places(request);
    let place = places.iter().find(|place| place.name == cluster).unwrap();
    let told: Vec<String> = by_rules(&asked, place).iter().map(Refusal::to_string).collect();
    assert_eq!(told, sentences, "{cluster}");
}

#[track_caller]
fn check(cluster: &str, require: Require, sentences: &[&str]) {
    check_in(&mk_seen(), cluster, require, sentences);
}

fn words(list: &[&str]) -> Vec<String> {
    list.iter().map(|word| (*word).to_owned()).collect()
}

#[test]
fn haven_as_a_whole_or_by_the_checks_that_are_named() {
    let haven = |checks: &[&str]| Require {
        haven: Some(HavenRule {
            checks: words(checks),
        }),
        ..Require::default()
    };
    check("eu-1", haven(&[]), &[]);
    check("eu-1", haven(&["rbac", "multiaz"]), &[]);
    check(
        "azure-weu",
        haven(&[]),
        &["p: Haven checks that do not pass: multiaz"],
    );
    check("azure-weu", haven(&["rbac"]), &[]);
    check(
        "eu-1",
        haven(&["cncf"]),
        &["p: Haven checks that are not known to pass: cncf"],
    );
    let unseen = "p: Haven checks cannot be seen (no Haven check of it is known)";
    check("eu-2", haven(&[]), &[unseen]);
}

#[test]
fn components_by_their_names_or_groups() {
    let serves = |components: &[&str]| Require {
        components: words(components),
        ..Require::default()
    };
    check("eu-1", serves(&["cert-manager", "example.org"]), &[]);
    check(
        "eu-1",
        serves(&["cert-manager", "cnpg"]),
        &["p: does not serve postgresql.cnpg.io"],
    );
    let unseen = "p: what it serves cannot be seen (what it serves was not seen yet)";
    check("eu-2", serves(&["cert-manager", "cnpg"]), &[unseen]);
}

#[test]
fn zones_and_reach() {
    let zones = |zones_at_least| Require {
        zones_at_least,
        ..Require::default()
    };
    check("eu-1", zones(Some(2)), &[]);
    check(
        "eu-1",
        zones(Some(3)),
        &["p: nodes in 2 zones, wanted at least 3"],
    );
    check(
        "eu-2",
        zones(Some(1)),
        &["p: zones cannot be seen (its nodes were not seen yet)"],
    );
    let scope = |scope| Require {
        scope: Some(scope),
        ..Require::default()
    };
    check("eu-1", scope(Scope::Cluster), &[]);
    let whole = "p: credentials reach the whole cluster, wanted only namespaces";
    check("eu-1", scope(Scope::Namespaces), &[whole]);
}

#[test]
fn each_core_value_has_its_floor_and_what_nobody_judged_is_below_it() {
    let floors = |core_values| Require {
        core_values,
        ..Require::default()
    };
    let quality = |floor| Floors {
        quality: Some(floor),
        ..Floors::default()
    };
    check("eu-1", floors(quality(70)), &[]);
    check(
        "eu-1",
        floors(quality(71)),
        &["p: quality 70, wanted at least 71"],
    );
    let security = Floors {
        security: Some(1),
        ..Floors::default()
    };
    check(
        "eu-1",
        floors(security),
        &["p: security is judged by nobody, wanted at least 1"],
    );
    let autonomy = Floors {
        autonomy: Some(50),
        ..Floors::default()
    };
    check("eu-1", floors(autonomy), &[]);
    check(
        "azure-weu",
        floors(autonomy),
        &["p: autonomy 0, wanted at least 50"],
    );
}

#[test]
fn eligibility_ends_on_its_day() {
    let closed = |days: Option<i64>| Require {
        not_eligible: vec![Ineligible {
            provider: "eu".to_owned(),
            reason: "central government only".to_owned(),
            until: days.map(|days| today().plus_days(days)),
        }],
        ..Require::default()
    };
    check("azure-weu", closed(None), &[]);
    check(
        "eu-1",
        closed(None),
        &["p: not eligible: central government only"],
    );
    check(
        "eu-1",
        closed(Some(0)),
        &["p: not eligible until 2026-11-24: central government only"],
    );
    check("eu-1", closed(Some(-1)), &[]);
}

#[test]
fn the_nearest_change_is_named() {
    let gap = Gap::Haven {
        failed: words(&["rwxvolumes"]),
        known: true,
    };
    let nearest = lacks("p", gap).nearest_change();
    assert_eq!(
        nearest.as_deref(),
        Some("would do if its Haven check rwxvolumes passed")
    );
}
