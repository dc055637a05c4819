//! The city's table of where what may stand, as policies, through the public API alone.
#![allow(
    clippy::unwrap_used,
    reason = "all of it is test code; clippy sees only the marked functions as such"
)]

use std::collections::{BTreeMap, BTreeSet};

use havenmeester_api::policy::PlacementPolicySpec;
use havenmeester_api::provider::ProviderSpec;
use havenmeester_api::standard::AutonomyStandardSpec;
use havenmeester_api::workload::{CopyState, Mode, Target};
use havenmeester_api::{Criticality, Sensitivity};
use havenmeester_placement::{
    Action, Candidate, ClusterView, Contact, CopyView, Demand, Fact, FleetView, Latency, Reach, Reasons,
    Request, Traits, WorkloadId, WorkloadView, decide, explain, lint, problems,
};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

fn read<T: DeserializeOwned>(objects: Value) -> BTreeMap<String, T> {
    serde_json::from_value(objects).unwrap()
}

fn seal(level: i32) -> Value {
    let assessment = |n: i32| {
        let evidence = json!({"reference": "audit-2026", "date": "2026-03-11"});
        json!({"objective": format!("SOV-{n}"), "seal": level, "evidence": evidence})
    };
    (1..=8).map(assessment).collect()
}

fn providers() -> BTreeMap<String, ProviderSpec> {
    let owned_by = |provider: &str| json!([{"provider": provider, "shareBasisPoints": 10_000}]);
    read(json!({
        "globex": {"legalName": "Globex Corp.", "country": "US"},
        "globex-cloud": {
            "legalName": "Globex Ireland Ltd.", "country": "IE", "category": "Hyperscaler", "owners": owned_by("globex"),
        },
        "globex-hardened": {
            "legalName": "Globex Ireland Ltd.", "country": "IE", "category": "HyperscalerHardened",
            "owners": owned_by("globex"), "keysHeldBy": [{"name": "City of Amsterdam", "country": "NL"}],
        },
        "logius": {"legalName": "Logius", "country": "NL", "category": "Government", "sovereignty": seal(3)},
        "eu-cloud": {"legalName": "EU Cloud B.V.", "country": "NL", "category": "PrivateEu", "sovereignty": seal(2)},
    }))
}

fn policies() -> BTreeMap<String, PlacementPolicySpec> {
    read(json!({
        "critical-is-autonomous": {
            "workloads": {"anyOf": [{"criticality": "Critical"}, {"sensitivity": "High"}]},
            "require": {
                "categories": ["PrivateEu", "Government", "OnPremises"],
                "seal": {"atLeast": 2},
                "jurisdictions": {"only": ["EEA"]},
            },
            "prefer": {"coreValues": {"autonomy": 4, "security": 3}},
        },
        "medium-is-hardened": {
            "workloads": {"anyOf": [{"criticality": "Medium"}, {"sensitivity": "Medium"}]},
            "require": {"categories": ["HyperscalerHardened", "PrivateEu", "Government", "OnPremises"]},
        },
        "all": {"migration": {"mode": "Automatic"}, "failover": {"mode": "Automatic", "after": "30s"}},
    }))
}

fn cluster(provider: &str, copies: &[&str], request: &Request) -> ClusterView {
    let copy = || CopyView {
        tags: None,
        state: CopyState::Active,
        objects: 6,
        demand: Demand::default(),
    };
    let room = json!({
        "cpuMilli": 64_000, "memoryMib": 262_144, "pods": 500,
        "requestedCpuMilli": 0, "requestedMemoryMib": 0, "requestedPods": 0,
    });
    ClusterView {
        provider: provider.to_owned(),
        region: "west".to_owned(),
        country: None,
        contact: Contact::Reachable,
        barred: None,
        reach: Reach::Cluster,
        capacity: Fact::known(serde_json::from_value(room).unwrap(), request.now),
        copies: Fact::known(
            copies.iter().map(|name| ((*name).to_owned(), copy())).collect(),
            request.now,
        ),
        headroom: BTreeMap::new(),
        latency: Latency::default(),
        price: None,
        traits: Traits::default(),
    }
}

fn id() -> WorkloadId {
    WorkloadId {
        namespace: "havenmeester".to_owned(),
        name: "signalen".to_owned(),
    }
}

/// One workload on the public hyperscaler.
fn request(criticality: Criticality, sensitivity: Sensitivity) -> Request {
    let now = "2026-11-24T10:00:00Z".parse().unwrap();
    let mut request = Request {
        now,
        policies: policies(),
        ..Request::default()
    };
    let clusters = [
        ("globex-weu", "globex-cloud", &["signalen"][..]),
        ("globex-weu-2", "globex-hardened", &[]),
        ("logius-sp", "logius", &[]),
        ("eu-west-1", "eu-cloud", &[]),
    ];
    let clusters =
        clusters.map(|(name, provider, copies)| (name.to_owned(), cluster(provider, copies, &request)));
    request.fleet = FleetView {
        clusters: clusters.into(),
        providers: providers(),
        standard: AutonomyStandardSpec::default(),
    };
    let workload = WorkloadView {
        target: Target {
            namespace: "signalen".to_owned(),
            match_labels: BTreeMap::new(),
        },
        criticality,
        sensitivity,
        mode: Mode::Exclusive,
        demand: Demand {
            cpu_milli: 4_000,
            memory_mib: 8_192,
            pods: 6,
            ..Demand::default()
        },
        home: Some("globex-weu".to_owned()),
        previous: None,
        standby: None,
        moving: None,
        captured: true,
        layer: None,
        uses: BTreeSet::new(),
        through: None,
        apart: BTreeSet::new(),
    };
    request.workloads.insert(id(), workload);
    request
}

/// Where a workload of these levels may stand.
fn check(criticality: Criticality, sensitivity: Sensitivity, may_stand: &[&str]) {
    let request = request(criticality, sensitivity);
    let plan = decide(&request);
    assert_eq!(lint(&request, &plan), []);
    let decision = &plan.decisions[&id()];
    let reasons = Reasons::of(&request, &plan);
    let candidates = reasons.candidates(&id());
    let fits = candidates
        .iter()
        .filter(|(_, candidate)| matches!(candidate, Candidate::Fits(_)));
    let fits: Vec<&str> = fits.map(|(name, _)| name.as_str()).collect();
    assert_eq!(
        fits,
        may_stand,
        "{criticality} {sensitivity}\n{}",
        explain(&id(), &reasons).unwrap()
    );
    let stays = decision.action == Action::Stay;
    assert_eq!(stays, may_stand.contains(&"globex-weu"), "{}", decision.action);
}

#[test]
fn the_table_holds() {
    use {Criticality as C, Sensitivity as S};
    let anywhere = ["eu-west-1", "globex-weu", "globex-weu-2", "logius-sp"];
    let hardened = ["eu-west-1", "globex-weu-2", "logius-sp"];
    let autonomous = ["eu-west-1", "logius-sp"];
    check(C::Low, S::Low, &anywhere);
    for (criticality, sensitivity) in [(C::Medium, S::Low), (C::Low, S::Medium), (C::Medium, S::Medium)] {
        check(criticality, sensitivity, &hardened);
    }
    for sensitivity in [S::Low, S::Medium, S::High] {
        check(C::Critical, sensitivity, &autonomous);
    }
    for criticality in [C::Low, C::Medium] {
        check(criticality, S::High, &autonomous);
    }
}

#[test]
fn autonomy_decides_between_places_that_are_allowed() {
    let plan = decide(&request(Criticality::Critical, Sensitivity::High));
    assert_eq!(plan.decisions[&id()].desired.as_deref(), Some("logius-sp"));
}

#[test]
fn a_take_over_on_a_date_changes_the_place_from_thirty_days_before_it_on() {
    let mut request = request(Criticality::Critical, Sensitivity::High);
    request
        .policies
        .get_mut("critical-is-autonomous")
        .unwrap()
        .require
        .clusters = vec!["eu-west-1".to_owned()];
    let stake = json!({"provider": "globex", "shareBasisPoints": 5_100, "since": "2027-01-01"});
    request.fleet.providers.get_mut("eu-cloud").unwrap().owners =
        vec![serde_json::from_value(stake).unwrap()];
    let desired = |request: &Request| decide(request).decisions[&id()].desired.clone();
    assert_eq!(desired(&request).as_deref(), Some("eu-west-1"));
    request.now = "2026-12-01T23:59:59Z".parse().unwrap();
    renew(&mut request);
    assert_eq!(desired(&request).as_deref(), Some("eu-west-1"));
    request.now = "2026-12-02T00:00:00Z".parse().unwrap();
    renew(&mut request);
    assert_eq!(desired(&request), None);
}

/// All facts as seen now.
fn renew(request: &mut Request) {
    for cluster in request.fleet.clusters.values_mut() {
        if let Fact::Known { observed_at, .. } = &mut cluster.capacity {
            *observed_at = request.now;
        }
        if let Fact::Known { observed_at, .. } = &mut cluster.copies {
            *observed_at = request.now;
        }
    }
}

#[test]
fn the_only_problems_are_policies_that_choose_nothing() {
    let found = problems(&request(Criticality::Critical, Sensitivity::High));
    let told: Vec<String> = found
        .iter()
        .map(|p| format!("{} {}", p.object, p.field))
        .collect();
    assert_eq!(told, ["PlacementPolicy/medium-is-hardened spec.workloads"]);
}
