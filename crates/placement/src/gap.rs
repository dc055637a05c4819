//! What a cluster lacks of what a policy asks: Haven, components, zones, reach, eligibility, core values.
//!
//! Invariant: nothing reads the sentences but people.
use std::fmt::{Display, Formatter, Result};

use havenmeester_api::Date;
use havenmeester_api::member::Scope;
use havenmeester_api::require::CoreValue;
use serde::Serialize;

use crate::fact::Unseen;
use crate::sentence::listed;

/// What is missing.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub enum Gap {
    /// Haven checks do not pass.
    Haven {
        /// Which do not, as far as it is known.
        failed: Vec<String>,
        /// Whether they were seen to fail; else their outcome is not known.
        known: bool,
    },
    /// It does not serve a component.
    Component {
        /// The API group of the component.
        group: String,
    },
    /// Its nodes stand in too few zones.
    Zones {
        /// In how many they stand.
        seen: i32,
        /// What is wanted at least.
        wanted: i32,
    },
    /// Credentials reach further or less far there than is wanted.
    Scope {
        /// How far they reach.
        seen: Scope,
        /// What is wanted.
        wanted: Scope,
    },
    /// The workload is not eligible for its provider.
    NotEligible {
        /// Why in law.
        reason: String,
        /// Until when; `None`: until the policy changes.
        until: Option<Date>,
    },
    /// A core value of its provider is below its floor.
    CoreValue {
        /// Which.
        value: CoreValue,
        /// What was seen; `None`: nobody has judged it.
        seen: Option<i32>,
        /// What is wanted at least.
        wanted: i32,
    },
    /// What is asked for could not be seen.
    Unseen {
        /// What.
        what: Trait,
        /// What stood in the way; `None`: nothing, there is nothing to be seen.
        why: Option<Unseen>,
    },
}

/// What can be seen of a cluster.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
pub enum Trait {
    /// Its Haven checks.
    Haven,
    /// What it serves.
    Components,
    /// The zones of its nodes.
    Zones,
}

impl Gap {
    /// A word of a closed set.
    pub(crate) fn rule(&self) -> &'static str {
        match self {
            Self::Haven { .. } => "NotHavenCompliant",
            Self::Component { .. } => "ComponentMissing",
            Self::Zones { .. } => "TooFewZones",
            Self::Scope { .. } => "ScopeForbidden",
            Self::NotEligible { .. } => "NotEligible",
            Self::CoreValue { .. } => "CoreValueTooLow",
            Self::Unseen { .. } => "NotSeen",
        }
    }

    /// The nearest change that would close it, where one can be named.
    pub(crate) fn nearest_change(&self) -> Option<String> {
        match self {
            Self::Haven { failed, known: true } => match failed.as_slice() {
                [] => None,
                [one] => Some(format!("would do if its Haven check {one} passed")),
                several => Some(format!(
                    "would do if its Haven checks {} passed",
                    listed(several, "and")
                )),
            },
            Self::Component { group } => Some(format!("would do if it served {group}")),
            Self::Zones { wanted, .. } => Some(format!("would do with nodes in {wanted} zones")),
            Self::NotEligible { until, .. } => until.map(|until| format!("would do after {until}")),
            Self::CoreValue { value, wanted, .. } => Some(format!("would do with {value} at {wanted}")),
            Self::Haven { known: false, .. } | Self::Scope { .. } | Self::Unseen { .. } => None,
        }
    }
}

impl Display for Gap {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self {
            Self::Haven { failed, known } => match (failed.as_slice(), known) {
                ([], _) => f.write_str("is not Haven compliant"),
                (failed, true) => write!(f, "Haven checks that do not pass: {}", listed(failed, "and")),
                (failed, false) => {
                    write!(
                        f,
                        "Haven checks that are not known to pass: {}",
                        listed(failed, "and")
                    )
                }
            },
            Self::Component { group } => write!(f, "does not serve {group}"),
            Self::Zones { seen, wanted } => write!(f, "nodes in {seen} zones, wanted at least {wanted}"),
            Self::Scope { seen, wanted } => {
                write!(f, "credentials reach {}, wanted {}", reach(*seen), reach(*wanted))
            }
            Self::NotEligible { reason, until } => match until {
                Some(until) => write!(f, "not eligible until {until}: {reason}"),
                None => write!(f, "not eligible: {reason}"),
            },
            Self::CoreValue { value, seen, wanted } => match seen {
                Some(seen) => write!(f, "{value} {seen}, wanted at least {wanted}"),
                None => write!(f, "{value} is judged by nobody, wanted at least {wanted}"),
            },
            Self::Unseen { what, why } => {
                let what = match what {
                    Trait::Haven => "Haven checks cannot be seen",
                    Trait::Components => "what it serves cannot be seen",
                    Trait::Zones => "zones cannot be seen",
                };
                match why {
                    Some(why) => write!(f, "{what} ({why})"),
                    None => f.write_str(what),
                }
            }
        }
    }
}

fn reach(scope: Scope) -> &'static str {
    match scope {
        Scope::Cluster => "the whole cluster",
        Scope::Namespaces => "only namespaces",
    }
}

#[cfg(test)]
mod tests;
