//! Workloads for which the same policies hold, and what those say of each cluster: worked out once per class.
//!
//! Invariant: two workloads of one class differ only in demand, home, namespace and what is known of their copies.
use std::collections::{BTreeMap, BTreeSet};

use havenmeester_api::workload::Layer;
use havenmeester_api::{Criticality, Sensitivity};

use crate::bound::{Bound, bounds};
use crate::decision::{Refusal, Score};
use crate::exempt::{Held, Waivers};
use crate::filter;
use crate::merge::{Effective, effective_with};
use crate::place::Place;
use crate::request::{Request, WorkloadId, WorkloadView};
use crate::score::score;

/// What holds for a class, and how each cluster stands to it. The lists run as the places do.
pub(crate) struct Class {
    pub(crate) effective: Effective,
    pub(crate) verdicts: Vec<Verdict>,
}

/// How a cluster stands to a class.
pub(crate) struct Verdict {
    /// Why the rules forbid it.
    pub(crate) by_rules: Vec<Refusal>,
    /// Why nobody may be sent there now.
    pub(crate) by_state: Vec<Refusal>,
    pub(crate) score: Score,
}

impl Verdict {
    pub(crate) fn admits(&self) -> bool {
        self.by_rules.is_empty() && self.by_state.is_empty()
    }

    /// Whether only a change that is announced refuses it.
    pub(crate) fn admits_but_not_for_long(&self) -> bool {
        let announced = |refusal: &Refusal| matches!(refusal, Refusal::Announced { .. });
        self.by_state.is_empty() && !self.by_rules.is_empty() && self.by_rules.iter().all(announced)
    }
}

/// What tells classes apart: what a policy can choose by, the namespace only where one names it, and what is the
/// workload's own: the rules from which it is exempt and the data to which it is bound.
#[derive(Clone, Eq, Ord, PartialEq, PartialOrd)]
struct Key<'a> {
    levels: (Criticality, Sensitivity),
    layer: Option<Layer>,
    namespace: Option<&'a str>,
    waivers: Option<BTreeSet<Held<'a>>>,
    bounds: BTreeSet<Bound>,
}

/// All classes.
pub(crate) struct Classes<'a> {
    named: BTreeSet<&'a str>,
    waivers: Waivers<'a>,
    request: &'a Request,
    all: BTreeMap<Key<'a>, Class>,
}

impl<'a> Classes<'a> {
    pub(crate) fn of(request: &'a Request, places: &[Place<'_>]) -> Self {
        let terms = request
            .policies
            .values()
            .flat_map(|policy| &policy.workloads.any_of);
        let named = terms.filter_map(|term| term.namespace.as_deref()).collect();
        let mut all = Self {
            named,
            waivers: Waivers::of(request),
            request,
            all: BTreeMap::new(),
        };
        for (id, workload) in &request.workloads {
            let key = all.key(id, workload);
            let waivers = all.waivers.of_workload(id);
            all.all
                .entry(key)
                .or_insert_with(|| judge(effective_with(request, workload, waivers), places));
        }
        all
    }

    /// The class of a workload; `None` when it was not in the request.
    pub(crate) fn get(&self, id: &WorkloadId, workload: &'a WorkloadView) -> Option<&Class> {
        self.all.get(&self.key(id, workload))
    }

    fn key(&self, id: &WorkloadId, workload: &'a WorkloadView) -> Key<'a> {
        let namespace = workload.target.namespace.as_str();
        Key {
            levels: (workload.criticality, workload.sensitivity),
            layer: workload.layer,
            namespace: self.named.contains(namespace).then_some(namespace),
            waivers: self.waivers.of_workload(id).cloned(),
            bounds: bounds(self.request, workload),
        }
    }
}

fn judge(effective: Effective, places: &[Place<'_>]) -> Class {
    let (asked, lead) = (&effective.requirements, effective.rules.lead_time);
    let verdict = |place: &Place<'_>| Verdict {
        by_rules: filter::by_rules_and_dates(asked, place, lead),
        by_state: filter::by_state(place),
        score: score(&effective.weights, place),
    };
    let verdicts = places.iter().map(verdict).collect();
    Class { effective, verdicts }
}
