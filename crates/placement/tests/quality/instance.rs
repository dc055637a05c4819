//! Small made-up fleets in which a cluster is lost or forbidden, and there is more or less room for what stood there.
//!
//! Invariant: the same seed gives the same fleet.
use std::collections::{BTreeMap, BTreeSet};

use havenmeester_api::member::Capacity;
use havenmeester_api::room::OtherRoom;
use havenmeester_api::workload::{CopyState, Mode, Target, Within};
use havenmeester_api::{Criticality, Sensitivity};
use havenmeester_placement::{
    ClusterView, Contact, CopyView, Demand, Fact, FleetView, Latency, Price, Reach, Request, Resource,
    Traits, Using, WorkloadId, WorkloadView,
};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value, json};

/// What is asked beside cpu, memory and pods.
const OTHERS: [&str; 2] = ["nvidia.com/gpu", "storage/Rwo"];
/// The cluster that is lost, or where nobody may stand any more.
const OLD: &str = "old";

/// Chance that follows from a seed alone: `SplitMix64` (Steele, Lea and Flood, 2014).
pub(crate) struct Chance(pub(crate) u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// From `least` up to and including `most`.
    pub(crate) fn between(&mut self, least: i64, most: i64) -> i64 {
        let width = u64::try_from(most - least + 1).unwrap_or(1);
        least + i64::try_from(self.next() % width).unwrap_or(0)
    }

    fn one_in(&mut self, n: i64) -> bool {
        self.between(1, n) == 1
    }
}

/// At most 12 workloads that must go, and at most 5 clusters to go to.
pub(crate) fn instance(seed: u64) -> anyhow::Result<Request> {
    let mut chance = Chance(seed.wrapping_mul(0x5851_F42D_4C95_7F2D));
    let clusters = chance.between(2, 5);
    let workloads = chance.between(2, 12);
    let mut request = Request {
        now: now(),
        ..Request::default()
    };
    for n in 0..workloads {
        let (id, workload) = workload(n, workloads, &mut chance);
        request.workloads.insert(id, workload);
    }
    let lost = !chance.one_in(3);
    request.fleet = fleet(&request, clusters, lost, &mut chance)?;
    request.policies = serde_json::from_value(policies(workloads, clusters, lost, &mut chance))?;
    Ok(request)
}

fn now() -> Timestamp {
    Timestamp::UNIX_EPOCH + SignedDuration::from_hours(24 * 20_781)
}

fn id(n: i64) -> WorkloadId {
    WorkloadId {
        namespace: "hub".to_owned(),
        name: format!("w{n:02}"),
    }
}

fn workload(n: i64, of: i64, chance: &mut Chance) -> (WorkloadId, WorkloadView) {
    let criticality = match chance.between(0, 5) {
        0..=2 => Criticality::Critical,
        3 => Criticality::Medium,
        _ => Criticality::Low,
    };
    let mut tied = |rare: i64| {
        let other = chance.between(0, of - 1);
        let ties = chance.one_in(rare) && other != n;
        BTreeSet::from_iter(ties.then(|| id(other)))
    };
    let (near, apart) = (tied(6), tied(8));
    let view = WorkloadView {
        target: Target {
            namespace: format!("ns{n:02}"),
            match_labels: BTreeMap::new(),
        },
        criticality,
        sensitivity: Sensitivity::Low,
        mode: Mode::Replicable,
        demand: Demand {
            cpu_milli: chance.between(2, 40) * 100,
            memory_mib: chance.between(1, 32) * 256,
            pods: chance.between(1, 6),
            others: others(chance),
        },
        home: Some(OLD.to_owned()),
        previous: None,
        standby: None,
        moving: None,
        captured: true,
        layer: None,
        uses: near.into_iter().map(anywhere).collect(),
        through: None,
        apart,
    };
    (id(n), view)
}

/// One in five asks for GPUs, one in three for storage.
fn others(chance: &mut Chance) -> BTreeMap<Resource, i64> {
    let [gpu, storage] = OTHERS.map(Resource::named);
    let gpus = chance.one_in(5).then(|| (gpu, chance.between(1, 2)));
    let storage = chance.one_in(3).then(|| (storage, chance.between(1, 50) * 1024));
    gpus.into_iter().chain(storage).collect()
}

fn anywhere(workload: WorkloadId) -> Using {
    Using {
        workload,
        within: Within::Anywhere,
        milliseconds: None,
    }
}

fn fleet(request: &Request, clusters: i64, lost: bool, chance: &mut Chance) -> anyhow::Result<FleetView> {
    let mut fleet = FleetView::default();
    let asked = |of: fn(&Demand) -> i64| request.workloads.values().map(|w| of(&w.demand)).sum::<i64>();
    let asked = [asked(|d| d.cpu_milli), asked(|d| d.memory_mib), asked(|d| d.pods)];
    let shares: Vec<i64> = (0..clusters).map(|_| chance.between(2, 10)).collect();
    let all: i64 = shares.iter().sum();
    for (n, share) in shares.iter().enumerate() {
        let provider = format!("p{}", chance.between(0, 3));
        // In sum from too little to plenty, in each dimension by itself.
        let room = asked.map(|asked| asked * share * chance.between(80, 190) / (100 * all));
        let others = OTHERS.map(|name| {
            let asked = request.workloads.values();
            let asked = asked.filter_map(|w| w.demand.others.get(&Resource::named(name)));
            let offered = asked.sum::<i64>() * share * chance.between(100, 250) / (100 * all);
            OtherRoom {
                resource: name.to_owned(),
                offered,
                requested: 0,
            }
        });
        let mut view = cluster(&provider, chance, room, others.to_vec());
        // One in twelve has an active copy there already, and its data.
        let copies = request.workloads.values().filter(|_| chance.one_in(12));
        view.copies = Fact::known(copies.map(copy).collect(), now());
        fleet.clusters.insert(format!("c{n}"), view);
    }
    let mut old = cluster("p0", chance, [0; 3], Vec::new());
    let ago = |seconds| now() - SignedDuration::from_secs(seconds);
    if lost {
        old.contact = Contact::Lost {
            last_heartbeat: ago(70),
            detected_at: ago(60),
        };
    }
    old.copies = Fact::known(request.workloads.values().map(copy).collect(), now());
    fleet.clusters.insert(OLD.to_owned(), old);
    let mut providers = Map::new();
    for n in 0..4 {
        providers.insert(format!("p{n}"), provider(chance));
    }
    fleet.providers = serde_json::from_value(Value::Object(providers))?;
    Ok(fleet)
}

fn provider(chance: &mut Chance) -> Value {
    let seal = chance.between(0, 4);
    let levels: Vec<Value> = (1..=8)
        .map(|n| json!({"objective": format!("SOV-{n}"), "seal": seal, "evidence": {"reference": "audit", "date": "2026-03-11"}}))
        .collect();
    let mut values = Map::new();
    for name in [
        "quality",
        "cost",
        "security",
        "innovation",
        "sustainability",
        "transparency",
    ] {
        values.insert(name.to_owned(), json!(chance.between(0, 100)));
    }
    json!({"legalName": "A provider", "country": "NL", "category": "PrivateEu", "sovereignty": levels, "coreValues": values})
}

fn cluster(provider: &str, chance: &mut Chance, room: [i64; 3], others: Vec<OtherRoom>) -> ClusterView {
    let capacity = Capacity {
        cpu_milli: room[0],
        memory_mib: room[1],
        pods: room[2],
        others,
        ..Capacity::default()
    };
    ClusterView {
        provider: provider.to_owned(),
        region: format!("region-{}", chance.between(0, 1)),
        country: None,
        contact: Contact::Reachable,
        barred: None,
        reach: Reach::Cluster,
        capacity: Fact::known(capacity, now()),
        headroom: BTreeMap::from([(Resource::Memory, chance.between(0, 10))]),
        latency: Latency::default(),
        price: price(chance),
        copies: Fact::known(BTreeMap::new(), now()),
        traits: Traits::default(),
    }
}

/// Most say what they cost, nearly all in euros; of GPUs and storage not each says it.
fn price(chance: &mut Chance) -> Option<Price> {
    let currency = if chance.one_in(10) { "USD" } else { "EUR" };
    let others = OTHERS
        .map(Resource::named)
        .into_iter()
        .zip([(20_000, 90_000), (1_000, 12_000)]);
    let others: Vec<(Resource, i64)> = others
        .map(|(resource, (least, most))| (resource, chance.between(least, most)))
        .collect();
    let price = Price {
        currency: currency.to_owned(),
        cpu_month: chance.between(500, 4_000),
        memory_gib_month: chance.between(50, 600),
        others: others.into_iter().filter(|_| !chance.one_in(6)).collect(),
        egress_tib: (!chance.one_in(3)).then(|| chance.between(0, 9_000)),
    };
    (!chance.one_in(6)).then_some(price)
}

fn copy(workload: &WorkloadView) -> (String, CopyView) {
    let copy = CopyView {
        tags: None,
        state: CopyState::Active,
        objects: 6,
        demand: workload.demand.clone(),
    };
    (workload.target.namespace.clone(), copy)
}

/// Everything fails over by itself, or moves where nobody may stay; some may not go everywhere, and each weighs the values in its own way.
fn policies(workloads: i64, clusters: i64, lost: bool, chance: &mut Chance) -> Value {
    let mut all = Map::new();
    let mut policy =
        json!({"failover": {"mode": "Automatic", "after": "30s"}, "migration": {"mode": "Automatic"}});
    if !lost {
        let others: Vec<String> = (0..clusters).map(|c| format!("c{c}")).collect();
        policy["require"] = json!({"clusters": others});
    }
    all.insert("all".to_owned(), policy);
    for n in 0..workloads {
        let mut weights = Map::new();
        for name in [
            "autonomy",
            "quality",
            "cost",
            "security",
            "innovation",
            "sustainability",
            "transparency",
        ] {
            weights.insert(name.to_owned(), json!(chance.between(0, 10)));
        }
        let mut policy = json!({"workloads": {"anyOf": [{"namespace": format!("ns{n:02}")}]}, "prefer": {"coreValues": weights}});
        if chance.one_in(4) {
            let some: Vec<String> = (0..clusters)
                .filter(|_| chance.one_in(2))
                .map(|c| format!("c{c}"))
                .collect();
            if !some.is_empty() {
                policy["require"] = json!({"clusters": some});
            }
        }
        all.insert(format!("for-{n:02}"), policy);
    }
    Value::Object(all)
}
