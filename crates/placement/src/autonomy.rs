//! Whose laws reach an entity or a cluster, through whom, and how sovereign it has shown to be.
//!
//! Nobody types a jurisdiction: it follows from who owns, who operates, who holds the keys, who supports and where the
//! hardware stands, each from dated facts, by the measure of the AutonomyStandard.
//! Not here: what a policy wants (`merge`), and whether it is met (`filter`).
//! Invariant: what is unclear is never autonomous; no chain or circle of owners makes it hang.
use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::sync::Arc;

use havenmeester_api::Date;
use havenmeester_api::provider::{Because, Jurisdiction, Objective, ObjectiveStatus, ProviderSpec, Relation};
use havenmeester_api::standard::AutonomyStandardSpec;

use crate::fleet::ClusterView;

mod ahead; // what dated facts will change
mod circle; // owners that go round
pub mod eea; // the countries, as data
mod flaw; // what is wrong with the facts
pub(crate) mod holder; // who is meant by a stake
mod ownership; // control through chains and circles of owners
mod seal; // levels per objective, and the score
pub(crate) mod sentence; // the words for a chain
mod spread; // shares multiplied, added, and worked out in circles
pub(crate) mod standard; // the measure, with its published defaults
pub(crate) mod web; // all stakes on one day

pub use ahead::{HORIZON_DAYS, Timeline};
pub use flaw::{Doubt, Flaw, Spot};
pub use seal::HIGHEST as HIGHEST_SEAL;
pub use standard::{
    COLLECTIVE_LIMIT, CONTROL_SOURCE, EVIDENCE_DAYS, INDIVIDUAL_LIMIT, MINIMUM_SEAL, weights_version,
};
pub(crate) use web::WHOLE_BASIS_POINTS;

use ownership::closure;
use sentence::{Link, shortened_chain};
use standard::Standard;
use web::Web;

/// What follows from the facts about an entity.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Autonomy {
    /// Every country whose law reaches it, sorted, each with the shortest chain of reasons.
    pub jurisdictions: Vec<Jurisdiction>,
    /// Of these, the ones that are declared adverse, and why.
    pub adverse: BTreeMap<String, String>,
    /// The overall SEAL level: the minimum over the objectives.
    pub seal: i32,
    /// Below this SEAL it is not called autonomous.
    pub minimum_seal: i32,
    /// The level per objective; all eight are there.
    pub objectives: BTreeMap<Objective, i32>,
    /// The sovereignty score in basis points (10000 = 100%), by the weights of the standard.
    pub score: i32,
    /// Why the facts cannot be trusted: an owner that nobody knows, shares that do not add up, a circle of owners of
    /// which nobody outside owns a part. Names the entity and the field. What is unclear is not autonomous, whatever
    /// the rest says.
    pub unclear: Option<Doubt>,
    /// Owners that go round in a circle, as `a > b > a`. Worked out, and worth knowing.
    pub circle: Option<String>,
    /// Who can stop it: the entity itself, those who control it by shares or votes, have a veto or appoint its board,
    /// those who operate it, and so on, by the names of their Providers or as the stakes name them. Whose law that is
    /// makes no difference. Who only holds the keys stops nothing, and may well be the city itself.
    pub governed_by: Arc<BTreeSet<String>>,
}

impl Autonomy {
    /// Whether no law from outside the EEA and no adverse one reaches it, something is shown, and no fact is missing.
    pub fn is_autonomous(&self) -> bool {
        self.unclear.is_none() && self.foreign().next().is_none() && self.seal >= self.minimum_seal
    }

    /// The laws from outside the EEA, and those that are declared adverse.
    pub fn foreign(&self) -> impl Iterator<Item = &Jurisdiction> {
        let adverse = |j: &Jurisdiction| self.adverse.contains_key(&j.country);
        self.jurisdictions
            .iter()
            .filter(move |j| !eea::is_eea(&j.country) || adverse(j))
    }

    /// The countries, joined by commas, for a column of `kubectl get`.
    pub fn summary(&self) -> String {
        let countries: Vec<&str> = self.jurisdictions.iter().map(|j| j.country.as_str()).collect();
        countries.join(",")
    }
}

/// All entities on one day, ready to be asked about.
pub struct Facts<'a> {
    providers: &'a BTreeMap<String, ProviderSpec>,
    standard: Standard<'a>,
    today: Date,
    web: Web<'a>,
}

impl<'a> Facts<'a> {
    /// What is known on a day.
    pub fn on(
        providers: &'a BTreeMap<String, ProviderSpec>,
        standard: &'a AutonomyStandardSpec,
        today: Date,
    ) -> Self {
        Self {
            providers,
            standard: Standard::on(standard, today),
            today,
            web: Web::on(providers, today),
        }
    }

    /// The day.
    pub fn day(&self) -> Date {
        self.today
    }

    /// What follows for a provider.
    pub fn of_provider(&self, name: &str) -> Autonomy {
        let core = self.without_hosting(name);
        let hosted_in = self
            .web
            .provider(name)
            .map_or(&[][..], |at| &self.web.entities[at].hosted_in);
        hosted_in
            .iter()
            .fold(core, |core, country| self.hosted(core, name, country, country))
    }

    /// What follows for a cluster: that of its provider, and the law of the country in which its hardware stands.
    pub fn of_cluster(&self, cluster: &ClusterView) -> Autonomy {
        self.on_cluster(self.without_hosting(&cluster.provider), cluster)
    }

    /// What counts of the assessments of a provider, and why.
    pub fn assessments(&self, name: &str) -> Vec<ObjectiveStatus> {
        let claims = self.providers.get(name).map_or(&[][..], |p| &p.sovereignty);
        seal::standings(claims, &self.standard, self.today)
    }

    /// A provider, without the places where its hardware stands.
    pub(crate) fn without_hosting(&self, name: &str) -> Autonomy {
        let mut found = Found::default();
        match self.web.provider(name) {
            Some(at) => self.walk(at, &mut found),
            None => found.doubt(Doubt {
                place: None,
                flaw: Flaw::NoProvider {
                    name: name.to_owned(),
                },
            }),
        }
        let objectives = seal::levels(&self.assessments(name));
        let mut autonomy = Autonomy {
            jurisdictions: found.jurisdictions(),
            adverse: BTreeMap::new(),
            seal: seal::overall(&objectives),
            minimum_seal: self.standard.minimum_seal(),
            score: seal::score(&objectives, &self.standard),
            objectives,
            unclear: found.unclear,
            circle: found.circle,
            governed_by: Arc::new(found.governing),
        };
        self.note_adverse(&mut autonomy);
        autonomy
    }

    /// Adds where the hardware of a cluster stands: its own country, else those of its provider.
    pub(crate) fn on_cluster(&self, core: Autonomy, cluster: &ClusterView) -> Autonomy {
        if let Some(country) = &cluster.country {
            return self.hosted(core, &cluster.provider, &cluster.region, country);
        }
        let at = self.web.provider(&cluster.provider);
        let countries = at.map_or(&[][..], |at| &self.web.entities[at].hosted_in);
        countries.iter().fold(core, |core, country| {
            self.hosted(core, &cluster.provider, &cluster.region, country)
        })
    }

    fn hosted(&self, mut autonomy: Autonomy, provider: &str, place: &str, country: &str) -> Autonomy {
        let known = |j: &Jurisdiction| j.country.as_str().cmp(country);
        if let Err(at) = autonomy.jurisdictions.binary_search_by(known) {
            let legal_name = self.providers.get(provider).map_or(provider, |p| &p.legal_name);
            let hardware = format!("hardware in {country}");
            let chain = vec![
                link(provider, legal_name, Relation::Established),
                link(place, &hardware, Relation::Hosts),
            ];
            autonomy.jurisdictions.insert(at, jurisdiction(country, chain));
            self.note_adverse(&mut autonomy);
        }
        autonomy
    }

    fn note_adverse(&self, autonomy: &mut Autonomy) {
        for adverse in self.standard.adverse() {
            let reaches = autonomy
                .jurisdictions
                .iter()
                .any(|j| j.country == adverse.country);
            if reaches {
                autonomy
                    .adverse
                    .entry(adverse.country.clone())
                    .or_insert_with(|| adverse.reason.clone());
            }
        }
    }

    /// Goes over an entity, its controlling owners, and whoever operates, holds keys of, supports or can steer one of
    /// them, and so on.
    fn walk(&self, root: usize, found: &mut Found) {
        let established = |at: usize| {
            let entity = &self.web.entities[at];
            link(entity.label, entity.legal_name, Relation::Established)
        };
        // Of each entity whether it is known to govern: one that holds keys may turn out to operate too.
        let mut seen = HashMap::from([(root, true)]);
        let mut queue = VecDeque::from([(root, vec![established(root)], true)]);
        while let Some((at, chain, governs)) = queue.pop_front() {
            let entity = &self.web.entities[at];
            let owners = closure(at, &self.web, &self.standard);
            let mut next = Vec::new();
            for place in owners.controlling() {
                let owner = &self.web.entities[owners.owners[place].entity];
                let links = || chain.iter().copied().chain(owners.chain(place, &self.web));
                found.law(owner.country, links);
                if governs {
                    found.governing.insert(owner.label.to_owned());
                }
                for stake in owner.owners.iter().filter(|s| s.vetoes || s.appoints_board) {
                    let relation = if stake.appoints_board {
                        Relation::AppointsBoard
                    } else {
                        Relation::Vetoes
                    };
                    if is_news(&seen, stake.owner, governs) {
                        next.push((stake.owner, relation, links().collect::<Vec<_>>()));
                    }
                }
            }
            let runs = entity
                .operators
                .iter()
                .map(|e| (*e, Relation::Operates, chain.clone()));
            let decrypts = entity
                .key_holders
                .iter()
                .map(|e| (*e, Relation::HoldsKeys, chain.clone()));
            // Who can steer it first: of two ways to one country the chain of owners is told.
            for (who, relation, mut chain) in next.into_iter().chain(runs).chain(decrypts) {
                let governs = governs && relation != Relation::HoldsKeys;
                if is_news(&seen, who, governs) {
                    seen.insert(who, governs);
                    let holder = &self.web.entities[who];
                    chain.push(link(holder.label, holder.legal_name, relation));
                    queue.push_back((who, chain, governs));
                }
            }
            for country in &entity.supported_from {
                found.law(country, || {
                    chain
                        .iter()
                        .copied()
                        .chain([link(country, country, Relation::Supports)])
                });
            }
            found.circle = found.circle.take().or(owners.circle);
            if let Some(why) = owners.unclear {
                found.doubt(why);
            }
        }
    }
}

/// Whether an entity was not met yet, or not as one that governs.
fn is_news(seen: &HashMap<usize, bool>, who: usize, governs: bool) -> bool {
    seen.get(&who).is_none_or(|before| governs && !before)
}

/// What is found while the entities are walked.
#[derive(Default)]
struct Found {
    laws: BTreeMap<String, Jurisdiction>,
    governing: BTreeSet<String>,
    unclear: Option<Doubt>,
    circle: Option<String>,
}

impl Found {
    fn law<'a, C: Iterator<Item = Link<'a>>>(&mut self, country: &str, chain: impl FnOnce() -> C) {
        if !country.is_empty() && !self.laws.contains_key(country) {
            let law = jurisdiction(country, chain().collect());
            self.laws.insert(country.to_owned(), law);
        }
    }

    /// The first doubt is told; one is enough.
    fn doubt(&mut self, why: Doubt) {
        self.unclear.get_or_insert(why);
    }

    fn jurisdictions(&mut self) -> Vec<Jurisdiction> {
        std::mem::take(&mut self.laws).into_values().collect()
    }
}

fn jurisdiction(country: &str, chain: Vec<Link<'_>>) -> Jurisdiction {
    let because = chain.iter().map(|link| Because {
        entity: link.label.to_owned(),
        relation: link.relation,
        share_basis_points: link.share,
    });
    let because = shortened_chain(because.collect(), |left_out| Because {
        entity: left_out.to_string(),
        relation: Relation::LeftOut,
        share_basis_points: None,
    });
    let gap = format!("({} more)", chain.len().saturating_sub(sentence::LINKS - 1));
    let told = shortened_chain(chain, |_| link(&gap, &gap, Relation::LeftOut));
    Jurisdiction {
        country: country.to_owned(),
        because,
        reason: sentence::sentence(&told),
    }
}

fn link<'a>(label: &'a str, legal_name: &'a str, relation: Relation) -> Link<'a> {
    Link {
        label,
        legal_name,
        relation,
        share: None,
    }
}

/// The field of a Provider in which the stakes of one relation stand.
pub(crate) fn field(relation: Relation) -> &'static str {
    match relation {
        Relation::Operates => "spec.operatedBy",
        Relation::HoldsKeys => "spec.keysHeldBy",
        Relation::Hosts => "spec.hostedIn",
        Relation::Supports => "spec.supportedFrom",
        Relation::Owns
        | Relation::Votes
        | Relation::Vetoes
        | Relation::AppointsBoard
        | Relation::Established
        | Relation::LeftOut => "spec.owners",
    }
}

#[cfg(test)]
mod tests;
