//! Workloads for which the same policies hold, and what those say of each cluster: worked out once per class.
//!
//! Invariant: two workloads of one class differ only in demand, home, namespace and what is known of their copies.
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use havenmeester_api::policy::Weights;
use havenmeester_api::require::Rule;
use havenmeester_api::workload::Layer;
use havenmeester_api::{Criticality, Date, Sensitivity};

use crate::asked::{Outlook, Requirements};
use crate::bound::{self, Bound, bounds};
use crate::decision::{Refusal, Rules};
use crate::exempt::{Held, Waiver, Waivers, turning_days};
use crate::filter;
use crate::merge::{by_policies, lead_days};
use crate::place::Place;
use crate::request::{Request, WorkloadId, WorkloadView};
use crate::route::{self, Lane, Passing};
use crate::score::{Marks, cost_points, score};

/// What holds for a class, and how each cluster stands to it. The list runs as the places do.
pub(crate) struct Class {
    pub(crate) rules: Arc<Rules>,
    pub(crate) verdicts: Vec<Arc<Verdict>>,
    pub(crate) requirements: Requirements,
    /// What is asked from later days on, within the lead time: exemptions begin and end.
    later: Vec<(Date, Requirements)>,
    weights: Weights,
    /// The most that cost can take away.
    pub(crate) cost_points: i64,
    lanes: Vec<Lane>,
    /// The class to which each cluster stands in the same way, but for the bounds of this one.
    like: Option<usize>,
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
    pub(crate) marks: Arc<Marks>,
}

impl Verdict {
    pub(crate) fn admits(&self) -> bool {
        self.by_rules.is_empty() && self.by_state.is_empty()
    }

    /// Whether only a change that is announced refuses it.
    pub(crate) fn admits_but_not_for_long(&self) -> bool {
        self.by_state.is_empty() && !self.by_rules.is_empty() && self.by_rules.iter().all(is_announced)
    }

    /// Whether it is a step of a route, and somebody may be sent there now.
    pub(crate) fn admits_on_the_way(&self) -> bool {
        self.by_state.is_empty() && !self.passings.is_empty()
    }
}

impl Class {
    /// Of a workload, but for its bounds.
    fn of(
        request: &Request,
        workload: &WorkloadView,
        waivers: Option<&BTreeSet<Held<'_>>>,
        places: &[Place<'_>],
    ) -> Self {
        let today = Date::of(request.now);
        let effective = by_policies(request, workload, waivers, today);
        let last = today.plus_days(lead_days(effective.rules.lead_time));
        let turning = waivers.map(|held| turning_days(held, today, last));
        let on = |day| (day, by_policies(request, workload, waivers, day).requirements);
        let mut class = Self {
            rules: Arc::new(effective.rules),
            verdicts: Vec::new(),
            requirements: effective.requirements,
            later: turning.into_iter().flatten().map(on).collect(),
            cost_points: cost_points(&effective.weights),
            weights: effective.weights,
            lanes: Vec::new(),
            like: None,
        };
        class.lanes = route::lanes(request, &class.rules.policies, class.outlook(), places);
        class.verdicts = places.iter().map(|place| Arc::new(class.judge(place))).collect();
        class
    }

    /// One of which the same is asked as of this, by other exemptions, or that is bound to data beside.
    fn another(&self, at: usize, rules: Arc<Rules>, bounds: BTreeSet<Bound>, places: &[Place<'_>]) -> Self {
        let mut class = Self {
            rules,
            verdicts: Vec::new(),
            lanes: route::within(&self.lanes, &bounds, places),
            requirements: Requirements {
                bounds,
                ..self.requirements.clone()
            },
            later: Vec::new(),
            cost_points: self.cost_points,
            weights: self.weights,
            like: Some(at),
        };
        let verdicts = places.iter().zip(&self.verdicts);
        class.verdicts = verdicts.map(|(place, like)| class.like(like, place)).collect();
        class
    }

    /// How a cluster stands to it that stands so to the class that it is like. What is too far today is so on every day.
    fn like(&self, like: &Arc<Verdict>, place: &Place<'_>) -> Arc<Verdict> {
        let far: Vec<Refusal> = bound::refusals(&self.requirements.bounds, place).collect();
        if far.is_empty() && like.passings.is_empty() {
            return Arc::clone(like);
        }
        let today = |refusal: &&Refusal| far.is_empty() || !is_announced(refusal);
        let by_rules = like.by_rules.iter().filter(today).chain(&far);
        let by_rules: Arc<[Refusal]> = by_rules.cloned().collect();
        Arc::new(Verdict {
            passings: route::over(&self.lanes, place, &by_rules).into(),
            by_rules,
            by_state: like.by_state.clone(),
            marks: Arc::clone(&like.marks),
        })
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
            marks: Arc::new(score(&self.weights, place)),
        }
    }
}

/// What is other of a class than of another one.
pub(crate) struct Difference {
    /// What holds for it, apart from the places.
    pub(crate) rules: bool,
    /// The places that it judges otherwise, and those that the other did not know.
    pub(crate) places: Vec<usize>,
}

impl Difference {
    /// Between a class now and the one before. `was`: the number that each place had before.
    pub(crate) fn between(now: &Class, before: &Class, was: &[Option<usize>]) -> Self {
        let other = |at: &usize| was[*at].is_none_or(|was| now.verdicts[*at] != before.verdicts[was]);
        Self {
            rules: now.rules != before.rules
                || now.requirements != before.requirements
                || now.cost_points != before.cost_points,
            places: (0..now.verdicts.len()).filter(other).collect(),
        }
    }
}

fn is_announced(refusal: &Refusal) -> bool {
    matches!(refusal, Refusal::Announced { .. })
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

/// What tells apart how clusters stand to classes: not by which exemption.
type Alike = (Plain, Option<String>, BTreeSet<(String, Rule, Date, Date)>);

/// All classes.
pub(crate) struct Classes {
    named: HashSet<String>,
    exempt: HashMap<WorkloadId, BTreeSet<Own>>,
    plain: BTreeMap<Plain, usize>,
    own: BTreeMap<Key, usize>,
    alike: BTreeMap<Alike, usize>,
    /// Each stands after the one that it is like.
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
            exempt: HashMap::new(),
            plain: BTreeMap::new(),
            own: BTreeMap::new(),
            alike: BTreeMap::new(),
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
        let bounds = bounds(request, workload);
        let key = self.key(id, workload, bounds.clone());
        if self.at(workload, key.as_ref()).is_some() {
            return;
        }
        let unbound = self.key(id, workload, BTreeSet::new());
        let at = self.at(workload, unbound.as_ref());
        let at = at.unwrap_or_else(|| {
            let class = self.unbound(request, workload, held, places);
            self.push(workload, unbound, class)
        });
        if !bounds.is_empty() {
            let rules = Arc::clone(&self.all[at].rules);
            let class = self.all[at].another(at, rules, bounds, places);
            self.push(workload, key, class);
        }
    }

    /// A new one, but for bounds.
    fn unbound(
        &mut self,
        request: &Request,
        workload: &WorkloadView,
        held: Option<&BTreeSet<Held<'_>>>,
        places: &[Place<'_>],
    ) -> Class {
        let of = |one: &Held<'_>| (one.policy.to_owned(), one.rule, one.from, one.until);
        let waived = held.into_iter().flatten().map(of).collect();
        let namespace = self.named.get(&workload.target.namespace);
        let alike = (plain(workload), namespace.cloned(), waived);
        if let Some(at) = self.alike.get(&alike) {
            let today = Date::of(request.now);
            let rules = Arc::new(by_policies(request, workload, held, today).rules);
            return self.all[*at].another(*at, rules, BTreeSet::new(), places);
        }
        self.alike.insert(alike, self.all.len());
        Class::of(request, workload, held, places)
    }

    fn push(&mut self, workload: &WorkloadView, key: Option<Key>, class: Class) -> usize {
        let at = self.all.len();
        match key {
            None => drop(self.plain.insert(plain(workload), at)),
            Some(key) => drop(self.own.insert(key, at)),
        }
        self.all.push(class);
        at
    }

    /// The class of a workload; `None` when it was never admitted.
    pub(crate) fn get(&self, request: &Request, id: &WorkloadId, workload: &WorkloadView) -> Option<&Class> {
        let key = self.key(id, workload, bounds(request, workload));
        self.all.get(self.at(workload, key.as_ref())?)
    }

    /// Judges one place anew, for every class. Whether anything is judged otherwise.
    pub(crate) fn rejudge(&mut self, at: usize, place: &Place<'_>) -> bool {
        let mut changed = false;
        for i in 0..self.all.len() {
            let class = &self.all[i];
            let verdict = match class.like {
                None => Arc::new(class.judge(place)),
                Some(like) => class.like(&self.all[like].verdicts[at], place),
            };
            let old = &mut self.all[i].verdicts[at];
            if *old != verdict {
                *old = verdict;
                changed = true;
            }
        }
        changed
    }

    fn at(&self, workload: &WorkloadView, key: Option<&Key>) -> Option<usize> {
        match key {
            None => self.plain.get(&plain(workload)).copied(),
            Some(key) => self.own.get(key).copied(),
        }
    }

    /// `None` for those, the most, that only what policies choose by tells apart.
    fn key(&self, id: &WorkloadId, workload: &WorkloadView, bounds: BTreeSet<Bound>) -> Option<Key> {
        let namespace = self.named.get(&workload.target.namespace);
        let waivers = self.exempt.get(id);
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
