//! What a cluster was seen to be and to have, apart from its room: for the rules that ask for it.
//!
//! Not here: how it was seen (`fleet`), and how Haven is checked (`portability`).
//! Invariant: each is a fact of its own; what was not seen is unknown, and refuses where a policy asks.
use std::collections::{BTreeMap, BTreeSet};

use crate::fact::{Fact, Unseen};

/// What is seen of a cluster.
#[derive(Clone, Debug, PartialEq)]
pub struct Traits {
    /// Its Haven checks.
    pub haven: Fact<HavenView>,
    /// The API groups that it serves.
    pub groups: Fact<BTreeSet<String>>,
    /// The zones in which its nodes stand (label `topology.kubernetes.io/zone`).
    pub zones: Fact<BTreeSet<String>>,
}

/// The outcome of a Haven check of a whole cluster.
#[derive(Clone, Debug, Default, Eq, PartialEq, serde::Serialize)]
pub struct HavenView {
    /// Whether every required check passes.
    pub compliant: bool,
    /// Each check by its name, and whether it passes. One that was skipped or could not be done is not here.
    pub checks: BTreeMap<String, bool>,
}

impl Traits {
    /// Whether the same was seen, whenever that was: of a trait the last that was seen counts.
    pub(crate) fn say_the_same(&self, other: &Self) -> bool {
        let Self { haven, groups, zones } = other; // without `..`: no trait is forgotten
        self.haven.says_the_same(haven)
            && self.groups.says_the_same(groups)
            && self.zones.says_the_same(zones)
    }
}

impl Default for Traits {
    fn default() -> Self {
        Self {
            haven: Fact::unknown(Unseen::NoHavenCheck),
            groups: Fact::unknown(Unseen::ServedNotSeen),
            zones: Fact::unknown(Unseen::NodesNotSeen),
        }
    }
}
