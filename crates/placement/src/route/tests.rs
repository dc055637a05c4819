//! On which places a workload may stand for a time, and that nothing rides on a route that is over.
use havenmeester_api::provider::Category;

use super::*;
use crate::approval::tests::waits_for;
use crate::approval::{Asked, Ground};
use crate::decide;
use crate::decision::{Action, Decision, Waiting};
use crate::lint::lint;
use crate::mk::*;
use crate::problems::{Reason, problems};

/// `permits` is critical and stands on `old`, which is not autonomous; `eu-1` and `eu-2` are full. The policy has a
/// route over `azure-weu` for some days.
fn full(days: i64) -> Request {
    let mut old = mk_provider("NL");
    old.owners = vec![mk_stake("microsoft", 10_000)];
    let mut request = mk_request();
    request.fleet.providers.insert("old".to_owned(), old);
    for name in ["eu-1", "eu-2"] {
        let full = mk_cluster("eu").requested_cpu(10_000);
        request.fleet.clusters.insert(name.to_owned(), full);
    }
    let route = mk_route("azure-weu", days);
    let autonomous = request.policies.get_mut("autonomous").unwrap();
    autonomous.routes.push(route);
    request
        .cluster("old", mk_cluster("old"))
        .workload("permits", mk_workload("permits", "old").critical())
}

fn decided(request: &Request) -> Decision {
    let plan = decide(request);
    assert_eq!(lint(request, &plan), [], "{:?}", plan.decisions);
    plan.decisions[&id("permits")].clone()
}

/// The same when it has arrived on the step.
fn arrived(mut request: Request) -> Request {
    request.workloads.clear();
    request
        .cluster("old", mk_cluster("old"))
        .workload("permits", mk_workload("permits", "azure-weu").critical())
}

fn freed(mut request: Request) -> Request {
    request.fleet.clusters.insert("eu-1".to_owned(), mk_cluster("eu"));
    request
}

#[test]
fn a_step_is_taken_when_nothing_else_is_left_and_only_with_a_yes() {
    let request = full(30);
    let asked = waits_for(&request, "permits");
    assert_eq!(asked.target, "azure-weu");
    assert_eq!(asked.until(), Some(today().plus_days(30)));
    assert!(asked.inform_council());
    let goes = decided(&request.approved(&asked));
    assert!(matches!(goes.action, Action::Relocate { ref target, .. } if target == "azure-weu"));
    assert_eq!(goes.approval.unwrap().given.unwrap().approver, "alderman");
}

#[test]
fn where_a_place_is_left_no_step_is_taken() {
    let request = freed(full(30));
    let asked = waits_for(&full(30), "permits");
    for request in [request.clone(), request.approved(&asked)] {
        let goes = decided(&request).action;
        assert!(
            matches!(goes, Action::Relocate { ref target, .. } if target == "eu-1"),
            "{goes:?}"
        );
    }
}

#[test]
fn without_a_route_it_waits() {
    let mut request = full(30);
    request.policies.get_mut("autonomous").unwrap().routes.clear();
    assert_eq!(decided(&request).action, Action::Wait(Waiting::NoClusterFits));
}

#[test]
fn on_a_step_it_is_no_violation_until_the_last_day() {
    let asked = waits_for(&full(30), "permits");
    let there = arrived(full(30)).approved(&asked);
    let on_route = decided(&there);
    assert_eq!(on_route.violations, []);
    assert_eq!(on_route.desired.as_deref(), Some("azure-weu"));
    let Action::Wait(Waiting::OnRoute { cluster, until }) = on_route.action else {
        panic!("{:?}", on_route.action);
    };
    assert_eq!((cluster.as_str(), until), ("azure-weu", today().plus_days(30)));
}

#[test]
fn it_goes_on_as_soon_as_its_end_may_take_it() {
    let asked = waits_for(&full(30), "permits");
    let there = freed(arrived(full(30)).approved(&asked));
    let goes = decided(&there).action;
    assert!(
        matches!(goes, Action::Relocate { ref target, .. } if target == "eu-1"),
        "{goes:?}"
    );
}

#[test]
fn after_the_last_day_it_is_a_violation_whenever_it_is_looked_at() {
    // As after a long stop of the daemon: nobody looked on the day itself. The yes was given for just this route.
    for (days, allowed) in [(1, true), (0, true), (-1, false), (-400, false)] {
        let asked = waits_for(&full(30), "permits");
        let mut grounds = asked.grounds;
        if let Some(Ground::Route { steps, .. }) = grounds.first_mut() {
            steps[0].until = today().plus_days(days);
        }
        let asked = Asked::new(&id("permits"), "azure-weu", grounds);
        let there = arrived(full(days)).approved(&asked);
        let decision = decided(&there);
        assert_eq!(
            decision.violations.is_empty(),
            allowed,
            "{days}: {:?}",
            decision.violations
        );
        assert_eq!(decision.approval.is_some(), allowed, "{days}");
        let end = decided(&freed(there)).action;
        assert!(
            matches!(end, Action::Relocate { ref target, .. } if target == "eu-1"),
            "{end:?}"
        );
    }
}

#[test]
fn that_no_move_may_begin_any_more_does_not_end_what_was_begun() {
    let asked = waits_for(&full(30), "permits");
    let mut there = arrived(full(30)).approved(&asked);
    for view in there.approvals.values_mut() {
        (view.since, view.until) = (today().plus_days(-9), today().plus_days(-2));
    }
    assert_eq!(decided(&there).violations, []);
}

#[test]
fn who_stands_on_a_step_without_a_yes_is_not_on_a_route() {
    let there = arrived(full(30));
    let decision = decided(&there);
    assert!(!decision.violations.is_empty());
    assert_eq!(decision.action, Action::Wait(Waiting::NoClusterFits));
}

#[test]
fn a_yes_that_is_taken_back_ends_it() {
    let asked = waits_for(&full(30), "permits");
    let mut there = arrived(full(30)).approved(&asked);
    assert_eq!(decided(&there).violations, []);
    there.approvals.clear();
    assert!(!decided(&there).violations.is_empty());
}

#[test]
fn a_failover_to_where_policies_forbid_it_needs_the_yes_too() {
    let asked = waits_for(&full(30), "permits");
    let mut lost = full(30);
    let home = lost.fleet.clusters.get_mut("old").unwrap();
    *home = home.clone().lost(60);
    assert_eq!(waits_for(&lost, "permits").plan, asked.plan);
    let goes = decided(&lost.approved(&asked)).action;
    assert!(
        matches!(goes, Action::FailOver { ref target, .. } if target == "azure-weu"),
        "{goes:?}"
    );
}

#[test]
fn a_route_loosens_only_its_own_policy() {
    let mut request = full(30);
    request.policies.insert("also".to_owned(), mk_autonomous());
    assert_eq!(decided(&request).action, Action::Wait(Waiting::NoClusterFits));
    let also = request.policies.get_mut("also").unwrap();
    also.routes.push(mk_route("azure-weu", 10));
    let asked = waits_for(&request, "permits");
    assert_eq!(
        asked.until(),
        Some(today().plus_days(10)),
        "the earlier of both days"
    );
    assert_eq!(asked.grounds.len(), 3, "{asked:?}");
}

#[test]
fn a_route_lifts_nothing_but_autonomy() {
    let mut request = full(30);
    let autonomous = request.policies.get_mut("autonomous").unwrap();
    autonomous.require.zones_at_least = Some(3);
    assert_eq!(decided(&request).action, Action::Wait(Waiting::NoClusterFits));
}

/// What makes a route useless.
type Change = fn(&mut Request);

#[test]
fn a_route_that_does_not_end_autonomous_loosens_nothing_and_that_is_told() {
    let cases: [(&str, Change); 5] = [
        ("there is no MemberCluster \"nowhere\"", |request| {
            route(request).end = "nowhere".to_owned();
        }),
        ("a route ends where its workloads may stand", |request| {
            route(request).end = "old".to_owned();
        }),
        ("a route ends on an autonomous cluster", |request| {
            let autonomous = request.policies.get_mut("autonomous").unwrap();
            autonomous.require.jurisdictions = None;
            autonomous.require.seal = None;
            autonomous.routes[0].end = "old".to_owned();
        }),
        ("is more than 24 months (731 days) away", |request| {
            route(request).steps[0].until = today().plus_days(732);
        }),
        ("a route has steps", |request| route(request).steps.clear()),
    ];
    for (told, change) in cases {
        let mut request = full(30);
        change(&mut request);
        let found = problems(&request);
        let invalid = found.iter().filter(|p| p.reason == Reason::Invalid);
        let said: Vec<String> = invalid.map(ToString::to_string).collect();
        assert!(
            said.iter()
                .any(|said| said.contains("spec.routes[0]") && said.contains(told)),
            "{said:?}"
        );
        let action = decided(&request).action;
        assert!(
            !matches!(action, Action::Wait(Waiting::Approval(_))),
            "{told}: {action:?}"
        );
    }
}

fn route(request: &mut Request) -> &mut Route {
    &mut request.policies.get_mut("autonomous").unwrap().routes[0]
}

#[test]
fn a_second_step_follows_when_the_first_is_over() {
    let mut request = full(30);
    request.fleet.providers.insert("hardened".to_owned(), {
        let mut provider = request.fleet.providers["azure"].clone();
        provider.category = Some(Category::HyperscalerHardened);
        provider
    });
    let second = havenmeester_api::route::RouteStep {
        cluster: "hardened-1".to_owned(),
        until: today().plus_days(60),
    };
    route(&mut request).steps[0].until = today().plus_days(-1);
    route(&mut request).steps.push(second);
    let request = arrived(request.cluster("hardened-1", mk_cluster("hardened")));
    let asked = waits_for(&request, "permits");
    assert_eq!(
        (asked.target.as_str(), asked.until()),
        ("hardened-1", Some(today().plus_days(60)))
    );
}
