//! Does the whole workload fit the target's quotas? A dry run alone does not add up.

use std::collections::BTreeMap;

use crate::{
    demand,
    facts::{QuotaFact, TargetFacts},
    finding::{Finding, Question, Severity},
    quantity,
    transform::Transformed,
};

pub(super) fn check(transformed: &Transformed, facts: &TargetFacts) -> Vec<Finding> {
    let quotas = match facts.quota.get() {
        Ok(quotas) => quotas,
        Err(why) => {
            let message = format!("the target's quotas are not known: {why}");
            return vec![Finding::new(Question::Admission, Severity::Unknown, message)];
        }
    };
    // What an earlier attempt left there is already in the quota's own count.
    let there = facts.existing.get().map(Vec::as_slice).unwrap_or_default();
    let new = transformed
        .objects
        .iter()
        .filter(|one| !there.iter().any(|existing| existing.key == one.key));
    let demand = demand::of(new);
    let none = BTreeMap::new();
    quotas
        .iter()
        .flat_map(|quota| one(quota, demand.get(&quota.namespace).unwrap_or(&none)))
        .collect()
}

fn one(quota: &QuotaFact, demand: &BTreeMap<String, i128>) -> Vec<Finding> {
    let mut out = Vec::new();
    for (resource, hard) in &quota.hard {
        let Some(wanted) = demand.get(resource).copied().filter(|wanted| *wanted > 0) else {
            continue;
        };
        let used = quota.used.get(resource).map_or("0", String::as_str);
        let (Some(limit), Some(taken)) = (quantity::parse_text(hard), quantity::parse_text(used)) else {
            let message = format!(
                "quota {} of {}: {hard} or {used} is no quantity",
                quota.name, quota.namespace
            );
            out.push(Finding::new(Question::Admission, Severity::Unknown, message));
            continue;
        };
        if taken + wanted > limit {
            let message = format!(
                "quota {} of {}: {resource} needs {}, of {hard} {used} is used",
                quota.name,
                quota.namespace,
                spell(wanted)
            );
            out.push(
                Finding::new(Question::Admission, Severity::Block, message)
                    .remedy("ask for more quota, or scale the workload down"),
            );
        }
    }
    out
}

/// Thousandths as a quantity.
fn spell(amount: i128) -> String {
    if amount % quantity::ONE != 0 {
        return format!("{amount}m");
    }
    let whole = amount / quantity::ONE;
    let binary = [("Gi", 1_i128 << 30), ("Mi", 1 << 20), ("Ki", 1 << 10)];
    match binary
        .into_iter()
        .find(|(_, size)| whole >= *size && whole % size == 0)
    {
        Some((suffix, size)) => format!("{}{suffix}", whole / size),
        None => whole.to_string(),
    }
}
