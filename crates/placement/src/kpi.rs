//! How far the city is with its own targets: shares of applications and of storage, and what makes the difference.
//!
//! Targets (the city's strategy): 2027, critical processes and sensitive data are mapped and classified; 2030, at least
//! 30% of applications and of storage at Dutch or European providers, and all business-critical processes on Dutch or
//! European platforms; 2035, all critical processes and sensitive data autonomous.
//!
//! *European*: established in the EEA, and no owner from outside it controls it. *Autonomous*: no law from outside the
//! EEA reaches it at all, also not through who operates it, who holds the keys or where the hardware stands, and its
//! SEAL is what the standard asks.
//! Not here: reading registers (`external`), and the layout of a report.
//! Invariant: what is not known is never counted as met. Whole numbers only; of nothing there is no share,
//! and no target is met by it: an inventory that was not read looks the same.
use std::collections::BTreeMap;

use havenmeester_api::provider::{Jurisdiction, Relation};
use havenmeester_api::{Criticality, Date, Sensitivity};
use serde::Serialize;

use crate::autonomy::{Autonomy, Facts, eea};
use crate::decision::Plan;
use crate::external::External;
use crate::request::{Request, WorkloadId, WorkloadView};

/// What is measured.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd, Serialize)]
pub enum Measure {
    /// Critical processes and sensitive data: applications whose levels nobody has said.
    Classified,
    /// Applications at Dutch or European providers.
    EuropeanApplications,
    /// Storage at Dutch or European providers, in GiB.
    EuropeanStorage,
    /// Business-critical processes on Dutch or European platforms.
    EuropeanCritical,
    /// Business-critical processes on autonomous places.
    AutonomousCritical,
    /// Sensitive data on autonomous places.
    AutonomousSensitive,
    /// Sensitive data on hardware in the EU or the EEA.
    SensitiveInEurope,
}

/// One measure.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Kpi {
    /// Which.
    pub measure: Measure,
    /// Of so much.
    pub of: i64,
    /// So much meets it now.
    pub now: i64,
    /// So much meets it when every workload stands where the plan wants it.
    pub planned: i64,
    /// Of how many applications it is not known how much they count for: they are not in `of`.
    pub unknown: usize,
    /// The year of the target.
    pub year: i16,
    /// The target, in per cent of `of`.
    pub target_percent: i64,
    /// Whether the target is met now; never of nothing, and never while something is not known.
    pub met: bool,
    /// What does not meet it, the most critical and the largest first: these make the difference.
    pub missing: Vec<Missing>,
}

/// Something that does not meet a measure.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Missing {
    /// A Workload as `namespace/name`, or an application of the register.
    pub name: String,
    /// Its cluster or supplier; `None`: nobody knows.
    pub place: Option<String>,
    /// How much it counts for.
    pub weight: i64,
    /// Whether the plan puts it right.
    pub planned: bool,
}

/// What counts for one application.
struct Item {
    name: String,
    criticality: Option<Criticality>,
    sensitivity: Option<Sensitivity>,
    /// `None`: not known.
    storage_gib: Option<i64>,
    now: Option<Spot>,
    planned: Option<Spot>,
}

/// What is true of a place.
#[derive(Clone)]
struct Spot {
    name: String,
    european: bool,
    autonomous: bool,
    in_europe: bool,
}

/// What is counted beside the workloads of a request.
#[derive(Clone, Copy, Debug)]
pub struct Register<'a> {
    /// Applications that are not on Kubernetes.
    pub externals: &'a [External],
    /// How much workloads store, in GiB, as far as it was seen. Of one that is not here it is not known.
    pub stored: &'a BTreeMap<WorkloadId, i64>,
}

/// All measures, for the workloads of a request and what the register holds.
pub fn kpis(request: &Request, plan: &Plan, register: Register<'_>) -> Vec<Kpi> {
    let clusters = clusters(request);
    let mut items: Vec<Item> = request
        .workloads
        .iter()
        .map(|(id, view)| {
            let spot = |cluster: Option<&String>| clusters.get(cluster?).cloned();
            let decision = plan.decisions.get(id);
            let desired = decision.and_then(|decision| decision.desired.as_ref());
            of_workload(
                id,
                view,
                register.stored.get(id).copied(),
                spot(view.home.as_ref()),
                spot(desired.or(view.home.as_ref())),
            )
        })
        .collect();
    let facts = facts(request);
    let mut suppliers: BTreeMap<&str, Option<Spot>> = BTreeMap::new();
    for external in register.externals {
        let spot = suppliers
            .entry(&external.supplier)
            .or_insert_with(|| supplier(request, &facts, &external.supplier));
        items.push(Item {
            name: external.name.clone(),
            criticality: external.criticality,
            sensitivity: external.sensitivity,
            storage_gib: external.storage_gib,
            now: spot.clone(),
            planned: spot.clone(),
        });
    }
    items.sort_by(|a, b| {
        let key = |item: &Item| {
            (
                item.criticality.unwrap_or_default(),
                item.storage_gib.unwrap_or(0),
            )
        };
        key(b).cmp(&key(a)).then_with(|| a.name.cmp(&b.name))
    });
    MEASURES.iter().map(|rule| rule.count(&items)).collect()
}

fn of_workload(
    id: &WorkloadId,
    view: &WorkloadView,
    storage_gib: Option<i64>,
    now: Option<Spot>,
    planned: Option<Spot>,
) -> Item {
    Item {
        name: id.to_string(),
        criticality: Some(view.criticality),
        sensitivity: Some(view.sensitivity),
        storage_gib,
        now,
        planned,
    }
}

/// How something is measured.
struct Rule {
    measure: Measure,
    year: i16,
    target_percent: i64,
    /// How much an application counts for; 0 = it is not asked, `None` = nobody knows.
    weight: fn(&Item) -> Option<i64>,
    meets: fn(&Item, Option<&Spot>) -> bool,
}

const MEASURES: [Rule; 7] = [
    Rule {
        measure: Measure::Classified,
        year: 2027,
        target_percent: 100,
        weight: |_| Some(1),
        meets: |item, _| item.criticality.is_some() && item.sensitivity.is_some(),
    },
    Rule {
        measure: Measure::EuropeanApplications,
        year: 2030,
        target_percent: 30,
        weight: |_| Some(1),
        meets: |_, spot| spot.is_some_and(|spot| spot.european),
    },
    Rule {
        measure: Measure::EuropeanStorage,
        year: 2030,
        target_percent: 30,
        weight: |item| item.storage_gib,
        meets: |_, spot| spot.is_some_and(|spot| spot.european),
    },
    Rule {
        measure: Measure::EuropeanCritical,
        year: 2030,
        target_percent: 100,
        weight: |item| Some(i64::from(is_critical(item))),
        meets: |_, spot| spot.is_some_and(|spot| spot.european),
    },
    Rule {
        measure: Measure::AutonomousCritical,
        year: 2035,
        target_percent: 100,
        weight: |item| Some(i64::from(is_critical(item))),
        meets: |_, spot| spot.is_some_and(|spot| spot.autonomous),
    },
    Rule {
        measure: Measure::AutonomousSensitive,
        year: 2035,
        target_percent: 100,
        weight: |item| Some(i64::from(is_sensitive(item))),
        meets: |_, spot| spot.is_some_and(|spot| spot.autonomous),
    },
    Rule {
        measure: Measure::SensitiveInEurope,
        year: 2035,
        target_percent: 100,
        weight: |item| Some(i64::from(is_sensitive(item))),
        meets: |_, spot| spot.is_some_and(|spot| spot.in_europe),
    },
];

/// What nobody has classified counts as critical.
fn is_critical(item: &Item) -> bool {
    item.criticality
        .is_none_or(|level| level == Criticality::Critical)
}

/// What nobody has classified counts as sensitive.
fn is_sensitive(item: &Item) -> bool {
    item.sensitivity.is_none_or(|level| level == Sensitivity::High)
}

impl Rule {
    fn count(&self, items: &[Item]) -> Kpi {
        let mut kpi = Kpi {
            measure: self.measure,
            of: 0,
            now: 0,
            planned: 0,
            unknown: 0,
            year: self.year,
            target_percent: self.target_percent,
            met: false,
            missing: Vec::new(),
        };
        for item in items {
            let Some(weight) = (self.weight)(item) else {
                kpi.unknown += 1;
                continue;
            };
            if weight == 0 {
                continue;
            }
            let meets = |spot: &Option<Spot>| (self.meets)(item, spot.as_ref());
            let (now, planned) = (meets(&item.now), meets(&item.planned));
            kpi.of += weight;
            kpi.now += if now { weight } else { 0 };
            kpi.planned += if planned { weight } else { 0 };
            if !now {
                kpi.missing.push(Missing {
                    name: item.name.clone(),
                    place: item.now.as_ref().map(|spot| spot.name.clone()),
                    weight,
                    planned,
                });
            }
        }
        let reached = i128::from(kpi.now) * 100 >= i128::from(kpi.of) * i128::from(self.target_percent);
        kpi.met = kpi.of > 0 && kpi.unknown == 0 && reached;
        kpi
    }
}

impl Kpi {
    /// The share that meets it now, in tenths of a per cent, rounded down; `None`: there is nothing to share.
    pub fn per_mille(&self) -> Option<i64> {
        share(self.now, self.of)
    }

    /// The same when every workload stands where the plan wants it.
    pub fn planned_per_mille(&self) -> Option<i64> {
        share(self.planned, self.of)
    }
}

fn share(part: i64, of: i64) -> Option<i64> {
    let share = (i128::from(part) * 1_000).checked_div(i128::from(of))?;
    i64::try_from(share).ok()
}

fn clusters(request: &Request) -> BTreeMap<&String, Spot> {
    let providers = &request.fleet.providers;
    let facts = facts(request);
    let spot = |name: &str, view: &crate::ClusterView| {
        let facts = facts.of_cluster(view);
        let home = providers.get(&view.provider).map(|spec| spec.country.as_str());
        Spot {
            name: name.to_owned(),
            european: european(&facts),
            autonomous: facts.is_autonomous(),
            in_europe: view.country.as_deref().or(home).is_some_and(eea::is_eea),
        }
    };
    request
        .fleet
        .clusters
        .iter()
        .map(|(name, view)| (name, spot(name, view)))
        .collect()
}

fn facts(request: &Request) -> Facts<'_> {
    let fleet = &request.fleet;
    Facts::on(&fleet.providers, &fleet.standard, Date::of(request.now))
}

/// `None`: nobody knows it.
fn supplier(request: &Request, facts: &Facts<'_>, name: &str) -> Option<Spot> {
    let spec = request.fleet.providers.get(name)?;
    let facts = facts.of_provider(name);
    Some(Spot {
        name: name.to_owned(),
        european: european(&facts),
        autonomous: facts.is_autonomous(),
        in_europe: eea::is_eea(&spec.country),
    })
}

/// Whether no law from outside the EEA reaches it through where it is established or who owns it.
fn european(facts: &Autonomy) -> bool {
    let owned = |law: &Jurisdiction| {
        law.because.iter().all(|link| match link.relation {
            Relation::Established
            | Relation::Owns
            | Relation::Votes
            | Relation::Vetoes
            | Relation::AppointsBoard
            | Relation::LeftOut => true,
            Relation::Operates | Relation::HoldsKeys | Relation::Hosts | Relation::Supports => false,
        })
    };
    facts.unclear.is_none() && !facts.foreign().any(owned)
}

#[cfg(test)]
mod tests;
