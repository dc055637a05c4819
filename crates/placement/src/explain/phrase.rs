//! The fixed phrases of an explanation.
use std::fmt::{Display, Formatter, Result};

use crate::approval::{Asked, Given};
use crate::decision::{Action, Decision, Waiting};
use crate::exempt::Waiver;
use crate::request::WorkloadId;

/// A phrase with what stands in it.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Phrase<'a> {
    /// It stands where it must.
    MayStay { id: &'a WorkloadId, home: &'a str },
    /// It stands elsewhere than where it must.
    MustMove {
        id: &'a WorkloadId,
        desired: &'a str,
        home: &'a str,
    },
    /// Where it stands is not known.
    MustStand { id: &'a WorkloadId, desired: &'a str },
    /// No cluster may take it.
    NoClusterMay { id: &'a WorkloadId, home: &'a str },
    /// It stands there, and nothing is wanted.
    Stands { id: &'a WorkloadId, home: &'a str },
    /// It stands nowhere.
    Nowhere { id: &'a WorkloadId },
    /// The cluster may take it.
    Yes,
    /// The cluster may not.
    No,
    /// What happens next, as a sentence.
    Next { what: &'a str },
    /// Somebody agreed to its move, or to where it stands.
    Approved { asked: &'a Asked, given: &'a Given },
    /// Nobody agreed yet.
    NotApproved { asked: &'a Asked },
    /// How to agree.
    HowToApprove { asked: &'a Asked },
    /// Where room is kept for it.
    Standby { cluster: &'a str },
    /// What it is exempt from.
    Exempt(&'a Waiver),
    /// What is wrong, as a sentence.
    Violation { what: &'a str },
}

impl<'a> Phrase<'a> {
    /// Where it stands and where it must, in a sentence.
    pub(super) fn headline(id: &'a WorkloadId, decision: &'a Decision) -> Self {
        match (&decision.desired, &decision.home) {
            (Some(desired), Some(home)) if desired == home => Self::MayStay { id, home },
            (Some(desired), Some(home)) => Self::MustMove { id, desired, home },
            (Some(desired), None) => Self::MustStand { id, desired },
            (None, Some(home)) if decision.action == Action::Wait(Waiting::NoClusterFits) => {
                Self::NoClusterMay { id, home }
            }
            (None, Some(home)) => Self::Stands { id, home },
            (None, None) => Self::Nowhere { id },
        }
    }
}

impl Display for Phrase<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self {
            Self::MayStay { id, home } => write!(f, "{id} stands on {home}, and may stay there."),
            Self::MustMove { id, desired, home } => {
                write!(f, "{id} must stand on {desired}. It stands on {home}.")
            }
            Self::MustStand { id, desired } => {
                write!(f, "{id} must stand on {desired}. Where it stands is not known.")
            }
            Self::NoClusterMay { id, home } => {
                write!(f, "{id} stands on {home}, and no cluster may take it.")
            }
            Self::Stands { id, home } => write!(f, "{id} stands on {home}."),
            Self::Nowhere { id } => write!(f, "{id} stands nowhere that is known."),
            Self::Yes => f.write_str("yes"),
            Self::No => f.write_str("no"),
            Self::Next { what } => write!(f, "Next: {what}."),
            Self::Approved { asked, given } => write!(
                f,
                "Approved by {} (Approval {}): {asked}.",
                given.approver, given.approval
            ),
            Self::NotApproved { asked } => write!(f, "Approval: none yet of plan {}.", asked.plan),
            Self::HowToApprove { asked } => {
                write!(f, "  Approve it with: havenmeester approve {}", asked.workload)
            }
            Self::Standby { cluster } => write!(f, "Standby: room is kept for it on {cluster}."),
            Self::Exempt(Waiver {
                exemption,
                policy,
                rule,
                until,
            }) => write!(
                f,
                "Exempt from {rule} of {policy} until {until} (Exemption {exemption})."
            ),
            Self::Violation { what } => write!(f, "Violation: {what}."),
        }
    }
}
