//! What still ties the workload to a provider after it was rewritten.
//!
//! Not here: the rules (`rules`). Invariant: what ties to the target's own provider is no tie; what is found in a Secret
//! is said without its value. It blocks only where the Pods would not start: for a driver of volumes that the target does
//! not have. A service that the application calls is reached from elsewhere too, as long as its provider is there.

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
            let path = hit.path.to_string();
            let severity = match hit.rule.severity {
                Level::Block => {
                    driver(&path, hit.seen.as_deref()).map_or(Severity::Warn, |driver| mounts(driver, facts))
                }
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
                    .field(path)
                    .remedy(Advice::Replace {
                        with: rule.replacement.clone(),
                        dutch: rule.dutch.as_ref().map(|said| said.replacement.clone()),
                    }),
            );
        }
    }
    out
}

/// Kinds of volumes that were once built in, and the driver that mounts them now.
const BUILT_IN: &[(&str, &str)] = &[
    ("azureDisk", "disk.csi.azure.com"),
    ("azureFile", "file.csi.azure.com"),
    ("awsElasticBlockStore", "ebs.csi.aws.com"),
    ("gcePersistentDisk", "pd.csi.storage.gke.io"),
    ("cinder", "cinder.csi.openstack.org"),
    ("vsphereVolume", "csi.vsphere.vmware.com"),
];

/// The driver that must mount the volume at this path; none where it is no volume of a Pod's own.
fn driver<'s>(path: &str, seen: Option<&'s str>) -> Option<&'s str> {
    let (_, inside) = path.split_once(".volumes[")?;
    let (_, field) = inside.split_once("].")?;
    if field == "csi.driver" {
        return seen;
    }
    let kind = field.split('.').next()?;
    let found = BUILT_IN.iter().find(|(name, _)| *name == kind);
    found.map(|(_, driver)| *driver)
}

/// What it means for Pods that they need this driver.
fn mounts(driver: &str, facts: &TargetFacts) -> Severity {
    match facts.storage.get() {
        Ok(storage) if storage.drivers.contains(driver) => Severity::Warn,
        Ok(_) => Severity::Block,
        Err(_) => Severity::Unknown,
    }
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
