//! Do the target's storage classes hold what the claims ask?
//!
//! Not here: whether a class is there (`checks`), quota. Invariant: a size blocks only where the scheduler itself heeds
//! capacities: of drivers that say so, for classes that wait for their first consumer; elsewhere what is published is a
//! hint.

use std::collections::BTreeSet;

use serde_json::Value;

use super::quota::spell;
use crate::{
    demand,
    facts::{StorageFact, TargetFacts},
    field::{at, items, text},
    finding::{Finding, Question, Severity},
    quantity,
    said::{Advice, Storage},
    transform::{Planned, Transformed},
};

/// Provisioners that refuse to make a volume of files for many writers: the claim never binds. From their own sources.
const REFUSE_MANY: &[&str] = &[
    "disk.csi.azure.com",
    "ebs.csi.aws.com",
    "pd.csi.storage.gke.io",
    "csi.hetzner.cloud",
    "rbd.csi.ceph.com",
    "openebs.io/local",
];

/// Provisioners that make it all the same, of storage for one node: it binds, and Pods on a second node do not start.
const ONE_NODE: &[&str] = &["cinder.csi.openstack.org", "rancher.io/local-path"];

pub(super) fn check(transformed: &Transformed, facts: &TargetFacts) -> Vec<Finding> {
    let claims: Vec<(&Planned, &Value, i128)> = transformed
        .objects
        .iter()
        .flat_map(|one| {
            demand::claims(one)
                .into_iter()
                .map(move |(claim, copies)| (one, claim, copies))
        })
        .collect();
    let seen = match facts.storage.get() {
        Ok(seen) => seen,
        Err(_) if claims.is_empty() => return Vec::new(),
        Err(why) => {
            let why = why.clone();
            return vec![
                Finding::new(Question::Storage, Severity::Warn, Storage::RoomUnknown { why })
                    .remedy(Advice::AskLargest),
            ];
        }
    };
    claims
        .into_iter()
        .filter(|(_, _, copies)| *copies > 0)
        .flat_map(|(one, claim, _)| of_claim(one, claim, seen))
        .collect()
}

fn of_claim(one: &Planned, claim: &Value, seen: &StorageFact) -> Vec<Finding> {
    let mut out = Vec::new();
    let class = text(claim, &["spec", "storageClassName"]);
    let found = seen
        .classes
        .iter()
        .find(|one| text(one, &["metadata", "name"]) == class);
    let Some(found) = found else {
        return out; // that is a finding of its own
    };
    let provisioner = text(found, &["provisioner"]);
    let modes: BTreeSet<&str> = items(claim, &["spec", "accessModes"])
        .iter()
        .filter_map(Value::as_str)
        .collect();
    let many = modes.contains("ReadWriteMany") && text(claim, &["spec", "volumeMode"]) != "Block";
    let severity = if REFUSE_MANY.contains(&provisioner) {
        Some(Severity::Block)
    } else {
        ONE_NODE.contains(&provisioner).then_some(Severity::Warn)
    };
    if let Some(severity) = severity.filter(|_| many) {
        let message = Storage::OneWriter {
            class: class.to_owned(),
            provisioner: provisioner.to_owned(),
        };
        out.push(
            Finding::new(Question::Storage, severity, message)
                .about(&one.key)
                .field("spec.accessModes")
                .remedy(Advice::MapShared),
        );
    }
    let size = demand::size(claim);
    let most = largest(class, seen);
    if let Some(most) = most.filter(|most| size > *most) {
        let waits = text(found, &["volumeBindingMode"]) == "WaitForFirstConsumer";
        let heeded = waits && seen.heeded.contains(provisioner);
        let severity = if heeded { Severity::Block } else { Severity::Warn };
        let message = Storage::TooLarge {
            size: spell(size),
            class: class.to_owned(),
            most: spell(most),
        };
        out.push(
            Finding::new(Question::Storage, severity, message)
                .about(&one.key)
                .field("spec.resources.requests.storage")
                .remedy(Advice::ExtendStorage),
        );
    }
    out
}

/// The largest volume of a class, where its driver publishes that.
fn largest(class: &str, seen: &StorageFact) -> Option<i128> {
    seen.capacities
        .iter()
        .filter(|one| text(one, &["storageClassName"]) == class)
        .filter_map(|one| at(one, &["maximumVolumeSize"]).or_else(|| at(one, &["capacity"])))
        .filter_map(quantity::parse)
        .max()
}
