//! What the clusters cost: the prices of all of them side by side, and what a demand costs by them.
//!
//! Not here: how much of a score that is worth (`bill`).
//! Invariant: integers only, without rounding before the end; what is not declared, or in another currency than most of
//! the fleet, is unknown, never free.
use std::collections::{BTreeMap, BTreeSet};

use havenmeester_api::cost::CostSpec;

use crate::fleet::{ClusterView, Demand};
use crate::resource::Resource;

/// What one cluster costs, in minor units of its currency.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Price {
    /// ISO 4217.
    pub currency: String,
    /// One core for a month.
    pub cpu_month: i64,
    /// One GiB of memory for a month.
    pub memory_gib_month: i64,
    /// One TiB of storage, or one piece of anything else, for a month.
    pub others: BTreeMap<Resource, i64>,
    /// One TiB that leaves; `None`: not known.
    pub egress_tib: Option<i64>,
}

impl Price {
    /// By a MemberCluster; `storage` says how the whole fleet calls a class of it. `None` where a price is below nought:
    /// then nothing is known. Of two prices of one resource the higher counts.
    pub fn of(spec: &CostSpec, storage: impl Fn(&str) -> Resource) -> Option<Self> {
        let stored = spec
            .storage
            .iter()
            .map(|one| (storage(&one.class), one.tib_month));
        let devices = spec
            .devices
            .iter()
            .map(|one| (Resource::named(&one.resource), one.month));
        let mut others: BTreeMap<Resource, i64> = BTreeMap::new();
        for (resource, price) in stored.chain(devices) {
            let highest = others.entry(resource).or_insert(price);
            *highest = price.max(*highest);
        }
        let sound = |price: &i64| *price >= 0;
        let all = [
            spec.cpu_month,
            spec.memory_gib_month,
            spec.egress_tib.unwrap_or(0),
        ];
        (all.iter().all(sound) && others.values().all(sound)).then(|| Self {
            currency: spec.currency.clone(),
            cpu_month: spec.cpu_month,
            memory_gib_month: spec.memory_gib_month,
            others,
            egress_tib: spec.egress_tib,
        })
    }
}

/// Money, in parts of a minor unit of which [`WHOLE`] make one.
pub(crate) type Money = i128;

/// So fine that a thousandth of a core and a MiB cost whole parts.
const WHOLE: Money = 1_000 * MIB_PER_TIB;
const MIB_PER_TIB: Money = 1 << 20;
const MIB_PER_GIB: Money = 1 << 10;

/// The prices of all places, in their order.
#[derive(Clone, Default)]
pub(crate) struct Tariff {
    /// Of a core and of a GiB of memory.
    base: Vec<Option<(Money, Money)>>,
    others: BTreeMap<Resource, Vec<Option<Money>>>,
    egress: Vec<Option<Money>>,
    declared: bool,
}

impl Tariff {
    /// Of the clusters in the order of the places.
    pub(crate) fn of<'a>(views: impl Iterator<Item = &'a ClusterView> + Clone) -> Self {
        let Some(currency) = currency(views.clone()) else {
            return Self::default();
        };
        let prices = views.map(|view| view.price.as_ref().filter(|price| price.currency == currency));
        let prices: Vec<Option<&Price>> = prices.collect();
        let column = |of: &dyn Fn(&Price) -> Option<i64>| -> Vec<Option<Money>> {
            prices
                .iter()
                .map(|price| price.and_then(of).map(Money::from))
                .collect()
        };
        let names: BTreeSet<&Resource> = prices
            .iter()
            .flatten()
            .flat_map(|price| price.others.keys())
            .collect();
        let others = names.into_iter().map(|resource| {
            let of = |price: &Price| price.others.get(resource).copied();
            (resource.clone(), column(&of))
        });
        let base = prices.iter().map(|price| {
            price.map(|price| (Money::from(price.cpu_month), Money::from(price.memory_gib_month)))
        });
        Self {
            base: base.collect(),
            others: others.collect(),
            egress: column(&|price| price.egress_tib),
            declared: true,
        }
    }

    /// Whether any cluster says what it costs.
    pub(crate) fn is_declared(&self) -> bool {
        self.declared
    }

    /// What a demand costs a month at each place; `None`: not known.
    pub(crate) fn months(&self, demand: &Demand) -> Vec<Option<Money>> {
        let mut months: Vec<Option<Money>> = self
            .base
            .iter()
            .map(|base| base.map(|base| of_base(base, demand)))
            .collect();
        for (resource, asked) in asked(demand) {
            match self.others.get(resource) {
                Some(prices) => {
                    for (month, price) in months.iter_mut().zip(prices) {
                        *month = plus(*month, *price, resource, asked);
                    }
                }
                None => months.fill(None),
            }
        }
        months
    }

    /// The same at one place.
    pub(crate) fn month(&self, demand: &Demand, at: usize) -> Option<Money> {
        let base = of_base((*self.base.get(at)?)?, demand);
        asked(demand).try_fold(base, |sum, (resource, asked)| {
            let price = *self.others.get(resource)?.get(at)?;
            plus(Some(sum), price, resource, asked)
        })
    }

    /// What it costs that the data of a demand leaves a place; `None`: not known.
    pub(crate) fn leaving(&self, demand: &Demand, at: usize) -> Option<Money> {
        let price = (*self.egress.get(at)?)?;
        Some(times(demand.storage_mib().into(), price, WHOLE / MIB_PER_TIB))
    }
}

/// What is asked beside cpu, memory and pods.
fn asked(demand: &Demand) -> impl Iterator<Item = (&Resource, Money)> {
    let asked = demand.others.iter().filter(|(_, asked)| **asked > 0);
    asked.map(|(resource, asked)| (resource, Money::from(*asked)))
}

fn of_base((cpu, memory): (Money, Money), demand: &Demand) -> Money {
    let of_cpu = times(demand.cpu_milli.into(), cpu, WHOLE / 1_000);
    of_cpu.saturating_add(times(demand.memory_mib.into(), memory, WHOLE / MIB_PER_GIB))
}

/// A demand or a price from a file may be of any size.
fn times(asked: Money, price: Money, per_unit: Money) -> Money {
    asked.max(0).saturating_mul(price).saturating_mul(per_unit)
}

fn plus(sum: Option<Money>, price: Option<Money>, resource: &Resource, asked: Money) -> Option<Money> {
    let per_unit = match resource {
        Resource::Storage(_) => WHOLE / MIB_PER_TIB,
        Resource::Cpu | Resource::Memory | Resource::Pods | Resource::Extended(_) => WHOLE,
    };
    Some(sum?.saturating_add(times(asked, price?, per_unit)))
}

/// The currency of most clusters; of several the first by name.
fn currency<'a>(views: impl Iterator<Item = &'a ClusterView>) -> Option<&'a str> {
    let mut count: BTreeMap<&str, usize> = BTreeMap::new();
    for price in views.filter_map(|view| view.price.as_ref()) {
        *count.entry(&price.currency).or_default() += 1;
    }
    let most = count
        .into_iter()
        .max_by(|(a, one), (b, other)| one.cmp(other).then(b.cmp(a)));
    most.map(|(currency, _)| currency)
}

#[cfg(test)]
mod tests;
