//! Those that must go, in parts that are solved one after the other: within a part all are weighed against all.
//!
//! A part is long enough for any city's critical workloads, and short enough that its time does not grow with the
//! fleet. Where it ends hangs on the name of a workload and not on how many came before it, so that one workload more
//! shifts one part, not all.
//! Invariant: what a part gets follows from its members, the room that is left for them and where their ties stand.
//! When none of these changed, neither did the part.
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use crate::class::Classes;
use crate::request::WorkloadId;
use crate::stock::{Amounts, Stock};

use super::leeway::Leeway;
use super::mover::{Mover, Rank, mark};
use super::search::{self, End, Seeker};
use super::standby::Keeper;
use super::{Case, Scene};

/// The fewest that are weighed against each other, where there are as many.
const LEAST: usize = 48;
/// The most.
const MOST: usize = 128;
/// Of so many names one ends a part that is long enough.
const ONE_IN: u64 = 32;

/// All parts, and the place of each member.
#[derive(Default)]
pub(crate) struct Blocks {
    all: Vec<Block>,
    seats: BTreeMap<WorkloadId, Seat>,
}

/// One member, and the place that it gets.
struct Seat {
    mover: Arc<Mover>,
    target: Option<usize>,
}

/// A part, as it was solved.
struct Block {
    members: Vec<Arc<Mover>>,
    targets: Vec<Option<usize>>,
    /// The room that there was, on each place that a member might take room on.
    start: Vec<Start>,
    /// Those to which members are tied, by their marks.
    tied: Vec<u64>,
    /// Where those of them stood that are no members.
    away: Vec<Option<usize>>,
    /// Whether it ends there whatever comes after it.
    cut: bool,
}

/// One place, before the part.
struct Start {
    at: usize,
    stock: Stock,
    /// By how much it may differ and nothing with it.
    leeway: Leeway,
    /// What those that went there took.
    taken: Amounts,
}

impl Blocks {
    /// The place that was chosen for a workload.
    pub(crate) fn target(&self, id: &WorkloadId) -> Option<usize> {
        self.seats.get(id)?.target
    }

    /// When it chooses; `None` when it need not go.
    pub(crate) fn rank(&self, id: &WorkloadId) -> Option<&Rank> {
        Some(&self.seats.get(id)?.mover.rank)
    }

    /// What is known of one that must go.
    pub(crate) fn mover(&self, id: &WorkloadId) -> Option<&Arc<Mover>> {
        Some(&self.seats.get(id)?.mover)
    }

    /// It must go from now on, or under other circumstances.
    pub(crate) fn admit(&mut self, mover: &Arc<Mover>) {
        let seat = Seat {
            mover: Arc::clone(mover),
            target: None,
        };
        self.seats
            .entry(mover.rank.id.clone())
            .and_modify(|seat| seat.mover = Arc::clone(mover))
            .or_insert(seat);
    }

    /// It need not go any more.
    pub(crate) fn dismiss(&mut self, id: &WorkloadId) {
        self.seats.remove(id);
    }

    /// Solves each part that has changed; the members whose place is another than before. `movers`: all that were
    /// admitted, by rank. `touched`: those that may stand, choose or be tied otherwise than at the last call; `None` = all. `keeper`: keeps room for
    /// standbys in between.
    pub(crate) fn solve(
        &mut self,
        movers: &[Arc<Mover>],
        scene: &Scene<'_>,
        classes: &Classes,
        touched: Option<&BTreeSet<WorkloadId>>,
        keeper: &mut Keeper<'_>,
    ) -> BTreeSet<WorkloadId> {
        // Two of one mark are taken for one: then more is looked at than must be.
        let mut restless: HashSet<u64> = touched.into_iter().flatten().map(mark).collect();
        let old = std::mem::take(&mut self.all);
        let mut old: HashMap<*const Mover, Block> = old
            .into_iter()
            .filter_map(|block| Some((Arc::as_ptr(block.members.first()?), block)))
            .collect();
        let mut stocks = scene.stocks.clone();
        let mut changed = BTreeSet::new();
        let mut rest = movers;
        while let Some(first) = rest.first() {
            // Who moves takes no room that is kept for somebody more critical.
            keeper.keep_above(Some(first.rank.tier.0.0), &mut stocks, scene, &|id| {
                self.target(id)
            });
            let old = old.remove(&Arc::as_ptr(first)).filter(|block| block.begins(rest));
            let (members, after) =
                rest.split_at(old.as_ref().map_or_else(|| part(rest), |old| old.members.len()));
            rest = after;
            let still = |mark: &u64| touched.is_some() && !restless.contains(mark);
            let away = match &old {
                Some(old) if old.tied.iter().all(still) => old.away.clone(),
                Some(_) | None => self.away(members, scene, classes),
            };
            let same = old.filter(|block| block.away == away && block.holds(&stocks));
            let cut = members.len() == MOST
                || after
                    .first()
                    .is_some_and(|next| members.len() >= LEAST && ends(next));
            let block = same.unwrap_or_else(|| {
                let block = Block::solve(members, away, cut, &stocks, scene);
                for (member, target) in block.members.iter().zip(&block.targets) {
                    if let Some(seat) = self.seats.get_mut(&member.rank.id)
                        && seat.target != *target
                    {
                        seat.target = *target;
                        changed.insert(member.rank.id.clone());
                        restless.insert(member.mark);
                    }
                }
                block
            });
            for start in &block.start {
                stocks[start.at].reserve(&start.taken);
            }
            self.all.push(block);
        }
        keeper.keep_above(None, &mut stocks, scene, &|id| self.target(id));
        changed
    }

    /// Where those are who are tied to members of a part and are no members themselves.
    fn away(&self, members: &[Arc<Mover>], scene: &Scene<'_>, classes: &Classes) -> Vec<Option<usize>> {
        let Some(first) = members.first() else {
            return Vec::new();
        };
        let tied = members.iter().flat_map(|member| &member.ties);
        tied.map(|tie| match self.seats.get(&tie.with) {
            Some(seat) if seat.mover.rank < first.rank => seat.target,
            Some(_) => None, // a member, or one that chooses later
            None => {
                let (id, view) = scene.request.workloads.get_key_value(&tie.with)?;
                Case::of(id, view, classes, scene)?.settled(scene)
            }
        })
        .collect()
    }
}

impl Block {
    fn solve(
        members: &[Arc<Mover>],
        away: Vec<Option<usize>>,
        cut: bool,
        stocks: &[Stock],
        scene: &Scene<'_>,
    ) -> Self {
        let mut next = away.iter();
        let tied = members.iter().any(|member| !member.ties.is_empty());
        let places: BTreeMap<&WorkloadId, usize> = if tied {
            members.iter().enumerate().map(|(i, m)| (&m.rank.id, i)).collect()
        } else {
            BTreeMap::new()
        };
        let seekers: Vec<Seeker<'_>> = members
            .iter()
            .map(|mover| {
                let ends = mover.ties.iter().filter_map(|tie| {
                    let away = next.next().copied().flatten();
                    let end = places
                        .get(&tie.with)
                        .map(|i| End::Seeker(*i))
                        .or(away.map(End::Place));
                    Some((tie.wish, end?))
                });
                Seeker::new(mover, ends.collect())
            })
            .collect();
        let (targets, mut leeway) =
            search::solve(seekers, stocks.to_vec(), &scene.places, scene.request.search);
        let mut start: BTreeMap<usize, Start> = BTreeMap::new();
        for (member, target) in members.iter().zip(&targets) {
            for choice in member.choices.iter().filter(|choice| choice.takes) {
                let start = start.entry(choice.at).or_insert_with(|| Start {
                    at: choice.at,
                    stock: stocks[choice.at].clone(),
                    leeway: std::mem::take(&mut leeway[choice.at]),
                    taken: vec![0; member.asked.len()].into(),
                });
                if *target == Some(choice.at) {
                    for (taken, asked) in start.taken.iter_mut().zip(&member.asked) {
                        *taken = taken.saturating_add(*asked);
                    }
                }
            }
        }
        Block {
            members: members.to_vec(),
            targets,
            start: start.into_values().collect(),
            tied: members
                .iter()
                .flat_map(|m| &m.ties)
                .map(|tie| mark(&tie.with))
                .collect(),
            away,
            cut,
        }
    }

    /// Whether a part that begins here has the same members, with whom nothing has changed.
    fn begins(&self, movers: &[Arc<Mover>]) -> bool {
        let Some((members, after)) = movers.split_at_checked(self.members.len()) else {
            return false;
        };
        let same = |(a, b): (&Arc<Mover>, &Arc<Mover>)| Arc::ptr_eq(a, b);
        let goes_on = || {
            let next = after.first().zip(members.first());
            next.is_some_and(|(next, member)| next.rank.tier == member.rank.tier)
        };
        self.members.iter().zip(members).all(same) && (self.cut || !goes_on())
    }

    /// Whether it would be solved in the same way again with these stocks.
    fn holds(&self, stocks: &[Stock]) -> bool {
        self.start
            .iter()
            .all(|start| start.leeway.covers(&start.stock, &stocks[start.at]))
    }
}

/// How many of these make the first part: to where a name says so, or where a tier ends.
fn part(movers: &[Arc<Mover>]) -> usize {
    let Some(first) = movers.first() else { return 0 };
    let of_tier = movers
        .iter()
        .take(MOST)
        .take_while(|m| m.rank.tier == first.rank.tier);
    let tier = of_tier.count();
    let ends = movers[..tier].iter().skip(LEAST).position(|m| ends(m));
    ends.map_or(tier, |more| LEAST + more)
}

/// Whether a part that is long enough ends before this one.
fn ends(mover: &Mover) -> bool {
    mover.mark.is_multiple_of(ONE_IN)
}
