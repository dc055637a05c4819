//! One rule, for some, until a day; and nobody rides on what is over.
use havenmeester_api::exemption::{Speaks, Weighed};
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
    for (name, rule) in [
        ("no-category", Rule::Categories),
        ("no-law", Rule::Jurisdictions),
        ("no-seal", Rule::Seal),
    ] {
        request.exemptions.insert(id(name), mk_exemption(rule, "permits"));
    }
    request
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
        request.now += jiff::SignedDuration::from_hours(24 * (now + down_for));
        for view in request.fleet.clusters.values_mut() {
            if let (
                crate::Fact::Known { observed_at: copies, .. },
                crate::Fact::Known { observed_at: capacity, .. },
            ) = (&mut view.copies, &mut view.capacity)
            {
                (*copies, *capacity) = (request.now, request.now);
            }
        }
        for provider in request.fleet.providers.values_mut() {
            provider.sovereignty.iter_mut().for_each(|a| {
                if let Some(evidence) = &mut a.evidence {
                    evidence.date = Date::of(request.now);
                }
            });
        }
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
