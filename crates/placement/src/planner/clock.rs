//! What it can touch that time passes.
use havenmeester_api::Date;
use jiff::Timestamp;

use crate::approval::ApprovalView;
use crate::decide::mover::Urgency;
use crate::request::WorkloadId;
use crate::room::Room;

use super::Planner;
use super::cluster::seen;
use super::touch::Touched;

impl Planner {
    /// On another day dated facts, exemptions and approvals may begin or end.
    pub(super) fn time(&mut self, now: Timestamp) -> Touched {
        let before = Date::of(self.request.now);
        let mut touched = self.clock(now);
        if before != Date::of(now) {
            touched.and(self.rules());
            touched.and(self.approvals_of_a_day());
        }
        touched
    }

    /// Those of whom somebody approved: on another day a move may begin under it, or no more.
    pub(super) fn approvals_of_a_day(&self) -> Touched {
        let approvals = self.request.approvals.iter();
        let of = |(id, view): (&WorkloadId, &ApprovalView)| WorkloadId {
            namespace: id.namespace.clone(),
            name: view.workload.clone(),
        };
        Touched::all(approvals.map(of).collect())
    }

    /// What another moment of a day can touch.
    pub(super) fn clock(&mut self, now: Timestamp) -> Touched {
        let mut touched = Touched::default();
        let before = std::mem::replace(&mut self.request.now, now);
        for (at, (name, view)) in self.request.fleet.clusters.iter().enumerate() {
            if seen(view, before) != seen(view, now) {
                touched
                    .decisions
                    .extend(self.by_home.get(name).into_iter().flatten().cloned());
            }
            self.ground.stocks[at] = self.ground.kinds.stock(&Room::on(view, now));
        }
        self.book(&mut touched);
        if now < before {
            // As it never does: then a failover may be due no more.
            let lost = self
                .queue
                .movers()
                .iter()
                .filter(|mover| mover.rank.tier.1 == Urgency::FailsOver);
            touched.decisions.extend(lost.map(|mover| mover.rank.id.clone()));
        }
        let due = self.delayed.iter().take_while(|(at, _)| *at <= now);
        touched.decisions.extend(due.map(|(_, id)| id.clone()));
        touched
    }
}
