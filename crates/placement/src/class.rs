//! Workloads for which the same policies hold, and what those say of each cluster: worked out once per class.
//!
//! Invariant: two workloads of one class differ only in demand, home, namespace and what is known of their copies.
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use havenmeester_api::policy::Weights;
use havenmeester_api::workload::Layer;
use havenmeester_api::{Criticality, Date, Sensitivity};

use crate::asked::{Outlook, Requirements};
use crate::bound::{Bound, bounds};
use crate::decision::{Refusal, Rules};
use crate::exempt::{Held, Waiver, Waivers, turning_days};
use crate::filter;
use crate::merge::{effective_with, lead_days};
use crate::place::Place;
use crate::request::{Request, WorkloadId, WorkloadView};
use crate::route::{self, Lane, Passing};
use crate::score::{Marks, cost_points, score};

/// What holds for a class, and how each cluster stands to it. The list runs as the places do.
pub(crate) struct Class {
    pub(crate) rules: Arc<Rules>,
    pub(crate) verdicts: Vec<Verdict>,
    pub(crate) requirements: Requirements,
    /// What is asked from later days on, within the lead time: exemptions begin and end.
    later: Vec<(Date, Requirements)>,
    weights: Weights,
    /// The most that cost can take away.
    pub(crate) cost_points: i64,
    lanes: Vec<Lane>,
}

/// How a cluster stands to a class.
#[derive(PartialEq)]
pub(crate) struct Verdict {
    /// Why the rules forbid it.
    pub(crate) by_rules: Arc<[Refusal]>,
    /// Why nobody may be sent there now.
    pub(crate) by_state: Vec<Refusal>,
    /// The routes over it, when it is forbidden and is a step of one today.
    pub(crate) passings: Arc<[Passing]>,
    pub(crate) marks: Marks,
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

    /// Whether it is a step of a route, and somebody may be sent there now.
    pub(crate) fn admits_on_the_way(&self) -> bool {
        self.by_state.is_empty() && !self.passings.is_empty()
    }
}

impl Class {
    fn of(
        request: &Request,
        workload: &WorkloadView,
        waivers: Option<&BTreeSet<Held<'_>>>,
        places: &[Place<'_>],
    ) -> Self {
        let today = Date::of(request.now);
        let effective = effective_with(request, workload, waivers, today);
        let last = today.plus_days(lead_days(effective.rules.lead_time));
        let turning = waivers.map(|held| turning_days(held, today, last));
        let on = |day| (day, effective_with(request, workload, waivers, day).requirements);
        let mut class = Self {
            rules: Arc::new(effective.rules),
            verdicts: Vec::new(),
            requirements: effective.requirements,
            later: turning.into_iter().flatten().map(on).collect(),
            cost_points: cost_points(&effective.weights),
            weights: effective.weights,
            lanes: Vec::new(),
        };
        class.lanes = route::lanes(request, &class.rules.policies, class.outlook(), places);
        class.verdicts = places.iter().map(|place| class.judge(place)).collect();
        class
    }

    fn outlook(&self) -> Outlook<'_> {
        Outlook {
            asked: &self.requirements,
            later: &self.later,
            lead: self.rules.lead_time,
        }
    }

    fn judge(&self, place: &Place<'_>) -> Verdict {
        let by_rules = filter::by_rules_and_dates(self.outlook(), place);
        Verdict {
            passings: route::over(&self.lanes, place, &by_rules).into(),
            by_rules: by_rules.into(),
            by_state: filter::by_state(place),
            marks: score(&self.weights, place),
        }
    }
}

/// What tells classes apart: what a policy can choose by, the namespace only where one names it, and what is the
/// workload's own: the rules from which it is exempt and the data to which it is bound.
#[derive(Eq, Ord, PartialEq, PartialOrd)]
struct Key {
    plain: Plain,
    namespace: Option<String>,
    waivers: BTreeSet<Own>,
    bounds: BTreeSet<Bound>,
}

/// A rule from which a workload is exempt, and from which day on.
type Own = (Waiver, Date);

/// What tells most classes apart.
type Plain = (Criticality, Sensitivity, Option<Layer>);

/// All classes.
pub(crate) struct Classes {
    named: BTreeSet<String>,
    exempt: BTreeMap<WorkloadId, BTreeSet<Own>>,
    plain: BTreeMap<Plain, usize>,
    own: BTreeMap<Key, usize>,
    all: Vec<Class>,
}

impl Classes {
    pub(crate) fn of(request: &Request, places: &[Place<'_>]) -> Self {
        let terms = request
            .policies
            .values()
            .flat_map(|policy| &policy.workloads.any_of);
        let mut classes = Self {
            named: terms.filter_map(|term| term.namespace.clone()).collect(),
            exempt: BTreeMap::new(),
            plain: BTreeMap::new(),
            own: BTreeMap::new(),
            all: Vec::new(),
        };
        let waivers = Waivers::of(request);
        for (id, workload) in &request.workloads {
            classes.admit(request, &waivers, (id, workload), places);
        }
        classes
    }

    /// Makes the class of a workload when there is none yet.
    pub(crate) fn admit(
        &mut self,
        request: &Request,
        waivers: &Waivers<'_>,
        (id, workload): (&WorkloadId, &WorkloadView),
        places: &[Place<'_>],
    ) {
        let held = waivers.of_workload(id);
        match held {
            Some(held) => {
                let own = held.iter().map(|one| (one.told(), one.from)).collect();
                self.exempt.insert(id.clone(), own);
            }
            None => drop(self.exempt.remove(id)),
        }
        if self.at(request, id, workload).is_some() {
            return;
        }
        let at = self.all.len();
        match self.key(request, id, workload) {
            None => drop(self.plain.insert(plain(workload), at)),
            Some(key) => drop(self.own.insert(key, at)),
        }
        self.all.push(Class::of(request, workload, held, places));
    }

    /// The class of a workload; `None` when it was never admitted.
    pub(crate) fn get(&self, request: &Request, id: &WorkloadId, workload: &WorkloadView) -> Option<&Class> {
        self.all.get(self.at(request, id, workload)?)
    }

    /// Judges one place anew, for every class. Whether anything is judged otherwise.
    pub(crate) fn rejudge(&mut self, at: usize, place: &Place<'_>) -> bool {
        let mut changed = false;
        for class in &mut self.all {
            let verdict = class.judge(place);
            if let Some(old) = class.verdicts.get_mut(at)
                && *old != verdict
            {
                *old = verdict;
                changed = true;
            }
        }
        changed
    }

    fn at(&self, request: &Request, id: &WorkloadId, workload: &WorkloadView) -> Option<usize> {
        match self.key(request, id, workload) {
            None => self.plain.get(&plain(workload)).copied(),
            Some(key) => self.own.get(&key).copied(),
        }
    }

    /// `None` for those, the most, that only what policies choose by tells apart.
    fn key(&self, request: &Request, id: &WorkloadId, workload: &WorkloadView) -> Option<Key> {
        let namespace = self.named.get(&workload.target.namespace);
        let waivers = self.exempt.get(id);
        let bounds = bounds(request, workload);
        let own = namespace.is_some() || waivers.is_some() || !bounds.is_empty();
        own.then(|| Key {
            plain: plain(workload),
            namespace: namespace.cloned(),
            waivers: waivers.cloned().unwrap_or_default(),
            bounds,
        })
    }
}

fn plain(workload: &WorkloadView) -> Plain {
    (workload.criticality, workload.sensitivity, workload.layer)
}
