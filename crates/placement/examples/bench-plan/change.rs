//! How long it takes to decide again after one fact has changed.
//!
//! Invariant: at the end the plan is compared with one that is made from nothing.
use std::time::Instant;

use anyhow::Context as _;
use havenmeester_api::Criticality;
use havenmeester_placement::{Advance, Change, ClusterView, Contact, Fact, Planner, Request, decide};
use serde_json::{Value, json};

use crate::fleet::{self, Chance};

/// How many changes of each kind.
const CHANGES: usize = 101;
/// How many of the kinds that move a thousand workloads, or have all judged anew.
const WIDE: usize = 9;
/// How many rounds of a daemon.
const ROUNDS: usize = 21;

/// What changes.
#[derive(Clone, Copy)]
enum Kind {
    /// What a workload asks for.
    Demand,
    /// How critical a workload is.
    Level,
    /// What is asked of a cluster, as after each pod that starts or ends.
    Capacity,
    /// A cluster is lost, or comes back.
    Contact,
    /// The time, two seconds on.
    Now,
    /// A provider gets an owner, or loses its last.
    Provider,
    /// A policy asks for one zone more, or no longer.
    Policy,
    /// A cluster is new, or goes.
    Joined,
}

impl Kind {
    const ALL: [Self; 8] = [
        Self::Demand,
        Self::Level,
        Self::Capacity,
        Self::Now,
        Self::Contact,
        Self::Provider,
        Self::Policy,
        Self::Joined,
    ];

    fn name(self) -> &'static str {
        match self {
            Self::Demand => "one-change: demand of a workload",
            Self::Level => "one-change: criticality of a workload",
            Self::Capacity => "one-change: capacity of a cluster",
            Self::Contact => "one-change: a cluster lost or back",
            Self::Now => "one-change: the time",
            Self::Provider => "one-change: an owner of a provider",
            Self::Policy => "one-change: a rule of a policy",
            Self::Joined => "one-change: a cluster new or gone",
        }
    }
}

/// A line for each kind, and one for the kinds that come every moment, taken together.
pub(crate) fn measure(workloads: usize, clusters: u64, seed: u64) -> anyhow::Result<Vec<Value>> {
    let mut planner = Planner::new(fleet::generate(workloads, clusters, seed)?);
    let mut chance = Chance(seed);
    let (mut lines, mut common) = (Vec::new(), Vec::new());
    for kind in Kind::ALL {
        let mut times = Vec::new();
        let many = match kind {
            Kind::Demand | Kind::Level | Kind::Capacity | Kind::Now => CHANGES,
            Kind::Contact | Kind::Provider | Kind::Policy | Kind::Joined => WIDE,
        };
        for _ in 0..many {
            let fact = change(kind, planner.request(), &mut chance).context("nothing to change")?;
            let (begun, worked) = (Instant::now(), crate::worked()?);
            planner.apply(fact);
            times.push((begun.elapsed().as_secs_f64(), crate::worked()? - worked));
        }
        if matches!(kind, Kind::Demand | Kind::Level | Kind::Capacity) {
            common.extend_from_slice(&times);
        }
        lines.push(line(kind.name(), &mut times));
    }
    lines.push(line(
        "one-round: one workload is other",
        &mut rounds(&mut planner, &mut chance)?,
    ));
    anyhow::ensure!(
        *planner.plan() == decide(planner.request()),
        "the plan is not the one made from nothing"
    );
    lines.push(line("one-change", &mut common));
    Ok(lines)
}

/// What a round of the daemon does after its picture was made: all that is seen is newer, one workload is other.
fn rounds(planner: &mut Planner, chance: &mut Chance) -> anyhow::Result<Vec<(f64, f64)>> {
    let mut times = Vec::new();
    for _ in 0..ROUNDS {
        let mut next = planner.request().clone();
        if let Some(Change::Workload(id, Some(view))) = change(Kind::Demand, &next, chance) {
            next.workloads.insert(id, *view);
        }
        next.now += jiff::SignedDuration::from_secs(1);
        for view in next.fleet.clusters.values_mut() {
            see_now(view, next.now);
        }
        let (begun, worked) = (Instant::now(), crate::worked()?);
        let advance = planner.advance(next);
        times.push((begun.elapsed().as_secs_f64(), crate::worked()? - worked));
        anyhow::ensure!(matches!(advance, Advance::Part(_)), "a round decided all anew");
    }
    Ok(times)
}

/// All that is seen of a cluster is seen now.
fn see_now(view: &mut ClusterView, now: jiff::Timestamp) {
    if let Fact::Known { observed_at, .. } = &mut view.capacity {
        *observed_at = now;
    }
    if let Fact::Known { observed_at, .. } = &mut view.copies {
        *observed_at = now;
    }
}

/// `cpuSeconds` leaves out what others did on the machine meanwhile.
fn line(case: &str, times: &mut [(f64, f64)]) -> Value {
    let round = |seconds: f64| (seconds * 1e6).round() / 1e6;
    times.sort_by(|a, b| a.1.total_cmp(&b.1));
    let worked = times.get(times.len() / 2).map(|(_, worked)| round(*worked));
    times.sort_by(|a, b| a.0.total_cmp(&b.0));
    let at = |part: usize| times.get(times.len() * part / 100).map(|(time, _)| round(*time));
    json!({"bench": "plan", "case": case, "oursSeconds": at(50), "cpuSeconds": worked, "p95Seconds": at(95),
        "worstSeconds": times.last().map(|(time, _)| round(*time))})
}

fn change(kind: Kind, request: &Request, chance: &mut Chance) -> Option<Change> {
    let len = u64::try_from(request.workloads.len()).ok()?;
    let cluster = |chance: &mut Chance| {
        let names: Vec<&String> = request.fleet.clusters.keys().collect();
        let name = (*chance.pick(&names)?).clone();
        let view = request.fleet.clusters.get(&name)?.clone();
        Some((name, view))
    };
    let workload = |chance: &mut Chance| {
        let id = fleet::workload_id(usize::try_from(chance.below(len)).ok()?);
        let view = request.workloads.get(&id)?.clone();
        Some((id, view))
    };
    Some(match kind {
        Kind::Demand => {
            let (id, mut view) = workload(chance)?;
            view.demand.cpu_milli += 250;
            Change::Workload(id, Some(Box::new(view)))
        }
        Kind::Level => {
            let (id, mut view) = workload(chance)?;
            view.criticality = match view.criticality {
                Criticality::Critical => Criticality::Medium,
                Criticality::Low | Criticality::Medium => Criticality::Critical,
            };
            Change::Workload(id, Some(Box::new(view)))
        }
        Kind::Capacity => {
            let (name, mut view) = cluster(chance)?;
            if let Fact::Known { value, .. } = &mut view.capacity {
                value.requested_cpu_milli += 500;
                value.requested_pods += 1;
            }
            Change::Cluster(name, Some(Box::new(view)))
        }
        Kind::Contact => {
            let (name, mut view) = cluster(chance)?;
            view.contact = match view.contact {
                Contact::Lost { .. } => Contact::Reachable,
                Contact::Reachable | Contact::Suspect { .. } | Contact::Unknown => Contact::Lost {
                    last_heartbeat: request.now,
                    detected_at: request.now,
                },
            };
            Change::Cluster(name, Some(Box::new(view)))
        }
        Kind::Now => Change::Now(request.now + jiff::SignedDuration::from_secs(2)),
        Kind::Provider => taken_over(request, chance)?,
        Kind::Policy => {
            let names: Vec<&String> = request.policies.keys().collect();
            let name = (*chance.pick(&names)?).clone();
            let mut spec = request.policies.get(&name)?.clone();
            spec.require.zones_at_least = spec.require.zones_at_least.xor(Some(1));
            Change::Policy(name, Some(Box::new(spec)))
        }
        Kind::Joined => {
            let name = "cluster-new".to_owned();
            let view = match request.fleet.clusters.get(&name) {
                Some(_) => None,
                None => Some(Box::new(empty(request.fleet.clusters.values().next()?))),
            };
            Change::Cluster(name, view)
        }
    })
}

/// One that runs clusters is bought from another continent, or bought back.
fn taken_over(request: &Request, chance: &mut Chance) -> Option<Change> {
    let runs = request.fleet.clusters.values().map(|view| &view.provider);
    let runs: Vec<&String> = runs.filter(|name| name.starts_with("eu-")).collect();
    let name = (*chance.pick(&runs)?).clone();
    let mut spec = request.fleet.providers.get(&name)?.clone();
    let owner = spec.owners.first_mut()?;
    let holding = format!("{name}-holding");
    let bought = owner.provider.as_ref() != Some(&holding);
    let buyer = fleet::hyperscaler_holding();
    owner.provider = Some(if bought { holding } else { buyer });
    Some(Change::Provider(name, Some(Box::new(spec))))
}

/// A cluster like another one, with nothing on it.
fn empty(like: &ClusterView) -> ClusterView {
    let mut view = like.clone();
    if let Fact::Known { value, .. } = &mut view.copies {
        value.clear();
    }
    if let Fact::Known { value, .. } = &mut view.capacity {
        (
            value.requested_cpu_milli,
            value.requested_memory_mib,
            value.requested_pods,
        ) = (0, 0, 0);
    }
    view
}
