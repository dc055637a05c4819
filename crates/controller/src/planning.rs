//! The plan of a daemon, from round to round: what differs from the round before is decided anew, the rest is kept.
//!
//! Not here: how (`placement::Planner`).
//! Invariant: the plan is the one that `placement::decide` makes of the same request. It is no truth: a new process
//! begins with a new one, and so does a round after a plan in which the linter found a fault.
use havenmeester_placement::{Advance, LintFinding, Plan, Planner, Request, decide, lint};
use tracing::{debug, warn};

/// From how many workloads on a plan is kept. Deciding for fewer takes some hundredths of a second; what a planner keeps
/// takes some 5 KiB a workload, which a small hub has better use for.
const WORTH_KEEPING: usize = 10_000;

/// What is kept of the last round.
pub(crate) struct Planning {
    worth_keeping: usize,
    planner: Option<Planner>,
    /// Of this round only.
    once: Option<(Request, Plan)>,
}

impl Default for Planning {
    fn default() -> Self {
        Self::keeping_from(WORTH_KEEPING)
    }
}

impl Planning {
    /// Keeps plans of so many workloads or more.
    pub(crate) fn keeping_from(worth_keeping: usize) -> Self {
        Self {
            worth_keeping,
            planner: None,
            once: None,
        }
    }

    /// The plan for a request, checked; or what is wrong with it.
    pub(crate) fn plan(&mut self, request: Request) -> Result<(&Request, &Plan), Vec<LintFinding>> {
        if request.workloads.len() >= self.worth_keeping {
            return self.go_on(request);
        }
        self.planner = None;
        let plan = decide(&request);
        let faults = lint(&request, &plan);
        if !faults.is_empty() {
            return Err(faults);
        }
        let (request, plan) = self.once.insert((request, plan));
        Ok((request, plan))
    }

    /// The round has thought: what is not kept for the next one goes.
    pub(crate) fn rest(&mut self) {
        self.once = None;
    }

    fn go_on(&mut self, request: Request) -> Result<(&Request, &Plan), Vec<LintFinding>> {
        let (mut planner, fresh) = match self.planner.take() {
            None => (Planner::new(request), true),
            Some(mut planner) => {
                let fresh = match planner.advance(request) {
                    Advance::Whole => true,
                    Advance::Part(differ) => {
                        debug!(differ = differ.len(), "decided anew what could be touched");
                        false
                    }
                };
                (planner, fresh)
            }
        };
        let mut faults = lint(planner.request(), planner.plan());
        if !faults.is_empty() && !fresh {
            warn!(
                ?faults,
                "a plan that was kept breaks an invariant; all is decided anew"
            );
            planner = Planner::new(planner.into_request());
            faults = lint(planner.request(), planner.plan());
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        let planner = self.planner.insert(planner);
        Ok((planner.request(), planner.plan()))
    }
}

#[cfg(test)]
mod tests;
