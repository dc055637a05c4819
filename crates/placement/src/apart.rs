//! Whether two places are far enough apart for one to stand by for the other.
//!
//! Invariant: what is unclear is not apart: a standby that falls with its cluster is none.
use std::collections::BTreeSet;

use havenmeester_api::provider::Relation;
use havenmeester_api::require::StandbyRule;
use serde::Serialize;

use crate::place::Place;

/// How far apart.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd, Serialize)]
pub enum Apart {
    /// Another cluster.
    Cluster,
    /// No entity that owns or operates the one owns or operates the other.
    Provider,
    /// No country's law reaches both.
    Jurisdiction,
}

impl Apart {
    /// What a rule asks.
    pub(crate) fn of(rule: StandbyRule) -> impl Iterator<Item = Self> {
        let asked = [
            (true, Self::Cluster),
            (rule.other_provider, Self::Provider),
            (rule.other_jurisdiction, Self::Jurisdiction),
        ];
        asked
            .into_iter()
            .filter(|(asked, _)| *asked)
            .map(|(_, apart)| apart)
    }

    /// Whether two places are so far apart.
    pub(crate) fn holds(self, a: &Place<'_>, b: &Place<'_>) -> bool {
        match self {
            Self::Cluster => a.name != b.name,
            Self::Provider => clear(a) && clear(b) && entities(a).is_disjoint(&entities(b)),
            Self::Jurisdiction => clear(a) && clear(b) && countries(a).is_disjoint(&countries(b)),
        }
    }
}

impl std::fmt::Display for Apart {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Cluster => "on another cluster",
            Self::Provider => "at another provider",
            Self::Jurisdiction => "under another jurisdiction",
        })
    }
}

fn clear(place: &Place<'_>) -> bool {
    place.provider_known && place.autonomy.unclear.is_none()
}

/// Its provider, and those who own or operate it through whom a law reaches it. Who holds the keys stops no cluster, and
/// may well be the city itself.
fn entities<'a>(place: &'a Place<'_>) -> BTreeSet<&'a str> {
    let governs = |relation: Relation| match relation {
        Relation::Established
        | Relation::Owns
        | Relation::Votes
        | Relation::Vetoes
        | Relation::AppointsBoard
        | Relation::Operates
        | Relation::LeftOut => true, // two middles of one length may be the same entities
        Relation::HoldsKeys | Relation::Hosts | Relation::Supports => false,
    };
    let chains = place.autonomy.jurisdictions.iter().flat_map(|law| &law.because);
    let through = chains.filter(|because| governs(because.relation));
    through
        .map(|because| because.entity.as_str())
        .chain([place.view.provider.as_str()])
        .collect()
}

fn countries<'a>(place: &'a Place<'_>) -> BTreeSet<&'a str> {
    let laws = place.autonomy.jurisdictions.iter();
    laws.map(|law| law.country.as_str()).collect()
}

#[cfg(test)]
mod tests;
