//! The best plan there is, by a mixed-integer program; and how far a plan is from it.
//!
//! Shares no code with the planner but what a single workload scores on a cluster with room for all; and what that loses for
//! what it costs is worked out anew here, and must be the same.
//! It is a rule, and so part of the problem, that the less critical change nothing for the more critical: each tier is
//! held against the best there is when those before it stand where the plan has them.
//! Invariant: exact. Where the program's answer is dearer than a plan that is allowed, that is an error of its own.
use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context as _, ensure};
use havenmeester_api::Criticality;
use havenmeester_api::member::Capacity;
use havenmeester_api::room::OtherRoom;
use havenmeester_api::workload::CopyState;
use havenmeester_placement::{
    Candidate, ClusterView, Contact, Demand, FAR, Fact, Plan, Reasons, Request, SAME_REGION, TOGETHER,
    WorkloadId, WorkloadView, decide,
};
use microlp::{ComparisonOp, OptimizationDirection, Problem, Variable};

#[path = "money.rs"]
mod money; // what each place loses for what it costs, once more

/// What it costs in the program to have no place: more than all places together.
const NOWHERE: i64 = 20_000;
/// What it counts for when plans are compared.
const UNPLACED: i64 = 2_000;
/// A score that cannot be reached is so far away.
const HIGHEST: i64 = 1_000;

/// Two workloads, and what each pair of clusters costs them.
type Pair = (usize, usize, Vec<Vec<i64>>);

/// Which workload stands on which cluster; all numbers follow the order of the names.
type Placed = Vec<Option<usize>>;

/// So much of each resource, by its name.
type Amounts = BTreeMap<String, i64>;

/// An instance in numbers.
pub(crate) struct Case {
    ids: Vec<WorkloadId>,
    clusters: Vec<String>,
    tiers: Vec<Criticality>,
    demands: Vec<Amounts>,
    rooms: Vec<Amounts>,
    /// What each costs on each cluster; `None` = it may not go there.
    costs: Vec<Vec<Option<i64>>>,
    /// Where a copy of each is active, so that it needs no more room.
    active: Vec<Vec<bool>>,
    /// What some want of each other.
    ties: Vec<Pair>,
}

/// How a plan compares with the best there is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Gap {
    /// How much dearer, as a part of the best; 0 = as good.
    pub(crate) share: f64,
    /// Whether a critical workload has no place that the best plan has one for.
    pub(crate) strands_critical: bool,
}

/// How far a plan is from the best.
pub(crate) fn gap(request: &Request, plan: &Plan) -> anyhow::Result<Gap> {
    let case = Case::of(request)?;
    let ours: Placed = case
        .ids
        .iter()
        .map(|id| {
            let desired = plan.decisions[id].desired.as_ref()?;
            case.clusters.iter().position(|name| name == desired)
        })
        .collect();
    ensure!(case.is_allowed(&ours), "the plan breaks a rule");
    let (mut over, mut whole, mut strands_critical) = (0, 0, false);
    for tier in case.distinct_tiers() {
        let best = case.best(tier, &ours)?;
        ensure!(case.is_allowed(&best), "the oracle breaks a rule");
        let (our_cost, best_cost) = (case.cost(&ours, tier, UNPLACED), case.cost(&best, tier, UNPLACED));
        over += (our_cost - best_cost).max(0);
        whole += best_cost;
        let stranded = |placed: &Placed| {
            let of_tier = placed.iter().zip(&case.tiers).filter(|(_, t)| **t == tier);
            of_tier.filter(|(place, _)| place.is_none()).count()
        };
        strands_critical |= tier == Criticality::Critical && stranded(&ours) > stranded(&best);
        let dearer = case.cost(&ours, tier, NOWHERE) < case.cost(&best, tier, NOWHERE);
        ensure!(!dearer, "the oracle is dearer");
    }
    let ratio = |a: i64, b: i64| a as f64 / b.max(1) as f64;
    Ok(Gap {
        share: ratio(over, whole),
        strands_critical,
    })
}

impl Case {
    fn of(request: &Request) -> anyhow::Result<Self> {
        let ids: Vec<WorkloadId> = request.workloads.keys().cloned().collect();
        let clusters: Vec<String> = request.fleet.clusters.keys().cloned().collect();
        let views = || request.workloads.values();
        let rooms = request.fleet.clusters.values().map(|view| {
            let mut all = Amounts::new();
            if let Some(room) = view.capacity.last() {
                all.extend(amounts([room.cpu_milli, room.memory_mib, room.pods]));
                all.extend(
                    room.others
                        .iter()
                        .map(|other| (other.resource.clone(), other.offered)),
                );
            }
            for (name, room) in &mut all {
                let kept = view
                    .headroom
                    .iter()
                    .find(|(resource, _)| resource.to_string() == *name);
                *room = *room * (100 - kept.map_or(0, |(_, percent)| *percent)) / 100;
            }
            all
        });
        let scores = scores(request);
        let costs = ids.iter().map(|id| {
            let candidates = &scores[id];
            clusters
                .iter()
                .map(|cluster| match &candidates[cluster] {
                    Candidate::Fits(score) => Some(HIGHEST - score.total),
                    Candidate::Refused(_) => None,
                })
                .collect()
        });
        for (id, view) in &request.workloads {
            for (cluster, candidate) in &scores[id] {
                if let Candidate::Fits(score) = candidate {
                    money::check(request, (id, view), cluster, score)?;
                }
            }
        }
        let active = views().map(|view| {
            let clusters = request.fleet.clusters.values();
            clusters.map(|cluster| is_active(cluster, view)).collect()
        });
        Ok(Self {
            active: active.collect(),
            tiers: views().map(|w| w.criticality).collect(),
            demands: views().map(|w| asked(&w.demand)).collect(),
            rooms: rooms.collect(),
            costs: costs.collect(),
            ties: ties(request, &ids)?,
            ids,
            clusters,
        })
    }

    fn distinct_tiers(&self) -> Vec<Criticality> {
        let mut tiers = self.tiers.clone();
        tiers.sort();
        tiers.dedup();
        tiers.reverse();
        tiers
    }

    fn is_allowed(&self, placed: &Placed) -> bool {
        let mut rooms = self.rooms.clone();
        placed.iter().enumerate().all(|(i, place)| {
            let Some(at) = place else { return true };
            let room = &mut rooms[*at];
            let fits = self.active[i][*at]
                || self.demands[i].iter().all(|(name, asked)| {
                    let left = room.entry(name.clone()).or_default();
                    *left -= asked;
                    *left >= 0
                });
            self.costs[i][*at].is_some() && fits
        })
    }

    /// What a tier costs. A tie counts for the one of its ends that chooses last.
    fn cost(&self, placed: &Placed, tier: Criticality, unplaced: i64) -> i64 {
        let own = placed.iter().enumerate().filter(|(i, _)| self.tiers[*i] == tier);
        let own = own.map(|(i, place)| place.map_or(unplaced, |at| self.costs[i][at].unwrap_or(NOWHERE)));
        let pairs = self
            .ties
            .iter()
            .filter(|(a, b, _)| self.tiers[*a].min(self.tiers[*b]) == tier);
        let pairs = pairs.filter_map(|(a, b, costs)| Some(costs[placed[*a]?][placed[*b]?]));
        own.sum::<i64>() + pairs.sum::<i64>()
    }

    /// The best for one tier, when those before it stand where a plan has them.
    fn best(&self, tier: Criticality, ours: &Placed) -> anyhow::Result<Placed> {
        let before = |i: &usize| self.tiers[*i] > tier;
        let all = 0..self.ids.len();
        let mut placed: Placed = all.clone().map(|i| ours[i].filter(|_| before(&i))).collect();
        let members: Vec<usize> = all.filter(|i| self.tiers[*i] == tier).collect();
        let mut problem = Problem::new(OptimizationDirection::Minimize);
        let mut stands: BTreeMap<(usize, usize), Variable> = BTreeMap::new();
        for i in &members {
            let mut one = vec![(problem.add_binary_var(thousands(NOWHERE)), 1.0)];
            for (at, cost) in self.costs[*i].iter().enumerate() {
                let Some(cost) = cost else { continue };
                let cost = cost + self.to_those_before(*i, at, &placed);
                let variable = problem.add_binary_var(thousands(cost));
                one.push((variable, 1.0));
                stands.insert((*i, at), variable);
            }
            problem.add_constraint(&one[..], ComparisonOp::Eq, 1.0);
        }
        self.rooms(&mut problem, &members, &stands, &placed);
        for (a, b, costs) in &self.ties {
            for (i, row) in costs.iter().enumerate() {
                for (j, cost) in row.iter().enumerate().filter(|(_, cost)| **cost > 0) {
                    if let (Some(one), Some(other)) = (stands.get(&(*a, i)), stands.get(&(*b, j))) {
                        let both = problem.add_var(thousands(*cost), (0.0, 1.0));
                        let sum = [(both, -1.0), (*one, 1.0), (*other, 1.0)];
                        problem.add_constraint(sum, ComparisonOp::Le, 1.0);
                    }
                }
            }
        }
        let solution = problem.solve().context("the oracle's program")?;
        for ((i, at), variable) in stands {
            if solution.var_value_rounded(variable) > 0.5 {
                placed[i] = Some(at);
            }
        }
        Ok(placed)
    }

    /// What is left on each cluster holds what is sent there.
    fn rooms(
        &self,
        problem: &mut Problem,
        members: &[usize],
        stands: &BTreeMap<(usize, usize), Variable>,
        placed: &Placed,
    ) {
        let names: BTreeSet<&String> = self.demands.iter().flat_map(BTreeMap::keys).collect();
        for (at, room) in self.rooms.iter().enumerate() {
            for name in &names {
                let of = |amounts: &Amounts| amounts.get(*name).copied().unwrap_or(0);
                let taken = (0..placed.len()).filter(|i| placed[*i] == Some(at) && !self.active[*i][at]);
                let left = of(room) - taken.map(|i| of(&self.demands[i])).sum::<i64>();
                let asked = members
                    .iter()
                    .filter(|i| !self.active[**i][at])
                    .filter_map(|i| Some((*stands.get(&(*i, at))?, thousands(of(&self.demands[*i])))));
                let asked: Vec<(Variable, f64)> = asked.collect();
                problem.add_constraint(&asked[..], ComparisonOp::Le, thousands(left));
            }
        }
    }

    /// What ties with those that stand already cost one on a cluster.
    fn to_those_before(&self, i: usize, at: usize, placed: &Placed) -> i64 {
        let costs = self
            .ties
            .iter()
            .filter_map(|(a, b, costs)| match (*a == i, *b == i) {
                (true, _) => Some(costs[at][placed[*b]?]),
                (_, true) => Some(costs[placed[*a]?][at]),
                (false, false) => None,
            });
        costs.sum()
    }
}

pub(crate) fn is_active(cluster: &ClusterView, workload: &WorkloadView) -> bool {
    let copies = cluster
        .copies
        .last()
        .filter(|_| cluster.contact == Contact::Reachable);
    let copy = copies.and_then(|copies| copies.get(&workload.target.namespace));
    copy.is_some_and(|copy| copy.state == CopyState::Active)
}

fn amounts([cpu, memory, pods]: [i64; 3]) -> impl Iterator<Item = (String, i64)> {
    [("cpu", cpu), ("memory", memory), ("pods", pods)]
        .into_iter()
        .map(|(name, many)| (name.to_owned(), many))
}

fn asked(demand: &Demand) -> Amounts {
    let others = demand
        .others
        .iter()
        .map(|(resource, many)| (resource.to_string(), *many));
    amounts([demand.cpu_milli, demand.memory_mib, demand.pods])
        .chain(others)
        .collect()
}

/// The program reckons in thousands, so that its coefficients are small.
fn thousands(value: i64) -> f64 {
    value as f64 / 1_000.0
}

/// What each workload scores on each cluster by itself, when there is room for all.
fn scores(request: &Request) -> BTreeMap<WorkloadId, BTreeMap<String, Candidate>> {
    let mut roomy = request.clone();
    for workload in roomy.workloads.values_mut() {
        workload.uses.clear();
        workload.apart.clear();
    }
    let others: BTreeSet<String> = request
        .workloads
        .values()
        .flat_map(|w| w.demand.others.keys().map(ToString::to_string))
        .collect();
    let others = others.into_iter().map(|resource| OtherRoom {
        resource,
        offered: i64::MAX / 4,
        requested: 0,
    });
    let plenty = Capacity {
        cpu_milli: i64::MAX / 4,
        memory_mib: i64::MAX / 4,
        pods: i64::MAX / 4,
        others: others.collect(),
        ..Capacity::default()
    };
    for cluster in roomy.fleet.clusters.values_mut() {
        cluster.capacity = Fact::known(plenty.clone(), request.now);
        cluster.headroom.clear();
    }
    let plan = decide(&roomy);
    let reasons = Reasons::of(&roomy, &plan);
    // Where it stands is no place to go to.
    let of = |(id, view): (&WorkloadId, &WorkloadView)| {
        let mut candidates = reasons.candidates(id);
        if let Some(home) = &view.home {
            candidates.insert(home.clone(), Candidate::Refused(Vec::new()));
        }
        (id.clone(), candidates)
    };
    roomy.workloads.iter().map(of).collect()
}

/// Each pair once for each wish, whoever named it.
fn ties(request: &Request, ids: &[WorkloadId]) -> anyhow::Result<Vec<Pair>> {
    let clusters: Vec<_> = request.fleet.clusters.values().collect();
    let place = |id: &WorkloadId| {
        ids.iter()
            .position(|other| other == id)
            .context("a tie with nobody")
    };
    let mut pairs = Vec::new();
    for (i, workload) in request.workloads.values().enumerate() {
        for using in &workload.uses {
            let j = place(&using.workload)?;
            pairs.push((false, i.min(j), i.max(j)));
        }
        for other in &workload.apart {
            let j = place(other)?;
            pairs.push((true, i.min(j), i.max(j)));
        }
    }
    pairs.sort_unstable();
    pairs.dedup();
    let cost = |apart: bool, a: usize, b: usize| match (apart, clusters[a], clusters[b]) {
        (true, one, other) if one.provider == other.provider => TOGETHER,
        (true, ..) => 0,
        (false, ..) if a == b => 0,
        (false, one, other) if one.region == other.region => SAME_REGION,
        (false, ..) => FAR,
    };
    let many = clusters.len();
    Ok(pairs
        .into_iter()
        .map(|(apart, i, j)| {
            (
                i,
                j,
                (0..many)
                    .map(|a| (0..many).map(|b| cost(apart, a, b)).collect())
                    .collect(),
            )
        })
        .collect())
}
