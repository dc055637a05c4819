//! Where room is kept, for whom first, and that a failover goes there.
use havenmeester_api::require::{Rule, StandbyRule};

use crate::decision::{Action, Violation};
use crate::lint::lint;
use crate::mk::*;
use crate::problems::{Reason, problems};
use crate::{Apart, Plan, Request, decide};

/// `eu-1` and `eu-2` at one Dutch provider, `de-1` at a German one; everything asks for a standby at another provider.
fn scene() -> Request {
    let mut request = mk_request();
    request.fleet.providers.insert("de".to_owned(), mk_provider("DE"));
    let mut policy = mk_policy();
    policy.require.standby = Some(StandbyRule {
        other_provider: true,
        other_jurisdiction: true,
    });
    request.policies.insert("standby".to_owned(), policy);
    request.cluster("de-1", mk_cluster("de"))
}

fn planned(request: &Request) -> Plan {
    let plan = decide(request);
    assert_eq!(lint(request, &plan), [], "{:?}", plan.decisions);
    plan
}

fn standby(plan: &Plan, name: &str) -> Option<String> {
    plan.decisions[&id(name)].standby.clone()
}

#[test]
fn the_standby_is_at_another_provider_under_another_jurisdiction() {
    let request = scene().workload("permits", mk_workload("permits", "eu-1").critical());
    let plan = planned(&request);
    assert_eq!(standby(&plan, "permits").as_deref(), Some("de-1"));
    assert_eq!(plan.decisions[&id("permits")].violations, []);
    assert_eq!(plan.decisions[&id("permits")].action, Action::Stay);
}

#[test]
fn without_one_it_is_a_violation_that_moves_nobody() {
    let mut request = scene().workload("permits", mk_workload("permits", "eu-1").critical());
    let full = mk_cluster("de").requested_cpu(9_500);
    request.fleet.clusters.insert("de-1".to_owned(), full);
    let plan = planned(&request);
    let decision = &plan.decisions[&id("permits")];
    assert_eq!(standby(&plan, "permits"), None);
    assert_eq!(decision.action, Action::Stay);
    let [
        Violation::NoStandby {
            policy,
            apart,
            cluster,
        },
    ] = decision.violations.as_slice()
    else {
        panic!("{:?}", decision.violations);
    };
    assert_eq!((policy.as_str(), cluster.as_str()), ("standby", "eu-1"));
    assert_eq!(apart, &[Apart::Cluster, Apart::Provider, Apart::Jurisdiction]);
}

#[test]
fn what_is_kept_for_one_is_not_kept_for_another_and_the_more_critical_goes_first() {
    let mut request = scene()
        .workload("a-low", mk_workload("a-low", "eu-1").cpu(6_000))
        .workload("permits", mk_workload("permits", "eu-1").critical().cpu(6_000));
    request.fleet.clusters.remove("azure-weu");
    let plan = planned(&request);
    assert_eq!(standby(&plan, "permits").as_deref(), Some("de-1"));
    assert_eq!(standby(&plan, "a-low"), None);
}

#[test]
fn it_stays_kept_where_it_was() {
    let mut request = scene().cluster("de-0", mk_cluster("de"));
    let mut workload = mk_workload("permits", "eu-1").critical();
    workload.standby = Some("de-1".to_owned());
    request = request.workload("permits", workload);
    assert_eq!(standby(&planned(&request), "permits").as_deref(), Some("de-1"));
    request.workloads.get_mut(&id("permits")).unwrap().standby = None;
    assert_eq!(standby(&planned(&request), "permits").as_deref(), Some("de-0"));
}

#[test]
fn who_moves_takes_no_room_that_is_kept_for_somebody_more_critical() {
    let kept = mk_workload("permits", "eu-1").critical().cpu(6_000);
    let mut request = scene()
        .workload("permits", kept)
        .workload("low", mk_workload("low", "eu-2").cpu(6_000));
    let mut named = mk_empty_policy();
    named.workloads.any_of = vec![havenmeester_api::policy::Term {
        namespace: Some("low".to_owned()),
        ..havenmeester_api::policy::Term::default()
    }];
    named.require.clusters = vec!["de-1".to_owned()];
    request.policies.insert("named".to_owned(), named);
    let plan = planned(&request);
    assert_eq!(plan.decisions[&id("low")].desired, None);
    assert_eq!(standby(&plan, "permits").as_deref(), Some("de-1"));
}

#[test]
fn a_failover_goes_to_its_standby_first() {
    let mut workload = mk_workload("permits", "eu-1").critical();
    workload.standby = Some("de-1".to_owned());
    let mut request = scene().workload("permits", workload);
    // Without the standby the other cluster of the provider would be as good, and first by name.
    let lost = |request: &mut Request| {
        let home = request.fleet.clusters.get_mut("eu-1").unwrap();
        *home = home.clone().lost(60);
    };
    lost(&mut request);
    request = request.cluster("aa-1", mk_cluster("eu"));
    let target = |request: &Request| match &planned(request).decisions[&id("permits")].action {
        Action::FailOver { target, .. } => target.clone(),
        other @ (Action::Stay | Action::Relocate { .. } | Action::Wait(_)) => panic!("{other:?}"),
    };
    assert_eq!(target(&request), "de-1");
    request.workloads.get_mut(&id("permits")).unwrap().standby = None;
    assert_eq!(target(&request), "aa-1");
}

#[test]
fn an_exemption_of_the_rule_ends_the_asking() {
    let mut request = scene().workload("permits", mk_workload("permits", "eu-1").critical());
    request.fleet.clusters.remove("de-1");
    assert_eq!(planned(&request).decisions[&id("permits")].violations.len(), 1);
    let mut exemption = mk_exemption(Rule::Standby, "permits");
    exemption.policy = "standby".to_owned();
    request.exemptions.insert(id("alone"), exemption);
    assert_eq!(planned(&request).decisions[&id("permits")].violations, []);
}

#[test]
fn a_policy_that_no_two_clusters_can_meet_is_found() {
    let mut request = scene().workload("permits", mk_workload("permits", "eu-1").critical());
    let found = |request: &Request| {
        let all = problems(request);
        let of = all.into_iter().filter(|p| p.reason == Reason::Unsatisfiable);
        of.map(|p| p.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(found(&request), Vec::<String>::new());
    for name in ["de-1", "azure-weu"] {
        request.fleet.clusters.remove(name);
    }
    let told = found(&request);
    assert!(
        told[0].contains("spec.require.standby") && told[0].contains("no two clusters"),
        "{told:?}"
    );
}

#[test]
fn who_moves_from_nobody_knows_where_is_told_that_none_will_do() {
    let workload = mk_workload("permits", "eu-1").critical().moving_to("eu-1");
    let mut request = scene().workload("permits", workload);
    request.workloads.get_mut(&id("permits")).unwrap().home = None;
    request.fleet.clusters.remove("de-1");
    let violations = &planned(&request).decisions[&id("permits")].violations;
    assert!(
        matches!(&violations[..], [Violation::NoStandby { cluster, .. }] if cluster == "eu-1"),
        "{violations:?}"
    );
}
