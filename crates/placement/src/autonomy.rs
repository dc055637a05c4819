//! Whose laws reach an entity or a cluster, through whom, and how sovereign it has shown to be.
//!
//! Nobody types a jurisdiction: it follows from who owns, who operates, who holds the keys and where the hardware
//! stands, each from dated facts.
//! Not here: what a policy wants (`merge`), and whether it is met (`filter`).
//! Invariant: what is unclear is never autonomous; no chain or circle of owners makes it hang.
use std::collections::{BTreeMap, BTreeSet, VecDeque};

use havenmeester_api::Date;
use havenmeester_api::provider::{Because, Jurisdiction, Objective, ProviderSpec, Relation};

use crate::fleet::ClusterView;

pub mod eea; // the countries, as data
pub(crate) mod holder; // who is meant by a stake
mod ownership; // shares through chains of owners
mod seal; // levels per objective

pub use ownership::{COLLECTIVE_LIMIT, INDIVIDUAL_LIMIT};
pub(crate) use ownership::{WHOLE_BASIS_POINTS, out_of_range, round, shortened, too_much};
pub use seal::HIGHEST as HIGHEST_SEAL;

use holder::{Holder, active};

/// What follows from the facts about an entity.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Autonomy {
    /// Every country whose law reaches it, sorted, each with the shortest chain of reasons.
    pub jurisdictions: Vec<Jurisdiction>,
    /// The overall SEAL level: the minimum over the objectives.
    pub seal: i32,
    /// The level per objective; all eight are there.
    pub objectives: BTreeMap<Objective, i32>,
    /// Why the facts cannot be trusted: a circle of owners, an owner that nobody knows, shares that do not add
    /// up. Names the entity and the field. What is unclear is not autonomous, whatever the rest says.
    pub unclear: Option<String>,
}

impl Autonomy {
    /// Whether no law from outside the EEA reaches it and no fact is missing.
    pub fn is_autonomous(&self) -> bool {
        self.unclear.is_none() && self.outside_eea().next().is_none()
    }

    /// The laws from outside the EEA.
    pub fn outside_eea(&self) -> impl Iterator<Item = &Jurisdiction> {
        self.jurisdictions.iter().filter(|j| !eea::is_eea(&j.country))
    }

    /// The countries, joined by commas, for a column of `kubectl get`.
    pub fn summary(&self) -> String {
        let countries: Vec<&str> = self.jurisdictions.iter().map(|j| j.country.as_str()).collect();
        countries.join(",")
    }
}

/// What follows from the facts about a provider.
pub fn of_provider(name: &str, providers: &BTreeMap<String, ProviderSpec>, today: Date) -> Autonomy {
    let mut found = Found::default();
    let mut seen = BTreeSet::from([Holder::Provider(name)]);
    let mut queue = VecDeque::from([(
        Holder::Provider(name),
        vec![link(name, Relation::Established, None)],
    )]);
    while let Some((entity, chain)) = queue.pop_front() {
        let Some(spec) = found.entity(&entity, &chain, providers, today) else {
            continue;
        };
        let runs = spec.operated_by.iter().map(|stake| (Relation::Operates, stake));
        let decrypts = spec.keys_held_by.iter().map(|stake| (Relation::HoldsKeys, stake));
        for (relation, stake) in runs.chain(decrypts).filter(|(_, stake)| active(stake, today)) {
            match Holder::of(stake) {
                None => found.doubt(format!("{entity}, {}: {}", field(relation), holder::NAMELESS)),
                Some(next) if seen.insert(next.clone()) => {
                    let mut chain = chain.clone();
                    chain.push(link(next.label(), relation, None));
                    queue.push_back((next, chain));
                }
                Some(_) => {}
            }
        }
    }
    let objectives = seal::objectives(providers.get(name).map_or(&[], |p| &p.sovereignty), today);
    Autonomy {
        jurisdictions: found.jurisdictions(),
        seal: seal::overall(&objectives),
        objectives,
        unclear: found.unclear,
    }
}

/// What follows for a cluster: that of its provider, and the law of the country in which its hardware stands.
pub fn of_cluster(
    cluster: &ClusterView,
    providers: &BTreeMap<String, ProviderSpec>,
    today: Date,
) -> Autonomy {
    hosted(of_provider(&cluster.provider, providers, today), cluster)
}

/// Adds the law of the country in which the cluster's hardware stands.
pub(crate) fn hosted(mut autonomy: Autonomy, cluster: &ClusterView) -> Autonomy {
    let Some(country) = &cluster.country else {
        return autonomy; // the provider's own, which is there already
    };
    if let Err(place) = autonomy
        .jurisdictions
        .binary_search_by(|j| j.country.cmp(country))
    {
        let because = vec![
            link(&cluster.provider, Relation::Established, None),
            link(&cluster.region, Relation::Hosts, None),
        ];
        autonomy.jurisdictions.insert(
            place,
            Jurisdiction {
                country: country.clone(),
                because,
            },
        );
    }
    autonomy
}

/// What is found while the entities are walked.
#[derive(Default)]
struct Found {
    chains: BTreeMap<String, Vec<Because>>,
    unclear: Option<String>,
}

impl Found {
    /// Takes in the laws that reach one entity through its own country and its owners.
    fn entity<'a>(
        &mut self,
        entity: &Holder<'a>,
        chain: &[Because],
        providers: &'a BTreeMap<String, ProviderSpec>,
        today: Date,
    ) -> Option<&'a ProviderSpec> {
        let (country, spec) = match entity {
            Holder::Named { country, .. } => (*country, None),
            Holder::Provider(name) => {
                let Some(spec) = providers.get(*name) else {
                    self.doubt(format!("there is no Provider {name:?}"));
                    return None;
                };
                (spec.country.as_str(), Some(spec))
            }
        };
        self.law(country, || chain.to_vec());
        let spec = spec?;
        let closure = ownership::closure(entity, providers, today);
        for owner in closure.controlling() {
            self.law(owner.country, || {
                let mut chain = chain.to_vec();
                chain.extend(closure.chain(owner));
                chain
            });
        }
        if let Some(why) = closure.unclear {
            self.doubt(why);
        }
        Some(spec)
    }

    fn law(&mut self, country: &str, chain: impl FnOnce() -> Vec<Because>) {
        if !self.chains.contains_key(country) {
            self.chains.insert(country.to_owned(), chain());
        }
    }

    /// The first doubt is told; one is enough.
    fn doubt(&mut self, why: String) {
        self.unclear.get_or_insert(why);
    }

    fn jurisdictions(&mut self) -> Vec<Jurisdiction> {
        std::mem::take(&mut self.chains)
            .into_iter()
            .map(|(country, because)| Jurisdiction { country, because })
            .collect()
    }
}

fn link(entity: &str, relation: Relation, share_basis_points: Option<i32>) -> Because {
    Because {
        entity: entity.to_owned(),
        relation,
        share_basis_points,
    }
}

/// The field of a Provider in which the stakes of one relation stand.
pub(crate) fn field(relation: Relation) -> &'static str {
    match relation {
        Relation::Operates => "spec.operatedBy",
        Relation::HoldsKeys => "spec.keysHeldBy",
        Relation::Owns | Relation::Established | Relation::Hosts => "spec.owners",
    }
}

#[cfg(test)]
mod tests;
