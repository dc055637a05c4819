//! By how much the room on a place may differ from what it was, and every question asked of it be answered the same.
//!
//! Not here: the questions (`search`).
//! Invariant: rather too little than too much: what it covers is answered in the same way, what it does not cover may
//! well be too.
use crate::fleet::Demand;
use crate::room::Room;

/// Cpu, memory and pods.
const DIMENSIONS: usize = 3;

/// How much less and how much more there may be, in each dimension.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Leeway {
    /// At most so much less.
    less: [i64; DIMENSIONS],
    /// Less than so much more.
    more: [i64; DIMENSIONS],
    /// Whether anything else was asked: then that may not differ at all.
    others: bool,
}

impl Leeway {
    /// As long as nothing is asked.
    pub(crate) const ANY: Self = Self {
        less: [i64::MAX; DIMENSIONS],
        more: [i64::MAX; DIMENSIONS],
        others: false,
    };

    /// Whether a demand fits; the answer is to hold from now on.
    pub(crate) fn ask(&mut self, room: &Room, demand: &Demand) -> bool {
        let Room::Free(free) = room else {
            return room.admits(demand); // the same, whatever is free
        };
        if !demand.others.is_empty() {
            self.others = true;
            if !demand.fits_in_others(free) {
                return false;
            }
        }
        let (free, asked) = (dimensions(free), dimensions(demand));
        let left: [i64; DIMENSIONS] = std::array::from_fn(|d| {
            if asked[d] <= 0 {
                i64::MAX // what is not asked fits
            } else {
                free[d].saturating_sub(asked[d])
            }
        });
        let admits = left.iter().all(|left| *left >= 0);
        if admits {
            for (less, left) in self.less.iter_mut().zip(left) {
                *less = (*less).min(left);
            }
        } else {
            self.refused(left, asked);
        }
        admits
    }

    /// One dimension that refuses is enough: best one that does so whatever has been covered so far, else the one
    /// that lacks most of what is asked.
    fn refused(&mut self, left: [i64; DIMENSIONS], asked: [i64; DIMENSIONS]) {
        let lacks = |d: usize| left[d].saturating_neg();
        let refusing = || (0..DIMENSIONS).filter(|d| left[*d] < 0);
        if refusing().any(|d| lacks(d) >= self.more[d]) {
            return;
        }
        let share = |d: usize| i128::from(lacks(d)) * 1_000 / i128::from(asked[d].max(1));
        if let Some(d) = refusing().max_by_key(|d| share(*d)) {
            self.more[d] = lacks(d);
        }
    }

    /// Whether all answers would be the same with another room.
    pub(crate) fn covers(&self, before: &Room, now: &Room) -> bool {
        let (Room::Free(before), Room::Free(now)) = (before, now) else {
            return before == now;
        };
        if self.others && before.others != now.others {
            return false;
        }
        let (before, now) = (dimensions(before), dimensions(now));
        (0..DIMENSIONS).all(|d| {
            let more = now[d].saturating_sub(before[d]);
            more >= self.less[d].saturating_neg() && (more <= 0 || more < self.more[d])
        })
    }
}

fn dimensions(demand: &Demand) -> [i64; DIMENSIONS] {
    [demand.cpu_milli, demand.memory_mib, demand.pods]
}

#[cfg(test)]
mod tests;
