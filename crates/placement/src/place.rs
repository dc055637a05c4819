//! The clusters with what follows from their facts, worked out once for all workloads.
//!
//! Invariant: holds nothing that differs from one workload to the next.
use std::collections::BTreeMap;

use havenmeester_api::Date;
use havenmeester_api::provider::{Category, CoreValues};
use havenmeester_api::workload::CopyState;
use jiff::Timestamp;

use crate::autonomy::{self, Autonomy};
use crate::fact::{FRESH_FOR, Fact};
use crate::fleet::{ClusterView, Contact};
use crate::request::Request;

/// A cluster, and what follows from its facts.
pub(crate) struct Place<'a> {
    pub(crate) name: &'a str,
    pub(crate) view: &'a ClusterView,
    /// Whether there is a Provider of that name.
    pub(crate) provider_known: bool,
    pub(crate) category: Option<Category>,
    pub(crate) core_values: CoreValues,
    pub(crate) autonomy: Autonomy,
}

/// All clusters, by name.
pub(crate) fn places<'a>(request: &'a Request) -> Vec<Place<'a>> {
    let providers = &request.fleet.providers;
    let today = Date::of(request.now);
    let mut by_provider: BTreeMap<&str, Autonomy> = BTreeMap::new();
    let mut place = |name, view: &'a ClusterView| {
        let of_provider = by_provider
            .entry(&view.provider)
            .or_insert_with(|| autonomy::of_provider(&view.provider, providers, today));
        let spec = providers.get(&view.provider);
        Place {
            name,
            view,
            provider_known: spec.is_some(),
            category: spec.and_then(|spec| spec.category),
            core_values: spec.map(|spec| spec.core_values).unwrap_or_default(),
            autonomy: autonomy::hosted(of_provider.clone(), view),
        }
    };
    request
        .fleet
        .clusters
        .iter()
        .map(|(name, view)| place(name, view))
        .collect()
}

/// What is known of the copy in one namespace.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Seen {
    /// It is there.
    There,
    /// It is not there.
    Absent,
    /// Nobody can tell: never seen, or too long ago.
    Unknown,
}

impl Place<'_> {
    pub(crate) fn answers(&self) -> bool {
        self.view.contact == Contact::Reachable
    }

    /// The copy in a namespace, as far as an action may be built on it.
    pub(crate) fn copy(&self, namespace: &str, now: Timestamp) -> Seen {
        match self.view.copies.fresh(now, FRESH_FOR) {
            None => Seen::Unknown,
            Some(copies) if copies.contains_key(namespace) => Seen::There,
            Some(_) => Seen::Absent,
        }
    }

    /// Whether a copy in the namespace was last seen active, and may still be. Of a lost cluster nothing is said.
    pub(crate) fn has_active(&self, namespace: &str) -> bool {
        let lost = matches!(self.view.contact, Contact::Lost { .. });
        let copy = match &self.view.copies {
            Fact::Known { value, .. } => value.get(namespace),
            Fact::Unknown { .. } => None,
        };
        !lost && copy.is_some_and(|copy| copy.state == CopyState::Active)
    }
}
