//! What may be wrong with a decision, and how that is said.
use serde::Serialize;

use crate::request::WorkloadId;

/// What may be wrong with a decision.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd, Serialize)]
pub enum Fault {
    /// It has none.
    Undecided,
    /// It is not in the request.
    UnknownWorkload,
    /// It is sent to, or from, a cluster that is not in the fleet.
    UnknownCluster {
        /// That name.
        cluster: String,
    },
    /// It is sent to where it stands.
    TargetIsSource,
    /// It is taken from where it does not stand.
    SourceIsNotHome {
        /// From there.
        source: String,
    },
    /// It is sent to another place than where it must stand.
    TargetIsNotDesired {
        /// There.
        target: String,
    },
    /// It is sent to where it may not stand.
    Forbidden {
        /// There.
        cluster: String,
        /// The rule.
        rule: &'static str,
    },
    /// It is sent to where there is no room, all taken together.
    CapacityExceeded {
        /// There.
        cluster: String,
    },
    /// It is sent to where nobody can see how much room there is.
    CapacityUnseen {
        /// There.
        cluster: String,
    },
    /// It is taken from where it may stand.
    MovedFromAllowedHome {
        /// There.
        cluster: String,
    },
    /// It is taken from where only unclear facts forbid it.
    MovedOnUnclearFacts {
        /// There.
        cluster: String,
    },
    /// It is moved while another move of it is under way.
    MoveUnderWay,
    /// No policy lets the daemon start that.
    NotAutomatic,
    /// It is exclusive, and its old copy may still be active.
    NotFenced,
    /// It is exclusive and several copies are active: nobody said which one counts.
    SeveralActive,
    /// It is sent to where autonomy is lowered, and nobody agreed to that.
    NotApproved {
        /// There.
        cluster: String,
    },
    /// A policy asks for a standby, and it has none, nor is that said.
    NoStandby,
    /// Room is kept for it where it could not go.
    StandbyUnfit {
        /// There.
        cluster: String,
        /// The rule.
        rule: &'static str,
    },
    /// There is nothing to start it from.
    NotCaptured,
    /// It is failed over from a cluster that is not lost.
    NotLost {
        /// That cluster.
        cluster: String,
    },
    /// It is failed over before its time.
    TooEarly,
    /// What is said of the loss is not what was seen.
    LossMisstated,
    /// It is moved on what was seen too long ago.
    StaleFacts {
        /// Of that cluster.
        cluster: String,
    },
    /// Most of the fleet is lost at once, and the hub acts nevertheless.
    HubSuspect,
    /// It uses data that is more sensitive than it is said to be itself.
    LessSensitiveThanItsData {
        /// Whose data.
        data: WorkloadId,
    },
    /// Two moves would write in the same namespace.
    Conflict {
        /// Whose move the other is.
        with: WorkloadId,
    },
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Undecided => f.write_str("has no decision"),
            Self::UnknownWorkload => f.write_str("is decided, but is no workload"),
            Self::UnknownCluster { cluster } => write!(f, "cluster {cluster} is not in the fleet"),
            Self::TargetIsSource => f.write_str("is sent to where it stands"),
            Self::SourceIsNotHome { source } => write!(f, "is taken from {source}, where it does not stand"),
            Self::TargetIsNotDesired { target } => write!(f, "is sent to {target}, where it need not stand"),
            Self::Forbidden { cluster, rule } => {
                write!(f, "is sent to {cluster}, which is forbidden ({rule})")
            }
            Self::CapacityExceeded { cluster } => write!(f, "is sent to {cluster}, which becomes too full"),
            Self::CapacityUnseen { cluster } => write!(f, "is sent to {cluster}, whose room cannot be seen"),
            Self::MovedFromAllowedHome { cluster } => {
                write!(f, "is taken from {cluster}, where it may stand")
            }
            Self::MovedOnUnclearFacts { cluster } => {
                write!(f, "is taken from {cluster}, which only unclear facts forbid")
            }
            Self::MoveUnderWay => f.write_str("is moved while it moves already"),
            Self::NotAutomatic => f.write_str("is moved, and no policy lets the daemon start that"),
            Self::NotFenced => f.write_str("is failed over, but is exclusive and not fenced"),
            Self::SeveralActive => f.write_str("is moved, but is exclusive and active in several places"),
            Self::NotApproved { cluster } => {
                write!(
                    f,
                    "is sent to {cluster}, which lowers autonomy, and nobody approved it"
                )
            }
            Self::NoStandby => f.write_str("has no standby, and a policy asks for one"),
            Self::StandbyUnfit { cluster, rule } => {
                write!(
                    f,
                    "room is kept for it on {cluster}, where it could not go ({rule})"
                )
            }
            Self::NotCaptured => f.write_str("is failed over without a capture to start from"),
            Self::NotLost { cluster } => write!(f, "is failed over from {cluster}, which is not lost"),
            Self::TooEarly => f.write_str("is failed over before its time"),
            Self::LossMisstated => f.write_str("is failed over for another loss than the one that was seen"),
            Self::StaleFacts { cluster } => {
                write!(f, "is moved, but what stands on {cluster} was not seen lately")
            }
            Self::HubSuspect => f.write_str("is moved while most of the fleet is lost to this hub"),
            Self::LessSensitiveThanItsData { data } => {
                write!(f, "is judged as less sensitive than {data}, whose data it uses")
            }
            Self::Conflict { with } => write!(f, "is moved at once with {with}, in the same namespace"),
        }
    }
}
