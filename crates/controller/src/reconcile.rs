//! From what is to what must be written: one file per kind, all pure.
//!
//! Invariant: no client, no clock; the same turn gives the same intents.

mod approval; // whether it says yes to anything
mod contract; // days left, rounds of dry runs, readiness to leave
mod discovery; // tagged namespaces become Workloads
mod drill; // who takes part, when it begins and ends
mod exemption; // in force or not, and how long still
mod external; // applications that are not on Kubernetes
mod member; // reachability, quarantine, admission
mod moves; // from decisions to Migrations
mod policy; // how many it touches, whether it makes sense
mod provider; // what follows from who owns it
mod rehearse; // dry runs on a schedule, and on change
mod standard; // by what measure that is judged
mod workload; // where it stands, where it must, and why

use havenmeester_api::condition::State;
use havenmeester_placement::{Object, Reason};

use crate::intent::Intents;
use crate::turn::Turn;

pub(crate) use approval::holds;
pub(crate) use drill::cut_off;
pub(crate) use member::stale_copies;
pub use moves::paused;

/// What must be done after one turn.
pub(crate) fn deeds(turn: &Turn) -> Intents {
    let mut intents = Intents::default();
    discovery::reconcile(turn, &mut intents);
    drill::reconcile(turn, &mut intents);
    moves::reconcile(turn, &mut intents);
    rehearse::reconcile(turn, &mut intents); // after moves: none begins beside a failover
    member::reconcile(turn, &mut intents); // after moves: a failover to be made bars its source
    intents
}

/// And what must be said.
pub(crate) fn words(turn: &Turn, intents: &mut Intents) {
    standard::reconcile(turn, intents);
    provider::reconcile(turn, intents);
    policy::reconcile(turn, intents);
    exemption::reconcile(turn, intents);
    approval::reconcile(turn, intents);
    workload::reconcile(turn, intents);
    contract::reconcile(turn, intents);
    external::reconcile(turn, intents);
}

/// The Valid condition that follows from what is wrong with an object. What is only noted leaves it valid.
fn valid(turn: &Turn, object: &Object) -> (State, &'static str, String) {
    let mut about = turn.problems.iter().filter(|p| p.object == *object);
    let wrong = about.clone().find(|p| p.reason.is_wrong());
    match wrong.or_else(|| about.find(|p| p.reason == Reason::Noted)) {
        Some(problem) if problem.reason.is_wrong() => (State::False, "Invalid", problem.to_string()),
        Some(problem) => (State::True, "Noted", problem.to_string()),
        None => (State::True, "Valid", String::new()),
    }
}

#[cfg(test)]
mod tests;
