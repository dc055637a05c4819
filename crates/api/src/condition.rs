//! Condition types, and the one way in which they are set.
//!
//! Conditions are observations by the Kubernetes API conventions: one per type, `lastTransitionTime` moves only
//! when the status does. Reasons are CamelCase words of closed sets; the message is for people.
use jiff::Timestamp;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{Condition, Time};

/// The spec can be used: every name in it resolves.
pub const VALID: &str = "Valid";
/// Provider, MemberCluster and ExternalApplication: no law from outside the EEA reaches it, and no facts are missing.
pub const AUTONOMOUS: &str = "Autonomous";
/// MemberCluster: its API server answers.
pub const REACHABLE: &str = "Reachable";
/// MemberCluster: it may be given workloads; False while it is in quarantine or in a drill.
pub const ADMITTED: &str = "Admitted";
/// MemberCluster and Workload: what is in the capture store is what stands there now.
pub const CAPTURED: &str = "Captured";
/// Workload: it stands where the policies want it.
pub const COMPLIANT: &str = "Compliant";
/// Workload: at most one copy is active (exclusive), and all copies are known.
pub const SINGLE: &str = "SingleCopy";
/// Workload: it answers where it stands.
pub const SERVING: &str = "Serving";
/// Workload: it would be failed over when its cluster is lost.
pub const FAILOVER_READY: &str = "FailoverReady";
/// Migration, Drill: it has come to its end, well or badly.
pub const COMPLETE: &str = "Complete";
/// Migration, Drill: it could not do what it should; what was done is rolled back or said.
pub const FAILED: &str = "Failed";
/// Migration: something waits for longer than its deadline.
pub const STUCK: &str = "Stuck";
/// PlacementPolicy: some cluster can satisfy it, by itself and together with the others that hold for its workloads.
pub const SATISFIABLE: &str = "Satisfiable";
/// PlacementPolicy: it changes something.
pub const EFFECTIVE: &str = "Effective";
/// Exemption: its rule does not hold today. Approval: a move may begin under it, or stands under it.
pub const IN_FORCE: &str = "InForce";
/// ExternalApplication: somebody has said how critical it is and how sensitive its data is.
pub const CLASSIFIED: &str = "Classified";
/// Exemption, and the contract of an ExternalApplication: it is over soon.
pub const ENDING: &str = "Ending";
/// Workload: somebody approved the move that it needs. Only there while one is asked for.
pub const APPROVED: &str = "Approved";
/// Contract: a dry run is due or overdue.
pub const DRY_RUN_DUE: &str = "DryRunDue";
/// Contract: every workload in scope can leave.
pub const EXIT_READY: &str = "ExitReady";

/// What a condition says.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum State {
    /// It is so.
    True,
    /// It is not so.
    False,
    /// It cannot be seen; never read as either of the others.
    Unknown,
}

impl State {
    /// As the API writes it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::True => "True",
            Self::False => "False",
            Self::Unknown => "Unknown",
        }
    }
}

impl From<bool> for State {
    fn from(yes: bool) -> Self {
        if yes { Self::True } else { Self::False }
    }
}

/// Sets the condition of one type, in place. Returns whether anything but the generation changed.
pub fn set(
    conditions: &mut Vec<Condition>,
    kind: &str,
    state: State,
    reason: &str,
    message: impl Into<String>,
    generation: Option<i64>,
    now: Timestamp,
) -> bool {
    let message = message.into();
    if let Some(old) = conditions.iter_mut().find(|c| c.type_ == kind) {
        let turned = old.status != state.as_str();
        let changed = turned || old.reason != reason || old.message != message;
        if turned {
            old.last_transition_time = Time(now);
        }
        state.as_str().clone_into(&mut old.status);
        reason.clone_into(&mut old.reason);
        old.message = message;
        old.observed_generation = generation;
        return changed;
    }
    conditions.push(Condition {
        type_: kind.to_owned(),
        status: state.as_str().to_owned(),
        reason: reason.to_owned(),
        message,
        observed_generation: generation,
        last_transition_time: Time(now),
    });
    conditions.sort_by(|a, b| a.type_.cmp(&b.type_));
    true
}

/// The condition of one type.
pub fn get<'a>(conditions: &'a [Condition], kind: &str) -> Option<&'a Condition> {
    conditions.iter().find(|c| c.type_ == kind)
}

/// Whether the condition is there and True.
pub fn is_true(conditions: &[Condition], kind: &str) -> bool {
    get(conditions, kind).is_some_and(|c| c.status == "True")
}

#[cfg(test)]
mod tests;
