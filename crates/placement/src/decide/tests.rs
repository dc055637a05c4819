//! Where workloads must stand, rule by rule.
use havenmeester_api::policy::Trigger;
use havenmeester_api::workload::CopyState;

use std::collections::BTreeMap;

use super::*;
use crate::decision::{Action, Candidate, Refusal, Waiting};
use crate::fact::Fact;
use crate::mk::{
    ago, id, mk_autonomous, mk_cluster, mk_policy, mk_provider, mk_request, mk_stake, mk_workload, now,
};
use crate::reasons::Reasons;
use crate::request::WorkloadView;

pub(crate) mod properties; // what holds for every fleet

/// The action for the only workload, or for `shop`.
fn action(request: &Request) -> Action {
    decide(request).decisions.remove(&id("shop")).unwrap().action
}

fn decision(request: &Request) -> Decision {
    let plan = decide(request);
    assert_eq!(crate::lint(request, &plan), []);
    plan.decisions.get(&id("shop")).unwrap().clone()
}

fn candidates(request: &Request) -> BTreeMap<String, Candidate> {
    Reasons::of(request, &decide(request)).candidates(&id("shop"))
}

fn relocate(source: &str, target: &str) -> Action {
    Action::Relocate {
        source: source.to_owned(),
        target: target.to_owned(),
    }
}

fn target_of(action: &Action) -> Option<&str> {
    match action {
        Action::Relocate { target, .. } | Action::FailOver { target, .. } => Some(target),
        Action::Stay | Action::Wait(_) => None,
    }
}

/// `shop`, critical, on the hyperscaler's cluster.
fn forbidden() -> Request {
    mk_request().workload("shop", mk_workload("shop", "azure-weu").critical())
}

/// `shop` on a cluster that was lost so many seconds ago.
fn lost(seconds_ago: i64, workload: WorkloadView) -> Request {
    mk_request()
        .cluster("azure-weu", mk_cluster("azure").lost(seconds_ago))
        .workload("shop", workload)
}

#[test]
fn what_stands_where_it_may_stays_however_much_better_another_is() {
    let mut request = mk_request().workload("shop", mk_workload("shop", "azure-weu"));
    request
        .policies
        .get_mut("default")
        .unwrap()
        .prefer
        .core_values
        .autonomy = Some(10);
    let shop = decision(&request);
    assert_eq!(
        (shop.action, shop.desired.as_deref()),
        (Action::Stay, Some("azure-weu"))
    );
    let candidates = candidates(&request);
    let total = |name: &str| match &candidates[name] {
        Candidate::Fits(score) => score.total,
        Candidate::Refused(refusals) => panic!("{refusals:?}"),
    };
    assert!(total("eu-1") > total("azure-weu"));
}

#[test]
fn what_stands_where_it_may_not_moves_and_every_reason_is_told() {
    let shop = decision(&forbidden());
    assert_eq!(shop.action, relocate("azure-weu", "eu-1"));
    let Candidate::Refused(refusals) = &candidates(&forbidden())["azure-weu"] else {
        panic!("it may stay")
    };
    let rules: Vec<&str> = refusals.iter().map(Refusal::rule).collect();
    assert_eq!(
        rules,
        ["CategoryForbidden", "JurisdictionForbidden", "SealTooLow"]
    );
    assert_eq!(shop.violations.len(), 3);
    assert!(
        refusals
            .iter()
            .all(|refusal| refusal.policy() == Some("autonomous"))
    );
}

#[test]
fn a_take_over_of_the_provider_moves_what_stands_there() {
    let mut request = mk_request().workload("shop", mk_workload("shop", "eu-1").critical());
    assert_eq!(action(&request), Action::Stay);
    request
        .fleet
        .providers
        .insert("other".to_owned(), mk_provider("BE"));
    request = request.cluster("other-1", mk_cluster("other"));
    request.fleet.providers.get_mut("eu").unwrap().owners = vec![mk_stake("microsoft", 10_000)];
    assert_eq!(action(&request), relocate("eu-1", "other-1"));
}

#[test]
fn a_policy_may_leave_the_move_to_a_person() {
    let mut request = forbidden();
    let rule = request
        .policies
        .get_mut("autonomous")
        .unwrap()
        .migration
        .as_mut()
        .unwrap();
    rule.mode = Trigger::Manual;
    let shop = decision(&request);
    let waiting = Waiting::ManualMigration {
        target: "eu-1".to_owned(),
        policy: Some("autonomous".to_owned()),
    };
    assert_eq!(
        (shop.action, shop.desired.as_deref()),
        (Action::Wait(waiting), Some("eu-1"))
    );
}

#[test]
fn what_no_cluster_may_take_stays_and_says_so() {
    let mut request = forbidden();
    request.policies.get_mut("autonomous").unwrap().require.regions = vec!["mars".to_owned()];
    let shop = decision(&request);
    assert_eq!(
        (shop.action, shop.desired),
        (Action::Wait(Waiting::NoClusterFits), None)
    );
}

#[test]
fn a_full_cluster_a_quarantined_one_and_one_out_of_reach_take_nothing() {
    let mut barred = mk_cluster("eu");
    barred.barred = Some(crate::mk::mk_bar());
    let request = forbidden()
        .cluster("eu-1", mk_cluster("eu").requested_cpu(9_001))
        .cluster("eu-2", barred)
        .cluster("eu-3", mk_cluster("eu").only(&["other"]))
        .cluster("eu-4", mk_cluster("eu").only(&["shop"]));
    let shop = decision(&request);
    assert_eq!(target_of(&shop.action), Some("eu-4"));
    for (cluster, rule) in [
        ("eu-1", "CapacityExceeded"),
        ("eu-2", "Quarantined"),
        ("eu-3", "NamespaceOutOfReach"),
    ] {
        let Candidate::Refused(refusals) = &candidates(&request)[cluster] else {
            panic!("{cluster} may take it")
        };
        assert_eq!(
            refusals.iter().map(Refusal::rule).collect::<Vec<_>>(),
            [rule],
            "{cluster}"
        );
    }
}

#[test]
fn a_stale_cluster_is_refused_not_read_as_empty() {
    let mut stale = mk_cluster("eu");
    let Fact::Known { value, .. } = stale.capacity else {
        panic!("unknown")
    };
    stale.capacity = Fact::known(value, ago(600));
    let request = forbidden().cluster("eu-1", stale);
    assert_eq!(target_of(&action(&request)), Some("eu-2"));
}

#[test]
fn a_full_home_is_no_reason_to_leave() {
    let request = mk_request()
        .cluster("eu-1", mk_cluster("eu").requested_cpu(50_000))
        .workload("shop", mk_workload("shop", "eu-1").critical());
    assert_eq!(action(&request), Action::Stay);
}

#[test]
fn the_critical_choose_first_and_what_they_choose_is_taken() {
    let request = mk_request()
        .cluster("eu-1", mk_cluster("eu").requested_cpu(8_000))
        .cluster("eu-2", mk_cluster("eu").requested_cpu(10_000))
        .cluster("azure-weu", mk_cluster("azure").lost(60))
        .workload("a-low", mk_workload("a-low", "azure-weu").cpu(2_000))
        .workload("shop", mk_workload("shop", "azure-weu").critical().cpu(2_000));
    let plan = decide(&request);
    assert_eq!(target_of(&plan.decisions[&id("shop")].action), Some("eu-1"));
    assert_eq!(
        plan.decisions[&id("a-low")].action,
        Action::Wait(Waiting::NoClusterFits)
    );
}

#[test]
fn who_has_fewer_places_to_go_chooses_first() {
    let mut narrow = mk_policy();
    narrow.workloads.any_of = vec![havenmeester_api::policy::Term {
        namespace: Some("z-narrow".to_owned()),
        ..Default::default()
    }];
    narrow.require.clusters = vec!["eu-1".to_owned()];
    let mut request = mk_request()
        .cluster("eu-1", mk_cluster("eu").requested_cpu(8_000))
        .cluster("azure-weu", mk_cluster("azure").lost(60))
        .workload("shop", mk_workload("shop", "azure-weu").critical().cpu(2_000))
        .workload(
            "z-narrow",
            mk_workload("z-narrow", "azure-weu").critical().cpu(2_000),
        );
    request.policies.insert("narrow".to_owned(), narrow);
    let plan = decide(&request);
    assert_eq!(target_of(&plan.decisions[&id("z-narrow")].action), Some("eu-1"));
    assert_eq!(target_of(&plan.decisions[&id("shop")].action), Some("eu-2"));
}

#[test]
fn a_move_under_way_is_left_to_end_and_its_room_is_taken() {
    let request = forbidden()
        .cluster("eu-1", mk_cluster("eu").requested_cpu(8_000))
        .workload(
            "mover",
            mk_workload("mover", "azure-weu")
                .critical()
                .cpu(2_000)
                .moving_to("eu-1"),
        );
    let plan = decide(&request);
    let mover = &plan.decisions[&id("mover")];
    assert_eq!(
        mover.action,
        Action::Wait(Waiting::Moving {
            migration: "a-move".to_owned()
        })
    );
    assert_eq!(mover.desired.as_deref(), Some("eu-1"));
    assert_eq!(target_of(&plan.decisions[&id("shop")].action), Some("eu-2"));
}

#[test]
fn a_lost_cluster_is_left_after_the_delay() {
    let shop = mk_workload("shop", "azure-weu");
    let at = now() + jiff::SignedDuration::from_secs(1);
    let waits = Waiting::FailoverDelay {
        target: "eu-1".to_owned(),
        at,
    };
    assert_eq!(action(&lost(29, shop.clone())), Action::Wait(waits));
    let Action::FailOver {
        source,
        target,
        detected_at,
        ..
    } = action(&lost(30, shop))
    else {
        panic!("it does not fail over");
    };
    assert_eq!(
        (source.as_str(), target.as_str(), detected_at),
        ("azure-weu", "eu-1", ago(30))
    );
}

#[test]
fn what_cannot_be_fenced_or_has_no_capture_waits() {
    let shop = mk_workload("shop", "azure-weu");
    let cluster = "azure-weu".to_owned();
    let exclusive = decision(&lost(60, shop.clone().exclusive()));
    assert_eq!(
        exclusive.action,
        Action::Wait(Waiting::NotFenced {
            cluster: cluster.clone()
        })
    );
    assert_eq!(exclusive.desired.as_deref(), Some("eu-1"));
    let uncaptured = WorkloadView {
        captured: false,
        ..shop
    };
    assert_eq!(
        action(&lost(60, uncaptured)),
        Action::Wait(Waiting::NotCaptured { cluster })
    );
}

#[test]
fn a_policy_may_leave_the_failover_to_a_person() {
    let mut request = lost(60, mk_workload("shop", "azure-weu"));
    request.policies.get_mut("default").unwrap().failover = None;
    let waiting = Waiting::ManualFailover {
        target: "eu-1".to_owned(),
        policy: None,
    };
    assert_eq!(action(&request), Action::Wait(waiting));
}

#[test]
fn a_lost_cluster_takes_nothing() {
    let request = forbidden().cluster("eu-1", mk_cluster("eu").lost(60));
    assert_eq!(target_of(&action(&request)), Some("eu-2"));
}

#[test]
fn a_hub_that_lost_most_of_the_fleet_suspects_itself() {
    let request = lost(60, mk_workload("shop", "azure-weu"));
    let two_of_three = request.clone().cluster("eu-2", mk_cluster("eu").lost(60));
    let waiting = Waiting::HubSuspectsItself { lost: 2, of: 3 };
    assert_eq!(action(&two_of_three), Action::Wait(waiting));
    let two_of_four = two_of_three.cluster("eu-3", mk_cluster("eu"));
    assert!(target_of(&action(&two_of_four)).is_some());
    let mut one_of_two = request;
    one_of_two.fleet.clusters.remove("eu-2");
    assert_eq!(target_of(&action(&one_of_two)), Some("eu-1"));
}

#[test]
fn a_home_that_is_silent_but_not_lost_is_waited_for() {
    let uncertain = Action::Wait(Waiting::HomeUncertain {
        cluster: "azure-weu".to_owned(),
    });
    let request = mk_request().cluster("azure-weu", mk_cluster("azure").suspect());
    let shop = decision(&request.clone().workload("shop", mk_workload("shop", "azure-weu")));
    assert_eq!((shop.action, shop.violations.len()), (uncertain.clone(), 0));
    assert_eq!(shop.desired.as_deref(), Some("azure-weu"));
    let critical = decision(&request.workload("shop", mk_workload("shop", "azure-weu").critical()));
    assert_eq!((critical.action, critical.violations.len()), (uncertain, 3));
}

#[test]
fn nothing_moves_on_what_was_seen_too_long_ago_or_is_not_there() {
    let mut request = forbidden();
    let home = request.fleet.clusters.get_mut("azure-weu").unwrap();
    let Fact::Known { value, .. } = home.copies.clone() else {
        panic!("unknown")
    };
    home.copies = Fact::known(value, ago(600));
    let uncertain = Waiting::HomeUncertain {
        cluster: "azure-weu".to_owned(),
    };
    assert_eq!(action(&request), Action::Wait(uncertain));
    request = request.cluster("azure-weu", mk_cluster("azure"));
    assert_eq!(action(&request), Action::Wait(Waiting::NotFound));
}

#[test]
fn a_slip_in_a_provider_does_not_set_the_fleet_in_motion() {
    let mut request = mk_request().workload("shop", mk_workload("shop", "eu-1").critical());
    request
        .fleet
        .providers
        .insert("other".to_owned(), mk_provider("BE"));
    request = request.cluster("other-1", mk_cluster("other"));
    request.fleet.providers.get_mut("eu").unwrap().owners = vec![mk_stake("eu", 10_000)];
    let shop = decision(&request);
    assert!(
        matches!(shop.action, Action::Wait(Waiting::FactsUnclear { .. })),
        "{:?}",
        shop.action
    );
    assert_eq!(shop.violations[0].rule(), "OwnershipUnclear");
    request.fleet.providers.remove("eu");
    let shop = decision(&request);
    assert!(
        matches!(shop.action, Action::Wait(Waiting::FactsUnclear { .. })),
        "{:?}",
        shop.action
    );
}

#[test]
fn copies_elsewhere_are_told_and_left_alone() {
    let stray = |workload: WorkloadView| {
        let mut request = mk_request().workload("shop", workload);
        let eu = request.fleet.clusters.remove("eu-1").unwrap();
        request = request.cluster("eu-1", eu.with_copy("shop", CopyState::Active));
        request.cluster("eu-2", mk_cluster("eu").with_copy("shop", CopyState::Stopped))
    };
    let shop = decision(&stray(mk_workload("shop", "azure-weu")));
    assert_eq!(
        shop.violations,
        [Violation::StrayCopy {
            clusters: vec!["eu-1".to_owned()]
        }]
    );
    assert_eq!(shop.action, Action::Stay);
    let clusters = vec!["azure-weu".to_owned(), "eu-1".to_owned()];
    let exclusive = decision(&stray(mk_workload("shop", "azure-weu").exclusive()));
    assert_eq!(
        exclusive.violations,
        [Violation::SeveralActive {
            clusters: clusters.clone()
        }]
    );
    let forbidden = decision(&stray(mk_workload("shop", "azure-weu").exclusive().critical()));
    assert_eq!(
        forbidden.action,
        Action::Wait(Waiting::SeveralActive { clusters })
    );
    let moving = decision(&stray(mk_workload("shop", "azure-weu").moving_to("eu-1")));
    assert_eq!(moving.violations, []);
}

#[test]
fn two_workloads_in_one_namespace_move_one_after_the_other() {
    let request = forbidden().workload("twin", mk_workload("shop", "azure-weu").critical());
    let plan = decide(&request);
    assert!(target_of(&plan.decisions[&id("shop")].action).is_some());
    let waiting = Waiting::SharesNamespace { with: id("shop") };
    assert_eq!(plan.decisions[&id("twin")].action, Action::Wait(waiting));
}

#[test]
fn a_workload_without_a_home_or_with_one_that_nobody_knows_waits() {
    let nowhere = WorkloadView {
        home: None,
        ..mk_workload("shop", "")
    };
    assert_eq!(
        action(&mk_request().workload("shop", nowhere)),
        Action::Wait(Waiting::NotFound)
    );
    let uncertain = Waiting::HomeUncertain {
        cluster: "gone".to_owned(),
    };
    assert_eq!(
        action(&mk_request().workload("shop", mk_workload("shop", "gone"))),
        Action::Wait(uncertain)
    );
}

#[test]
fn the_place_that_was_chosen_before_wins_a_tie() {
    let again = WorkloadView {
        previous: Some("eu-2".to_owned()),
        ..mk_workload("shop", "azure-weu").critical()
    };
    assert_eq!(
        action(&mk_request().workload("shop", again)),
        relocate("azure-weu", "eu-2")
    );
    let mut strict = mk_request();
    strict.policies.insert("twice".to_owned(), mk_autonomous());
    let first = mk_workload("shop", "azure-weu").critical();
    assert_eq!(
        action(&strict.workload("shop", first)),
        relocate("azure-weu", "eu-1")
    );
}
