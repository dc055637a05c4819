//! One rule, for some, until a day; and nobody rides on what is over.
use havenmeester_api::Span;
use havenmeester_api::exemption::{Speaks, Weighed};
use havenmeester_api::policy::MigrationRule;
use proptest::prelude::*;

use super::*;
use crate::decision::{Action, Decision};
use crate::mk::{id, mk_exemption, mk_request, mk_workload, today};
use crate::{decide, explain, lint, problems};

/// A critical workload on azure, exempt from all that keeps it away from there.
fn exempt() -> Request {
    let mut request = mk_request()
        .workload("permits", mk_workload("permits", "azure-weu").critical())
        .workload("taxes", mk_workload("taxes", "azure-weu").critical());
    look_ahead(&mut request, 0);
    for (name, rule) in [
        ("no-category", Rule::Categories),
        ("no-law", Rule::Jurisdictions),
        ("no-seal", Rule::Seal),
    ] {
        request.exemptions.insert(id(name), mk_exemption(rule, "permits"));
    }
    request
}

/// How many days before a place is forbidden its workloads leave.
fn look_ahead(request: &mut Request, days: u64) {
    for policy in request.policies.values_mut() {
        policy.migration = policy.migration.map(|rule| MigrationRule {
            lead_time: Some(Span::hours(24 * days)),
            ..rule
        });
    }
}

/// Looked at so many days later: all that is seen and shown is new then.
fn later(request: &Request, days: i64) -> Request {
    let mut later = request.clone();
    later.now += jiff::SignedDuration::from_hours(24 * days);
    for view in later.fleet.clusters.values_mut() {
        if let (
            crate::Fact::Known {
                observed_at: copies, ..
            },
            crate::Fact::Known {
                observed_at: capacity,
                ..
            },
        ) = (&mut view.copies, &mut view.capacity)
        {
            (*copies, *capacity) = (later.now, later.now);
        }
    }
    for provider in later.fleet.providers.values_mut() {
        for claim in &mut provider.sovereignty {
            if let Some(evidence) = &mut claim.evidence {
                evidence.date = Date::of(later.now);
            }
        }
    }
    later
}

fn decided(request: &Request, name: &str) -> Decision {
    let plan = decide(request);
    assert_eq!(lint(request, &plan), vec![]);
    plan.decisions[&id(name)].clone()
}

#[test]
fn who_is_exempt_may_stay_and_nobody_else() {
    let request = exempt();
    let decision = decided(&request, "permits");
    assert_eq!(decision.action, Action::Stay);
    let told: Vec<String> = decision
        .rules
        .waivers
        .iter()
        .map(|w| format!("{} {}.{} {}", w.exemption, w.policy, w.rule, w.until))
        .collect();
    assert_eq!(told[0], "no-category autonomous.categories 2027-10-25");
    assert_eq!(told.len(), 3);
    assert!(matches!(
        decided(&request, "taxes").action,
        Action::Relocate { .. }
    ));
}

#[test]
fn who_stands_where_only_an_exemption_allows_it_relies_on_it() {
    let mut request = exempt();
    let relying = crate::relying(&request);
    assert_eq!(
        relying.keys().map(|id| id.name.as_str()).collect::<Vec<_>>(),
        ["no-category", "no-law", "no-seal"]
    );
    assert_eq!(relying[&id("no-law")], [id("permits")]);
    request.workloads.get_mut(&id("permits")).unwrap().home = Some("eu-1".to_owned());
    assert!(crate::relying(&request).is_empty());
}

#[test]
fn only_the_rule_that_is_named_is_loosened() {
    let mut request = exempt();
    request.exemptions.remove(&id("no-law"));
    let decision = decided(&request, "permits");
    let broken: Vec<&str> = decision.violations.iter().map(crate::Violation::rule).collect();
    assert_eq!(broken, ["JurisdictionForbidden"]);
    // And only in the policy that is named.
    let mut request = exempt();
    let strict = request.policies["autonomous"].clone();
    request.policies.insert("also".to_owned(), strict);
    let decision = decided(&request, "permits");
    assert!(
        decision.violations.iter().all(|v| v.policy() == Some("also")),
        "{:?}",
        decision.violations
    );
    assert!(matches!(decision.action, Action::Relocate { .. }));
}

#[test]
fn a_workload_of_another_namespace_is_another_workload() {
    let mut request = exempt();
    let all = std::mem::take(&mut request.exemptions);
    request.exemptions = all
        .into_iter()
        .map(|(id, spec)| {
            (
                WorkloadId {
                    namespace: "elsewhere".to_owned(),
                    ..id
                },
                spec,
            )
        })
        .collect();
    assert!(matches!(
        decided(&request, "permits").action,
        Action::Relocate { .. }
    ));
}

#[test]
fn its_last_day_counts_and_the_day_after_it_is_over() {
    let on = |until: Date| {
        let mut request = exempt();
        request.exemptions.get_mut(&id("no-law")).unwrap().until = until;
        decided(&request, "permits").action
    };
    assert_eq!(on(today()), Action::Stay);
    assert!(matches!(on(today().plus_days(-1)), Action::Relocate { .. }));
}

#[test]
fn who_stands_by_an_exemption_leaves_before_it_ends() {
    let on = |until: i64, lead: u64| {
        let mut request = exempt();
        look_ahead(&mut request, lead);
        request.exemptions.get_mut(&id("no-law")).unwrap().until = today().plus_days(until);
        decided(&request, "permits")
    };
    // From the day after its last on it is forbidden: that day lies within the lead time, or not.
    assert_eq!(on(30, 30).action, Action::Stay);
    let decision = on(29, 30);
    assert!(matches!(decision.action, Action::Relocate { .. }));
    let told: Vec<String> = decision.violations.iter().map(ToString::to_string).collect();
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(
        told[0].contains("from 2026-12-24 on: autonomous: law of US"),
        "{told:?}"
    );
    assert_eq!(decision.violations[0].rule(), "JurisdictionForbidden");
    assert_eq!(on(29, 28).action, Action::Stay);
}

#[test]
fn nothing_new_is_sent_to_where_an_exemption_ends_soon() {
    let mut request = exempt();
    look_ahead(&mut request, 30);
    request.exemptions.get_mut(&id("no-law")).unwrap().until = today().plus_days(10);
    request.workloads.get_mut(&id("permits")).unwrap().home = Some("eu-1".to_owned());
    request.fleet.clusters.get_mut("eu-1").unwrap().provider = "microsoft".to_owned();
    let decision = decided(&request, "permits");
    assert_eq!(decision.desired.as_deref(), Some("eu-2"));
}

#[test]
fn an_exemption_that_follows_on_another_lets_it_stay() {
    let followed = |gap: i64, last: i64| {
        let mut request = exempt();
        look_ahead(&mut request, 30);
        let first = request.exemptions.get_mut(&id("no-law")).unwrap();
        first.until = today().plus_days(10);
        let mut second = first.clone();
        second.since = first.until.plus_days(1 + gap);
        second.until = today().plus_days(last);
        request.exemptions.insert(id("no-law-again"), second);
        decided(&request, "permits").action
    };
    assert_eq!(followed(0, 335), Action::Stay);
    assert!(matches!(followed(1, 335), Action::Relocate { .. }));
    assert!(matches!(followed(0, 20), Action::Relocate { .. }));
}

#[test]
fn what_another_fact_allows_by_then_needs_no_exemption() {
    let mut request = exempt();
    look_ahead(&mut request, 30);
    for name in ["no-category", "no-seal"] {
        request.exemptions.get_mut(&id(name)).unwrap().until = today().plus_days(300);
    }
    request.exemptions.get_mut(&id("no-law")).unwrap().until = today().plus_days(10);
    // The owner from outside sells before that day, or on it, or too late.
    for (last, stays) in [(5, true), (10, true), (11, false)] {
        let azure = request.fleet.providers.get_mut("azure").unwrap();
        azure.owners[0].until = Some(today().plus_days(last));
        let action = decided(&request, "permits").action;
        assert_eq!(action == Action::Stay, stays, "{last}");
    }
}

#[test]
fn a_daemon_that_was_down_at_the_end_moves_it_in_its_first_round() {
    let mut request = exempt();
    look_ahead(&mut request, 30);
    request.exemptions.get_mut(&id("no-law")).unwrap().until = today().plus_days(40);
    let mut planner = crate::Planner::new(request.clone());
    assert_eq!(planner.plan().decisions[&id("permits")].action, Action::Stay);
    let back = later(&request, 60);
    planner.advance(back.clone());
    let decision = &planner.plan().decisions[&id("permits")];
    assert!(matches!(decision.action, Action::Relocate { .. }));
    assert_eq!(decision, &decided(&back, "permits"));
    let held: Vec<&str> = decision
        .rules
        .waivers
        .iter()
        .map(|waiver| waiver.rule.as_str())
        .collect();
    assert_eq!(held, ["categories", "seal"], "it is over");
}

#[test]
fn what_is_not_valid_loosens_nothing_and_is_told_with_its_field() {
    type Change = fn(&mut ExemptionSpec);
    let cases: [(Change, &str); 8] = [
        (|e| e.owner.clear(), "spec.owner"),
        (|e| "  ".clone_into(&mut e.approver), "spec.approver"),
        (|e| e.approver.clone_from(&e.owner), "spec.approver"),
        (|e| e.until = e.since.plus_days(-1), "spec.until"),
        (|e| e.until = e.since.plus_days(732), "spec.until"),
        (|e| drop(e.weighing.pop()), "spec.weighing"),
        (
            |e| {
                e.weighing.push(Weighed {
                    value: CoreValue::Cost,
                    speaks: Speaks::For,
                    because: None,
                });
            },
            "spec.weighing",
        ),
        (|e| e.workloads.clear(), "spec.workloads"),
    ];
    for (change, field) in cases {
        let mut request = exempt();
        change(request.exemptions.get_mut(&id("no-law")).unwrap());
        let decision = decided(&request, "permits");
        assert!(matches!(decision.action, Action::Relocate { .. }), "{field}");
        let told = problems(&request);
        let told = told
            .iter()
            .find(|p| p.object == crate::Object::Exemption(id("no-law")))
            .unwrap();
        assert_eq!(told.field, field, "{told}");
    }
}

#[test]
fn names_that_are_not_there_and_rules_that_do_nothing_are_told() {
    let mut request = exempt();
    request
        .exemptions
        .insert(id("odd"), mk_exemption(Rule::Haven, "ghost"));
    let mut lost = mk_exemption(Rule::Categories, "taxes");
    lost.policy = "ghost".to_owned();
    request.exemptions.insert(id("lost"), lost);
    request
        .exemptions
        .insert(id("twice"), mk_exemption(Rule::Seal, "permits"));
    let told: Vec<String> = problems(&request)
        .iter()
        .map(|p| format!("{}, {}", p.object, p.field))
        .collect();
    let wanted = [
        "Exemption/lost, spec.policy",
        "Exemption/odd, spec.rule",
        "Exemption/odd, spec.workloads[0]",
        "Exemption/twice, spec.workloads[0]",
    ];
    assert_eq!(told, wanted);
}

proptest! {
    /// Whatever exemptions come and go: it stays as long as they hold on every day within the lead time.
    #[test]
    fn it_stays_as_long_as_every_day_ahead_is_covered(
        spells in prop::collection::vec((-20..40_i64, 0..900_i64), 1..5), lead in 0..40_u64, day in 0..40_i64,
    ) {
        let mut request = exempt();
        look_ahead(&mut request, lead);
        let spec = request.exemptions.remove(&id("no-law")).unwrap();
        for (n, (since, length)) in spells.iter().enumerate() {
            let mut spell = spec.clone();
            spell.since = today().plus_days(*since);
            spell.until = today().plus_days(since + length);
            request.exemptions.insert(id(&format!("no-law-{n}")), spell);
        }
        for name in ["no-category", "no-seal"] {
            request.exemptions.get_mut(&id(name)).unwrap().until = today().plus_days(400);
        }
        let covered = |day: i64| {
            spells.iter().any(|(since, length)| {
                *since <= day && day <= since + length && *length <= LONGEST_DAYS && since + length - day <= LONGEST_DAYS
            })
        };
        let ahead = day..=day + i64::try_from(lead).unwrap();
        let decision = decided(&later(&request, day), "permits");
        prop_assert_eq!(decision.action == Action::Stay, ahead.clone().all(covered));
        let announced = decision.violations.iter().all(|violation| violation.to_string().contains(" on: "));
        prop_assert_eq!(announced, covered(day));
    }

    /// Whenever the daemon looks, after however long a silence: after the last day nothing rides on it.
    #[test]
    fn nobody_rides_on_an_exemption_outside_its_days(
        since in -900..30_i64, length in 0..900_i64, now in -40..40_i64, down_for in 0..1_000_i64,
    ) {
        let mut request = exempt();
        for spec in request.exemptions.values_mut() {
            spec.since = today().plus_days(since);
            spec.until = today().plus_days(since + length);
        }
        let request = later(&request, now + down_for);
        let day = now + down_for;
        let holds = since <= day && day <= since + length && length <= LONGEST_DAYS;
        let decision = decided(&request, "permits");
        prop_assert_eq!(decision.action == Action::Stay, holds);
        prop_assert_eq!(decision.rules.waivers.is_empty(), !holds);
        prop_assert_eq!(decision.violations.is_empty(), holds);
        let plan = crate::decide(&request);
        let reasons = crate::Reasons::of(&request, &plan);
        let told = explain(&id("permits"), &reasons).unwrap().to_string();
        prop_assert_eq!(told.contains("Exempt from"), holds);
    }
}
