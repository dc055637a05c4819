//! Workloads that live in one namespace: two moves there at once would write over each other, so one goes first.
//!
//! Invariant: who moves already goes first, then who chooses first; who only waits holds up nobody.
use std::collections::{BTreeMap, HashMap};

use crate::request::WorkloadId;

use super::block::Blocks;
use super::scene::{Case, Stand};
use super::{Scene, action};

/// Whose move goes before whose.
#[derive(Default)]
pub(crate) struct Shared(BTreeMap<WorkloadId, WorkloadId>);

impl Shared {
    /// Of all workloads, or of those that share namespaces with some that have changed.
    pub(crate) fn of(cases: &[Case<'_>], scene: &Scene<'_>, blocks: &Blocks) -> Self {
        let mut count: HashMap<&str, usize> = HashMap::new();
        let moves = |case: &&Case<'_>| case.must_go() || case.stand == Stand::Moving;
        for case in cases.iter().filter(moves) {
            *count.entry(&case.view.target.namespace).or_default() += 1;
        }
        let mut groups: BTreeMap<&str, Vec<&Case<'_>>> = BTreeMap::new();
        for case in cases.iter().filter(moves) {
            let namespace = case.view.target.namespace.as_str();
            if count.get(namespace).is_some_and(|n| *n > 1) {
                groups.entry(namespace).or_default().push(case);
            }
        }
        let mut shared = Self::default();
        for group in groups.into_values() {
            shared.one(group, scene, blocks);
        }
        shared
    }

    fn one(&mut self, mut group: Vec<&Case<'_>>, scene: &Scene<'_>, blocks: &Blocks) {
        group.sort_by_key(|case| (case.stand != Stand::Moving, blocks.rank(case.id), case.id));
        let mut first: Option<&WorkloadId> = None;
        for case in group {
            if let Some(first) = first {
                self.0.insert(case.id.clone(), first.clone());
            }
            let acts = || action::acts(case, scene, first, blocks.target(case.id));
            if first.is_none() && (case.stand == Stand::Moving || acts()) {
                first = Some(case.id);
            }
        }
    }

    /// Whose move goes before that of a workload, in the same namespace.
    pub(crate) fn before(&self, id: &WorkloadId) -> Option<&WorkloadId> {
        self.0.get(id)
    }
}
