//! What a namespace on a member says of itself in its labels.
//!
//! Invariant: a namespace without a level label is nobody's business here; a level that cannot be read
//! counts as the strictest.
use std::collections::BTreeMap;

use crate::level::{Criticality, Read, Sensitivity};
use crate::workload::Mode;

/// How critical the process is: low, medium or critical.
pub const CRITICALITY: &str = "havenmeester.dev/criticality";
/// How sensitive its data is: low, medium or high, or a BIO level.
pub const SENSITIVITY: &str = "havenmeester.dev/sensitivity";
/// Whether two copies may be active at once: exclusive (the default) or replicable.
pub const MODE: &str = "havenmeester.dev/mode";
/// On a Workload that was discovered, not written: its value is `discovered`.
pub const ORIGIN: &str = "havenmeester.dev/origin";
/// On objects that belong to one Workload on the hub: its name.
pub const WORKLOAD: &str = "havenmeester.dev/workload";
/// On a Migration that a Drill or Contract made: the maker's name.
pub const DRILL: &str = "havenmeester.dev/drill";
/// See [`DRILL`].
pub const CONTRACT: &str = "havenmeester.dev/contract";
/// On a dry run that a policy's `rehearse` made: its value is `true`.
pub const REHEARSAL: &str = "havenmeester.dev/rehearsal";
/// Annotation on such a dry run: a hash of what it rests on. Another hash calls for another dry run.
pub const REHEARSED: &str = "havenmeester.dev/rehearsed";
/// Annotation on a namespace of a member: the Migration that wrote there last.
pub const MIGRATION: &str = "havenmeester.dev/migration";
/// Annotation on a namespace of a member: the generation of that Migration's plan. A writer with a lower one stops.
pub const PLAN_GENERATION: &str = "havenmeester.dev/plan-generation";
/// Annotation on a stopped object: the replicas it had, so that starting it again gives back what was.
pub const REPLICAS: &str = "havenmeester.dev/replicas";

/// The tags of a namespace.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Tags {
    /// What the namespace says of its criticality; the strictest when it says only its sensitivity.
    pub criticality: Read<Criticality>,
    /// What the namespace says of its sensitivity; the strictest when it says only its criticality.
    pub sensitivity: Read<Sensitivity>,
    /// Exclusive unless the label says replicable: two live copies are worse than one that waits.
    pub mode: Mode,
    /// What could not be read, as sentences that name the label and what would be right.
    pub misread: Vec<String>,
}

impl Tags {
    /// Reads the labels of a namespace. `None`: it is untagged, and is never touched.
    pub fn read(labels: &BTreeMap<String, String>) -> Option<Self> {
        let criticality = labels.get(CRITICALITY);
        let sensitivity = labels.get(SENSITIVITY);
        if criticality.is_none() && sensitivity.is_none() {
            return None;
        }
        let criticality = Criticality::read(criticality.map_or("", String::as_str));
        let sensitivity = Sensitivity::read(sensitivity.map_or("", String::as_str));
        let mut misread = Vec::new();
        if let Some(value) = criticality.misread() {
            misread.push(complaint(
                CRITICALITY,
                value,
                "Critical",
                Criticality::LABEL_VALUES,
            ));
        }
        if let Some(value) = sensitivity.misread() {
            misread.push(complaint(SENSITIVITY, value, "High", Sensitivity::LABEL_VALUES));
        }
        let mode = match labels.get(MODE).map(String::as_str) {
            None | Some("exclusive") => Mode::Exclusive,
            Some("replicable") => Mode::Replicable,
            Some(other) => {
                misread.push(complaint(MODE, other, "Exclusive", "exclusive or replicable"));
                Mode::Exclusive
            }
        };
        Some(Self {
            criticality,
            sensitivity,
            mode,
            misread,
        })
    }
}

fn complaint(label: &str, value: &str, counts_as: &str, allowed: &str) -> String {
    if value.is_empty() {
        format!("label {label} is missing; it counts as {counts_as}; write {allowed}")
    } else {
        format!("label {label} has the unknown value {value:?}; it counts as {counts_as}; write {allowed}")
    }
}

#[cfg(test)]
mod tests;
