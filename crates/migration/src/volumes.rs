//! What becomes of data in volumes, which nothing copies yet.
//!
//! Not here: the data engines that will (a later stage). Invariant: no move loses data without somebody having said
//! that there is none to keep: a Replicable workload keeps no state of its own, by its definition.

use havenmeester_api::workload::Mode;
use havenmeester_portability::said::{Advice, Source};
use havenmeester_portability::{Finding, Planned, Question, Severity};
use serde_json::Value;

/// One finding for each object that asks for a volume.
pub(crate) fn findings(mode: Mode, objects: &[Planned]) -> Vec<Finding> {
    objects
        .iter()
        .filter(|one| asks_for_volume(&one.object))
        .map(|one| finding(mode, one))
        .collect()
}

fn asks_for_volume(object: &Value) -> bool {
    let kind = object.get("kind").and_then(Value::as_str);
    let templates = object
        .pointer("/spec/volumeClaimTemplates")
        .and_then(Value::as_array);
    kind == Some("PersistentVolumeClaim") || templates.is_some_and(|all| !all.is_empty())
}

fn finding(mode: Mode, one: &Planned) -> Finding {
    match mode {
        Mode::Exclusive => {
            Finding::new(Question::Transfer, Severity::Block, Source::DataStays).remedy(Advice::SetReplicable)
        }
        Mode::Replicable => {
            Finding::new(Question::Transfer, Severity::Warn, Source::VolumeEmpty).remedy(Advice::SetExclusive)
        }
    }
    .about(&one.key)
}

#[cfg(test)]
mod tests;
