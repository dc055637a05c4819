//! One answer to one of the questions that a dry run asks.
//!
//! Not here: the verdict over all findings (`preflight`). The questions are a closed set.

use serde::{Deserialize, Serialize};

use crate::key::ObjectKey;

/// What a dry run must answer, in the order in which a report lists it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Question {
    /// Is the target there, and not older than the source?
    Reachable,
    /// Does the target serve every kind in its version?
    Served,
    /// May we do all that a move and its rollback need?
    Access,
    /// Does the target's own server-side dry run accept each object?
    DryRun,
    /// Do Pod Security, quota, limit ranges and classes let it in?
    Admission,
    /// Is everything that the objects refer to there?
    References,
    /// Is there room, and a node for each Pod?
    Capacity,
    /// Can every image be pulled from a registry that survives the cut-off?
    Images,
    /// Does the target have the storage that is asked for?
    Storage,
    /// Is there a path for the data, and is it wide enough?
    Transfer,
    /// Is the source healthy and its replica recent?
    SourceHealth,
    /// What is tied to one provider?
    LockIn,
    /// What stands on the target under the same name?
    Collisions,
    /// Which delivery controller owns it, and can it be suspended?
    Delivery,
    /// Are names, their records and certificates ready to follow?
    Dns,
    /// Does it call what stays behind?
    Egress,
    /// Can a Job or `CronJob` run twice?
    Once,
    /// Can the source be fenced and the move undone?
    Fencing,
}

impl Question {
    /// All eighteen, in report order.
    pub const ALL: [Self; 18] = [
        Self::Reachable,
        Self::Served,
        Self::Access,
        Self::DryRun,
        Self::Admission,
        Self::References,
        Self::Capacity,
        Self::Images,
        Self::Storage,
        Self::Transfer,
        Self::SourceHealth,
        Self::LockIn,
        Self::Collisions,
        Self::Delivery,
        Self::Dns,
        Self::Egress,
        Self::Once,
        Self::Fencing,
    ];

    /// Whether `preflight` examines this question today. The others are named as not asked, never as passed.
    pub fn is_asked(self) -> bool {
        match self {
            Self::Reachable
            | Self::Served
            | Self::Access
            | Self::DryRun
            | Self::Admission
            | Self::References
            | Self::Storage
            | Self::LockIn
            | Self::Collisions
            | Self::Delivery
            | Self::Once => true,
            Self::Capacity
            | Self::Images
            | Self::Transfer
            | Self::SourceHealth
            | Self::Dns
            | Self::Egress
            | Self::Fencing => false,
        }
    }
}

/// How bad a finding is. The order is that of the verdict: the worst counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Severity {
    /// Looked at and good.
    Pass,
    /// The move works, with a difference that somebody should know.
    Warn,
    /// Could not be looked at. Never counts as a pass.
    Unknown,
    /// The move would fail.
    Block,
}

/// One thing that was found about a move.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Finding {
    /// Which question it answers.
    pub question: Question,
    /// How bad it is.
    pub severity: Severity,
    /// The object it is about; none for the cluster as a whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub object: Option<ObjectKey>,
    /// The field it is about, `spec.storageClassName`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// One sentence for people. Holds no value of a Secret.
    pub message: String,
    /// What to do about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remedy: Option<String>,
}

impl Finding {
    /// A finding about the whole move.
    pub fn new(question: Question, severity: Severity, message: impl Into<String>) -> Self {
        Self {
            question,
            severity,
            object: None,
            field: None,
            message: message.into(),
            remedy: None,
        }
    }

    /// Says which object it is about.
    #[must_use]
    pub fn about(mut self, object: &ObjectKey) -> Self {
        self.object = Some(object.clone());
        self
    }

    /// Says which field it is about.
    #[must_use]
    pub fn field(mut self, field: impl Into<String>) -> Self {
        self.field = Some(field.into());
        self
    }

    /// Says what to do about it.
    #[must_use]
    pub fn remedy(mut self, remedy: impl Into<String>) -> Self {
        self.remedy = Some(remedy.into());
        self
    }
}
