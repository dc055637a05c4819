//! Whether what was seen of a cluster meets one policy.
//!
//! Invariant: knows nothing of `asked` and `filter`; what was not seen meets nothing.
use havenmeester_api::Date;
use havenmeester_api::member::Scope;
use havenmeester_api::policy::Require;
use havenmeester_api::provider::ProviderSpec;
use havenmeester_api::require::Rule;

use crate::autonomy::Autonomy;
use crate::components;
use crate::fleet::{ClusterView, Reach};

use super::rules::Broken;

/// Of the core values only autonomy is below its floor.
pub(super) const AUTONOMY: &str = "autonomy";

/// The rules that it breaks.
pub(super) fn broken(require: &Require, view: &ClusterView, today: Date) -> Vec<Broken> {
    let mut rules = Vec::new();
    if let Some(rule) = &require.haven {
        let met = view.traits.haven.last().is_some_and(|haven| {
            let passes = |check: &String| haven.checks.get(check).copied().unwrap_or(false);
            if rule.checks.is_empty() {
                haven.compliant
            } else {
                rule.checks.iter().all(passes)
            }
        });
        rules.extend((!met).then_some(Broken(Rule::Haven, "haven")));
    }
    let serves = |component: &String| {
        let group = components::group(component);
        view.traits
            .groups
            .last()
            .is_some_and(|groups| groups.contains(group))
    };
    if !require.components.iter().all(serves) {
        rules.push(Broken(Rule::Components, "components"));
    }
    // None at least asks nothing, also where zones cannot be seen.
    if let Some(wanted) = require.zones_at_least.filter(|wanted| *wanted > 0)
        && view
            .traits
            .zones
            .last()
            .map_or(-1, |zones| i32::try_from(zones.len()).unwrap_or(0))
            < wanted
    {
        rules.push(Broken(Rule::ZonesAtLeast, "zones"));
    }
    if let Some(scope) = require.scope
        && (scope == Scope::Cluster) != (view.reach == Reach::Cluster)
    {
        rules.push(Broken(Rule::Scope, "scope"));
    }
    let closed = require
        .not_eligible
        .iter()
        .any(|rule| rule.provider == view.provider && rule.until.is_none_or(|until| until >= today));
    rules.extend(closed.then_some(Broken(Rule::NotEligible, "eligibility")));
    rules
}

/// The floors of the core values, when one is not reached.
pub(super) fn floors(require: &Require, provider: &ProviderSpec, facts: &Autonomy) -> Option<Broken> {
    let (floors, values) = (require.core_values, provider.core_values);
    let free = if facts.is_autonomous() { 60 } else { 0 };
    let autonomy = if facts.unclear.is_some() {
        0
    } else {
        free + 40 * facts.score / 10_000
    };
    let pairs = [
        (floors.autonomy, Some(autonomy)),
        (floors.quality, values.quality),
        (floors.cost, values.cost),
        (floors.security, values.security),
        (floors.innovation, values.innovation),
        (floors.sustainability, values.sustainability),
        (floors.transparency, values.transparency),
    ];
    let below = |(floor, value): &(Option<i32>, Option<i32>)| {
        floor.is_some_and(|floor| value.is_none_or(|value| value < floor))
    };
    if pairs[1..].iter().any(below) {
        return Some(Broken(Rule::CoreValues, "core values"));
    }
    below(&pairs[0]).then_some(Broken(Rule::CoreValues, AUTONOMY))
}
