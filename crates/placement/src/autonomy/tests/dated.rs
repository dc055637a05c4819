//! Dated facts move workloads: ahead of their date when they are announced, at once when they come suddenly.
use havenmeester_api::Date;
use havenmeester_api::provider::Stake;
use havenmeester_api::standard::AdverseJurisdiction;
use havenmeester_api::{Span, policy::MigrationRule};
use proptest::prelude::*;

use crate::decision::{Action, Candidate, Decision};
use crate::mk::{date, id, mk_cluster, mk_named, mk_provider, mk_request, mk_workload, today};
use crate::request::Request;
use crate::{decide, explain, lint};

/// A critical workload on `eu-1`, which a buyer takes over; a cluster of another provider is free.
fn taken_over_on(since: Date) -> Request {
    let mut request = mk_request()
        .cluster("other", mk_cluster("other"))
        .workload("permits", mk_workload("permits", "eu-1").critical());
    request
        .fleet
        .providers
        .insert("other".to_owned(), mk_provider("DE"));
    let buyer = Stake {
        since: Some(since),
        ..mk_named("Buyer Inc.", "US", 10_000)
    };
    request.fleet.providers.get_mut("eu").unwrap().owners = vec![buyer];
    request
}

fn decided(request: &Request) -> Decision {
    let plan = decide(request);
    assert_eq!(lint(request, &plan), vec![]);
    plan.decisions[&id("permits")].clone()
}

/// Whether it leaves `eu-1` for the other provider, with this many days to go.
fn check(days: i64, leaves: bool) {
    let decision = decided(&taken_over_on(today().plus_days(days)));
    let relocates = matches!(&decision.action, Action::Relocate { target, .. } if target == "other");
    assert_eq!(relocates, leaves, "{days} days before: {:?}", decision.action);
}

#[test]
fn a_takeover_is_moved_ahead_of_from_the_lead_time_on_and_a_sudden_one_at_once() {
    for (days, leaves) in [(31, false), (30, true), (1, true), (0, true), (-1, true)] {
        check(days, leaves);
    }
}

#[test]
fn the_reason_names_the_day_and_the_rule() {
    let request = taken_over_on(today().plus_days(10));
    let decision = decided(&request);
    let plan = decide(&request);
    let told = explain(&id("permits"), &crate::Reasons::of(&request, &plan))
        .unwrap()
        .to_string();
    assert!(
        told.contains("from 2026-12-04 on: autonomous: law of US reaches it (eu > Buyer Inc., 100%)"),
        "{told}"
    );
    assert_eq!(decision.violations[0].rule(), "JurisdictionForbidden");
    assert_eq!(decision.violations[0].policy(), Some("autonomous"));
}

#[test]
fn the_longest_lead_time_counts_and_nothing_is_sent_where_it_may_not_stay() {
    let mut request = taken_over_on(today().plus_days(100));
    assert_eq!(decided(&request).action, Action::Stay);
    request.policies.get_mut("default").unwrap().migration = Some(MigrationRule {
        lead_time: Some(Span::hours(24 * 100)),
        ..request.policies["default"].migration.unwrap()
    });
    assert!(matches!(decided(&request).action, Action::Relocate { .. }));
    // From azure it goes to the one that stays autonomous, though `eu` scores higher.
    let mut away = request.clone();
    away.fleet.providers.get_mut("eu").unwrap().core_values.quality = Some(100);
    let workload = away.workloads.get_mut(&id("permits")).unwrap();
    workload.home = Some("azure-weu".to_owned());
    let copies = away.fleet.clusters["eu-1"].copies.clone();
    away.fleet.clusters.get_mut("azure-weu").unwrap().copies = copies;
    assert_eq!(decided(&away).desired.as_deref(), Some("other"));
}

#[test]
fn who_has_lost_its_cluster_comes_up_where_it_may_not_stay_rather_than_nowhere() {
    let mut request = taken_over_on(today().plus_days(10));
    let azure = request.fleet.clusters["azure-weu"].clone();
    request = request.cluster("other", azure.lost(600));
    request.fleet.clusters.get_mut("other").unwrap().provider = "other".to_owned();
    let copies = request.fleet.clusters["eu-1"].copies.clone();
    request.fleet.clusters.get_mut("other").unwrap().copies = copies;
    request.fleet.clusters.get_mut("eu-1").unwrap().copies = mk_cluster("eu").copies;
    request.workloads.get_mut(&id("permits")).unwrap().home = Some("other".to_owned());
    let decision = decided(&request);
    assert!(
        matches!(decision.action, Action::FailOver { .. }),
        "{:?}",
        decision.action
    );
    assert_eq!(decision.desired.as_deref(), Some("eu-1"));
    let plan = decide(&request);
    let candidates = crate::Reasons::of(&request, &plan).candidates(&id("permits"));
    let Candidate::Fits(score) = &candidates["eu-1"] else {
        panic!("it may")
    };
    assert!(score.parts[&crate::score::Part::ForbiddenSoon] < 0);
}

#[test]
fn a_country_that_is_declared_adverse_is_left_whatever_a_policy_names() {
    let mut request = taken_over_on(today().plus_days(1_000));
    let declared = |since: Option<Date>| AdverseJurisdiction {
        country: "NL".to_owned(),
        reason: "decision 7 of the council".to_owned(),
        since,
        until: None,
    };
    request.fleet.standard.adverse = vec![declared(Some(today().plus_days(400)))];
    assert_eq!(decided(&request).action, Action::Stay);
    for since in [None, Some(today()), Some(today().plus_days(30))] {
        request.fleet.standard.adverse = vec![declared(since)];
        let decision = decided(&request);
        assert!(matches!(decision.action, Action::Relocate { .. }), "{since:?}");
        let message = decision.violations[0].to_string();
        assert!(
            message.contains("declared adverse: decision 7 of the council"),
            "{message}"
        );
    }
}

#[test]
fn evidence_that_goes_stale_refuses_from_its_day_on_and_not_before() {
    let mut request = taken_over_on(today().plus_days(1_000));
    let shown = |day: &str| {
        let mut provider = mk_provider("NL");
        for claim in &mut provider.sovereignty {
            claim.evidence.as_mut().unwrap().date = date(day);
        }
        provider
    };
    request
        .fleet
        .providers
        .insert("eu".to_owned(), shown("2023-11-25"));
    assert_eq!(decided(&request).action, Action::Stay);
    request
        .fleet
        .providers
        .insert("eu".to_owned(), shown("2023-11-24"));
    let decision = decided(&request);
    assert_eq!(decision.violations[0].rule(), "SealTooLow");
    assert!(matches!(decision.action, Action::Relocate { .. }));
}

proptest! {
    #[test]
    fn whatever_is_dated_the_linter_agrees(days in -40..40_i64, lead in 0..60_u64, until in -40..40_i64) {
        let mut request = taken_over_on(today().plus_days(days));
        request.fleet.providers.get_mut("eu").unwrap().owners[0].until = Some(today().plus_days(until));
        for policy in request.policies.values_mut() {
            policy.migration = policy.migration.map(|rule| MigrationRule {
                lead_time: Some(Span::hours(24 * lead)),
                ..rule
            });
        }
        let decision = decided(&request);
        let holds = days <= until && until >= 0 && days <= i64::try_from(lead).unwrap().max(0);
        prop_assert_eq!(matches!(decision.action, Action::Relocate { .. }), holds);
    }
}
