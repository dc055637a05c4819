//! What must be asked, of whom it is asked, and who has said yes.
use havenmeester_api::Date;
use havenmeester_api::approval::ApprovalSpec;
use havenmeester_api::policy::Trigger;
use havenmeester_api::require::Rule;

use super::*;
use crate::decide;
use crate::decision::{Action, Waiting};
use crate::lint::lint;
use crate::mk::*;

/// `low` stands on `eu-1`, which a policy of its own forbids; only `azure-weu` is left.
fn to_azure() -> Request {
    let mut request = mk_request().workload("low", mk_workload("low", "eu-1"));
    let mut policy = mk_empty_policy();
    policy.require.clusters = vec!["azure-weu".to_owned()];
    request.policies.insert("named".to_owned(), policy);
    request
}

fn action(request: &Request, name: &str) -> Action {
    let plan = decide(request);
    assert_eq!(lint(request, &plan), [], "{:?}", plan.decisions);
    plan.decisions[&id(name)].action.clone()
}

/// What is asked of a workload that waits for a yes.
pub(crate) fn waits_for(request: &Request, name: &str) -> Asked {
    match action(request, name) {
        Action::Wait(Waiting::Approval(asked)) => *asked,
        other @ (Action::Stay | Action::Relocate { .. } | Action::FailOver { .. } | Action::Wait(_)) => {
            panic!("{other:?}")
        }
    }
}

#[test]
fn a_move_to_a_hyperscaler_that_is_not_autonomous_asks_and_tells_the_council() {
    let request = to_azure();
    let asked = waits_for(&request, "low");
    assert_eq!(asked.target, "azure-weu");
    assert!(asked.inform_council());
    assert_eq!(asked.until(), None);
    assert_eq!(asked.grounds.len(), 1, "{asked:?}");
    let said = asked.to_string();
    assert!(
        said.contains("(law of US); the council is to be informed"),
        "{said}"
    );
    let goes = action(&request.approved(&asked), "low");
    assert!(
        matches!(goes, Action::Relocate { ref target, .. } if target == "azure-weu"),
        "{goes:?}"
    );
}

/// `shop` stands where it may not, and `careful` has somebody approve of each move of its kind.
fn careful(moves: Trigger, failovers: Trigger) -> Request {
    let mut policy = mk_policy();
    policy.migration.as_mut().unwrap().mode = moves;
    policy.failover.as_mut().unwrap().mode = failovers;
    let mut request = mk_request().workload("shop", mk_workload("shop", "azure-weu").critical());
    request.policies.insert("careful".to_owned(), policy);
    request
}

#[test]
fn what_a_policy_has_somebody_approve_of_waits_for_that_very_plan() {
    let request = careful(Trigger::Approval, Trigger::Automatic);
    let asked = waits_for(&request, "shop");
    let ground = Ground::Policy {
        policy: "careful".to_owned(),
    };
    assert_eq!(asked.grounds, [ground]);
    assert!(!asked.inform_council());
    let elsewhere = Asked::new(&id("shop"), "another-cluster", asked.grounds.clone());
    assert_eq!(waits_for(&request.clone().approved(&elsewhere), "shop"), asked);
    let approved = request.approved(&asked);
    assert!(matches!(action(&approved, "shop"), Action::Relocate { .. }));
}

#[test]
fn a_policy_may_have_somebody_approve_of_failovers_too() {
    let lost = |moves, failovers| {
        let mut request = careful(moves, failovers);
        let home = request.fleet.clusters.get_mut("azure-weu").unwrap();
        *home = home.clone().lost(60);
        request
    };
    let request = lost(Trigger::Automatic, Trigger::Approval);
    let asked = waits_for(&request, "shop");
    assert!(matches!(
        action(&request.approved(&asked), "shop"),
        Action::FailOver { .. }
    ));
    let moves_only = lost(Trigger::Approval, Trigger::Automatic);
    assert!(matches!(action(&moves_only, "shop"), Action::FailOver { .. }));
}

#[test]
fn one_that_leaves_it_to_a_person_goes_before_one_that_has_it_approved() {
    let mut request = careful(Trigger::Approval, Trigger::Approval);
    request
        .policies
        .get_mut("autonomous")
        .unwrap()
        .migration
        .as_mut()
        .unwrap()
        .mode = Trigger::Manual;
    let waits = action(&request, "shop");
    assert!(
        matches!(waits, Action::Wait(Waiting::ManualMigration { ref policy, .. }) if policy.as_deref() == Some("autonomous")),
        "{waits:?}"
    );
}

#[test]
fn a_move_without_the_yes_that_a_policy_asks_for_is_found() {
    let request = careful(Trigger::Approval, Trigger::Automatic);
    let mut plan = decide(&request);
    let decision = plan.decisions.get_mut(&id("shop")).unwrap();
    let target = decision.desired.clone().unwrap();
    decision.action = Action::Relocate {
        source: "azure-weu".to_owned(),
        target,
    };
    let found = lint(&request, &plan);
    assert!(
        found
            .iter()
            .any(|finding| matches!(finding.fault, crate::Fault::NotApproved { .. })),
        "{found:?}"
    );
}

#[test]
fn what_stands_on_a_hyperscaler_already_asks_nothing() {
    let request = mk_request().workload("low", mk_workload("low", "azure-weu"));
    let plan = decide(&request);
    let decision = &plan.decisions[&id("low")];
    assert_eq!((&decision.action, &decision.approval), (&Action::Stay, &None));
}

#[test]
fn a_failover_to_a_place_that_is_allowed_asks_nothing() {
    let mut request = to_azure();
    let home = request.fleet.clusters.get_mut("eu-1").unwrap();
    *home = home.clone().lost(60);
    assert!(matches!(action(&request, "low"), Action::FailOver { .. }));
}

#[test]
fn a_move_from_an_autonomous_place_to_one_that_is_not_asks() {
    let mut request = to_azure();
    let azure = request.fleet.providers.get_mut("azure").unwrap();
    azure.category = Some(Category::PrivateEu);
    let asked = waits_for(&request, "low");
    assert_eq!(asked.grounds, [Ground::LessAutonomous]);
    assert!(!asked.inform_council());
}

#[test]
fn between_two_places_that_are_not_autonomous_nothing_is_lowered() {
    let mut request = to_azure();
    let azure = request.fleet.providers.get_mut("azure").unwrap();
    azure.category = Some(Category::PrivateEu);
    let eu = request.fleet.providers.get_mut("eu").unwrap();
    eu.owners = vec![mk_stake("microsoft", 10_000)];
    assert!(matches!(action(&request, "low"), Action::Relocate { .. }));
}

#[test]
fn a_yes_to_something_else_says_nothing() {
    let request = to_azure();
    let asked = waits_for(&request, "low");
    let yes = mk_approval(&asked);
    let other_plan = ApprovalView {
        plan: Asked::new(&id("low"), "eu-2", asked.grounds.clone()).plan,
        ..yes.clone()
    };
    let other_workload = ApprovalView {
        workload: "other".to_owned(),
        ..yes.clone()
    };
    let not_yet = ApprovalView {
        since: today().plus_days(1),
        ..yes.clone()
    };
    let over = ApprovalView {
        until: today().plus_days(-1),
        ..yes.clone()
    };
    let elsewhere = WorkloadId {
        namespace: "another".to_owned(),
        name: "a-yes".to_owned(),
    };
    let cases = [
        (id("a"), other_plan),
        (id("b"), other_workload),
        (id("c"), not_yet),
        (id("d"), over),
        (elsewhere, yes),
    ];
    for (name, view) in cases {
        let mut request = request.clone();
        request.approvals.insert(name.clone(), view);
        assert_eq!(waits_for(&request, "low").plan, asked.plan, "{name}");
    }
}

#[test]
fn a_yes_lasts_thirty_days_when_it_does_not_say() {
    let spec = ApprovalSpec {
        workload: "low".to_owned(),
        plan: String::new(),
        approver: "alderman".to_owned(),
        role: None,
        reason: None,
        until: None,
    };
    let covers = |spec: &ApprovalSpec, day: Date| ApprovalView::of(spec, today()).covers(day);
    assert!(covers(&spec, today()) && covers(&spec, today().plus_days(30)));
    assert!(!covers(&spec, today().plus_days(31)) && !covers(&spec, today().plus_days(-1)));
    let until = Some(today().plus_days(2));
    let short = ApprovalSpec { until, ..spec };
    assert!(covers(&short, today().plus_days(2)) && !covers(&short, today().plus_days(3)));
}

#[test]
fn the_hash_is_of_all_that_is_asked_and_of_nothing_else() {
    let request = to_azure();
    let asked = waits_for(&request, "low");
    assert!(
        asked.plan.starts_with("sha256-") && asked.plan.len() == 71,
        "{}",
        asked.plan
    );
    let grounds = || asked.grounds.clone();
    let plan = |workload: &WorkloadId, target: &str, grounds| Asked::new(workload, target, grounds).plan;
    assert_eq!(plan(&id("low"), "azure-weu", grounds()), asked.plan);
    assert_ne!(plan(&id("lo"), "wazure-weu", grounds()), asked.plan);
    assert_ne!(plan(&id("low"), "eu-2", grounds()), asked.plan);
    assert_ne!(
        plan(&id("low"), "azure-weu", vec![Ground::LessAutonomous]),
        asked.plan
    );
    // Where it stands and what else happens is no part of it.
    let mut later = request.clone().workload("other", mk_workload("other", "eu-2"));
    later.now = now() + jiff::SignedDuration::from_secs(5);
    assert_eq!(waits_for(&later, "low").plan, asked.plan);
    let mut moved = to_azure();
    moved.workloads.clear();
    let moved = moved.workload("low", mk_workload("low", "eu-2"));
    assert_eq!(waits_for(&moved, "low").plan, asked.plan);
}

#[test]
fn an_exempt_move_to_a_hyperscaler_asks_all_the_same() {
    let mut request = mk_request().workload("permits", mk_workload("permits", "eu-1").critical());
    let mut named = mk_empty_policy();
    named.require.clusters = vec!["azure-weu".to_owned()];
    request.policies.insert("named".to_owned(), named);
    for rule in [Rule::Categories, Rule::Jurisdictions, Rule::Seal] {
        let name = id(&format!("exempt-{rule}").to_lowercase());
        request.exemptions.insert(name, mk_exemption(rule, "permits"));
    }
    assert!(waits_for(&request, "permits").inform_council());
}
