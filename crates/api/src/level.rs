//! How critical a process and how sensitive its data is, and how the levels order.
//!
//! Invariant: a level that nobody understands counts as the strictest, never as the mildest.
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How badly the city suffers when the process stands still.
#[derive(
    Clone, Copy, Debug, Default, Deserialize, Eq, Hash, JsonSchema, Ord, PartialEq, PartialOrd, Serialize,
)]
pub enum Criticality {
    /// Can be missed for days.
    Low,
    /// Can be missed for hours.
    Medium,
    /// A business-critical process. Also what an unknown level counts as.
    #[default]
    Critical,
}

/// How much harm it does when others read the data.
#[derive(
    Clone, Copy, Debug, Default, Deserialize, Eq, Hash, JsonSchema, Ord, PartialEq, PartialOrd, Serialize,
)]
pub enum Sensitivity {
    /// BIO level BBN1.
    Low,
    /// BIO level BBN2, confidential.
    Medium,
    /// BIO levels BBN2+ and BBN3. Also what an unknown level counts as.
    #[default]
    High,
}

/// A label's level: understood, or taken as the strictest.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Read<T> {
    /// The value is one of those that are known.
    Known(T),
    /// The value is not known; `T` is the strictest level, which is what counts.
    Unknown {
        /// What counts instead.
        strictest: T,
        /// The value as it was written.
        value: String,
    },
}

impl<T: Copy> Read<T> {
    /// The level that counts.
    pub fn level(&self) -> T {
        match self {
            Self::Known(level) | Self::Unknown { strictest: level, .. } => *level,
        }
    }

    /// The value that was not understood.
    pub fn misread(&self) -> Option<&str> {
        match self {
            Self::Known(_) => None,
            Self::Unknown { value, .. } => Some(value),
        }
    }
}

impl Criticality {
    /// What may be written in a label.
    pub const LABEL_VALUES: &'static str = "low, medium or critical";

    /// Reads a label's value, whatever its case.
    pub fn read(value: &str) -> Read<Self> {
        match value.to_ascii_lowercase().as_str() {
            "low" => Read::Known(Self::Low),
            "medium" => Read::Known(Self::Medium),
            "critical" => Read::Known(Self::Critical),
            _ => Read::Unknown {
                strictest: Self::Critical,
                value: value.to_owned(),
            },
        }
    }
}

impl Sensitivity {
    /// What may be written in a label. A label cannot hold a `+`, so it is written `plus`.
    pub const LABEL_VALUES: &'static str = "low, medium, high, BBN1, BBN2, BBN2plus or BBN3";

    /// Reads a label's value, whatever its case; BIO levels are aliases (BIO 1.04, chapter 2).
    pub fn read(value: &str) -> Read<Self> {
        match value.to_ascii_lowercase().as_str() {
            "low" | "bbn1" => Read::Known(Self::Low),
            "medium" | "bbn2" => Read::Known(Self::Medium),
            "high" | "bbn2+" | "bbn2plus" | "bbn3" => Read::Known(Self::High),
            _ => Read::Unknown {
                strictest: Self::High,
                value: value.to_owned(),
            },
        }
    }
}

impl std::fmt::Display for Criticality {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Debug::fmt(self, f)
    }
}

impl std::fmt::Display for Sensitivity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Debug::fmt(self, f)
    }
}

#[cfg(test)]
mod tests;
