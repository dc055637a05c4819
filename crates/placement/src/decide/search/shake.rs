//! Some are taken out by chance and put back in another order; what is better is kept, the rest undone.
//!
//! Invariant: never ends worse than it began, and weighs no more than it is allowed.
use super::chance::Chance;
use super::{NOWHERE, State};

/// The most that are taken out at once.
const OUT: usize = 6;
/// After so many rounds for each member without anything better, it is enough.
const PATIENCE: usize = 12;

impl State<'_> {
    /// Shakes those that are free to go elsewhere.
    pub(super) fn shake(&mut self, free: &[usize], seed: u64, mut work: u64) {
        let placed = free.iter().any(|i| self.picks[*i].is_some());
        if free.len() < 2 || !placed {
            return;
        }
        let mark = self.seekers.first().map_or(0, |seeker| seeker.mark);
        let mut chance = Chance::new(seed ^ mark);
        let mut best = (self.total(), self.picks.clone());
        let mut in_vain = 0;
        let floor = self.floor();
        while work > 0 && in_vain < PATIENCE * free.len() && best.0 > floor {
            in_vain += 1;
            let out = self.choose(free, &mut chance);
            for i in &out {
                self.take(*i);
            }
            for i in &out {
                self.let_in(*i, 1, NOWHERE, &mut work);
            }
            self.exchange(&out, &mut work);
            work = work.saturating_sub(u64::try_from(self.seekers.len()).unwrap_or(u64::MAX));
            let total = self.total();
            if total < best.0 {
                in_vain = 0;
            }
            if total <= best.0 {
                best = (total, self.picks.clone());
            } else {
                self.restore(&best.1);
            }
        }
    }

    /// Who is taken out: one that could be better off where it can, who takes room where it wants to be, and others.
    fn choose(&self, free: &[usize], chance: &mut Chance) -> Vec<usize> {
        let wishing: Vec<usize> = free
            .iter()
            .copied()
            .filter(|i| self.current(*i) > self.seekers[*i].cheapest)
            .collect();
        let many = 2 + chance.below(OUT.min(free.len()) - 1);
        let mut out = Vec::new();
        if let Some(first) = wishing.get(chance.below(wishing.len())).copied() {
            out.push(first);
            let order = &self.seekers[first].order;
            if let Some(k) = order.get(chance.below(order.len().min(3))) {
                let there = &self.there[self.choice(first, *k).at];
                let others = there.iter().copied().filter(|i| *i != first && free.contains(i));
                out.extend(others.take(many));
            }
        }
        while out.len() < many {
            let Some(other) = free.get(chance.below(free.len())) else {
                break;
            };
            if out.contains(other) {
                break;
            }
            out.push(*other);
        }
        for i in (1..out.len()).rev() {
            out.swap(i, chance.below(i + 1));
        }
        out
    }

    /// What it would cost if nobody were in another's way and no tie cost anything.
    fn floor(&self) -> i64 {
        self.seekers.iter().map(|seeker| seeker.cheapest).sum()
    }

    fn restore(&mut self, picks: &[Option<usize>]) {
        let other: Vec<usize> = (0..picks.len()).filter(|i| self.picks[*i] != picks[*i]).collect();
        for i in &other {
            self.take(*i);
        }
        for i in other {
            if let Some(k) = picks[i] {
                self.put(i, k);
            }
        }
    }
}
