//! What a place loses for what a workload costs there: to run, and to be brought there.
//!
//! Not here: prices (`tariff`).
//! Invariant: no place falls below nought for what it costs, so that one which is allowed comes before a step of a route;
//! where no cluster declares a price and no data is stored, nothing is lost.
use crate::fleet::Demand;
use crate::score::Part;
use crate::tariff::{Money, Tariff};

/// In so many months what is spent on moving is to be earned back.
const MONTHS: Money = 12;
/// So much data, in MiB, is one point to move: 100 GiB, some minutes of copying on a good line and some euros of egress.
pub const POINT_MIB: i64 = 100 * 1024;
/// The most that the volume of data takes away: as much as to stand in another region than one's data.
pub const MOST_BY_VOLUME: i64 = 40;

/// What one workload pays wherever it goes, and what it is held against.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) struct Bill {
    /// The most that money can take away: what the core value cost can bring, by the policies.
    most: i64,
    /// What it costs a month where that is least; `None`: known of no cluster, or nothing is declared.
    cheapest: Option<Money>,
    /// Whether any cluster declares a price.
    declared: bool,
    /// What a place loses to which its data must be brought.
    moving: i64,
}

impl Bill {
    /// `source`: the place from which its data must come; `None`: from a store, or nobody knows. `most`: as many points as
    /// money can take away.
    pub(crate) fn of(tariff: &Tariff, demand: &Demand, source: Option<usize>, most: i64) -> Self {
        let cheapest = match most {
            0 => None, // money does not count
            _ => tariff.months(demand).into_iter().flatten().min(),
        };
        let stored = demand.storage_mib().max(0);
        let by_volume = (stored.saturating_add(POINT_MIB - 1) / POINT_MIB).min(MOST_BY_VOLUME);
        let leaving = source.and_then(|source| tariff.leaving(demand, source));
        let by_money = leaving.zip(cheapest).map_or(0, |(leaving, cheapest)| {
            let year = cheapest.saturating_mul(MONTHS);
            part(most, leaving, leaving.saturating_add(year))
        });
        Self {
            most,
            cheapest,
            declared: tariff.is_declared(),
            moving: by_volume + by_money,
        }
    }

    /// What a place loses that scores so much without. `month`: what it costs there; `moves`: whether its data must be
    /// brought there.
    pub(crate) fn at(&self, total: i64, month: Option<Money>, moves: bool) -> Charges {
        let left = total.max(0);
        let (runs, running) = match (month, self.cheapest) {
            _ if !self.declared => (Part::RunningCost, 0),
            (Some(month), Some(cheapest)) => (Part::RunningCost, part(self.most, month - cheapest, month)),
            (Some(_), None) => (Part::RunningCost, 0),
            (None, _) => (Part::CostUnknown, self.most),
        };
        let running = running.min(left);
        Charges {
            runs,
            running,
            moving: if moves { self.moving.min(left - running) } else { 0 },
        }
    }
}

/// What one place loses.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Charges {
    /// Whether it is known what it costs to run there.
    pub(crate) runs: Part,
    pub(crate) running: i64,
    pub(crate) moving: i64,
}

impl Charges {
    /// Both together.
    pub(crate) fn sum(self) -> i64 {
        self.running + self.moving
    }
}

/// As many of some points as one amount is of another; rounded down.
fn part(points: i64, of: Money, whole: Money) -> i64 {
    // So that no product is too large; what is cut off is far below one unit then.
    let cut = if whole > Money::MAX >> 16 { 16 } else { 0 };
    let share = (Money::from(points) * (of.max(0) >> cut)).checked_div(whole >> cut);
    i64::try_from(share.unwrap_or(0)).unwrap_or(points).min(points)
}

#[cfg(test)]
mod tests;
