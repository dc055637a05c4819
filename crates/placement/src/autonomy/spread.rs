//! How much of an entity each of its owners holds in the end: shares multiplied along chains, added over chains, and
//! in circles worked out as the limit of going round.
//!
//! In a circle x = e + S x holds (x what is held, S the shares within it), which is solved from below by going over
//! its members until nothing changes (Gauss-Seidel). As long as somebody outside owns a part of one member this has a
//! limit; it is reached the sooner the more is owned outside.
//! Invariant: whole numbers, rounded up, so that rounding never hides an owner; never more than [`BUDGET`] steps.
use super::circle::{Part, Parts};
use super::web::{Owning, WHOLE_BASIS_POINTS};

/// All shares as they are multiplied: parts of 10^-9.
pub(super) const WHOLE: u64 = 1_000_000_000;

/// How many stakes are gone over in one circle at most. 400,000: a pair that holds 99.99% of each other takes 200,000;
/// a circle of 10,000, each the only owner of the next but for one that two fifths are held outside of, as much. More
/// would be felt where every entity of a large web is asked for.
const BUDGET: usize = 400_000;

/// Beyond this a share only says that something is wrong with the facts: a million times the whole. A pair that holds 99.99%
/// of each other comes to 5,000 times.
const NONSENSE: u64 = 1_000_000 * WHOLE;

/// Half of the votes: with more an owner casts them all.
const HALF_BASIS_POINTS: i32 = WHOLE_BASIS_POINTS / 2;

/// What is spread.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Flow {
    Capital,
    Votes,
}

/// What each owner holds.
pub(super) struct Spread {
    held: Vec<u64>,
    /// Whether every circle came to its limit.
    pub(super) solved: bool,
}

impl Spread {
    /// From place 0 outwards. With `stop`, nothing goes through those that are marked: it ends there.
    pub(super) fn of(stakes: &[Vec<Owning>], parts: &Parts, flow: Flow, stop: Option<&[bool]>) -> Self {
        let mut spread = Self {
            held: vec![0; stakes.len()],
            solved: true,
        };
        if let Some(root) = spread.held.first_mut() {
            *root = WHOLE;
        }
        // The root hands on, wherever it is established.
        let stopped = |at: usize| at != 0 && stop.is_some_and(|stop| stop[at]);
        for part in parts.in_order() {
            if part.circular {
                spread.solved &= spread.circle(stakes, parts, part, flow, &stopped);
            }
            for at in part.members.iter().filter(|at| !stopped(**at)) {
                let held = spread.held[*at];
                for stake in stakes[*at].iter().filter(|s| !parts.together(*at, s.owner)) {
                    spread.held[stake.owner] =
                        sum(spread.held[stake.owner], hand_on(held, stake, flow), flow);
                }
            }
        }
        spread
    }

    /// What an owner holds, at most all of it.
    pub(super) fn held(&self, at: usize) -> u64 {
        self.held[at].min(WHOLE)
    }

    /// What those that are marked hold together, the root left out.
    pub(super) fn together(&self, marked: &[bool]) -> u64 {
        let held = self.held.iter().zip(marked).skip(1);
        held.filter(|(_, marked)| **marked)
            .fold(0, |all, (held, _)| all.saturating_add(*held))
    }

    /// Goes round in one circle until nothing changes. Whether it came to its limit.
    fn circle(
        &mut self,
        stakes: &[Vec<Owning>],
        parts: &Parts,
        part: Part<'_>,
        flow: Flow,
        stopped: &impl Fn(usize) -> bool,
    ) -> bool {
        let members = part.members;
        let entering: Vec<u64> = members.iter().map(|at| self.held[*at]).collect();
        let mut held_of: Vec<Vec<(usize, Owning)>> = vec![Vec::new(); members.len()];
        let mut within = 0_usize;
        for at in members.iter().filter(|at| !stopped(**at)) {
            for stake in stakes[*at].iter().filter(|s| parts.together(*at, s.owner)) {
                held_of[parts.place_in_part(stake.owner)].push((*at, *stake));
                within += 1;
            }
        }
        // A closed one has no limit in its capital: once round is all that can be said.
        let once = part.closed && flow == Flow::Capital;
        let mut steps = 0;
        loop {
            let mut changed = false;
            for (member, at) in members.iter().enumerate() {
                let parts_held = held_of[member]
                    .iter()
                    .map(|(from, stake)| hand_on(self.held[*from], stake, flow));
                let now = parts_held.fold(entering[member], |all, one| sum(all, one, flow));
                changed |= now > self.held[*at];
                self.held[*at] = now.max(self.held[*at]);
            }
            steps += within.max(1);
            if !changed || once {
                return true;
            }
            if steps > BUDGET {
                return false;
            }
        }
    }
}

fn sum(held: u64, part: u64, flow: Flow) -> u64 {
    match flow {
        Flow::Capital => held.saturating_add(part).min(NONSENSE),
        Flow::Votes => held.saturating_add(part).min(WHOLE),
    }
}

fn hand_on(held: u64, stake: &Owning, flow: Flow) -> u64 {
    match flow {
        Flow::Capital => of(held, stake.share),
        Flow::Votes if stake.appoints_board || stake.votes > HALF_BASIS_POINTS => held,
        Flow::Votes => of(held, stake.votes),
    }
}

/// So many basis points as parts of the whole.
pub(super) fn parts_of_whole(basis_points: i32) -> u64 {
    of(WHOLE, basis_points)
}

/// So many basis points of a share, rounded up.
pub(super) fn of(share: u64, basis_points: i32) -> u64 {
    (share * u64::from(basis_points.unsigned_abs())).div_ceil(u64::from(WHOLE_BASIS_POINTS.unsigned_abs()))
}

#[cfg(test)]
mod tests;
