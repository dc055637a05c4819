//! Whether two places are far enough apart for one to stand by for the other.
//!
//! Invariant: what is unclear is not apart: a standby that falls with its cluster is none.
use std::collections::BTreeSet;

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
            Self::Provider => {
                clear(a) && clear(b) && a.autonomy.governed_by.is_disjoint(&b.autonomy.governed_by)
            }
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

fn countries<'a>(place: &'a Place<'_>) -> BTreeSet<&'a str> {
    let laws = place.autonomy.jurisdictions.iter();
    laws.map(|law| law.country.as_str()).collect()
}

#[cfg(test)]
mod tests;
