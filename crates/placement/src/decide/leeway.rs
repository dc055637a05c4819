//! By how much the room on a place may differ from what it was, and every question asked of it be answered the same.
//!
//! Not here: the questions (`search`).
//! Invariant: rather too little than too much: what it covers is answered in the same way, what it does not cover may
//! well be too.
use crate::stock::{Amounts, Stock};

/// How much less and how much more there may be, of each kind; empty as long as nothing was asked.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) struct Leeway(Box<[Margin]>);

/// Of one kind.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
struct Margin {
    /// At most so much less.
    less: i64,
    /// Less than so much more.
    more: i64,
}

impl Margin {
    const ANY: Self = Self {
        less: i64::MAX,
        more: i64::MAX,
    };
}

impl Leeway {
    /// Whether a demand fits; the answer is to hold from now on.
    pub(crate) fn ask(&mut self, stock: &Stock, asked: &Amounts) -> bool {
        let Stock::Free(free) = stock else {
            return stock.admits(asked); // the same, whatever is free
        };
        if self.0.is_empty() {
            self.0 = vec![Margin::ANY; free.len()].into();
        }
        let admits = stock.admits(asked);
        if admits {
            for ((margin, asked), free) in self.0.iter_mut().zip(asked).zip(free) {
                if *asked > 0 {
                    margin.less = margin.less.min(free.saturating_sub(*asked));
                }
            }
        } else {
            self.refused(free, asked);
        }
        admits
    }

    /// One kind that refuses is enough: best one that does so whatever has been covered so far, else the one that lacks
    /// most of what is asked.
    fn refused(&mut self, free: &Amounts, asked: &Amounts) {
        let mut most: Option<(i128, usize, i64)> = None;
        for (kind, (free, asked)) in free.iter().zip(asked).enumerate() {
            if *asked == 0 || asked <= free {
                continue;
            }
            let lacks = asked.saturating_sub(*free);
            if lacks >= self.0[kind].more {
                return;
            }
            let share = i128::from(lacks) * 1_000 / i128::from(*asked);
            if most.is_none_or(|(largest, ..)| share > largest) {
                most = Some((share, kind, lacks));
            }
        }
        if let Some((_, kind, lacks)) = most {
            self.0[kind].more = lacks;
        }
    }

    /// Whether all answers would be the same with another stock.
    pub(crate) fn covers(&self, before: &Stock, now: &Stock) -> bool {
        let (Stock::Free(before), Stock::Free(now)) = (before, now) else {
            return before == now;
        };
        self.0
            .iter()
            .zip(before.iter().zip(now))
            .all(|(margin, (before, now))| {
                let more = now.saturating_sub(*before);
                more >= margin.less.saturating_neg() && (more <= 0 || more < margin.more)
            })
    }
}

#[cfg(test)]
mod tests;
