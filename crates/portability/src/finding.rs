//! One answer to one of the questions that a dry run asks.
//!
//! Not here: the verdict over all findings (`preflight`). The questions are a closed set.

pub use havenmeester_api::migration::Question;
use serde::{Deserialize, Serialize};

use crate::{
    key::ObjectKey,
    said::{Advice, Said},
};

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
    pub message: Said,
    /// What to do about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remedy: Option<Advice>,
}

impl Finding {
    /// A finding about the whole move.
    pub fn new(question: Question, severity: Severity, message: impl Into<Said>) -> Self {
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
    pub fn remedy(mut self, remedy: Advice) -> Self {
        self.remedy = Some(remedy);
        self
    }
}
