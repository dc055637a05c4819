//! Each mistake is found, with the object and the field.
use super::*;
use crate::mk::{
    date, id, mk_cluster, mk_exemption, mk_named, mk_provider, mk_request, mk_stake, mk_workload, nobody,
    today,
};
use havenmeester_api::require::Rule;

/// The problems as `object, field`, without those that the request of the tests has already.
fn check(request: &Request, expected: &[&str]) {
    let found = problems(request);
    let told: Vec<String> = found
        .iter()
        .map(|p| format!("{}, {}", p.object, p.field))
        .collect();
    assert_eq!(told, expected, "{found:#?}");
    assert!(found.iter().all(|problem| !problem.wrong.to_string().is_empty()));
}

/// A request without problems.
fn sound() -> Request {
    mk_request().workload("shop", mk_workload("shop", "eu-1").critical())
}

fn with_owners(owners: Vec<Stake>) -> Request {
    let mut request = sound();
    request.fleet.providers.get_mut("microsoft").unwrap().owners = owners;
    request
}

#[test]
fn a_sound_fleet_has_none() {
    check(&sound(), &[]);
    check(&Request::default(), &[]);
}

#[test]
fn a_cluster_of_a_provider_that_nobody_knows() {
    check(
        &sound().cluster("stray", mk_cluster("ghost")),
        &["MemberCluster/stray, spec.provider"],
    );
}

#[test]
fn stakes_that_mean_nothing() {
    let mut request = with_owners(vec![mk_stake("ghost", 100), nobody(), mk_named("a", "NL", -1)]);
    request.fleet.providers.get_mut("eu").unwrap().operated_by = vec![mk_stake("ghost", 100)];
    request.fleet.providers.get_mut("eu").unwrap().keys_held_by = vec![Stake {
        since: Some(date("2027-01-01")),
        until: Some(date("2026-01-01")),
        ..mk_named("a", "NL", 1)
    }];
    check(
        &request,
        &[
            "Provider/eu, spec.keysHeldBy[0].until",
            "Provider/eu, spec.operatedBy[0].provider",
            "Provider/microsoft, spec.owners[0].provider",
            "Provider/microsoft, spec.owners[1]",
            "Provider/microsoft, spec.owners[2].shareBasisPoints",
            // And what follows from it: nothing of `eu` is known to be autonomous any more.
            "PlacementPolicy/autonomous, spec.require",
        ],
    );
}

#[test]
fn shares_that_add_up_to_too_much_today_and_not_over_time() {
    let owners = vec![mk_named("a", "US", 6_000), mk_named("b", "US", 6_000)];
    check(&with_owners(owners), &["Provider/microsoft, spec.owners"]);
    let before = Stake {
        until: Some(date("2026-11-01")),
        ..mk_named("a", "US", 10_000)
    };
    let after = Stake {
        since: Some(date("2026-11-02")),
        ..mk_named("b", "US", 10_000)
    };
    check(&with_owners(vec![before, after]), &[]);
}

#[test]
fn circles_are_told_to_each_who_is_on_one_and_to_nobody_else() {
    let mut request = with_owners(vec![mk_stake("shell", 10_000)]);
    let shell = ProviderSpec {
        owners: vec![mk_stake("microsoft", 10_000)],
        ..mk_provider("US")
    };
    request.fleet.providers.insert("shell".to_owned(), shell);
    check(
        &request,
        &["Provider/microsoft, spec.owners", "Provider/shell, spec.owners"],
    );
    assert!(
        problems(&request)[0]
            .wrong
            .to_string()
            .contains("microsoft > shell > microsoft")
    );
}

#[test]
fn a_circle_of_ten_thousand_is_found() {
    let mut request = sound();
    for i in 0..10_000 {
        let owners = vec![mk_stake(&format!("o{}", (i + 1) % 10_000), 10_000)];
        request.fleet.providers.insert(
            format!("o{i}"),
            ProviderSpec {
                owners,
                ..mk_provider("NL")
            },
        );
    }
    assert_eq!(problems(&request).len(), 10_000);
}

#[test]
fn policies_that_choose_nothing_name_nobody_or_cannot_be_met() {
    let mut request = mk_request().workload("shop", mk_workload("shop", "eu-1"));
    let policy = request.policies.get_mut("autonomous").unwrap();
    policy.require.clusters = vec!["eu-1".to_owned(), "ghost".to_owned(), "azure-weu".to_owned()];
    check(
        &request,
        &[
            "PlacementPolicy/autonomous, spec.require.clusters[1]",
            "PlacementPolicy/autonomous, spec.workloads",
        ],
    );
    request.policies.get_mut("autonomous").unwrap().require.clusters = vec!["azure-weu".to_owned()];
    check(
        &request,
        &[
            "PlacementPolicy/autonomous, spec.require",
            "PlacementPolicy/autonomous, spec.workloads",
        ],
    );
}

#[test]
fn one_holder_twice_on_the_same_days_and_too_much_on_a_day_to_come() {
    let dated = |since: Option<&str>, until: Option<&str>| Stake {
        since: since.map(date),
        until: until.map(date),
        ..mk_named("a", "US", 4_000)
    };
    let twice = vec![dated(None, Some("2027-01-31")), dated(Some("2027-01-01"), None)];
    check(&with_owners(twice), &["Provider/microsoft, spec.owners[1].since"]);
    let apart = vec![dated(None, Some("2026-12-31")), dated(Some("2027-01-01"), None)];
    check(&with_owners(apart), &[]);
    let buyer = Stake {
        since: Some(date("2027-03-01")),
        ..mk_named("buyer", "CN", 7_000)
    };
    let request = with_owners(vec![mk_named("a", "US", 4_000), buyer]);
    check(&request, &["Provider/microsoft, spec.owners"]);
    assert!(
        problems(&request)[0]
            .wrong
            .to_string()
            .starts_with("on 2027-03-01: ")
    );
}

#[test]
fn a_circle_that_was_worked_out_is_only_noted() {
    let mut request = with_owners(vec![mk_stake("shell", 5_000), mk_named("a", "US", 5_000)]);
    let shell = ProviderSpec {
        owners: vec![mk_stake("microsoft", 10_000)],
        ..mk_provider("US")
    };
    request.fleet.providers.insert("shell".to_owned(), shell);
    let found = problems(&request);
    assert_eq!(found.len(), 2);
    assert!(
        found
            .iter()
            .all(|p| p.reason == Reason::Noted && !p.reason.is_wrong()),
        "{found:#?}"
    );
}

#[test]
fn votes_beyond_all_of_them_and_a_component_that_nobody_knows() {
    let voting = Stake {
        votes_basis_points: Some(10_001),
        ..mk_named("a", "US", 1)
    };
    check(
        &with_owners(vec![voting]),
        &[
            "Provider/microsoft, spec.owners",
            "Provider/microsoft, spec.owners[0].votesBasisPoints",
        ],
    );
    let mut request = sound();
    let require = &mut request.policies.get_mut("default").unwrap().require;
    require.components = vec!["cert-manger".to_owned()];
    let told: Vec<String> = problems(&request)
        .iter()
        .map(|p| format!("{} {:?}", p.field, p.reason))
        .collect();
    assert_eq!(
        told,
        [
            "spec.require Unsatisfiable",
            "spec.require.components[0] Invalid",
            "spec.require Unsatisfiable"
        ][..2]
    );
}

#[test]
fn policies_that_only_together_leave_no_cluster_name_each_other() {
    let mut request = sound();
    let mut other = crate::mk::mk_empty_policy();
    other.require.clusters = vec!["azure-weu".to_owned()];
    request.policies.insert("only-azure".to_owned(), other);
    let found = problems(&request);
    let told: Vec<String> = found
        .iter()
        .map(|p| format!("{} {:?}", p.object, p.reason))
        .collect();
    let wanted = [
        "PlacementPolicy/autonomous Unsatisfiable",
        "PlacementPolicy/only-azure Unsatisfiable",
    ];
    assert_eq!(told, wanted, "{found:#?}");
    assert!(
        found[0]
            .wrong
            .to_string()
            .starts_with("together with only-azure no cluster"),
        "{}",
        found[0].wrong
    );
    assert!(
        found[0].wrong.to_string().contains("(as havenmeester/shop)"),
        "{}",
        found[0].wrong
    );
}

#[test]
fn a_rule_that_another_policy_makes_idle_is_named_once() {
    let mut request = sound();
    let mut weak = crate::mk::mk_autonomous();
    weak.require.seal = None;
    weak.require
        .jurisdictions
        .as_mut()
        .unwrap()
        .only
        .push("US".to_owned());
    request.policies.insert("weak".to_owned(), weak);
    let told: Vec<String> = problems(&request)
        .iter()
        .map(|p| format!("{} {} {:?}", p.object, p.field, p.reason))
        .collect();
    let wanted = [
        "PlacementPolicy/weak spec.require.categories Shadowed",
        "PlacementPolicy/weak spec.require.jurisdictions Shadowed",
    ];
    assert_eq!(told, wanted);
}

#[test]
fn nobody_stands_apart_from_itself_or_from_nobody() {
    let mut request = sound();
    request.workloads.get_mut(&id("shop")).unwrap().apart = [id("shop"), id("ghost")].into();
    let found: Vec<String> = problems(&request)
        .iter()
        .map(|p| format!("{} {:?}", p.field, p.reason))
        .collect();
    assert_eq!(found, ["spec.apartFrom Invalid", "spec.apartFrom Noted"]);
}

#[test]
fn an_exemption_that_is_over_or_ends_soon_is_noted() {
    let noted = |until: Date| {
        let mut request = sound();
        let mut exemption = mk_exemption(Rule::Categories, "shop");
        exemption.since = today().plus_days(-400);
        exemption.until = until;
        request.exemptions.insert(id("e"), exemption);
        problems(&request)
            .into_iter()
            .map(|p| (p.field, p.reason, p.wrong))
            .collect::<Vec<_>>()
    };
    let until = |days| today().plus_days(days);
    let field = || "spec.until".to_owned();
    let over = Wrong::Over { until: until(-1) };
    assert_eq!(noted(until(-1)), [(field(), Reason::Noted, over)]);
    let soon = Wrong::EndsSoon { until: until(89) };
    assert_eq!(noted(until(89)), [(field(), Reason::Noted, soon)]);
    assert_eq!(noted(until(90)), []);
    let latest = until(331); // 731 days after its first
    let late = Wrong::TooLong {
        until: until(332),
        latest,
    };
    assert_eq!(noted(until(332)), [(field(), Reason::Invalid, late)]);
}
