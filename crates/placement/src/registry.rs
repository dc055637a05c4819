//! Whose an image registry is, and whether it is still there when a provider is cut off.
//!
//! Not here: which images there are, and what their registries say (`portability`).
//! Invariant: a registry that no Provider names is nobody's: nothing is said of it.
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use havenmeester_api::provider::{ProviderSpec, Relation};

use crate::asked::Requirements;
use crate::autonomy::{Autonomy, Facts};
use crate::decision::Refusal;
use crate::filter;

/// The provider that names a registry's host in `spec.registries`: the longest pattern, then the first by name.
pub fn registry_owner<'p>(providers: &'p BTreeMap<String, ProviderSpec>, host: &str) -> Option<&'p str> {
    let host = host.to_ascii_lowercase();
    let named = providers.iter().flat_map(|(name, provider)| {
        let fits = provider.registries.iter().filter(|pattern| names(pattern, &host));
        fits.map(move |pattern| (pattern.len(), std::cmp::Reverse(name)))
    });
    named.max().map(|(_, name)| name.0.as_str())
}

/// `*.azurecr.io` names every host below; without a port it means that of HTTPS.
fn names(pattern: &str, host: &str) -> bool {
    let host = host.strip_suffix(":443").unwrap_or(host);
    let pattern = pattern.strip_suffix(":443").unwrap_or(pattern);
    match pattern.strip_prefix('*') {
        Some(end) => host.len() > end.len() && host.ends_with(end),
        None => host == pattern,
    }
}

/// Why the registries of a provider are not counted on.
#[derive(Clone, Debug, PartialEq)]
pub enum RegistryLost {
    /// The provider that is cut off runs them.
    WithSource {
        /// That provider.
        source: String,
    },
    /// Somebody controls both.
    Behind {
        /// The provider that is cut off.
        source: String,
        /// Who.
        entity: String,
    },
    /// A policy refuses the law that reaches them.
    Refused {
        /// In what way.
        refusal: Refusal,
    },
}

impl fmt::Display for RegistryLost {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::WithSource { source } => write!(out, "it goes when {source} is cut off"),
            Self::Behind { source, entity } => {
                write!(
                    out,
                    "it goes when {source} is cut off: {entity} stands behind both"
                )
            }
            Self::Refused { refusal } => {
                write!(out, "no policy would let the workload stand there: {refusal}")
            }
        }
    }
}

/// Why the registries of `owner` are not there for a workload on the day on which `source` is cut off; `None`: they are.
///
/// They go with `source` when it runs them, or when somebody controls both. They are not counted on either when a law
/// that the policies of the workload refuse reaches `owner`: what cuts the one off cuts the other.
pub fn registry_lost(
    facts: &Facts<'_>,
    owner: &str,
    source: &str,
    asked: Option<&Requirements>,
) -> Option<RegistryLost> {
    if owner == source {
        return Some(RegistryLost::WithSource {
            source: source.to_owned(),
        });
    }
    let of_owner = facts.of_provider(owner);
    let both = holders(owner, &of_owner);
    let both = both
        .intersection(&holders(source, &facts.of_provider(source)))
        .next()
        .cloned();
    if let Some(entity) = both {
        return Some(RegistryLost::Behind {
            source: source.to_owned(),
            entity,
        });
    }
    let refusal = asked.and_then(|asked| filter::by_law(asked, &of_owner).into_iter().next())?;
    Some(RegistryLost::Refused { refusal })
}

/// Who controls, runs or can decrypt, the entity itself among them.
fn holders(name: &str, autonomy: &Autonomy) -> BTreeSet<String> {
    let links = autonomy.jurisdictions.iter().flat_map(|law| &law.because);
    let holding = links.filter(|link| match link.relation {
        Relation::Established
        | Relation::Owns
        | Relation::Votes
        | Relation::Vetoes
        | Relation::AppointsBoard
        | Relation::Operates
        | Relation::HoldsKeys => true,
        Relation::Hosts | Relation::Supports | Relation::LeftOut => false,
    });
    let mut all: BTreeSet<String> = holding.map(|link| link.entity.clone()).collect();
    all.insert(name.to_owned());
    all
}

#[cfg(test)]
mod tests;
