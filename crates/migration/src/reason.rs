//! Why a move stands as it does: the closed set of condition reasons on a Migration.
//!
//! Invariant: a reason is never made from text.

/// The reason of a condition on a Migration.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Reason {
    /// Complete=False: it goes on.
    InProgress,
    /// Complete=True: the workload stands on the target.
    Moved,
    /// Complete=True: the dry run has its verdict.
    Rehearsed,
    /// Complete=True: what was done is taken back.
    RolledBack,
    /// Complete=True: it ended before anything was done on a member.
    NotMoved,
    /// A newer move of the same workload took over.
    Superseded,
    /// Failed: a person aborted it.
    Aborted,
    /// Failed=False: a person aborted it too late.
    AbortRefused,
    /// Failed: the target would not take it.
    PreflightBlocked,
    /// Failed: it could not be seen whether the target would take it.
    PreflightUnknown,
    /// Failed: the target refused an object.
    ObjectRefused,
    /// Failed: an object of somebody else has the name.
    Collision,
    /// Failed: there is nothing to move.
    NothingCaptured,
    /// Failed: the lost copy of an exclusive workload cannot be fenced.
    NotFenced,
    /// Failed: the spec cannot be used.
    Invalid,
    /// Failed or Stuck: a step took longer than it may.
    DeadlinePassed,
    /// Stuck=False: it goes again.
    Going,
}

impl Reason {
    /// As the API writes it.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::InProgress => "InProgress",
            Self::Moved => "Moved",
            Self::Rehearsed => "Rehearsed",
            Self::RolledBack => "RolledBack",
            Self::NotMoved => "NotMoved",
            Self::Superseded => "Superseded",
            Self::Aborted => "Aborted",
            Self::AbortRefused => "AbortRefused",
            Self::PreflightBlocked => "PreflightBlocked",
            Self::PreflightUnknown => "PreflightUnknown",
            Self::ObjectRefused => "ObjectRefused",
            Self::Collision => "Collision",
            Self::NothingCaptured => "NothingCaptured",
            Self::NotFenced => "NotFenced",
            Self::Invalid => "Invalid",
            Self::DeadlinePassed => "DeadlinePassed",
            Self::Going => "Going",
        }
    }
}
