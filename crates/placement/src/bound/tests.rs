//! An application stands where its data may be seen, and near enough to it.
use havenmeester_api::Sensitivity;
use havenmeester_api::policy::Term;

use crate::decision::{Action, Decision};
use crate::mk::{id, mk_cluster, mk_request, mk_workload};
use crate::{decide, flow, lint, problems};

use super::*;

/// `site` uses the data of `register`; `eu-2` stands in another region than the others.
fn using(within: Within) -> Request {
    let mut request = mk_request()
        .workload("register", mk_workload("register", "eu-1").critical())
        .workload("site", mk_workload("site", "azure-weu").using("register", within));
    request.fleet.clusters.get_mut("eu-2").unwrap().region = "nl-east".to_owned();
    request.fleet.clusters.get_mut("azure-weu").unwrap().region = "weu".to_owned();
    request
}

fn decided(request: &Request, name: &str) -> Decision {
    let plan = decide(request);
    assert_eq!(lint(request, &plan), vec![]);
    plan.decisions[&id(name)].clone()
}

#[test]
fn data_may_stand_elsewhere_unless_it_is_said_otherwise() {
    assert_eq!(decided(&using(Within::Anywhere), "site").action, Action::Stay);
    for within in [Within::Region, Within::Cluster] {
        let decision = decided(&using(within), "site");
        assert_eq!(decision.desired.as_deref(), Some("eu-1"), "{within:?}");
        assert_eq!(decision.violations[0].rule(), "AwayFromData");
    }
}

#[test]
fn a_cluster_of_the_same_region_will_do() {
    let request = using(Within::Region).cluster("eu-3", mk_cluster("eu"));
    let plan = crate::decide(&request);
    let candidates = crate::Reasons::of(&request, &plan).candidates(&id("site"));
    let fits = |name: &str| matches!(candidates[name], crate::Candidate::Fits(_));
    assert!(fits("eu-1") && fits("eu-3") && !fits("eu-2"));
}

#[test]
fn an_application_follows_its_data_and_does_not_go_ahead_of_it() {
    let mut request = using(Within::Region);
    let data = request.workloads.get_mut(&id("register")).unwrap();
    data.previous = Some("eu-2".to_owned()); // it ought to go there
    assert_eq!(decided(&request, "site").desired.as_deref(), Some("eu-1"));
    let data = request.workloads.get_mut(&id("register")).unwrap();
    *data = data.clone().moving_to("eu-2");
    assert_eq!(decided(&request, "site").desired.as_deref(), Some("eu-2"));
}

#[test]
fn the_place_must_be_allowed_to_see_the_data() {
    let mut request = using(Within::Anywhere);
    request.workloads.get_mut(&id("register")).unwrap().sensitivity = Sensitivity::High;
    let policy = request.policies.get_mut("autonomous").unwrap();
    policy.workloads.any_of.push(Term {
        sensitivity: Some(Sensitivity::High),
        ..Term::default()
    });
    let plan = decide(&request);
    let found = lint(&request, &plan);
    assert!(!found.is_empty(), "what was not flowed is no plan");
    flow(&mut request.workloads);
    let decision = decided(&request, "site");
    assert!(matches!(decision.action, Action::Relocate { .. }));
    assert!(decision.rules.policies.contains(&"autonomous".to_owned()));
}

/// `site` must be within 10 ms of `register`, which stands on `eu-1`; the fleet says how far clusters are from there.
fn in_time(said: &[(&str, i64)]) -> Request {
    let mut request = mk_request()
        .workload("register", mk_workload("register", "eu-1").critical())
        .workload(
            "site",
            mk_workload("site", "azure-weu").using_in_time("register", 10),
        );
    for (cluster, milliseconds) in said {
        let view = request.fleet.clusters.get_mut(*cluster).unwrap();
        *view = view.clone().away_from("eu-1", *milliseconds);
    }
    request
}

#[test]
fn who_must_reach_its_data_in_time_goes_to_where_that_is_declared() {
    let near = in_time(&[("azure-weu", 10), ("eu-2", 30)]);
    assert_eq!(decided(&near, "site").action, Action::Stay);
    let far = decided(&in_time(&[("azure-weu", 11), ("eu-2", 3)]), "site");
    assert_eq!(far.violations[0].rule(), "LatencyTooHigh");
    assert!(matches!(far.action, Action::Relocate { .. }));
    let unknown = decided(&in_time(&[]), "site");
    assert_eq!(unknown.violations[0].rule(), "LatencyUnknown");
    // Nobody says how far `eu-2` is; where the data stands it is near.
    assert_eq!(unknown.desired.as_deref(), Some("eu-1"));
}

#[test]
fn the_other_cluster_may_say_it_and_the_larger_counts() {
    let mut request = in_time(&[("azure-weu", 4)]);
    let home = request.fleet.clusters.get_mut("eu-1").unwrap();
    *home = home.clone().away_from("azure-weu", 12);
    let decision = decided(&request, "site");
    let told: Vec<String> = decision.violations.iter().map(ToString::to_string).collect();
    let expected = "data: havenmeester/register, which it uses, stands on eu-1, 12 ms there and back, wanted at most 10 ms";
    assert!(told[0].contains(expected), "{told:?}");
}

#[test]
fn a_region_and_a_time_must_both_be_met() {
    let mut request = in_time(&[("azure-weu", 4), ("eu-2", 4)]);
    request.fleet.clusters.get_mut("azure-weu").unwrap().region = "weu".to_owned();
    let site = request.workloads.get_mut(&id("site")).unwrap();
    *site = site.clone().using("register", Within::Region);
    let candidates = {
        let plan = decide(&request);
        crate::Reasons::of(&request, &plan).candidates(&id("site"))
    };
    let fits = |name: &str| matches!(candidates[name], crate::Candidate::Fits(_));
    assert!(fits("eu-1") && fits("eu-2") && !fits("azure-weu"));
}

#[test]
fn a_time_to_a_cluster_that_is_not_there_is_told() {
    let request = in_time(&[]).cluster("eu-2", mk_cluster("eu").away_from("eu-9", 4));
    let told: Vec<String> = problems(&request).iter().map(ToString::to_string).collect();
    let expected = "MemberCluster/eu-2, spec.latency.clusters: there is no MemberCluster \"eu-9\"";
    assert!(told.iter().any(|told| told.starts_with(expected)), "{told:?}");
}

#[test]
fn who_uses_itself_or_nobody_is_told() {
    let site = mk_workload("site", "eu-1")
        .using("site", Within::Region)
        .using("ghost", Within::Region);
    let request = mk_request().workload("site", site.critical());
    let told: Vec<String> = problems(&request).iter().map(ToString::to_string).collect();
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(
        told[0].contains("Workload/site, spec.uses: it names itself"),
        "{told:?}"
    );
    assert!(
        told[1].contains("there is no Workload havenmeester/ghost"),
        "{told:?}"
    );
    assert_eq!(decided(&request, "site").action, Action::Stay);
}
