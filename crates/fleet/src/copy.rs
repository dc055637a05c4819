//! What one object is to a copy, and what a namespace is and does: running or stopped, how much it asks for.
use std::sync::Arc;

use havenmeester_api::labels::Tags;
use havenmeester_api::workload::CopyState;
use havenmeester_placement::{CopyView, Demand};
use havenmeester_portability::{Gvk, capture, is_stopped};
use serde_json::Value;

use crate::demand;
use crate::index::{Namespace, Space};

/// What is kept of an object of a workload.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Kept {
    /// The object as it is captured, in JSON.
    pub(crate) bytes: Arc<[u8]>,
    /// Whether it wants pods to run.
    pub(crate) runs: bool,
    /// What its pods ask for.
    pub(crate) demand: Demand,
}

impl Kept {
    /// `None`: it is never captured.
    pub(crate) fn of(gvk: &Gvk, live: &Value) -> Option<Self> {
        let kept = capture(live)?;
        Some(Self {
            bytes: serde_json::to_vec(&kept).ok()?.into(),
            runs: !is_stopped(live),
            demand: demand::of_object(&gvk.group, &gvk.kind, live),
        })
    }
}

/// What a namespace is and does. `None`: it is not there.
pub(crate) fn view(namespace: Option<&Namespace>, space: Option<&Space>) -> Option<CopyView> {
    let objects = space.map_or(0, |space| space.objects.len());
    // Without the right to see the namespace itself, its objects prove that it is there.
    if namespace.is_none() && objects == 0 {
        return None;
    }
    let kept = || space.into_iter().flat_map(|space| space.objects.values());
    let active = kept().any(|kept| kept.runs);
    Some(CopyView {
        tags: namespace.and_then(|seen| Tags::read(&seen.labels)),
        state: if active {
            CopyState::Active
        } else {
            CopyState::Stopped
        },
        objects,
        demand: kept().fold(Demand::default(), |sum, kept| sum.plus(&kept.demand)),
    })
}

#[cfg(test)]
mod tests;
