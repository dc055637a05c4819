//! After any sequence of changes the plan is the one that would be made from nothing.
use havenmeester_api::policy::PlacementPolicySpec;
use havenmeester_api::require::StandbyRule;
use havenmeester_api::route::Route;
use havenmeester_api::workload::{CopyState, Within};
use jiff::SignedDuration;
use proptest::prelude::*;

use super::*;
use crate::decide;
use crate::decide::properties::{cluster, provider_change, request, workload};
use crate::mk::{
    id, mk_approval, mk_autonomous, mk_cluster, mk_policy, mk_request, mk_route, mk_workload, now,
};
use crate::request::Using;

fn check(planner: &mut Planner, change: Change) {
    let before = planner.plan().clone();
    let told = format!("{change:?}");
    let differ = planner.apply(change);
    let anew = decide(planner.request());
    assert_eq!(planner.plan(), &anew, "{told}");
    let ids: BTreeSet<&WorkloadId> = before.decisions.keys().chain(anew.decisions.keys()).collect();
    let really = ids
        .into_iter()
        .filter(|id| before.decisions.get(id) != anew.decisions.get(id));
    assert_eq!(differ, really.cloned().collect(), "{told}");
}

#[test]
fn a_cluster_that_is_lost_comes_back_and_grows() {
    let mut request = mk_request();
    for name in ["a", "b", "c"] {
        request = request.workload(name, mk_workload(name, "eu-1").cpu(4_000));
    }
    let seen = request.fleet.clusters["eu-1"].clone();
    let mut planner = Planner::new(request);
    let cluster = |name: &str, view| Change::Cluster(name.to_owned(), Some(Box::new(view)));
    check(&mut planner, cluster("eu-1", seen.clone().lost(60)));
    check(
        &mut planner,
        cluster("eu-2", mk_cluster("eu").requested_cpu(7_000)),
    );
    check(&mut planner, cluster("azure-weu", mk_cluster("azure").suspect()));
    check(&mut planner, cluster("eu-1", seen));
    check(&mut planner, Change::Cluster("eu-2".to_owned(), None));
}

#[test]
fn a_change_touches_no_more_than_it_must() {
    let mut request = mk_request();
    for n in 0..200 {
        let name = format!("w{n}");
        request = request.workload(&name, mk_workload(&name, "azure-weu").critical().cpu(10));
    }
    let mut planner = Planner::new(request);
    let changed = mk_workload("w7", "azure-weu").critical().cpu(11);
    let copy = planner.request().fleet.clusters["azure-weu"]
        .clone()
        .with_copy("w7", CopyState::Active);
    check(
        &mut planner,
        Change::Cluster("azure-weu".to_owned(), Some(Box::new(copy))),
    );
    assert_eq!(
        planner.apply(Change::Workload(id("w7"), Some(Box::new(changed)))),
        BTreeSet::new()
    );
    let other = mk_workload("w7", "eu-1").critical();
    let differ = planner.apply(Change::Workload(id("w7"), Some(Box::new(other))));
    assert!(differ.contains(&id("w7")) && differ.len() < 60, "{differ:?}");
}

/// European law only, with a standby, and with routes over every cluster to every other.
fn mk_routed() -> PlacementPolicySpec {
    let mut policy = mk_policy();
    policy.require.jurisdictions = mk_autonomous().require.jurisdictions;
    policy.require.standby = Some(StandbyRule {
        other_provider: true,
        other_jurisdiction: false,
    });
    let names = ["c0", "c1", "c2", "c3", "c4"];
    let pairs = names
        .iter()
        .flat_map(|step| names.iter().map(move |end| (*step, *end)));
    let routes = pairs.enumerate().map(|(n, (step, end))| Route {
        name: format!("r{n}"),
        end: end.to_owned(),
        ..mk_route(step, 3)
    });
    policy.routes = routes.collect();
    policy
}

fn change() -> impl Strategy<Value = Change> {
    let names = prop::sample::select(vec!["c0", "c1", "c2", "c3", "c4", "c9"]);
    let ids = (0..10_usize).prop_map(|n| id(&format!("w{n}")));
    let gone = || prop::bool::weighted(0.15);
    let tied = prop::option::weighted(
        0.4,
        (
            0..10_usize,
            any::<bool>(),
            prop::sample::select(vec![Within::Anywhere, Within::Region, Within::Cluster]),
            prop::option::weighted(0.4, 1..20_i64),
        ),
    );
    prop_oneof![
        5 => (ids, workload(), gone(), tied).prop_map(|(id, mut view, gone, tied)| {
            if let Some((n, near, within, milliseconds)) = tied {
                let other = crate::mk::id(&format!("w{n}"));
                if near { view.uses.insert(Using { workload: other, within, milliseconds }) } else { view.apart.insert(other) };
            }
            Change::Workload(id, (!gone).then(|| Box::new(view)))
        }),
        5 => (names, cluster(), gone())
            .prop_map(|(name, view, gone)| Change::Cluster(name.to_owned(), (!gone).then(|| Box::new(view)))),
        2 => provider_change().prop_map(|(name, spec)| Change::Provider(name, spec.map(Box::new))),
        1 => prop::option::of(any::<bool>()).prop_map(|strict| {
            let spec = strict.map(|strict| Box::new(if strict { mk_autonomous() } else { mk_policy() }));
            Change::Policy("autonomous".to_owned(), spec)
        }),
        2 => (-400..100_000_i64).prop_map(|seconds| Change::Now(now() + SignedDuration::from_secs(seconds))),
    ]
}

/// As the next request would show it.
fn put(request: &mut Request, change: Change) {
    fn set<K: Ord, V>(map: &mut BTreeMap<K, V>, key: K, value: Option<Box<V>>) {
        match value {
            Some(value) => drop(map.insert(key, *value)),
            None => drop(map.remove(&key)),
        }
    }
    match change {
        Change::Workload(id, view) => set(&mut request.workloads, id, view),
        Change::Cluster(name, view) => set(&mut request.fleet.clusters, name, view),
        Change::Provider(name, spec) => set(&mut request.fleet.providers, name, spec),
        Change::Policy(name, spec) => set(&mut request.policies, name, spec),
        Change::Approval(id, view) => set(&mut request.approvals, id, view.map(Box::new)),
        Change::Now(now) => request.now = now,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn several_changes_at_once_give_the_plan_made_from_nothing(
        request in request(),
        rounds in prop::collection::vec(prop::collection::vec(change(), 1..5), 1..6),
    ) {
        let mut planner = Planner::new(request);
        for changes in rounds {
            let told = format!("{changes:?}");
            let (before, mut next) = (planner.plan().clone(), planner.request().clone());
            for change in changes {
                put(&mut next, change);
            }
            let advance = planner.advance(next.clone());
            prop_assert_eq!(planner.request(), &next);
            prop_assert_eq!(planner.plan(), &decide(&next), "{}", told);
            if let Advance::Part(differ) = advance {
                let other = |id: &&WorkloadId| before.decisions.get(*id) != planner.plan().decisions.get(*id);
                let ids: BTreeSet<&WorkloadId> = before.decisions.keys().chain(planner.plan().decisions.keys()).collect();
                prop_assert_eq!(differ, ids.into_iter().filter(other).cloned().collect());
            }
        }
    }

    #[test]
    fn any_sequence_of_changes_gives_the_plan_made_from_nothing(
        request in request(),
        changes in prop::collection::vec(change(), 1..12),
    ) {
        let mut planner = Planner::new(request);
        prop_assert_eq!(planner.plan(), &decide(planner.request()));
        for change in changes {
            check(&mut planner, change);
        }
    }

    #[test]
    fn any_sequence_of_yeses_on_routes_gives_the_plan_made_from_nothing(
        mut request in request(),
        changes in prop::collection::vec((change(), 0..10_usize), 1..10),
    ) {
        request.policies.insert("routed".to_owned(), mk_routed());
        let mut planner = Planner::new(request);
        prop_assert_eq!(planner.plan(), &decide(planner.request()));
        for (change, n) in changes {
            check(&mut planner, change);
            prop_assert_eq!(crate::lint(planner.request(), planner.plan()), vec![]);
            let asked = planner.plan().decisions.values().filter_map(|decision| decision.approval.as_ref());
            let yes = asked.filter(|asked| asked.given.is_none()).map(mk_approval).nth(n / 3);
            let change = Change::Approval(id(&format!("yes-{n}")), yes);
            if n % 2 == 0 {
                check(&mut planner, change);
                continue;
            }
            let mut next = planner.request().clone();
            put(&mut next, change);
            planner.advance(next.clone());
            prop_assert_eq!(planner.plan(), &decide(&next));
        }
    }
}
