//! Good plans are broken in every way there is, and each break is found.
mod agree; // what is decided is allowed, whatever the rules
mod standby; // where room is kept

use std::collections::BTreeMap;

use havenmeester_api::member::Scope;
use havenmeester_api::policy::{MigrationRule, Require, Trigger};
use havenmeester_api::require::{HavenRule, Ineligible, Rule, StandbyRule};
use havenmeester_api::standard::AdverseJurisdiction;
use havenmeester_api::workload::{CopyState, Within};

use super::*;
use crate::approval::{Asked, Ground};
use crate::decide;
use crate::decision::Waiting;
use crate::fleet::Demand;
use crate::mk::{ago, id, mk_cluster, mk_exemption, mk_provider, mk_request, mk_stake, mk_workload, now};
use crate::resource::Resource;

/// `permits` moves from azure-weu to eu-1; `shop` fails over from lost-1 to eu-1.
fn scene() -> Request {
    mk_request()
        .cluster("lost-1", mk_cluster("azure").lost(60))
        .workload("permits", mk_workload("permits", "azure-weu").critical())
        .workload("shop", mk_workload("shop", "lost-1"))
}

/// The scene changed after it was decided, and the plan changed by hand: the faults that are found.
fn check(change: impl FnOnce(&mut Request), corrupt: impl FnOnce(&mut Plan), expected: &[(&str, Fault)]) {
    let mut request = scene();
    let mut plan = decide(&request);
    assert_eq!(lint(&request, &plan), []);
    change(&mut request);
    corrupt(&mut plan);
    let expected: Vec<LintFinding> = expected
        .iter()
        .map(|(name, fault)| finding(&id(name), fault.clone()))
        .collect();
    assert_eq!(lint(&request, &plan), expected);
}

fn keep<T>(_: &mut T) {}

fn send(name: &'static str, to: &'static str) -> impl FnOnce(&mut Plan) {
    move |plan| {
        let decision = plan.decisions.get_mut(&id(name)).unwrap();
        decision.desired = Some(to.to_owned());
        match &mut decision.action {
            Action::Relocate { target, .. } | Action::FailOver { target, .. } => to.clone_into(target),
            Action::Stay | Action::Wait(_) => panic!("{name} does not move"),
        }
    }
}

fn workload<'a>(request: &'a mut Request, name: &str) -> &'a mut WorkloadView {
    request.workloads.get_mut(&id(name)).unwrap()
}

fn forbidden(cluster: &str, rule: &'static str) -> Fault {
    Fault::Forbidden {
        cluster: cluster.to_owned(),
        rule,
    }
}

#[test]
fn sent_to_where_autonomy_is_lowered_without_a_yes() {
    // `shop` may stand anywhere; its home, at an autonomous provider, does not suit it any more.
    let mut request = scene();
    let home = request.fleet.clusters.get_mut("lost-1").unwrap();
    *home = mk_cluster("eu");
    home.region = "nl-east".to_owned();
    request = request.workload("shop", mk_workload("shop", "lost-1"));
    let default = request.policies.get_mut("default").unwrap();
    default.require.regions = vec!["nl-west".to_owned()];
    let plan = decide(&request);
    assert_eq!(lint(&request, &plan), []);
    let mut sent = plan.clone();
    send("shop", "azure-weu")(&mut sent);
    let fault = Fault::NotApproved {
        cluster: "azure-weu".to_owned(),
    };
    let expected = [finding(&id("shop"), fault)];
    assert_eq!(lint(&request, &sent), expected);
    // Nor is one enough that was asked for something else, whoever said yes to it.
    let asked = Asked::new(&id("shop"), "azure-weu", vec![Ground::LessAutonomous]);
    sent.decisions.get_mut(&id("shop")).unwrap().approval = Some(asked.clone());
    assert_eq!(lint(&request.approved(&asked), &sent), expected);
}

#[test]
fn a_workload_without_a_decision_and_a_decision_without_a_workload() {
    let lose = |plan: &mut Plan| drop(plan.decisions.remove(&id("shop")));
    check(keep, lose, &[("shop", Fault::Undecided)]);
    let forget = |request: &mut Request| drop(request.workloads.remove(&id("shop")));
    check(forget, keep, &[("shop", Fault::UnknownWorkload)]);
}

#[test]
fn sent_to_where_it_may_not_stand() {
    let laws = ["categories", "jurisdictions", "seal"];
    let add = |request: &mut Request| {
        *request = request.clone().cluster("azure-2", mk_cluster("azure"));
    };
    check(
        add,
        send("permits", "azure-2"),
        &laws.map(|rule| ("permits", forbidden("azure-2", rule))),
    );
    let unknown = Fault::UnknownCluster {
        cluster: "nowhere".to_owned(),
    };
    check(keep, send("permits", "nowhere"), &[("permits", unknown)]);
    let narrow = |request: &mut Request| {
        request.policies.get_mut("autonomous").unwrap().require.regions = vec!["nl-east".to_owned()];
        request.policies.get_mut("autonomous").unwrap().require.clusters = vec!["eu-2".to_owned()];
    };
    let rules = ["clusters", "regions"].map(|rule| ("permits", forbidden("eu-1", rule)));
    check(narrow, keep, &rules);
}

#[test]
fn sent_to_a_cluster_that_is_silent_barred_out_of_reach_or_of_nobody() {
    let both = |rule| {
        [
            ("permits", forbidden("eu-1", rule)),
            ("shop", forbidden("eu-1", rule)),
        ]
    };
    let change = |change: fn(&mut ClusterView)| {
        move |request: &mut Request| change(request.fleet.clusters.get_mut("eu-1").unwrap())
    };
    check(change(|c| *c = c.clone().suspect()), keep, &both("contact"));
    check(
        change(|c| c.barred = Some(crate::mk::mk_bar())),
        keep,
        &both("quarantine"),
    );
    check(change(|c| *c = c.clone().only(&["other"])), keep, &both("reach"));
    check(
        change(|c| c.provider = "ghost".to_owned()),
        keep,
        &both("provider"),
    );
}

#[test]
fn sent_where_ownership_is_unclear() {
    let circle = |request: &mut Request| {
        request.fleet.providers.get_mut("eu").unwrap().owners = vec![mk_stake("eu", 10_000)];
    };
    // Asked twice: by the rule on jurisdictions and by the one on levels.
    let twice = ["unclear", "unclear"].map(|rule| ("permits", forbidden("eu-1", rule)));
    check(circle, keep, &twice);
}

#[test]
fn sent_too_far_from_its_data() {
    let mut request = scene();
    request = request.workload("register", mk_workload("register", "eu-2"));
    *workload(&mut request, "permits") = mk_workload("permits", "azure-weu")
        .critical()
        .using_in_time("register", 10);
    let eu = request.fleet.clusters.get_mut("eu-1").unwrap();
    *eu = eu.clone().away_from("eu-2", 10);
    let mut plan = decide(&request);
    send("permits", "eu-1")(&mut plan);
    assert_eq!(lint(&request, &plan), []);
    let expected = [finding(&id("permits"), forbidden("eu-1", "latency"))];
    // The other says that it is further, or nobody says anything any more.
    let mut further = request.clone();
    let register = further.fleet.clusters.get_mut("eu-2").unwrap();
    *register = register.clone().away_from("eu-1", 11);
    assert_eq!(lint(&further, &plan), expected);
    let eu = request.fleet.clusters.get_mut("eu-1").unwrap();
    eu.latency = crate::Latency::default();
    assert_eq!(lint(&request, &plan), expected);
}

#[test]
fn more_than_there_is_room_for_in_sum() {
    let full = |name| {
        (
            name,
            Fault::CapacityExceeded {
                cluster: "eu-1".to_owned(),
            },
        )
    };
    // One core is free; each asks one.
    let busy = |request: &mut Request| {
        *request = request
            .clone()
            .cluster("eu-1", mk_cluster("eu").requested_cpu(9_000));
    };
    check(busy, keep, &[full("permits"), full("shop")]);
    let reserved = |request: &mut Request| {
        let cluster = request.fleet.clusters.get_mut("eu-1").unwrap();
        cluster.headroom = [(Resource::Cpu, 81)].into();
    };
    check(reserved, keep, &[full("permits"), full("shop")]);
    for name in ["nvidia.com/gpu", "storage/Rwo"] {
        // Where nothing is seen of it, and where it is not enough for both.
        for there in [None, Some(3)] {
            let asks = |request: &mut Request| {
                for workload in ["permits", "shop"] {
                    let asked = &mut self::workload(request, workload).demand.others;
                    asked.insert(Resource::named(name), 2);
                }
                let cluster = request.fleet.clusters.get_mut("eu-1").unwrap();
                if let Some(there) = there {
                    *cluster = cluster.clone().with_other(name, there, 0);
                }
            };
            check(asks, keep, &[full("permits"), full("shop")]);
        }
    }
    let unseen = |name| {
        (
            name,
            Fault::CapacityUnseen {
                cluster: "eu-1".to_owned(),
            },
        )
    };
    let age = |request: &mut Request| {
        let cluster = request.fleet.clusters.get_mut("eu-1").unwrap();
        let Fact::Known { observed_at, .. } = &mut cluster.capacity else {
            panic!("unknown")
        };
        *observed_at = ago(600);
    };
    check(age, keep, &[unseen("permits"), unseen("shop")]);
}

#[test]
fn a_move_under_way_counts_towards_the_room() {
    let mut request = scene().cluster("eu-1", mk_cluster("eu").requested_cpu(7_500));
    request = request.workload("mover", mk_workload("mover", "azure-weu").moving_to("eu-1"));
    let mut plan = decide(&request);
    assert_eq!(lint(&request, &plan), []);
    send("permits", "eu-1")(&mut plan);
    send("shop", "eu-1")(&mut plan);
    assert_eq!(lint(&request, &plan).len(), 2);
}

#[test]
fn source_and_target_that_do_not_fit_the_workload() {
    let source = |plan: &mut Plan| {
        let decision = plan.decisions.get_mut(&id("permits")).unwrap();
        decision.action = Action::Relocate {
            source: "eu-1".to_owned(),
            target: "eu-1".to_owned(),
        };
    };
    let moved = Fault::MovedFromAllowedHome {
        cluster: "eu-1".to_owned(),
    };
    let stale = Fault::StaleFacts {
        cluster: "eu-1".to_owned(),
    };
    let source_fault = Fault::SourceIsNotHome {
        source: "eu-1".to_owned(),
    };
    let faults = [Fault::TargetIsSource, source_fault, moved, stale];
    check(keep, source, &faults.map(|fault| ("permits", fault)));
    let other = |plan: &mut Plan| {
        plan.decisions.get_mut(&id("permits")).unwrap().desired = Some("eu-2".to_owned());
    };
    check(
        keep,
        other,
        &[(
            "permits",
            Fault::TargetIsNotDesired {
                target: "eu-1".to_owned(),
            },
        )],
    );
}

#[test]
fn a_move_that_nothing_asks_for_or_that_a_person_starts() {
    let azure = || "azure-weu".to_owned();
    let drop_policy = |request: &mut Request| drop(request.policies.remove("autonomous"));
    check(
        drop_policy,
        keep,
        &[("permits", Fault::MovedFromAllowedHome { cluster: azure() })],
    );
    let manual = |request: &mut Request| {
        let rule = MigrationRule {
            mode: Trigger::Manual,
            rollback_window: None,
            lead_time: None,
            pin_digests: false,
        };
        request.policies.get_mut("default").unwrap().migration = Some(rule);
    };
    check(manual, keep, &[("permits", Fault::NotAutomatic)]);
    let forget = |request: &mut Request| drop(request.fleet.providers.remove("azure"));
    check(
        forget,
        keep,
        &[("permits", Fault::MovedOnUnclearFacts { cluster: azure() })],
    );
}

#[test]
fn a_move_on_facts_that_are_stale() {
    let stale = || {
        [(
            "permits",
            Fault::StaleFacts {
                cluster: "azure-weu".to_owned(),
            },
        )]
    };
    let change = |change: fn(&mut ClusterView)| {
        move |request: &mut Request| change(request.fleet.clusters.get_mut("azure-weu").unwrap())
    };
    check(
        change(|c| c.copies = Fact::unknown(crate::fact::Unseen::NotYet)),
        keep,
        &stale(),
    );
    check(
        change(|c| c.copies = Fact::known(BTreeMap::new(), now())),
        keep,
        &stale(),
    );
    check(change(|c| *c = c.clone().suspect()), keep, &stale());
}

#[test]
fn a_move_of_what_moves_already_or_stands_twice() {
    let moving = |request: &mut Request| {
        let under_way = workload(request, "permits").clone().moving_to("eu-1");
        *workload(request, "permits") = under_way;
    };
    check(moving, keep, &[("permits", Fault::MoveUnderWay)]);
    let twice = |request: &mut Request| {
        workload(request, "permits").mode = Mode::Exclusive;
        let eu = request.fleet.clusters["eu-2"].clone();
        *request = request
            .clone()
            .cluster("eu-2", eu.with_copy("permits", CopyState::Active));
    };
    check(twice, keep, &[("permits", Fault::SeveralActive)]);
}

#[test]
fn a_failover_that_must_not_be() {
    let shop = |fault| [("shop", fault)];
    check(
        |r| workload(r, "shop").mode = Mode::Exclusive,
        keep,
        &shop(Fault::NotFenced),
    );
    check(
        |r| workload(r, "shop").captured = false,
        keep,
        &shop(Fault::NotCaptured),
    );
    check(
        |r| r.policies.get_mut("default").unwrap().failover = None,
        keep,
        &shop(Fault::NotAutomatic),
    );
    let back = |r: &mut Request| r.fleet.clusters.get_mut("lost-1").unwrap().contact = Contact::Reachable;
    check(
        back,
        keep,
        &shop(Fault::NotLost {
            cluster: "lost-1".to_owned(),
        }),
    );
    let just_now = |r: &mut Request| *r = r.clone().cluster("lost-1", mk_cluster("azure").lost(29));
    check(
        just_now,
        keep,
        &[("shop", Fault::TooEarly), ("shop", Fault::LossMisstated)],
    );
}

#[test]
fn acting_when_most_of_the_fleet_is_lost() {
    let lose = |request: &mut Request| {
        let lost = |r: Request, name| r.cluster(name, mk_cluster("eu").lost(60));
        *request = lost(lost(request.clone(), "eu-2"), "eu-3");
        *request = lost(request.clone(), "eu-4");
    };
    check(
        lose,
        keep,
        &[("permits", Fault::HubSuspect), ("shop", Fault::HubSuspect)],
    );
}

#[test]
fn two_moves_in_one_namespace() {
    let twins = |request: &mut Request| workload(request, "permits").target.namespace = "shop".to_owned();
    let stale = Fault::StaleFacts {
        cluster: "azure-weu".to_owned(),
    };
    let faults = [
        ("permits", stale),
        ("permits", Fault::Conflict { with: id("shop") }),
        ("shop", Fault::Conflict { with: id("permits") }),
    ];
    check(twins, keep, &faults);
}

#[test]
fn a_wait_that_names_a_forbidden_place() {
    let wait = |plan: &mut Plan| {
        let decision = plan.decisions.get_mut(&id("permits")).unwrap();
        decision.action = Action::Wait(Waiting::NoClusterFits);
        decision.desired = Some("lost-1".to_owned());
    };
    let rules = ["categories", "contact", "jurisdictions", "seal"];
    check(
        keep,
        wait,
        &rules.map(|rule| ("permits", forbidden("lost-1", rule))),
    );
}

#[test]
fn sent_to_where_what_is_asked_is_missing_or_was_not_seen() {
    type Asks = fn(&mut Require);
    let cases: [(Asks, &str); 8] = [
        (|r| r.haven = Some(HavenRule::default()), "haven"),
        (|r| r.components = vec!["cnpg".to_owned()], "components"),
        (|r| r.zones_at_least = Some(1), "zones"),
        (|r| r.scope = Some(Scope::Namespaces), "scope"),
        (|r| r.core_values.quality = Some(1), "core values"),
        (|r| r.core_values.autonomy = Some(91), "autonomy"),
        (
            |r| r.jurisdictions.as_mut().unwrap().denied = vec!["EU".to_owned()],
            "jurisdictions",
        ),
        (
            |r| {
                r.not_eligible = vec![Ineligible {
                    provider: "eu".to_owned(),
                    reason: "law".to_owned(),
                    until: Some(crate::mk::today()),
                }];
            },
            "eligibility",
        ),
    ];
    for (asks, rule) in cases {
        let ask = |request: &mut Request| asks(&mut request.policies.get_mut("autonomous").unwrap().require);
        check(ask, keep, &[("permits", forbidden("eu-1", rule))]);
    }
}

#[test]
fn sent_to_where_a_dated_fact_forbids_it_soon() {
    let announce = |request: &mut Request| {
        let mut buyer = crate::mk::mk_named("Buyer Inc.", "US", 10_000);
        buyer.since = Some(crate::mk::today().plus_days(30));
        request.fleet.providers.get_mut("eu").unwrap().owners = vec![buyer];
    };
    check(announce, keep, &[("permits", forbidden("eu-1", "jurisdictions"))]);
    let adverse = |request: &mut Request| {
        request.fleet.standard.adverse = vec![AdverseJurisdiction {
            country: "NL".to_owned(),
            reason: "decision 7".to_owned(),
            since: None,
            until: None,
        }];
    };
    check(adverse, keep, &[("permits", forbidden("eu-1", "jurisdictions"))]);
}

#[test]
fn moved_away_from_where_an_exemption_lets_it_stand() {
    let exempt = |request: &mut Request| {
        for rule in [Rule::Categories, Rule::Jurisdictions, Rule::Seal] {
            request
                .exemptions
                .insert(id(rule.as_str()), mk_exemption(rule, "permits"));
        }
    };
    let cluster = "azure-weu".to_owned();
    check(
        exempt,
        keep,
        &[("permits", Fault::MovedFromAllowedHome { cluster })],
    );
    // Over since yesterday: it is no excuse.
    let over = |request: &mut Request| {
        exempt(request);
        for spec in request.exemptions.values_mut() {
            spec.until = crate::mk::today().plus_days(-1);
        }
    };
    check(over, keep, &[]);
}

#[test]
fn sent_away_from_its_data_or_judged_as_less_sensitive_than_it() {
    let tie = |request: &mut Request| {
        let data = mk_workload("register", "azure-weu");
        *request = request.clone().workload("register", data);
        request.fleet.clusters.get_mut("azure-weu").unwrap().region = "weu".to_owned();
        let permits = workload(request, "permits");
        *permits = permits.clone().using("register", Within::Region);
    };
    let decide_data = |plan: &mut Plan| {
        let stay = Decision {
            action: Action::Stay,
            ..plan.decisions[&id("shop")].clone()
        };
        let home = Some("azure-weu".to_owned());
        plan.decisions.insert(
            id("register"),
            Decision {
                home: home.clone(),
                desired: home,
                ..stay
            },
        );
    };
    check(tie, decide_data, &[("permits", forbidden("eu-1", "data"))]);
    let sensitive = |request: &mut Request| {
        tie(request);
        workload(request, "register").sensitivity = havenmeester_api::Sensitivity::High;
    };
    let data = id("register");
    let expected = [
        ("permits", forbidden("eu-1", "data")),
        ("permits", Fault::LessSensitiveThanItsData { data }),
    ];
    check(sensitive, decide_data, &expected);
}
