//! Why each workload goes where it goes and not elsewhere: every cluster with its score, or with all that speaks
//! against it. Worked out from the plan when somebody asks, so that a plan of the whole fleet stays small.
//!
//! Not here: the words (`sentence`, `explain`).
//! Invariant: adds no judgement of its own. The room that a workload is told of is what is left by those that chose
//! before it or with it, never by those after it.
use std::collections::BTreeMap;

use crate::approval::{Asked, asked};
use crate::asked::Requirements;
use crate::bill::Bill;
use crate::class::Classes;
use crate::decide::mover::stands_by;
use crate::decide::scene::Stand;
use crate::decide::{Case, Promised, Scene, ties};
use crate::decision::{Candidate, Plan, Refusal};
use crate::filter;
use crate::place::places;
use crate::request::{Request, WorkloadId};
use crate::score::{Part, charged, not_for_long, with, with_stability};

/// A plan with what it was made from.
pub struct Reasons<'a> {
    /// What was asked.
    pub request: &'a Request,
    /// What was decided.
    pub plan: &'a Plan,
    scene: Scene<'a>,
    classes: Classes,
    ties: ties::Ties,
    promised: Promised,
}

impl<'a> Reasons<'a> {
    /// For all workloads of a request.
    pub fn of(request: &'a Request, plan: &'a Plan) -> Self {
        let places = places(request);
        let classes = Classes::of(request, &places);
        let scene = Scene::of(request, places);
        let cases: Vec<Case<'_>> = request
            .workloads
            .iter()
            .filter_map(|(id, view)| Case::of(id, view, &classes, &scene))
            .collect();
        let promised = Promised::of(&cases, &scene, plan);
        drop(cases);
        Self {
            request,
            plan,
            ties: ties::Ties::of(request),
            classes,
            scene,
            promised,
        }
    }

    /// What all policies together ask of where a workload stands; `None` for one that is not in the request.
    pub fn requirements(&self, id: &WorkloadId) -> Option<&Requirements> {
        let view = self.request.workloads.get(id)?;
        Some(&self.classes.get(self.request, id, view)?.requirements)
    }

    /// Each cluster, and whether it may take the workload; its home too. Empty for a workload that is not in the
    /// request.
    pub fn candidates(&self, id: &WorkloadId) -> BTreeMap<String, Candidate> {
        let case = self.case(id);
        let judged = case.iter().flat_map(|case| {
            let bill = case.bill(&self.scene);
            let places = self.scene.places.iter().enumerate();
            places.map(move |(at, place)| (place.name.to_owned(), self.candidate(case, &bill, at)))
        });
        judged.collect()
    }

    /// What must be asked before a workload is taken from its home to a cluster, whoever makes the move; `None`: nothing.
    pub fn asked(&self, id: &WorkloadId, cluster: &str) -> Option<Asked> {
        let case = self.case(id)?;
        let at = self.scene.at(cluster)?;
        let lost = matches!(case.stand, Stand::Lost(_));
        let home = case.home.filter(|_| !lost).map(|home| &self.scene.places[home]);
        asked(
            self.request,
            (id, &case.class.rules),
            home,
            (&self.scene.places[at], &case.class.verdicts[at]),
        )
    }

    fn case(&self, id: &WorkloadId) -> Option<Case<'_>> {
        let (id, view) = self.request.workloads.get_key_value(id)?;
        Case::of(id, view, &self.classes, &self.scene)
    }

    fn candidate(&self, case: &Case<'_>, bill: &Bill, at: usize) -> Candidate {
        let (place, verdict) = (&self.scene.places[at], &case.class.verdicts[at]);
        let own: Vec<Refusal> = self.of_its_own(case, at).collect();
        let soon = verdict.admits_but_not_for_long() && matches!(case.stand, Stand::Lost(_));
        if (verdict.admits() || soon) && own.is_empty() {
            let charges = case.charges(&self.scene, bill, at);
            let mut score = with(
                charged(verdict.marks.told(), charges),
                Part::Ties,
                -self.tied(case, at),
            );
            score = with(score, Part::StandsBy, stands_by(case, place.name));
            if soon {
                score = not_for_long(score);
            }
            let stable = case.home == Some(at) || case.view.previous.as_deref() == Some(place.name);
            return Candidate::Fits(if stable { with_stability(score) } else { score });
        }
        let refusals = verdict.by_state.iter().chain(&*verdict.by_rules).cloned();
        Candidate::Refused(refusals.chain(own).collect())
    }

    /// Why it may not go there for reasons of its own. Its home is not asked for room: what stands there stands there.
    fn of_its_own(&self, case: &Case<'_>, at: usize) -> impl Iterator<Item = Refusal> {
        let place = &self.scene.places[at];
        let room = if case.home == Some(at) || case.is_active_at(at) {
            None
        } else {
            let room = self.promised.seen_by(case, &self.scene, self.plan, at);
            room.refuses(&case.view.demand)
        };
        filter::by_reach(place, &case.view.target.namespace)
            .into_iter()
            .chain(room)
    }

    /// What its ties cost there, as the others will stand.
    fn tied(&self, case: &Case<'_>, at: usize) -> i64 {
        let ties = self.ties.of_one(case.id);
        let costs = ties.iter().filter_map(|tie| {
            let other = self.plan.decisions.get(&tie.with)?.desired.as_deref()?;
            let other = &self.scene.places[self.scene.at(other)?];
            Some(ties::cost(tie.wish, &self.scene.places[at], other))
        });
        costs.sum()
    }
}
