//! Who goes where, in numbers: each takes the best place that is left, then places are exchanged for the better.
//!
//! Exchanges are moves, swaps and chains in which one is let in and another sent on; then some are taken out by chance
//! and put back, and what is better is kept. All of it is bounded by a number of changes weighed, never by time.
//! Who had a place by an earlier plan keeps it, unless it gains more than the bonus for stability or makes room for
//! one that has none.
//! Not here: what a place costs (`mover`, `ties`), and who is weighed against whom (`block`).
//! Invariant: nobody is on a place without room for it. The last step, which asks whether anybody can do better alone
//! or anybody without a place can have one, hangs on no budget: so a plan that is taken as the previous one stays.
use std::cell::RefCell;

use crate::place::Place;
use crate::request;
use crate::stock::{Amounts, Stock};

use super::leeway::Leeway;
use super::mover::{Choice, Mover};
use super::ties::{self, Wish};

mod chance; // pseudo-random numbers
mod shake; // some are taken out by chance and put back

/// What it costs to have no place: more than any sum of what places cost in one part.
pub(crate) const NOWHERE: i64 = 1_000_000;
/// The least that is weighed for one part, so that a few workloads are placed as well as can be.
const LEAST_WORK: u64 = 12_000;
/// How many are sent on in one chain.
const CHAIN: u32 = 2;
/// What is weighed to let in one that has no place, in the last step.
const CLOSING: u64 = 4_000;

/// Where the other end of a tie is.
#[derive(Clone, Copy, Debug)]
pub(crate) enum End {
    /// Among those that are weighed.
    Seeker(usize),
    /// On this place, whatever is done here.
    Place(usize),
}

/// One that seeks a place.
pub(crate) struct Seeker<'a> {
    choices: &'a [Choice],
    asked: &'a Amounts,
    previous: Option<usize>,
    mark: u64,
    ties: Vec<(Wish, End)>,
    /// What its cheapest choice costs.
    cheapest: i64,
    /// The choices, the cheapest first, whatever was chosen before.
    order: Vec<usize>,
}

impl<'a> Seeker<'a> {
    pub(crate) fn new(mover: &'a Mover, ties: Vec<(Wish, End)>) -> Self {
        Self {
            choices: &mover.choices,
            asked: &mover.asked,
            previous: mover.previous,
            mark: mover.mark,
            ties,
            cheapest: mover
                .choices
                .iter()
                .map(|choice| choice.cost)
                .min()
                .unwrap_or(NOWHERE),
            order: Vec::new(),
        }
    }
}

/// The place of each, when it gets one; and by how much the room on each place may differ for that to be so.
pub(crate) fn solve(
    seekers: Vec<Seeker<'_>>,
    stocks: Vec<Stock>,
    places: &[Place<'_>],
    search: request::Search,
) -> (Vec<Option<usize>>, Vec<Leeway>) {
    let mut state = State {
        picks: vec![None; seekers.len()],
        kept: vec![false; seekers.len()],
        there: vec![Vec::new(); stocks.len()],
        leeway: vec![RefCell::default(); stocks.len()],
        seekers,
        stocks,
        places,
    };
    state.keep();
    state.greedy();
    if !state.is_lowest() {
        state.look_further(search);
    }
    let place = |(seeker, pick): (&Seeker<'_>, &Option<usize>)| pick.map(|k| seeker.choices[k].at);
    let picked = state.seekers.iter().zip(&state.picks).map(place).collect();
    (
        picked,
        state.leeway.into_iter().map(RefCell::into_inner).collect(),
    )
}

/// Who is where.
struct State<'a> {
    seekers: Vec<Seeker<'a>>,
    stocks: Vec<Stock>,
    places: &'a [Place<'a>],
    /// The choice that each has made.
    picks: Vec<Option<usize>>,
    /// Who has the place that it had.
    kept: Vec<bool>,
    /// Who takes room on each place.
    there: Vec<Vec<usize>>,
    /// What was asked of the room on each place.
    leeway: Vec<RefCell<Leeway>>,
}

impl State<'_> {
    fn choice(&self, i: usize, k: usize) -> Choice {
        self.seekers[i].choices[k]
    }

    fn fits(&self, i: usize, k: usize) -> bool {
        let choice = self.choice(i, k);
        if !choice.takes {
            return true;
        }
        let mut leeway = self.leeway[choice.at].borrow_mut();
        leeway.ask(&self.stocks[choice.at], self.seekers[i].asked)
    }

    /// What a choice costs, as all others stand.
    fn cost(&self, i: usize, k: usize) -> i64 {
        let choice = self.choice(i, k);
        choice.cost + self.tied(i, choice.at)
    }

    /// What its ties cost, at a place.
    fn tied(&self, i: usize, at: usize) -> i64 {
        let tie = |(wish, end): &(Wish, End)| {
            let other = match end {
                End::Place(at) => *at,
                End::Seeker(j) => self.choice(*j, self.picks[*j]?).at,
            };
            Some(ties::cost(*wish, &self.places[at], &self.places[other]))
        };
        self.seekers[i].ties.iter().filter_map(tie).sum()
    }

    /// What it costs where it is.
    fn current(&self, i: usize) -> i64 {
        self.picks[i].map_or(NOWHERE, |k| self.cost(i, k))
    }

    /// What all of it costs.
    fn total(&self) -> i64 {
        let one = |i: usize| {
            let Some(k) = self.picks[i] else {
                return 2 * NOWHERE;
            };
            let choice = self.choice(i, k);
            let away = self.seekers[i].ties.iter().filter_map(|(wish, end)| match end {
                End::Place(at) => Some(ties::cost(*wish, &self.places[choice.at], &self.places[*at])),
                End::Seeker(_) => None,
            });
            // A tie between two that seek is met at both ends, one to another place at one.
            2 * choice.cost + self.tied(i, choice.at) + away.sum::<i64>()
        };
        (0..self.seekers.len()).map(one).sum::<i64>() / 2
    }

    fn put(&mut self, i: usize, k: usize) {
        let choice = self.choice(i, k);
        self.picks[i] = Some(k);
        if choice.takes {
            self.stocks[choice.at].reserve(self.seekers[i].asked);
            self.there[choice.at].push(i);
        }
    }

    fn take(&mut self, i: usize) -> Option<usize> {
        let k = self.picks[i].take()?;
        let choice = self.choice(i, k);
        if choice.takes {
            self.stocks[choice.at].release(self.seekers[i].asked);
            self.there[choice.at].retain(|other| *other != i);
        }
        Some(k)
    }

    /// Who had a place by an earlier plan has it again, when there is room.
    fn keep(&mut self) {
        for i in 0..self.seekers.len() {
            if let Some(k) = self.seekers[i].previous.filter(|k| self.fits(i, *k)) {
                self.put(i, k);
                self.kept[i] = true;
            }
        }
    }

    /// The others take the best that is left, in their order.
    fn greedy(&mut self) {
        for i in 0..self.seekers.len() {
            if self.picks[i].is_none()
                && let Some(k) = self.best(i, NOWHERE, &mut { u64::MAX })
            {
                self.put(i, k);
            }
        }
    }

    /// The cheapest choice for which there is room and that costs less than `limit`. A tie goes to the choice that was
    /// made before, then to the first by name.
    fn best(&self, i: usize, limit: i64, work: &mut u64) -> Option<usize> {
        let seeker = &self.seekers[i];
        let mut best: Option<(i64, bool, usize)> = None;
        for k in 0..seeker.choices.len() {
            *work = work.saturating_sub(1);
            let cost = self.cost(i, k);
            let key = (cost, seeker.previous != Some(k), k);
            if cost < limit && best.is_none_or(|best| key < best) && self.fits(i, k) {
                best = Some(key);
            }
        }
        best.map(|(_, _, k)| k)
    }

    /// Whether nobody could be better off, whatever the others do.
    fn is_lowest(&self) -> bool {
        (0..self.seekers.len()).all(|i| {
            let seeker = &self.seekers[i];
            seeker.ties.is_empty() && self.current(i) == seeker.cheapest
        })
    }

    fn look_further(&mut self, search: request::Search) {
        for seeker in &mut self.seekers {
            seeker.order = (0..seeker.choices.len()).collect();
            seeker.order.sort_by_key(|k| (seeker.choices[*k].base, *k));
        }
        let many = u64::try_from(self.seekers.len()).unwrap_or(u64::MAX);
        let mut work = u64::from(search.work).saturating_mul(many);
        if search.work > 0 {
            work = work.max(LEAST_WORK);
        }
        let free: Vec<usize> = (0..self.seekers.len()).filter(|i| !self.kept[*i]).collect();
        self.exchange(&free, &mut work);
        self.shake(&free, search.seed, work);
        self.close();
    }

    /// Until nobody is better off by a chain, or the work is done.
    fn exchange(&mut self, who: &[usize], work: &mut u64) {
        let mut better = true;
        while better && *work > 0 {
            better = false;
            for i in who {
                better |= self.current(*i) > self.seekers[*i].cheapest && self.improve(*i, CHAIN, work);
            }
        }
    }

    /// Finds a better place for one, with at most so many sent on.
    fn improve(&mut self, i: usize, chain: u32, work: &mut u64) -> bool {
        let limit = self.current(i);
        let from = self.take(i);
        let found = self.let_in(i, chain, limit, work);
        if !found && let Some(k) = from {
            self.put(i, k);
        }
        found
    }

    /// Puts one that has no place where all together cost less than `limit` more.
    fn let_in(&mut self, i: usize, chain: u32, limit: i64, work: &mut u64) -> bool {
        if let Some(k) = self.best(i, limit, work) {
            self.put(i, k);
            return true;
        }
        if chain == 0 {
            return false;
        }
        for n in 0..self.seekers[i].order.len() {
            let k = self.seekers[i].order[n];
            let choice = self.choice(i, k);
            if !choice.takes {
                continue;
            }
            for j in self.there[choice.at].clone() {
                if *work == 0 {
                    return false;
                }
                if self.send_on(i, k, j, chain, limit, work) {
                    return true;
                }
            }
        }
        false
    }

    /// Lets `i` in where `j` is, and `j` in elsewhere.
    fn send_on(&mut self, i: usize, k: usize, j: usize, chain: u32, limit: i64, work: &mut u64) -> bool {
        *work = work.saturating_sub(1);
        let before = self.current(j);
        let Some(back) = self.take(j) else { return false };
        if self.fits(i, k) {
            let cost = self.cost(i, k);
            // Beneath the cheapest that the other has, no chain can come.
            let left = limit - cost + before;
            if self.seekers[j].cheapest < left {
                self.put(i, k);
                if self.let_in(j, chain - 1, left, work) {
                    return true;
                }
                self.take(i);
            }
        }
        self.put(j, back);
        false
    }

    /// The last step: whoever is better off alone goes, whoever has no place is let in if a chain can do it.
    fn close(&mut self) {
        let mut better = true;
        while better {
            better = false;
            for i in 0..self.seekers.len() {
                better |= match self.picks[i] {
                    Some(_) => self.improve(i, 0, &mut { u64::MAX }),
                    None => self.improve(i, CHAIN, &mut { CLOSING }),
                };
            }
        }
    }
}
