//! What can be short on a cluster.
//!
//! Invariant: one name per resource, and the name reads back as the same.
use std::fmt::{Display, Formatter, Result};

/// One of the things that a workload may ask of a cluster.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, serde::Serialize)]
#[serde(into = "String")]
pub enum Resource {
    /// Processor time, in thousandths of a core.
    Cpu,
    /// Memory, in MiB.
    Memory,
    /// Pods.
    Pods,
    /// Storage in MiB, by the kind of its class where the cluster's `classes` name one (`Rwo`), else by the class.
    Storage(String),
    /// Pieces of what nodes name themselves: `nvidia.com/gpu`.
    Extended(String),
}

/// What stands before the class in the name of a storage resource.
const STORAGE: &str = "storage/";

impl Resource {
    /// By its name.
    pub fn named(name: &str) -> Self {
        match (name, name.strip_prefix(STORAGE)) {
            ("cpu", _) => Self::Cpu,
            ("memory", _) => Self::Memory,
            ("pods", _) => Self::Pods,
            (_, Some(class)) => Self::Storage(class.to_owned()),
            (extended, None) => Self::Extended(extended.to_owned()),
        }
    }
}

impl Display for Resource {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self {
            Self::Cpu => f.write_str("cpu"),
            Self::Memory => f.write_str("memory"),
            Self::Pods => f.write_str("pods"),
            Self::Storage(class) => write!(f, "{STORAGE}{class}"),
            Self::Extended(name) => f.write_str(name),
        }
    }
}

impl From<Resource> for String {
    fn from(resource: Resource) -> Self {
        resource.to_string()
    }
}
