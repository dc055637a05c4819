//! The plan of a daemon, from round to round: what differs from the round before is decided anew, the rest is kept.
//!
//! Not here: how (`placement::Planner`).
//! Invariant: the plan is the one that `placement::decide` makes of the same request. It is no truth: a new process
//! begins with a new one, and so does a round after a plan in which the linter found a fault.
use havenmeester_placement::{Advance, LintFinding, Plan, Planner, Request, lint};
use tracing::{debug, warn};

/// What is kept of the last round.
#[derive(Default)]
pub(crate) struct Planning(Option<Planner>);

impl Planning {
    /// The plan for a request, checked; or what is wrong with it.
    pub(crate) fn plan(&mut self, request: Request) -> Result<(&Request, &Plan), Vec<LintFinding>> {
        let (mut planner, fresh) = match self.0.take() {
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
        let planner = self.0.insert(planner);
        Ok((planner.request(), planner.plan()))
    }
}

#[cfg(test)]
mod tests;
