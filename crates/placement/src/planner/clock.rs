//! What it can touch that time passes.
use havenmeester_api::Date;
use jiff::Timestamp;

use crate::decide::mover::Urgency;
use crate::room::Room;

use super::Planner;
use super::cluster::seen;
use super::touch::Touched;

impl Planner {
    /// `None` on another day: dated facts and exemptions begin and end.
    pub(super) fn time(&mut self, now: Timestamp) -> Option<Touched> {
        let mut touched = Touched::default();
        let before = std::mem::replace(&mut self.request.now, now);
        if Date::of(before) != Date::of(now) {
            return None;
        }
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
        Some(touched)
    }
}
