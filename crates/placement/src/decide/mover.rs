//! A workload that must go: who chooses first, and the places that it may choose from.
//!
//! First the more critical; then who fails over before who moves by itself before who waits for a person; then who
//! has the fewest places to go; then who loses most by its second choice; then by name.
//! Invariant: the bonus for stability has no say in the order, so that deciding twice chooses in the same order.
use std::cmp::Reverse;

use havenmeester_api::Criticality;
use havenmeester_api::policy::Trigger;

use crate::approval::asked;
use crate::bill::Bill;
use crate::filter;
use crate::request::WorkloadId;
use crate::score::{HIGHEST, NOT_AGREED, NOT_FOR_LONG, ON_THE_WAY, STABILITY, STANDS_BY};
use crate::stock::Amounts;

use super::scene::{Case, Scene, Stand};
use super::ties::{Tie, Ties};

/// What is promised to one tier is out of reach of the next.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) struct Tier(pub(crate) Reverse<Criticality>, pub(crate) Urgency);

/// How soon something is to be done.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) enum Urgency {
    FailsOver,
    Moves,
    WaitsForAPerson,
    NeedsNothing,
}

impl Tier {
    pub(crate) fn of(case: &Case<'_>) -> Self {
        let rules = &case.class.rules;
        let urgency = match case.stand {
            Stand::Lost(_) if rules.failover != Trigger::Manual => Urgency::FailsOver,
            Stand::Forbidden(_) | Stand::OnRoute(_) if rules.migration != Trigger::Manual => Urgency::Moves,
            Stand::Lost(_) | Stand::Forbidden(_) | Stand::OnRoute(_) => Urgency::WaitsForAPerson,
            Stand::Moving | Stand::Nowhere | Stand::Elsewhere | Stand::Allowed(_) => Urgency::NeedsNothing,
        };
        Self(Reverse(case.view.criticality), urgency)
    }
}

/// In the order in which they choose.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) struct Rank {
    pub(crate) tier: Tier,
    options: usize,
    regret: Reverse<i64>,
    pub(crate) id: WorkloadId,
}

/// A workload that must go.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Mover {
    pub(crate) rank: Rank,
    pub(crate) asked: Amounts,
    /// Where it might go, by place.
    pub(crate) choices: Vec<Choice>,
    /// The choice that was made before, by its place in `choices`.
    pub(crate) previous: Option<usize>,
    pub(crate) ties: Vec<Tie>,
    /// What it pays.
    bill: Bill,
    /// A number that follows from its name.
    pub(crate) mark: u64,
}

/// One place that the rules and the room of this moment allow.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Choice {
    pub(crate) at: usize,
    /// What is lacking to the highest score, without the bonus for stability.
    pub(crate) base: i64,
    /// The same with the bonus.
    pub(crate) cost: i64,
    /// Whether it needs room there: a copy that is active there has its room already.
    pub(crate) takes: bool,
}

impl Mover {
    pub(crate) fn of(case: &Case<'_>, scene: &Scene<'_>, ties: &Ties) -> Self {
        let bill = case.bill(scene);
        let asked = scene.ground.kinds.asked(&case.view.demand);
        let all = (0..scene.places.len()).filter_map(|at| choice(case, scene, (&bill, &asked), at));
        let all = all.collect();
        Self::with(case, all, (bill, asked), ties)
    }

    /// The same after one place has changed; `None` when that makes no difference.
    pub(crate) fn changed_at(
        &self,
        case: &Case<'_>,
        scene: &Scene<'_>,
        at: usize,
        ties: &Ties,
    ) -> Option<Self> {
        let old = self.choices.binary_search_by_key(&at, |choice| choice.at);
        let new = choice(case, scene, (&self.bill, &self.asked), at);
        if old.ok().map(|i| self.choices[i]) == new && self.rank.tier == Tier::of(case) {
            return None;
        }
        let mut choices = self.choices.clone();
        match (old, new) {
            (Ok(i), Some(new)) => choices[i] = new,
            (Ok(i), None) => drop(choices.remove(i)),
            (Err(i), Some(new)) => choices.insert(i, new),
            (Err(_), None) => {}
        }
        let own = (self.bill.clone(), self.asked.clone());
        Some(Self::with(case, choices, own, ties))
    }

    fn with(case: &Case<'_>, choices: Vec<Choice>, (bill, asked): (Bill, Amounts), ties: &Ties) -> Self {
        let (mut best, mut second) = (0, 0);
        for total in choices.iter().map(|choice| HIGHEST - choice.base) {
            if total > best {
                second = best;
                best = total;
            } else {
                second = second.max(total);
            }
        }
        Self {
            rank: Rank {
                tier: Tier::of(case),
                options: choices.iter().filter(|choice| choice.base <= HIGHEST).count(),
                regret: Reverse(best - second),
                id: case.id.clone(),
            },
            asked,
            previous: choices.iter().position(|choice| choice.cost != choice.base),
            choices,
            bill,
            ties: ties.of_one(case.id),
            mark: mark(case.id),
        }
    }
}

/// FNV-1a: spreads names, and is the same everywhere.
pub(crate) fn mark(id: &WorkloadId) -> u64 {
    let bytes = id.namespace.bytes().chain([b'/']).chain(id.name.bytes());
    bytes.fold(0xCBF2_9CE4_8422_2325, |mark, byte| {
        (mark ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3)
    })
}

/// What it costs to go over a step of a route; `None` when it may not. A workload that is on its way takes no other step:
/// it goes on to where it may stay.
fn on_the_way(case: &Case<'_>, scene: &Scene<'_>, at: usize) -> Option<i64> {
    let verdict = &case.class.verdicts[at];
    let home = match case.stand {
        Stand::Forbidden(home) => Some(&scene.places[home]),
        Stand::Lost(_) => None,
        Stand::OnRoute(_) | Stand::Moving | Stand::Nowhere | Stand::Elsewhere | Stand::Allowed(_) => {
            return None;
        }
    };
    if verdict.admits() || !verdict.admits_on_the_way() {
        return None;
    }
    let whom = (case.id, &*case.class.rules);
    let asked = asked(scene.request, whom, home, (&scene.places[at], verdict));
    let agreed = asked.is_none_or(|asked| asked.given.is_some());
    Some(if agreed {
        ON_THE_WAY
    } else {
        ON_THE_WAY + NOT_AGREED
    })
}

/// What a place gains that stands by for a workload that has lost its cluster.
pub(crate) fn stands_by(case: &Case<'_>, place: &str) -> i64 {
    let lost = matches!(case.stand, Stand::Lost(_));
    if lost && case.view.standby.as_deref() == Some(place) {
        STANDS_BY
    } else {
        0
    }
}

/// A place for a workload, when it may go there. Builds no reasons: asked of every pair.
fn choice(case: &Case<'_>, scene: &Scene<'_>, (bill, asked): (&Bill, &Amounts), at: usize) -> Option<Choice> {
    let (place, verdict) = (&scene.places[at], &case.class.verdicts[at]);
    let takes = !case.is_active_at(at);
    // To serve for some weeks is better than not to serve.
    let soon = verdict.admits_but_not_for_long() && matches!(case.stand, Stand::Lost(_));
    let way = on_the_way(case, scene, at);
    let may = case.home != Some(at)
        && (verdict.admits() || soon || way.is_some())
        && filter::reaches(place, &case.view.target.namespace)
        && (!takes || scene.stocks[at].admits(asked));
    if !may {
        return None;
    }
    let later = if soon { NOT_FOR_LONG } else { way.unwrap_or(0) };
    let score = verdict.marks.total - case.charges(scene, bill, at).sum();
    let base = HIGHEST - score + later - stands_by(case, place.name);
    let before = case.view.previous.as_deref() == Some(place.name);
    Some(Choice {
        at,
        base,
        cost: if before { base - STABILITY } else { base },
        takes,
    })
}
