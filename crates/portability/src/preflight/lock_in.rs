//! What still ties the workload to a provider after it was rewritten.
//!
//! Not here: the rules (`rules`). Invariant: what ties to the target's own provider is no tie; what is found in a Secret
//! is said without its value.

use std::{collections::BTreeSet, sync::LazyLock};

use crate::{
    facts::TargetFacts,
    field::text,
    finding::{Finding, Question, Severity},
    rules::{Level, RuleErrors, RuleSet},
    said::{Advice, Tie},
    transform::Transformed,
};

static RULES: LazyLock<Result<RuleSet, RuleErrors>> = LazyLock::new(RuleSet::builtin);

pub(super) fn check(transformed: &Transformed, facts: &TargetFacts) -> Vec<Finding> {
    let rules = match &*RULES {
        Ok(rules) => rules,
        Err(why) => {
            let message = Tie::RulesUnreadable { why: why.to_string() };
            return vec![Finding::new(Question::LockIn, Severity::Unknown, message)];
        }
    };
    let home = families(facts);
    let mut out = Vec::new();
    for one in &transformed.objects {
        let mut said: BTreeSet<&str> = BTreeSet::new();
        for hit in rules.check(&one.object) {
            let severity = match hit.rule.severity {
                Level::Block => Severity::Block,
                Level::Rewrite | Level::Warn => Severity::Warn,
                Level::Info => continue,
            };
            let at_home = home.contains(hit.rule.provider.as_str())
                || hit.seen.as_deref().is_some_and(|name| is_there(name, facts));
            if at_home || !said.insert(&hit.rule.id) {
                continue;
            }
            let rule = hit.rule;
            let message = Tie::Rule {
                id: rule.id.clone(),
                seen: hit.seen.clone(),
                what: rule.what.clone(),
                why: rule.why.clone(),
                dutch: rule.dutch.clone(),
            };
            out.push(
                Finding::new(Question::LockIn, severity, message)
                    .about(&one.key)
                    .field(hit.path.to_string())
                    .remedy(Advice::Replace {
                        with: rule.replacement.clone(),
                        dutch: rule.dutch.as_ref().map(|said| said.replacement.clone()),
                    }),
            );
        }
    }
    out
}

/// Whether a class of this name is on the target: then its name is no tie.
fn is_there(name: &str, facts: &TargetFacts) -> bool {
    [&facts.storage_classes, &facts.ingress_classes]
        .into_iter()
        .any(|classes| classes.get().is_ok_and(|classes| classes.contains(name)))
}

/// How many rules there are, as evidence.
pub(super) fn count() -> usize {
    RULES.as_ref().map_or(0, |rules| rules.rules().len())
}

/// The providers' own ways that the target knows, by what its nodes and groups say of themselves.
fn families(facts: &TargetFacts) -> BTreeSet<&'static str> {
    let mut out = BTreeSet::new();
    if let Ok(nodes) = facts.nodes.get() {
        for node in &nodes.nodes {
            let id = text(node, &["spec", "providerID"]);
            for (start, family) in [("azure://", "azure"), ("aws://", "aws"), ("gce://", "gcp")] {
                if id.starts_with(start) {
                    out.insert(family);
                }
            }
        }
    }
    if let Ok(served) = facts.served.get()
        && served.iter().any(|gvk| gvk.group == "route.openshift.io")
    {
        out.insert("openshift");
    }
    if let Ok(storage) = facts.storage.get() {
        for class in &storage.classes {
            match text(class, &["provisioner"]) {
                "disk.csi.azure.com" | "file.csi.azure.com" => out.insert("azure"),
                "ebs.csi.aws.com" | "efs.csi.aws.com" => out.insert("aws"),
                "pd.csi.storage.gke.io" => out.insert("gcp"),
                _ => false,
            };
        }
    }
    out
}
