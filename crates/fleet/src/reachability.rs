//! The rule: from the probes since the last answer to whether a cluster answers, is suspect, or lost.
//!
//! - Any answer of the API server is contact, a late one and one that asks for fewer requests too: it is there.
//!   Only one later than about 6 s cannot be told from silence in the time that there is.
//! - Suspect at the first probe that failed or is overdue.
//! - Lost after a silence of [`Limits::silence`] with at least [`Limits::silence_probes`] unanswered probes: packets
//!   dropped, a hanging process, a name that does not resolve, TLS that fails, or a mix of causes.
//! - Lost after [`Limits::refusal`] when every probe since the last answer was refused: that is evidence, not silence.
//! - Lost after [`Limits::unauthorized`] when the credentials are refused: nothing of the cluster can be governed
//!   any more, and what it says of itself is not known. Longer than a refusal, so that new credentials are tried.
//! - Lost stays lost until the next answer, whatever the later failures are.
//! - A cluster that never answered is never lost: we do not know that it was ever there.
//! - A kubeconfig that cannot be used is never a loss: nothing was asked.
//!
//! Not here: asking (`heartbeat`). Invariant: pure; time is a distance from a fixed moment.
use std::time::Duration;

use havenmeester_api::member::{Cause, ReachabilityState};

use crate::limits::Limits;

/// Time since some fixed moment, which does not jump.
pub type Moment = Duration;

/// What came of one probe.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Answer {
    /// Nothing yet.
    Pending,
    /// It failed.
    Failed(Cause),
}

/// One probe since the last answer.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Probe {
    /// Which, counted from the engagement of the cluster.
    pub number: u64,
    /// When it went out.
    pub at: Moment,
    /// What came of it.
    pub answer: Answer,
}

/// Whether a cluster ever answered.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Met {
    /// Not that we know of.
    #[default]
    Never,
    /// By the hub's record, before this process.
    Recorded,
    /// In this process.
    Heard,
}

/// All that the rule may know.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct History {
    /// Whether it ever answered.
    pub met: Met,
    /// When it last answered; else when it was first asked. `None`: it was not asked.
    pub contact: Option<Moment>,
    /// What was wrong with the last answer: `Slow` or `Throttled`.
    pub complaint: Option<Cause>,
    /// It was lost and has not answered since.
    pub lost: bool,
    /// No connection can be made from what the kubeconfig says, and there is none.
    pub misconfigured: bool,
    /// The probes since then, in order.
    pub probes: Vec<Probe>,
}

/// What the rule says.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Verdict {
    /// The state.
    pub state: ReachabilityState,
    /// Why.
    pub cause: Option<Cause>,
}

/// Probes of a longer silence add nothing to the verdict; the newest are kept.
const KEPT: usize = 64;

impl History {
    /// A probe went out.
    pub fn sent(&mut self, number: u64, at: Moment) {
        self.contact.get_or_insert(at);
        if self.probes.len() == KEPT {
            self.probes.remove(0);
        }
        self.probes.push(Probe {
            number,
            at,
            answer: Answer::Pending,
        });
    }

    /// The API server answered a probe.
    pub fn answered(&mut self, number: u64, at: Moment, complaint: Option<Cause>) {
        self.met = Met::Heard;
        self.contact = Some(at);
        self.complaint = complaint;
        self.lost = false;
        self.misconfigured = false;
        // Older probes may have been lost on the way; the answer says more than they do.
        self.probes
            .retain(|probe| probe.number > number && probe.answer == Answer::Pending);
    }

    /// A probe failed.
    pub fn failed(&mut self, number: u64, cause: Cause) {
        if let Some(probe) = self.probes.iter_mut().find(|probe| probe.number == number) {
            probe.answer = Answer::Failed(cause);
        }
    }

    /// Whether the next probe should go out without waiting for its turn.
    pub fn urgent(&self, now: Moment, limits: &Limits) -> bool {
        !self.lost && self.uneasy(now, limits)
    }

    /// Whether something is wrong: a probe failed, or the answer that should have come by now did not.
    fn uneasy(&self, now: Moment, limits: &Limits) -> bool {
        let silence = self
            .contact
            .map_or(Duration::ZERO, |contact| now.saturating_sub(contact));
        // A slow server answers later than a probe is overdue, but as often as it is asked: it is not silent.
        let long = self.met != Met::Heard || silence >= limits.heartbeat + limits.overdue;
        self.probes.iter().any(|probe| match probe.answer {
            Answer::Failed(_) => true,
            Answer::Pending => long && counts(probe, now, limits),
        })
    }
}

/// What the history means at `now`.
pub fn evaluate(history: &History, now: Moment, limits: &Limits) -> Verdict {
    let Some(contact) = history.contact else {
        return unasked(history);
    };
    if !history.lost && !history.uneasy(now, limits) {
        return quiet(history);
    }
    let counted: Vec<&Probe> = history
        .probes
        .iter()
        .filter(|probe| counts(probe, now, limits))
        .collect();
    let state = if history.met == Met::Never {
        ReachabilityState::Unknown
    } else if history.lost || is_lost(&counted, contact, now, limits) {
        ReachabilityState::Lost
    } else {
        ReachabilityState::Suspect
    };
    Verdict {
        state,
        cause: blame(&counted),
    }
}

fn unasked(history: &History) -> Verdict {
    Verdict {
        state: ReachabilityState::Unknown,
        cause: history.misconfigured.then_some(Cause::Misconfigured),
    }
}

fn quiet(history: &History) -> Verdict {
    if history.met == Met::Heard {
        Verdict {
            state: ReachabilityState::Reachable,
            cause: history.complaint,
        }
    } else {
        unasked(history)
    }
}

/// A probe counts against the cluster when it failed or is overdue.
fn counts(probe: &Probe, now: Moment, limits: &Limits) -> bool {
    match probe.answer {
        Answer::Failed(_) => true,
        Answer::Pending => now.saturating_sub(probe.at) >= limits.overdue,
    }
}

fn is_lost(counted: &[&Probe], contact: Moment, now: Moment, limits: &Limits) -> bool {
    let silence = now.saturating_sub(contact);
    if silence >= limits.silence && counted.len() >= limits.silence_probes {
        return true;
    }
    let refused = |probe: &&Probe| matches!(probe.answer, Answer::Failed(Cause::Refused | Cause::Drill));
    if silence >= limits.refusal && counted.len() >= limits.refusal_probes && counted.iter().all(refused) {
        return true;
    }
    let unauthorized = |probe: &&Probe| probe.answer == Answer::Failed(Cause::Unauthorized);
    let first = counted.first().map_or(now, |probe| probe.at);
    now.saturating_sub(first) >= limits.unauthorized
        && counted.len() >= limits.unauthorized_probes
        && counted.iter().all(unauthorized)
}

/// The cause that the newest failures tell; a hang where nothing came back at all.
fn blame(counted: &[&Probe]) -> Option<Cause> {
    let failed = counted.iter().rev().find_map(|probe| match probe.answer {
        Answer::Failed(cause) => Some(cause),
        Answer::Pending => None,
    });
    failed.or((!counted.is_empty()).then_some(Cause::Unreachable))
}

#[cfg(test)]
mod tests;
