//! What holds for every fleet: decide is total, allowed by the linter, and the same again.
use std::collections::BTreeMap;

use havenmeester_api::Criticality;
use havenmeester_api::member::Capacity;
use proptest::prelude::*;

use crate::fact::Fact;
use crate::fleet::{ClusterView, Contact, Demand};
use crate::latency::Latency;
use crate::mk::{
    ago, id, mk_autonomous, mk_cluster, mk_policy, mk_provider, mk_request, mk_stake, mk_workload, now,
};
use crate::request::{Request, WorkloadView};
use crate::resource::Resource;
use crate::tariff::Price;
use crate::{Reasons, decide, explain, lint, problems};
use havenmeester_api::policy::{FailoverRule, MigrationRule, Trigger};
use havenmeester_api::provider::ProviderSpec;
use havenmeester_api::workload::{CopyState, Mode};

const PROVIDERS: [&str; 4] = ["azure", "eu", "microsoft", "ghost"];
const NAMESPACES: [&str; 4] = ["shop", "permits", "tax", "archive"];
const CLUSTERS: [&str; 6] = ["c0", "c1", "c2", "c3", "c4", "gone"];

fn contact() -> impl Strategy<Value = Contact> {
    let lost = |seconds| Contact::Lost {
        last_heartbeat: ago(seconds + 9),
        detected_at: ago(seconds),
    };
    prop_oneof![
        6 => Just(Contact::Reachable),
        1 => Just(Contact::Unknown),
        1 => Just(Contact::Suspect { since: ago(3) }),
        2 => (0..90_i64).prop_map(lost),
    ]
}

fn number() -> impl Strategy<Value = i64> {
    prop_oneof![8 => 0..4_000_i64, 1 => any::<i64>()]
}

pub(crate) fn cluster() -> impl Strategy<Value = ClusterView> {
    let copy = prop::option::of(prop::sample::select(vec![CopyState::Active, CopyState::Stopped]));
    let room = prop_oneof![4 => (number(), number()).prop_map(Some), 1 => Just(None)];
    let fresh = prop_oneof![5 => Just(0_i64), 1 => Just(1_000)];
    let reach = prop::option::weighted(0.2, prop::sample::subsequence(&NAMESPACES[..], 2));
    let copies = prop::array::uniform4(copy);
    let rest = (
        prop::bool::weighted(0.1),
        prop::sample::select(vec![None, Some("NL"), Some("US")]),
        others(0..6),
        others(0..120),
        (latency(), prop::option::weighted(0.6, price())),
    );
    (
        prop::sample::select(&PROVIDERS[..]),
        contact(),
        copies,
        room,
        fresh,
        reach,
        rest,
    )
        .prop_map(
            |(
                provider,
                contact,
                copies,
                room,
                age,
                reach,
                (barred, country, others, headroom, (latency, price)),
            )| {
                let mut cluster = mk_cluster(provider);
                for (namespace, state) in NAMESPACES.iter().zip(copies) {
                    cluster = state
                        .into_iter()
                        .fold(cluster, |c, state| c.with_copy(namespace, state));
                }
                if let Some(reach) = reach {
                    cluster = cluster.only(&reach);
                } else {
                    cluster.capacity = room.map_or_else(
                        || Fact::unknown(crate::fact::Unseen::NodesAndPodsRefused),
                        |(all, requested_cpu_milli)| {
                            let room = Capacity {
                                cpu_milli: all,
                                memory_mib: all,
                                pods: all,
                                ..Capacity::default()
                            };
                            Fact::known(
                                Capacity {
                                    requested_cpu_milli,
                                    ..room
                                },
                                ago(age),
                            )
                        },
                    );
                }
                for (resource, many) in others {
                    cluster = cluster.with_other(&resource.to_string(), many, many / 3);
                }
                cluster.headroom = headroom;
                cluster.latency = latency;
                cluster.price = price;
                if let Fact::Known { observed_at, .. } = &mut cluster.copies {
                    *observed_at = ago(age);
                }
                cluster.contact = contact;
                cluster.barred = barred.then(crate::mk::mk_bar);
                cluster.country = country.map(str::to_owned);
                cluster
            },
        )
}

/// What a cluster says of how far others are, and whether it says anything of its region.
fn latency() -> impl Strategy<Value = Latency> {
    let name = prop::sample::select(&CLUSTERS[..]).prop_map(str::to_owned);
    let clusters = prop::collection::btree_map(name, 0..20_i64, 0..4);
    let region = prop::option::weighted(0.3, 0..20_i64);
    (clusters, region).prop_map(|(clusters, region)| Latency {
        clusters,
        regions: region
            .map(|time| ("nl-west".to_owned(), time))
            .into_iter()
            .collect(),
    })
}

/// Now and then in another currency, of everything or not.
fn price() -> impl Strategy<Value = Price> {
    let currency = prop::sample::select(vec!["EUR", "EUR", "EUR", "USD"]);
    let egress = prop::option::of(number());
    let base = (number(), number());
    (currency, base, others(0..900), egress).prop_map(
        |(currency, (cpu_month, memory_gib_month), others, egress_tib)| Price {
            currency: currency.to_owned(),
            cpu_month: cpu_month.max(0),
            memory_gib_month: memory_gib_month.max(0),
            others,
            egress_tib: egress_tib.map(|price| price.max(0)),
        },
    )
}

/// Now and then of what not every cluster has.
fn others(many: std::ops::Range<i64>) -> impl Strategy<Value = BTreeMap<Resource, i64>> {
    let name = prop::sample::select(vec!["nvidia.com/gpu", "storage/Rwo"]).prop_map(Resource::named);
    prop_oneof![
        2 => Just(BTreeMap::new()),
        1 => prop::collection::btree_map(name, many, 0..3),
    ]
}

pub(crate) fn workload() -> impl Strategy<Value = WorkloadView> {
    let place = || prop::option::weighted(0.9, prop::sample::select(&CLUSTERS[..]));
    let criticality =
        prop::sample::select(vec![Criticality::Low, Criticality::Medium, Criticality::Critical]);
    let mode = prop::sample::select(vec![Mode::Replicable, Mode::Exclusive]);
    let moving = prop::option::weighted(0.1, prop::sample::select(&CLUSTERS[..]));
    let demand = (number(), number(), 0..3_i64, others(-1..4));
    let flags = (prop::bool::weighted(0.9), mode, criticality);
    (
        prop::sample::select(&NAMESPACES[..]),
        place(),
        place(),
        moving,
        demand,
        flags,
    )
        .prop_map(
            |(
                namespace,
                home,
                previous,
                moving,
                (cpu_milli, memory_mib, pods, others),
                (captured, mode, criticality),
            )| {
                let mut workload = mk_workload(namespace, "");
                workload.home = home.map(str::to_owned);
                workload.previous = previous.map(str::to_owned);
                workload.demand = Demand {
                    cpu_milli,
                    memory_mib,
                    pods,
                    others,
                };
                workload.mode = mode;
                workload.criticality = criticality;
                workload.captured = captured;
                moving.into_iter().fold(workload, WorkloadView::moving_to)
            },
        )
}

/// One of the providers, changed or gone.
pub(crate) fn provider_change() -> impl Strategy<Value = (String, Option<ProviderSpec>)> {
    let country = prop::sample::select(vec!["NL", "US"]);
    let owner = prop::option::of(prop::sample::select(&PROVIDERS[..]));
    let specs = (country, owner, 0..5_i32).prop_map(|(country, owner, seal)| {
        let mut spec = mk_provider(country);
        spec.owners = owner.into_iter().map(|owner| mk_stake(owner, 9_000)).collect();
        spec.sovereignty.iter_mut().for_each(|a| a.seal = seal);
        spec
    });
    (
        prop::sample::select(&PROVIDERS[..]).prop_map(str::to_owned),
        prop::option::weighted(0.9, specs),
    )
}

fn trigger() -> impl Strategy<Value = Option<Trigger>> {
    prop::sample::select(vec![
        None,
        Some(Trigger::Automatic),
        Some(Trigger::Automatic),
        Some(Trigger::Approval),
        Some(Trigger::Manual),
    ])
}

pub(crate) fn request() -> impl Strategy<Value = Request> {
    let clusters = prop::collection::vec(cluster(), 0..6);
    let workloads = prop::collection::vec(workload(), 0..10);
    let rules = (trigger(), trigger(), any::<bool>(), prop::bool::weighted(0.2));
    (clusters, workloads, rules).prop_map(|(clusters, workloads, (moves, fails_over, strict, circle))| {
        let mut request = Request {
            now: now(),
            policies: [].into(),
            ..mk_request()
        };
        request.fleet.clusters = CLUSTERS
            .iter()
            .map(|name| (*name).to_owned())
            .zip(clusters)
            .collect();
        let named = workloads
            .into_iter()
            .enumerate()
            .map(|(i, workload)| (id(&format!("w{i}")), workload));
        request.workloads = named.collect();
        let mut policy = mk_policy();
        policy.migration = moves.map(|mode| MigrationRule {
            mode,
            rollback_window: None,
            lead_time: None,
            pin_digests: false,
        });
        policy.failover = fails_over.map(|mode| FailoverRule { mode, after: None });
        request.policies.insert("default".to_owned(), policy);
        if strict {
            request.policies.insert("autonomous".to_owned(), mk_autonomous());
        }
        if circle {
            request.fleet.providers.get_mut("eu").unwrap().owners = vec![crate::mk::mk_stake("eu", 10_000)];
        }
        request
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn every_fleet_is_decided_and_the_linter_finds_nothing(request in request()) {
        let plan = decide(&request);
        prop_assert_eq!(plan.decisions.len(), request.workloads.len());
        prop_assert_eq!(lint(&request, &plan), vec![]);
        problems(&request);
        let reasons = Reasons::of(&request, &plan);
        for id in plan.decisions.keys() {
            prop_assert!(!explain(id, &reasons).unwrap().to_string().is_empty());
            prop_assert_eq!(reasons.candidates(id).len(), request.fleet.clusters.len());
        }
    }

    #[test]
    fn a_plan_taken_as_the_previous_one_is_decided_again(mut request in request()) {
        let plan = decide(&request);
        for (id, workload) in &mut request.workloads {
            workload.previous = plan.decisions[id].desired.clone();
        }
        let again = decide(&request);
        for (id, decision) in &plan.decisions {
            prop_assert_eq!(&decision.action, &again.decisions[id].action);
            prop_assert_eq!(&decision.desired, &again.decisions[id].desired);
        }
    }

    #[test]
    fn an_allowed_home_that_answers_is_never_left(request in request()) {
        for decision in decide(&request).decisions.values() {
            if decision.violations.is_empty() {
                let relocates = matches!(decision.action, crate::Action::Relocate { .. });
                prop_assert!(!relocates);
            }
        }
    }

    #[test]
    fn the_less_critical_never_take_anything_from_the_more_critical(request in request()) {
        let mut fewer = request.clone();
        fewer.workloads.retain(|_, w| w.criticality != Criticality::Low || w.moving.is_some());
        let (all, some) = (decide(&request), decide(&fewer));
        let (why_all, why_some) = (Reasons::of(&request, &all), Reasons::of(&fewer, &some));
        for (id, decision) in &some.decisions {
            if request.workloads[id].criticality != Criticality::Low {
                prop_assert_eq!(decision, &all.decisions[id]);
                prop_assert_eq!(why_some.candidates(id), why_all.candidates(id));
            }
        }
    }

    #[test]
    fn a_workload_that_needs_nothing_changes_nothing_for_others(request in request()) {
        let mut plan = decide(&request);
        let still = plan.decisions.iter().find(|(_, decision)| decision.action == crate::Action::Stay);
        if let Some(id) = still.map(|(id, _)| id.clone()) {
            let mut fewer = request.clone();
            fewer.workloads.remove(&id);
            plan.decisions.remove(&id);
            for (id, decision) in decide(&fewer).decisions {
                prop_assert_eq!(&decision.action, &plan.decisions[&id].action);
                prop_assert_eq!(&decision.desired, &plan.decisions[&id].desired);
            }
        }
    }
}
