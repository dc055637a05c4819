//! A made-up city at any size, with every rule in use: chains of owners, thirty policies, exemptions, dependencies, some of
//! them in time, prices, clusters that are lost, and capacity of which 85% is asked for, GPUs and storage too.
//!
//! Not here: the rules (`rules`), measuring.
//! Invariant: the same size and seed give the same fleet.
use std::collections::BTreeMap;

use havenmeester_api::member::Capacity;
use havenmeester_api::provider::ProviderSpec;
use havenmeester_api::room::OtherRoom;
use havenmeester_api::workload::{CopyState, Mode, Target, Within};
use havenmeester_api::{Criticality, Sensitivity};
use havenmeester_placement::{
    ClusterView, Contact, CopyView, Demand, Fact, FleetView, Latency, Price, Reach, Request, Resource,
    Traits, Using, WorkloadId, WorkloadView, flow,
};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::rules;

/// How many legal entities run clusters.
const PROVIDERS: u64 = 40;
/// How many regions there are.
const REGIONS: u64 = 5;
/// What is asked beside cpu, memory and pods.
const GPU: &str = "nvidia.com/gpu";
const STORAGE: &str = "storage/Rwo";
/// How much of each cluster is asked for, in per cent.
const FULL: i64 = 85;
/// One workload in so many stands where chance has put it, and not where it may.
const ASTRAY: u64 = 3;
/// One cluster in so many is lost.
const LOST: u64 = 50;

/// Chance that follows from a seed alone: `SplitMix64` (Steele, Lea and Flood, 2014).
pub(crate) struct Chance(pub(crate) u64);

impl Chance {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// Below `limit`, which is not nought.
    pub(crate) fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit
    }

    pub(crate) fn pick<'a, T>(&mut self, from: &'a [T]) -> Option<&'a T> {
        let len = u64::try_from(from.len()).ok().filter(|len| *len > 0)?;
        from.get(usize::try_from(self.below(len)).ok()?)
    }
}

/// The moment at which it all plays.
pub(crate) fn now() -> Timestamp {
    Timestamp::UNIX_EPOCH + SignedDuration::from_hours(24 * 20_781)
}

/// So many workloads on so many clusters.
pub(crate) fn generate(workloads: usize, clusters: u64, seed: u64) -> anyhow::Result<Request> {
    let mut chance = Chance(seed);
    let mut request = Request {
        fleet: FleetView {
            clusters: (0..clusters).map(|n| (cluster_name(n), cluster(n))).collect(),
            providers: providers()?,
            ..FleetView::default()
        },
        policies: rules::policies()?,
        exemptions: rules::exemptions(workloads)?,
        now: now(),
        ..Request::default()
    };
    let names: Vec<String> = request.fleet.clusters.keys().cloned().collect();
    let trusted: Vec<String> = request
        .fleet
        .clusters
        .iter()
        .filter(|(_, c)| is_trusted(&c.provider))
        .map(|(name, _)| name.clone())
        .collect();
    for n in 0..workloads {
        let (id, workload) = workload(n, &names, &trusted, &mut chance);
        settle(&mut request, &workload);
        request.workloads.insert(id, workload);
    }
    flow(&mut request.workloads);
    for cluster in request.fleet.clusters.values_mut() {
        size(cluster);
    }
    Ok(request)
}

fn cluster_name(n: u64) -> String {
    format!("cluster-{n:03}")
}

fn is_trusted(provider: &str) -> bool {
    provider.starts_with("gov") || provider.starts_with("eu")
}

/// Of every ten: three hyperscalers, one hardened, four European, two of government.
fn provider_name(n: u64) -> String {
    match n % 10 {
        0..=2 => format!("hyper-{n:02}"),
        3 => format!("hard-{n:02}"),
        4..=7 => format!("eu-{n:02}"),
        _ => format!("gov-{n:02}"),
    }
}

/// An entity under the law of another continent.
pub(crate) fn hyperscaler_holding() -> String {
    format!("{}-holding", provider_name(0))
}

fn seal(level: i32) -> Value {
    let assessment = |n: i32| {
        let evidence = json!({"reference": "audit-2026", "date": "2026-03-11"});
        json!({"objective": format!("SOV-{n}"), "seal": level, "evidence": evidence})
    };
    (1..=8).map(assessment).collect()
}

/// Each provider under a chain of two holdings; those of the hyperscalers end in another country.
fn providers() -> anyhow::Result<BTreeMap<String, ProviderSpec>> {
    let mut all = serde_json::Map::new();
    for n in 0..PROVIDERS {
        let name = provider_name(n);
        let (category, end, level) = match n % 10 {
            0..=2 => ("Hyperscaler", "US", 1),
            3 => ("HyperscalerHardened", "US", 2),
            4..=7 => ("PrivateEu", "DE", 3),
            _ => ("Government", "NL", 4),
        };
        let (holding, group) = (format!("{name}-holding"), format!("{name}-group"));
        let owners = |owner: &str| json!([{"provider": owner, "shareBasisPoints": 8_000}, {"name": "staff", "country": "NL", "shareBasisPoints": 1_000}]);
        let value = |k: u64| (n * k) % 60 + 40;
        all.insert(
            name.clone(),
            json!({"legalName": name, "country": "NL", "category": category, "owners": owners(&holding), "sovereignty": seal(level),
                "keysHeldBy": [{"name": "the city", "country": "NL"}],
                "coreValues": {"quality": value(7), "cost": value(11), "security": value(13), "innovation": value(17), "sustainability": value(19), "transparency": value(23)}}),
        );
        all.insert(
            holding.clone(),
            json!({"legalName": holding, "country": "NL", "owners": owners(&group)}),
        );
        all.insert(group.clone(), json!({"legalName": group, "country": end}));
    }
    Ok(serde_json::from_value(Value::Object(all))?)
}

pub(crate) fn region(n: u64) -> String {
    format!("region-{}", n % REGIONS)
}

fn cluster(n: u64) -> ClusterView {
    let lost = n % LOST == 7;
    ClusterView {
        provider: provider_name(n % PROVIDERS),
        region: region(n),
        country: None,
        contact: if lost {
            let ago = |seconds| now() - SignedDuration::from_secs(seconds);
            Contact::Lost {
                last_heartbeat: ago(70),
                detected_at: ago(60),
            }
        } else {
            Contact::Reachable
        },
        barred: None,
        reach: Reach::Cluster,
        capacity: Fact::known(
            Capacity {
                others: [GPU, STORAGE].map(nothing).into(),
                ..Capacity::default()
            },
            now(),
        ),
        headroom: BTreeMap::new(),
        latency: latency(n),
        price: price(n),
        copies: Fact::known(BTreeMap::new(), now()),
        traits: Traits::default(),
    }
}

fn nothing(resource: &str) -> OtherRoom {
    OtherRoom {
        resource: resource.to_owned(),
        offered: 0,
        requested: 0,
    }
}

/// To its own region two milliseconds there and back, to the next three more.
fn latency(n: u64) -> Latency {
    let away = |other: u64| i64::try_from(2 + 3 * (n % REGIONS).abs_diff(other)).unwrap_or(i64::MAX);
    Latency {
        clusters: BTreeMap::new(),
        regions: (0..REGIONS).map(|other| (region(other), away(other))).collect(),
    }
}

/// One in ten does not say what it costs.
fn price(n: u64) -> Option<Price> {
    let of = |least: u64, step: u64| i64::try_from(least + n * 37 % 11 * step).unwrap_or(i64::MAX);
    let others = [(GPU, of(40_000, 3_000)), (STORAGE, of(3_000, 500))];
    (n % 10 != 3).then(|| Price {
        currency: "EUR".to_owned(),
        cpu_month: of(1_000, 150),
        memory_gib_month: of(150, 20),
        others: others.map(|(name, price)| (Resource::named(name), price)).into(),
        egress_tib: (!n.is_multiple_of(4)).then(|| of(0, 900)),
    })
}

/// One dependency in ten is bound in time.
fn using(n: usize) -> Using {
    Using {
        workload: workload_id(n),
        within: Within::Anywhere,
        milliseconds: (n % 100 == 98).then_some(8),
    }
}

pub(crate) fn workload_id(n: usize) -> WorkloadId {
    WorkloadId {
        namespace: "havenmeester".to_owned(),
        name: format!("workload-{n:06}"),
    }
}

fn workload(n: usize, all: &[String], trusted: &[String], chance: &mut Chance) -> (WorkloadId, WorkloadView) {
    let criticality = [
        Criticality::Critical,
        Criticality::Medium,
        Criticality::Low,
        Criticality::Low,
    ];
    let sensitivity = [
        Sensitivity::High,
        Sensitivity::Medium,
        Sensitivity::Low,
        Sensitivity::Low,
        Sensitivity::Low,
    ];
    let mode = [Mode::Replicable, Mode::Exclusive];
    // One in fifty shares a namespace with the one before it.
    let namespace = format!("ns-{:06}", if n % 50 == 49 { n - 1 } else { n });
    let home = if chance.below(ASTRAY) == 0 {
        chance.pick(all)
    } else {
        chance.pick(trusted)
    };
    let thousandths =
        |chance: &mut Chance, least: u64, most: u64| i64::try_from(least + chance.below(most)).unwrap_or(1);
    let view = WorkloadView {
        target: Target {
            namespace,
            match_labels: BTreeMap::new(),
        },
        criticality: chance.pick(&criticality).copied().unwrap_or_default(),
        sensitivity: chance.pick(&sensitivity).copied().unwrap_or_default(),
        mode: chance.pick(&mode).copied().unwrap_or_default(),
        demand: Demand {
            cpu_milli: thousandths(chance, 100, 3_900),
            memory_mib: thousandths(chance, 128, 8_000),
            pods: thousandths(chance, 1, 8),
            others: others(n, chance),
        },
        home: home.cloned(),
        previous: None,
        standby: None,
        moving: None,
        captured: true,
        layer: None,
        uses: (n % 10 == 9).then(|| using(n - 1)).into_iter().collect(),
        through: None,
        apart: (n % 25 == 24).then(|| workload_id(n - 20)).into_iter().collect(),
    };
    (workload_id(n), view)
}

/// One in three stores data, one in fifty asks for a GPU.
fn others(n: usize, chance: &mut Chance) -> BTreeMap<Resource, i64> {
    let stored = 1_024 * i64::try_from(1 + chance.below(200)).unwrap_or(1);
    let all = [(n % 3 == 1, STORAGE, stored), (n % 50 == 7, GPU, 1)];
    let asked = all.into_iter().filter(|(asks, ..)| *asks);
    asked
        .map(|(_, name, many)| (Resource::named(name), many))
        .collect()
}

/// Has it stand at its home.
fn settle(request: &mut Request, workload: &WorkloadView) {
    let home = workload
        .home
        .as_ref()
        .and_then(|home| request.fleet.clusters.get_mut(home));
    let Some(home) = home else { return };
    let copy = CopyView {
        tags: None,
        state: CopyState::Active,
        objects: 6,
        demand: workload.demand.clone(),
    };
    if let Fact::Known { value, .. } = &mut home.copies {
        value.insert(workload.target.namespace.clone(), copy);
    }
    if let Fact::Known { value, .. } = &mut home.capacity {
        value.requested_cpu_milli += workload.demand.cpu_milli;
        value.requested_memory_mib += workload.demand.memory_mib;
        value.requested_pods += workload.demand.pods;
        for other in &mut value.others {
            let asked = workload.demand.others.get(&Resource::named(&other.resource));
            other.requested += asked.copied().unwrap_or(0);
        }
    }
}

/// As large as makes what stands there 85% of it.
fn size(cluster: &mut ClusterView) {
    if let Fact::Known { value, .. } = &mut cluster.capacity {
        let whole = |asked: i64| asked * 100 / FULL;
        value.cpu_milli = whole(value.requested_cpu_milli);
        value.memory_mib = whole(value.requested_memory_mib);
        value.pods = whole(value.requested_pods);
        for other in &mut value.others {
            other.offered = whole(other.requested);
        }
    }
}
