//! What stands in one namespace of one cluster, and whether it is what stood in another.
//!
//! Not here: reading it from a cluster. Invariant: only what would be captured is compared, field by field, and no value of
//! a Secret is in what is said.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use serde_json::Value;

use crate::{ObjectKey, Serving, capture, faithful, is_serving, is_stopped};

/// Fields that differ because clusters call the same thing differently (`MemberCluster.spec.classes`).
const NAMES_OF_CLASSES: [&str; 2] = ["ingressClassName", "storageClassName"];

/// What stands in one namespace.
#[derive(Clone, Debug, Default)]
pub struct Standing {
    captured: BTreeMap<ObjectKey, Value>,
    live: BTreeMap<ObjectKey, Value>,
}

impl Standing {
    /// Takes an object in, as its API server shows it. What is not captured (Pods, Events, what a controller makes) is not
    /// kept.
    pub fn keep(&mut self, live: Value) {
        let Some(kept) = capture(&live) else { return };
        if let Ok(key) = ObjectKey::from_value(&kept) {
            self.captured.insert(key.clone(), kept);
            self.live.insert(key, live);
        }
    }

    /// The objects as they would be captured.
    pub fn captured(&self) -> &BTreeMap<ObjectKey, Value> {
        &self.captured
    }

    /// The objects as their API server shows them.
    pub fn live(&self) -> &BTreeMap<ObjectKey, Value> {
        &self.live
    }

    /// What would start Pods.
    pub fn running(&self) -> Vec<String> {
        let active = self
            .live
            .iter()
            .filter(|(_, object)| runs(object) && !is_stopped(object));
        active.map(|(key, _)| key.to_string()).collect()
    }

    /// What does not do its work, and why.
    pub fn not_serving(&self) -> Vec<String> {
        let runners = self.live.iter().filter(|(_, object)| runs(object));
        runners
            .filter_map(|(key, object)| match is_serving(object) {
                Serving::Yes | Serving::NotApplicable => None,
                Serving::No(why) => Some(format!("{key}: {why}")),
            })
            .collect()
    }

    /// What `there` lacks of this, and what is not as it is here: only names of classes may differ.
    pub fn lost_in(&self, there: &Self) -> Vec<String> {
        let mut problems = Vec::new();
        for (key, sent) in &self.captured {
            let Some(live) = there.live.get(key) else {
                problems.push(format!("{key} is missing"));
                continue;
            };
            let changed = faithful(sent, live)
                .into_iter()
                .filter(|d| !NAMES_OF_CLASSES.iter().any(|field| d.path.ends_with(field)))
                .map(|d| format!("{key}: {} differs", d.path));
            problems.extend(changed);
        }
        problems
    }

    /// What `there` has and this has not.
    pub fn added_in(&self, there: &Self) -> Vec<String> {
        let new = there
            .captured
            .keys()
            .filter(|key| !self.captured.contains_key(*key));
        new.map(|key| format!("{key} is new")).collect()
    }
}

fn runs(object: &Value) -> bool {
    matches!(
        object["kind"].as_str(),
        Some("Deployment" | "StatefulSet" | "DaemonSet")
    )
}
