//! Decides again after one change, by deciding anew only what that change can touch.
//!
//! It keeps what was worked out: what follows from the providers, what each class of workloads is told of each cluster,
//! who must go and how each part of those was solved. A change says which of these it can touch.
//! Not here: how it is decided (`decide`); this only remembers.
//! Invariant: after any sequence of changes the plan is the one that `decide` makes of the request as it is then.
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use havenmeester_api::exemption::ExemptionSpec;
use havenmeester_api::policy::PlacementPolicySpec;
use havenmeester_api::provider::ProviderSpec;

use crate::approval::ApprovalView;
use crate::class::Classes;
use crate::decide::block::Blocks;
use crate::decide::scene::{Ground, moving};
use crate::decide::shared::Shared;
use crate::decide::standby::{Keeper, Kept};
use crate::decide::ties::Ties;
use crate::decide::{Case, Scene, Solved, settle};
use crate::decision::{Action, Decision, Plan, Waiting};
use crate::fleet::ClusterView;
use crate::place::{Known, known, places_of};
use crate::request::{Request, WorkloadId, WorkloadView};
use crate::stock::Stock;

mod advance; // from one moment to the next
mod clock; // what it can touch that time passes
mod cluster; // what another view of a cluster can touch
mod lay; // other clusters, or clusters that lie otherwise
mod queue; // those that must go
mod rules; // what is asked or known of places is other
mod touch; // what a change can touch

pub use advance::Advance;
use queue::Queue;
use touch::Touched;

/// When more than one workload in so many is touched, all that must go choose anew: that is quicker.
const ONE_IN: usize = 8;
/// So many may be touched of however few.
const FEW: usize = 64;

/// One fact that is new. `None`: the object is gone.
#[derive(Clone, Debug)]
pub enum Change {
    /// A workload, or what is known of it.
    Workload(WorkloadId, Option<Box<WorkloadView>>),
    /// A cluster, or what is seen of it.
    Cluster(String, Option<Box<ClusterView>>),
    /// A legal entity.
    Provider(String, Option<Box<ProviderSpec>>),
    /// An exemption.
    Exemption(WorkloadId, Option<Box<ExemptionSpec>>),
    /// An approval.
    Approval(WorkloadId, Option<ApprovalView>),
    /// A policy.
    Policy(String, Option<Box<PlacementPolicySpec>>),
    /// The time.
    Now(Timestamp),
}

/// A plan that follows a changing world.
pub struct Planner {
    request: Request,
    plan: Plan,
    known: Vec<Known>,
    classes: Classes,
    ties: Ties,
    ground: Ground,
    /// The room on each place that moves under way leave.
    booked: Vec<Stock>,
    /// Those that must go.
    queue: Queue,
    blocks: Blocks,
    moving: BTreeSet<WorkloadId>,
    /// What is kept for those for which a policy asks a standby.
    kept: BTreeMap<WorkloadId, Kept>,
    /// Failovers that wait for their moment.
    delayed: BTreeSet<(Timestamp, WorkloadId)>,
    /// Those that use the data of each.
    used_by: BTreeMap<WorkloadId, BTreeSet<WorkloadId>>,
    by_home: BTreeMap<String, BTreeSet<WorkloadId>>,
    by_namespace: BTreeMap<String, BTreeSet<WorkloadId>>,
    /// The exemptions that name each.
    exempt_by: BTreeMap<WorkloadId, BTreeSet<WorkloadId>>,
}

impl Planner {
    /// Decides for all workloads of a request.
    pub fn new(request: Request) -> Self {
        let known = known(&request);
        let places = places_of(&request, &known);
        let classes = Classes::of(&request, &places);
        let ties = Ties::of(&request);
        let ground = Ground::of(&request, &places);
        let booked = ground.booked(&request, moving(&request));
        let mut planner = Self {
            delayed: BTreeSet::new(),
            ground,
            booked,
            known,
            classes,
            ties,
            queue: Queue::default(),
            blocks: Blocks::default(),
            moving: BTreeSet::new(),
            kept: BTreeMap::new(),
            used_by: BTreeMap::new(),
            by_home: BTreeMap::new(),
            by_namespace: BTreeMap::new(),
            exempt_by: exempt_by(&request),
            plan: Plan::default(),
            request,
        };
        let all: Vec<WorkloadId> = planner.request.workloads.keys().cloned().collect();
        for id in &all {
            planner.list(id);
        }
        planner.solve();
        planner
    }

    /// Chooses places for all that must go; those whose decision is another than before.
    fn solve(&mut self) -> BTreeSet<WorkloadId> {
        let places = places_of(&self.request, &self.known);
        let ground = Cow::Borrowed(&self.ground);
        let scene = Scene::with(&self.request, places, ground, self.booked.clone());
        let solved = Solved::of(&scene, &self.classes, &self.ties);
        let delayed = solved.plan.decisions.iter();
        let delayed = delayed.filter_map(|(id, decision)| Some((due_at(decision)?, id.clone())));
        self.delayed = delayed.collect();
        self.queue = Queue::of(solved.movers);
        (self.blocks, self.kept) = (solved.blocks, solved.kept);
        let before = std::mem::replace(&mut self.plan, solved.plan);
        let now = &self.plan.decisions;
        let other = now
            .iter()
            .filter(|(id, decision)| before.decisions.get(*id) != Some(decision));
        let gone = before.decisions.keys().filter(|id| !now.contains_key(*id));
        other.map(|(id, _)| id).chain(gone).cloned().collect()
    }

    /// What is decided now.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// What it is decided of.
    pub fn request(&self) -> &Request {
        &self.request
    }

    /// What it is decided of, without the rest.
    pub fn into_request(self) -> Request {
        self.request
    }

    /// Takes in one change; those whose decision is another than before.
    pub fn apply(&mut self, change: Change) -> BTreeSet<WorkloadId> {
        let touched = self.take_in(change);
        self.follow(touched)
    }

    /// Decides anew for what was touched.
    fn follow(&mut self, mut touched: Touched) -> BTreeSet<WorkloadId> {
        if touched.reach(&self.queue) > FEW.max(self.request.workloads.len() / ONE_IN) {
            return self.solve();
        }
        let Self {
            request,
            plan,
            known,
            classes,
            ties,
            ground,
            booked,
            queue,
            blocks,
            kept,
            delayed,
            by_namespace,
            ..
        } = self;
        let places = places_of(request, known);
        let scene = Scene::with(request, places, Cow::Borrowed(ground), booked.clone());
        let case = |id: &WorkloadId| {
            let (id, view) = request.workloads.get_key_value(id)?;
            Case::of(id, view, classes, &scene)
        };
        let fresh = touched.movers(queue, &case, &scene, ties);
        queue.replace(blocks, fresh);
        let mut keeper = Keeper::of(request, request.workloads.keys().filter_map(case));
        let touching = Some(&touched.workloads);
        let chosen = blocks.solve(queue.movers(), &scene, classes, touching, &mut keeper);
        touched.workloads.extend(chosen);
        let before = std::mem::take(kept);
        *kept = keeper.kept();
        touched.decisions.extend(differing(&before, kept));
        let due = due(&touched, request, by_namespace);
        let cases: Vec<Case<'_>> = due.iter().filter_map(case).collect();
        let shared = Shared::of(&cases, &scene, blocks);
        let mut differ = BTreeSet::new();
        for id in due.iter().filter(|id| !request.workloads.contains_key(id)) {
            if let Some(old) = plan.decisions.remove(id) {
                if let Some(at) = due_at(&old) {
                    delayed.remove(&(at, id.clone()));
                }
                differ.insert(id.clone());
            }
        }
        for case in &cases {
            let chosen = case
                .must_go()
                .then(|| (blocks.target(case.id), shared.before(case.id)));
            let (target, busy) = chosen.unwrap_or_default();
            let kept = kept.get(case.id).copied().unwrap_or_default();
            let decision = settle(case, &scene, target, busy, kept);
            if plan.decisions.get(case.id) == Some(&decision) {
                continue;
            }
            let at = due_at(&decision);
            let old = plan.decisions.insert(case.id.clone(), decision);
            if let Some(at) = old.as_ref().and_then(due_at) {
                delayed.remove(&(at, case.id.clone()));
            }
            delayed.extend(at.map(|at| (at, case.id.clone())));
            differ.insert(case.id.clone());
        }
        differ
    }

    /// Notes where a workload is to be found.
    fn list(&mut self, id: &WorkloadId) {
        let Some(workload) = self.request.workloads.get(id) else {
            return;
        };
        if let Some(home) = &workload.home {
            self.by_home.entry(home.clone()).or_default().insert(id.clone());
        }
        let namespace = workload.target.namespace.clone();
        self.by_namespace.entry(namespace).or_default().insert(id.clone());
        for using in &workload.uses {
            let of = self.used_by.entry(using.workload.clone()).or_default();
            of.insert(id.clone());
        }
        if workload.moving.is_some() {
            self.moving.insert(id.clone());
        }
    }

    /// Forgets where a workload was to be found.
    fn unlist(&mut self, id: &WorkloadId, workload: &WorkloadView) {
        if let Some(home) = &workload.home
            && let Some(ids) = self.by_home.get_mut(home)
        {
            ids.remove(id);
        }
        if let Some(ids) = self.by_namespace.get_mut(&workload.target.namespace) {
            ids.remove(id);
        }
        for using in &workload.uses {
            if let Some(ids) = self.used_by.get_mut(&using.workload) {
                ids.remove(id);
            }
        }
        self.moving.remove(id);
    }
}

/// The exemptions that name each workload, in force or not.
fn exempt_by(request: &Request) -> BTreeMap<WorkloadId, BTreeSet<WorkloadId>> {
    let mut by: BTreeMap<WorkloadId, BTreeSet<WorkloadId>> = BTreeMap::new();
    for (exemption, spec) in &request.exemptions {
        for name in &spec.workloads {
            let workload = WorkloadId {
                namespace: exemption.namespace.clone(),
                name: name.clone(),
            };
            by.entry(workload).or_default().insert(exemption.clone());
        }
    }
    by
}

/// Those for whom something else may have to be done: those that were touched, and who lives with them in a namespace.
fn due(
    touched: &Touched,
    request: &Request,
    by_namespace: &BTreeMap<String, BTreeSet<WorkloadId>>,
) -> BTreeSet<WorkloadId> {
    let touched = || touched.workloads.iter().chain(&touched.decisions);
    let mut due: BTreeSet<WorkloadId> = touched().cloned().collect();
    for id in touched() {
        let namespace = request.workloads.get(id).map(|w| &w.target.namespace);
        let living = namespace.and_then(|n| by_namespace.get(n));
        due.extend(living.into_iter().flatten().cloned());
    }
    due
}

/// Those for whom another place is kept than before.
fn differing(before: &BTreeMap<WorkloadId, Kept>, now: &BTreeMap<WorkloadId, Kept>) -> BTreeSet<WorkloadId> {
    let other = |id: &&WorkloadId| before.get(*id) != now.get(*id);
    before.keys().chain(now.keys()).filter(other).cloned().collect()
}

/// When a failover that waits for its moment is due.
fn due_at(decision: &Decision) -> Option<Timestamp> {
    match decision.action {
        Action::Wait(Waiting::FailoverDelay { at, .. }) => Some(at),
        Action::Stay | Action::Relocate { .. } | Action::FailOver { .. } | Action::Wait(_) => None,
    }
}

#[cfg(test)]
mod tests;
