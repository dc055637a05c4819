//! Whether one policy's rule asks at least as much as another's, whatever the clusters are.
//!
//! Invariant: says yes only where it is certain: for every cluster that meets the first rule, the second holds.
use std::collections::BTreeSet;

use havenmeester_api::policy::{Require, Selector, Term};
use havenmeester_api::require::Rule;

use crate::autonomy::eea;

/// Whether everybody whom `narrow` chooses is chosen by `wide`.
pub(super) fn covers(wide: &Selector, narrow: &Selector) -> bool {
    let within = |narrow: &Term, wide: &Term| {
        let same = |wide: Option<&str>, narrow: Option<&str>| wide.is_none() || wide == narrow;
        (wide.criticality.is_none() || wide.criticality == narrow.criticality)
            && (wide.sensitivity.is_none() || wide.sensitivity == narrow.sensitivity)
            && (wide.layer.is_none() || wide.layer == narrow.layer)
            && same(wide.namespace.as_deref(), narrow.namespace.as_deref())
    };
    wide.any_of.is_empty()
        || (!narrow.any_of.is_empty()
            && narrow
                .any_of
                .iter()
                .all(|term| wide.any_of.iter().any(|other| within(term, other))))
}

/// Whether whatever meets the rule of `strong` meets that of `weak`, which must ask something.
pub(super) fn stricter(rule: Rule, strong: &Require, weak: &Require) -> bool {
    match rule {
        Rule::Categories => within(&strong.categories, &weak.categories),
        Rule::Regions => within(&strong.regions, &weak.regions),
        Rule::Clusters => within(&strong.clusters, &weak.clusters),
        Rule::Jurisdictions => jurisdictions(strong, weak),
        Rule::Seal => seal(strong, weak),
        Rule::Haven => match (&strong.haven, &weak.haven) {
            (Some(strong), Some(weak)) if weak.checks.is_empty() => strong.checks.is_empty(),
            (Some(strong), Some(weak)) => {
                !strong.checks.is_empty() && weak.checks.iter().all(|check| strong.checks.contains(check))
            }
            (Some(_) | None, None) | (None, Some(_)) => false,
        },
        Rule::Components => all_of(&strong.components, &weak.components),
        Rule::ZonesAtLeast => weak.zones_at_least > Some(0) && strong.zones_at_least >= weak.zones_at_least,
        Rule::Scope => weak.scope.is_some() && strong.scope == weak.scope,
        Rule::CoreValues => {
            !weak.core_values.is_empty()
                && weak
                    .core_values
                    .set()
                    .all(|(value, floor)| strong.core_values.of(value) >= Some(floor))
        }
        Rule::Standby => weak.standby.is_some_and(|weak| {
            strong.standby.is_some_and(|strong| {
                strong.other_provider >= weak.other_provider
                    && strong.other_jurisdiction >= weak.other_jurisdiction
            })
        }),
        Rule::NotEligible => {
            !weak.not_eligible.is_empty()
                && weak.not_eligible.iter().all(|rule| {
                    strong.not_eligible.iter().any(|other| {
                        other.provider == rule.provider
                            && (other.until.is_none()
                                || rule.until.is_some_and(|until| other.until >= Some(until)))
                    })
                })
        }
    }
}

/// One of the strong list is one of the weak one. An empty list asks nothing.
fn within<T: PartialEq>(strong: &[T], weak: &[T]) -> bool {
    !weak.is_empty() && !strong.is_empty() && strong.iter().all(|one| weak.contains(one))
}

/// All of the weak list are asked by the strong one.
fn all_of<T: PartialEq>(strong: &[T], weak: &[T]) -> bool {
    !weak.is_empty() && weak.iter().all(|one| strong.contains(one))
}

fn jurisdictions(strong: &Require, weak: &Require) -> bool {
    let (Some(strong), Some(weak)) = (&strong.jurisdictions, &weak.jurisdictions) else {
        return false;
    };
    let (theirs, ours) = (eea::countries(&strong.only), eea::countries(&weak.only));
    let only = weak.only.is_empty() || (!strong.only.is_empty() && theirs.is_subset(&ours));
    let asked: BTreeSet<&str> = eea::countries(&weak.denied);
    let denied = eea::countries(&strong.denied);
    // What is not among the only ones is denied as well.
    let denied = asked
        .iter()
        .all(|country| denied.contains(country) || (!strong.only.is_empty() && !theirs.contains(country)));
    only && denied && !(weak.only.is_empty() && weak.denied.is_empty())
}

fn seal(strong: &Require, weak: &Require) -> bool {
    let (Some(strong), Some(weak)) = (&strong.seal, &weak.seal) else {
        return false;
    };
    // The overall level is the minimum: it holds for each objective.
    let reached = |objective| {
        let own = strong.objectives.iter().filter(|o| o.objective == objective);
        own.map(|o| o.at_least).max().unwrap_or(0).max(strong.at_least)
    };
    let asks = weak.at_least > 0 || weak.objectives.iter().any(|o| o.at_least > 0);
    asks && strong.at_least >= weak.at_least
        && weak.objectives.iter().all(|o| reached(o.objective) >= o.at_least)
}

#[cfg(test)]
mod tests;
