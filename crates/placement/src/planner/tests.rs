//! After any sequence of changes the plan is the one that would be made from nothing.
use havenmeester_api::policy::{MigrationRule, PlacementPolicySpec, Term, Trigger};
use havenmeester_api::require::{HavenRule, Rule, StandbyRule};
use havenmeester_api::route::Route;
use havenmeester_api::standard::AdverseJurisdiction;
use havenmeester_api::workload::{CopyState, Within};
use havenmeester_api::{Date, Span};
use jiff::SignedDuration;
use proptest::prelude::*;

use super::*;
use crate::decide;
use crate::decide::properties::{cluster, provider_change, request, workload};
use crate::decide::ties::tests::mk_apart;
use crate::fact::Fact;
use crate::mk::{
    id, mk_approval, mk_autonomous, mk_cluster, mk_exemption, mk_policy, mk_request, mk_route, mk_workload,
    now, today,
};
use crate::request::Using;
use crate::traits::HavenView;

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
fn a_change_that_touches_most_has_all_that_must_go_choose_anew() {
    let mut request = mk_request();
    for n in 0..3 * FEW {
        let name = format!("w{n}");
        let home = if n % 3 == 0 { "eu-1" } else { "azure-weu" };
        request = request.workload(&name, mk_workload(&name, home).critical().cpu(10));
    }
    let mut planner = Planner::new(request);
    let cluster = |name: &str, view| Change::Cluster(name.to_owned(), Some(Box::new(view)));
    check(&mut planner, cluster("eu-1", mk_cluster("eu").lost(60)));
    check(&mut planner, Change::Cluster("eu-2".to_owned(), None));
    check(
        &mut planner,
        cluster("eu-2", mk_cluster("eu").requested_cpu(7_000)),
    );
    check(&mut planner, Change::Provider("eu".to_owned(), None));
    let changed = mk_workload("w7", "azure-weu").critical().cpu(11);
    check(&mut planner, Change::Workload(id("w7"), Some(Box::new(changed))));
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

/// The planner forgets all numbers of places: what is kept on the place of the same number is another place.
#[test]
fn a_standby_that_goes_is_replaced_by_the_next_of_the_same_number() {
    let mut request = mk_request().workload("shop", mk_workload("shop", "azure-weu"));
    let mut policy = mk_policy();
    policy.require.standby = Some(StandbyRule::default());
    request.policies.insert("standby".to_owned(), policy);
    let mut planner = Planner::new(request);
    let standby = |planner: &Planner| planner.plan().decisions[&id("shop")].standby.clone();
    let before = standby(&planner).expect("there is a standby");
    let names: Vec<String> = planner.request().fleet.clusters.keys().cloned().collect();
    let number = names.iter().position(|name| *name == before);
    check(&mut planner, Change::Cluster(before.clone(), None));
    let now = standby(&planner).expect("there is another standby");
    let names: Vec<String> = planner.request().fleet.clusters.keys().cloned().collect();
    assert_eq!(names.iter().position(|name| *name == now), number);
}

/// A class that was made for where data stood before is no measure of what was asked a moment ago.
#[test]
fn data_whose_cluster_gets_another_region_binds_who_uses_it_there() {
    let within = Using {
        workload: id("db"),
        within: Within::Region,
        milliseconds: None,
    };
    let mut app = mk_workload("app", "eu-2");
    app.uses.insert(within);
    let mut request = mk_request()
        .workload("db", mk_workload("db", "eu-1"))
        .workload("app", app);
    let east = ClusterView {
        region: "nl-east".to_owned(),
        ..mk_cluster("eu")
    };
    request.fleet.clusters.insert("eu-3".to_owned(), east.clone());
    let mut planner = Planner::new(request);
    for home in ["eu-3", "eu-1"] {
        let data = mk_workload("db", home);
        check(&mut planner, Change::Workload(id("db"), Some(Box::new(data))));
    }
    assert_eq!(planner.plan().decisions[&id("app")].violations, vec![]);
    check(
        &mut planner,
        Change::Cluster("eu-1".to_owned(), Some(Box::new(east))),
    );
    assert_ne!(planner.plan().decisions[&id("app")].violations, vec![]);
}

/// No law and no score is other then: only whether somebody can stop both places.
#[test]
fn who_wants_to_stand_apart_chooses_anew_when_two_providers_get_one_owner() {
    let sister = mk_apart(true, true).fleet.providers["sister"].clone();
    for with_policy in [false, true] {
        let mut planner = Planner::new(mk_apart(true, false));
        let desired = |planner: &Planner| planner.plan().decisions[&id("permits")].desired.clone();
        assert_eq!(desired(&planner).as_deref(), Some("a-1"));
        if with_policy {
            let mut next = planner.request().clone();
            next.fleet.providers.insert("sister".to_owned(), sister.clone());
            next.policies.insert("second".to_owned(), mk_policy());
            planner.advance(next.clone());
            assert_eq!(planner.plan(), &decide(&next));
        } else {
            let bought = Some(Box::new(sister.clone()));
            check(&mut planner, Change::Provider("sister".to_owned(), bought));
        }
        assert_eq!(desired(&planner).as_deref(), Some("b-1"));
    }
}

#[test]
fn what_everything_is_set_in_is_taken_in_as_one_part() {
    let mut planner =
        Planner::new(mk_request().workload("shop", mk_workload("shop", "azure-weu").critical()));
    let mut next = planner.request().clone();
    next.policies.insert("second".to_owned(), mk_policy());
    next.fleet.providers.remove("eu");
    next.fleet.clusters.remove("eu-2");
    next.fleet.clusters.insert("b-1".to_owned(), mk_cluster("eu"));
    next.now += SignedDuration::from_hours(48);
    let advance = planner.advance(next.clone());
    assert_eq!(advance, Advance::Part([id("shop")].into()));
    assert_eq!(planner.plan(), &decide(&next));
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

/// What becomes other, of whatever there is at that moment.
#[derive(Clone, Debug)]
enum Turn {
    /// One fact, whatever it was before.
    Fact(Change),
    /// One thing that is known of a cluster; the rest stays.
    Cluster(&'static str, Aspect),
    /// So many days pass.
    Days(i64),
    /// The last day of an exemption, or its lead time, comes or is over: so many days after it ends.
    End(usize, i64),
}

/// One thing that is known of a cluster.
#[derive(Clone, Debug)]
enum Aspect {
    Contact(Box<ClusterView>),
    Latency(Box<ClusterView>),
    Price(Box<ClusterView>),
    Room(Box<ClusterView>),
    Headroom(Box<ClusterView>),
    Copies(Box<ClusterView>),
    Reach(Box<ClusterView>),
    Barred(bool),
    Haven(bool),
    Offers(&'static str),
    /// Where it lies, with whom.
    Lies(&'static str, Box<ClusterView>),
}

impl Aspect {
    fn put(self, view: &mut ClusterView) {
        match self {
            Self::Contact(other) => view.contact = other.contact,
            Self::Latency(other) => view.latency = other.latency,
            Self::Price(other) => view.price = other.price,
            Self::Room(other) => view.capacity = other.capacity,
            Self::Headroom(other) => view.headroom = other.headroom,
            Self::Copies(other) => view.copies = other.copies,
            Self::Reach(other) => view.reach = other.reach,
            Self::Barred(barred) => view.barred = barred.then(crate::mk::mk_bar),
            Self::Haven(compliant) => view.traits.haven = mk_haven(compliant),
            Self::Lies(region, other) => {
                view.region = region.to_owned();
                (view.provider, view.country) = (other.provider, other.country);
            }
            Self::Offers(resource) => *view = view.clone().with_other(resource, 4, 0),
        }
    }
}

fn mk_haven(compliant: bool) -> Fact<HavenView> {
    let seen = HavenView {
        compliant,
        checks: BTreeMap::new(),
    };
    Fact::known(seen, now())
}

impl Turn {
    /// As it is told to a planner that stands at a request.
    fn told(self, request: &Request) -> Change {
        match self {
            Self::Fact(change) => change,
            Self::Cluster(name, aspect) => {
                let mut view = request.fleet.clusters.get(name).cloned();
                let known = view.get_or_insert_with(|| mk_cluster("eu"));
                aspect.put(known);
                Change::Cluster(name.to_owned(), view.map(Box::new))
            }
            Self::Days(days) => Change::Now(request.now + SignedDuration::from_hours(24 * days)),
            Self::End(n, after) => {
                let end = request.exemptions.values().nth(n).map(|spec| spec.until);
                let days = end.map_or(0, |end| Date::of(request.now).days_until(end) + after);
                Change::Now(request.now + SignedDuration::from_hours(24 * days))
            }
        }
    }
}

fn exemption() -> impl Strategy<Value = Change> {
    let rule = prop::sample::select(vec![
        Rule::Categories,
        Rule::Jurisdictions,
        Rule::Seal,
        Rule::Haven,
    ]);
    (
        0..4_usize,
        rule,
        prop::collection::vec(0..10_usize, 1..4),
        -40..40_i64,
        -10..80_i64,
        prop::bool::weighted(0.2),
    )
        .prop_map(|(n, rule, names, since, until, gone)| {
            let mut spec = mk_exemption(rule, "w0");
            spec.workloads = names.iter().map(|n| format!("w{n}")).collect();
            (spec.since, spec.until) = (today().plus_days(since), today().plus_days(until));
            Change::Exemption(id(&format!("e{n}")), (!gone).then(|| Box::new(spec)))
        })
}

fn turn() -> impl Strategy<Value = Turn> {
    let names = || prop::sample::select(vec!["c0", "c1", "c2", "c3", "c4"]);
    let view = || cluster().prop_map(Box::new).boxed();
    let aspect = prop_oneof![
        3 => view().prop_map(Aspect::Contact),
        1 => view().prop_map(Aspect::Latency),
        1 => view().prop_map(Aspect::Price),
        3 => view().prop_map(Aspect::Room),
        1 => view().prop_map(Aspect::Headroom),
        2 => view().prop_map(Aspect::Copies),
        1 => view().prop_map(Aspect::Reach),
        1 => any::<bool>().prop_map(Aspect::Barred),
        2 => any::<bool>().prop_map(Aspect::Haven),
        1 => (prop::sample::select(vec!["nl-west", "nl-east"]), view()).prop_map(|(region, view)| Aspect::Lies(region, view)),
        1 => prop::sample::select(vec!["nvidia.com/gpu", "example.nl/fpga"]).prop_map(Aspect::Offers),
    ];
    prop_oneof![
        6 => change().boxed().prop_map(Turn::Fact),
        8 => (names(), aspect.boxed()).prop_map(|(name, aspect)| Turn::Cluster(name, aspect)),
        3 => exemption().prop_map(Turn::Fact),
        1 => (-2..40_i64).prop_map(Turn::Days),
        2 => (0..3_usize, prop::sample::select(vec![-31, -30, -29, -1, 0, 1, 2])).prop_map(|(n, after)| Turn::End(n, after)),
    ]
}

/// Fewer laws, SEAL and Haven for the critical, from which some are exempt, looked ahead for ten days.
fn ruled(mut request: Request) -> Request {
    let mut policy = mk_autonomous();
    policy.require.haven = Some(HavenRule::default());
    policy.migration = policy.migration.map(|rule| MigrationRule {
        lead_time: Some(Span::hours(240)),
        ..rule
    });
    request.policies.insert("autonomous".to_owned(), policy);
    for (n, until) in [0, 9, 30].into_iter().enumerate() {
        let mut spec = mk_exemption([Rule::Seal, Rule::Haven, Rule::Categories][n], "w0");
        spec.workloads = vec!["w0".to_owned(), format!("w{}", n + 1)];
        spec.until = today().plus_days(until);
        request.exemptions.insert(id(&format!("e{n}")), spec);
    }
    for view in request.fleet.clusters.values_mut() {
        view.traits.haven = mk_haven(true);
    }
    request
}

/// A policy that asks for some things, of all workloads or of those in one namespace.
fn policy() -> impl Strategy<Value = Change> {
    let name = prop::sample::select(vec!["autonomous", "routed", "extra"]);
    let namespace = prop::option::of(prop::sample::select(vec!["shop", "permits", "tax"]));
    let mode = prop::sample::select(vec![Trigger::Automatic, Trigger::Approval, Trigger::Manual]);
    let lead = prop::option::weighted(0.4, 0..20_i64);
    let asked = prop::collection::vec(prop::bool::weighted(0.3), 6);
    let gone = prop::bool::weighted(0.3);
    (name, namespace, mode, lead, asked, gone).prop_map(|(name, namespace, mode, lead, asked, gone)| {
        let mut spec = if asked[0] { mk_routed() } else { mk_policy() };
        if asked[1] {
            spec.require.jurisdictions = mk_autonomous().require.jurisdictions;
        }
        spec.require.standby = asked[2].then_some(StandbyRule {
            other_provider: asked[3],
            other_jurisdiction: !asked[3],
        });
        spec.require.haven = asked[3].then(HavenRule::default);
        if asked[4] {
            spec.require.categories = mk_autonomous().require.categories;
        }
        if asked[5] {
            spec.prefer.core_values.cost = Some(9);
        }
        spec.workloads.any_of = namespace.map_or_else(Vec::new, |namespace| {
            vec![Term {
                namespace: Some(namespace.to_owned()),
                ..Term::default()
            }]
        });
        spec.migration = spec.migration.map(|rule| MigrationRule {
            mode,
            lead_time: lead.map(|days| Span::hours(24 * u64::try_from(days).unwrap_or(0))),
            ..rule
        });
        Change::Policy(name.to_owned(), (!gone).then(|| Box::new(spec)))
    })
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
        2 => policy(),
        2 => (-400..100_000_i64).prop_map(|seconds| Change::Now(now() + SignedDuration::from_secs(seconds))),
    ]
}

/// Now and then other countries are adverse.
fn adverse() -> impl Strategy<Value = Option<Vec<AdverseJurisdiction>>> {
    let country = prop::sample::select(vec!["NL", "US", "DE"]).prop_map(|country| AdverseJurisdiction {
        country: country.to_owned(),
        reason: "decided so".to_owned(),
        since: None,
        until: None,
    });
    prop::option::weighted(0.2, prop::collection::vec(country, 0..2))
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
        Change::Exemption(id, spec) => set(&mut request.exemptions, id, spec),
        Change::Approval(id, view) => set(&mut request.approvals, id, view.map(Box::new)),
        Change::Now(now) => request.now = now,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn several_changes_at_once_give_the_plan_made_from_nothing(
        request in request(),
        rounds in prop::collection::vec((prop::collection::vec(turn(), 1..5), adverse()), 1..6),
        plain in any::<bool>(),
    ) {
        let mut planner = Planner::new(if plain { request } else { ruled(request) });
        for (turns, adverse) in rounds {
            let told = format!("{turns:?}");
            let (before, mut next) = (planner.plan().clone(), planner.request().clone());
            for turn in turns {
                let change = turn.told(&next);
                put(&mut next, change);
            }
            if let Some(adverse) = adverse {
                next.fleet.standard.adverse = adverse;
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
        turns in prop::collection::vec(turn(), 1..12),
        plain in any::<bool>(),
    ) {
        let mut planner = Planner::new(if plain { request } else { ruled(request) });
        prop_assert_eq!(planner.plan(), &decide(planner.request()));
        for turn in turns {
            let change = turn.told(planner.request());
            check(&mut planner, change);
        }
    }

    #[test]
    fn any_sequence_of_yeses_on_routes_gives_the_plan_made_from_nothing(
        mut request in request(),
        turns in prop::collection::vec((turn(), 0..10_usize), 1..10),
        by_haven in any::<bool>(),
    ) {
        let mut routed = mk_routed();
        if by_haven {
            routed.require.haven = Some(HavenRule::default());
            for view in request.fleet.clusters.values_mut() {
                view.traits.haven = mk_haven(true);
            }
        }
        request.policies.insert("routed".to_owned(), routed);
        let mut planner = Planner::new(request);
        prop_assert_eq!(planner.plan(), &decide(planner.request()));
        for (turn, n) in turns {
            let change = turn.told(planner.request());
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
