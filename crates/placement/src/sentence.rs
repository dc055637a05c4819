//! The words for each reason: a CamelCase word of a closed set for machines, a sentence for people.
//!
//! Sentences begin in small letters and have no full stop, so that they can stand in a table or after a colon.
//! Not here: the same in Dutch (`dutch`), and the layout of a whole explanation (`explain`).
//! Invariant: nothing reads these sentences but people.
use std::fmt::{Display, Formatter, Result};

use havenmeester_api::Language;
use havenmeester_api::provider::{Because, Relation};

use crate::decision::{Action, Refusal, Violation, Waiting};
use crate::dutch;
use crate::fleet::Demand;
use crate::resource::Resource;

impl Refusal {
    /// A word of a closed set: the reason of a condition, the label of a metric.
    pub fn rule(&self) -> &'static str {
        match self {
            Self::NotReachable => "NotReachable",
            Self::Barred { .. } => "Quarantined",
            Self::UnknownProvider { .. } => "UnknownProvider",
            Self::Category { .. } => "CategoryForbidden",
            Self::Jurisdiction { .. } => "JurisdictionForbidden",
            Self::JurisdictionDenied { .. } => "JurisdictionDenied",
            Self::AwayFromData { .. } => "AwayFromData",
            Self::SlowToData { seen: Some(_), .. } => "LatencyTooHigh",
            Self::SlowToData { seen: None, .. } => "LatencyUnknown",
            Self::Lacks { gap, .. } => gap.rule(),
            Self::Adverse { .. } => "JurisdictionAdverse",
            Self::Announced { refusal, .. } => refusal.rule(),
            Self::OwnershipUnclear { .. } => "OwnershipUnclear",
            Self::Seal { .. } => "SealTooLow",
            Self::ObjectiveSeal { .. } => "ObjectiveSealTooLow",
            Self::Region { .. } => "RegionForbidden",
            Self::NotNamed { .. } => "ClusterNotNamed",
            Self::NamespaceOutOfReach { .. } => "NamespaceOutOfReach",
            Self::Capacity { .. } => "CapacityExceeded",
            Self::CapacityUnknown { .. } => "CapacityUnknown",
        }
    }

    /// Whether it only says what cannot be seen at this moment, or will pass by itself.
    pub fn may_pass(&self) -> bool {
        matches!(
            self,
            Self::NotReachable | Self::Barred { .. } | Self::CapacityUnknown { .. }
        )
    }

    /// Who wants it so; `None` for what holds without a policy.
    pub fn policy(&self) -> Option<&str> {
        match self {
            Self::Category { policy, .. }
            | Self::Jurisdiction { policy, .. }
            | Self::Adverse { policy, .. }
            | Self::JurisdictionDenied { policy, .. }
            | Self::Lacks { policy, .. }
            | Self::Seal { policy, .. }
            | Self::ObjectiveSeal { policy, .. }
            | Self::Region { policy, .. }
            | Self::NotNamed { policy, .. } => Some(policy),
            Self::Announced { refusal, .. } => refusal.policy(),
            Self::NotReachable
            | Self::Barred { .. }
            | Self::UnknownProvider { .. }
            | Self::OwnershipUnclear { .. }
            | Self::AwayFromData { .. }
            | Self::SlowToData { .. }
            | Self::NamespaceOutOfReach { .. }
            | Self::Capacity { .. }
            | Self::CapacityUnknown { .. } => None,
        }
    }

    /// The nearest change that would lift it, where one can be named.
    pub fn nearest_change_in(&self, language: Language) -> Option<String> {
        match language {
            Language::En => self.nearest_change(),
            Language::Nl => dutch::nearest_change(self),
        }
    }

    /// The same in English.
    pub fn nearest_change(&self) -> Option<String> {
        Some(match self {
            Self::Lacks { gap, .. } => return gap.nearest_change(),
            Self::Announced { .. } => return None,
            Self::NotReachable => "would do once it answers".to_owned(),
            Self::Barred { .. } => "would do once its quarantine ends".to_owned(),
            Self::UnknownProvider { provider } => {
                format!("would do if there were a Provider {provider:?} that may")
            }
            Self::Category { wanted, .. } => {
                let wanted: Vec<String> = wanted.iter().map(|category| format!("{category:?}")).collect();
                format!("would do at a provider of category {}", listed(&wanted, "or"))
            }
            Self::Jurisdiction { country, .. }
            | Self::JurisdictionDenied { country, .. }
            | Self::Adverse { country, .. } => format!("would do out of reach of the law of {country}"),
            Self::AwayFromData { data, .. } => format!("would do if the data of {data} stood there"),
            Self::SlowToData {
                cluster,
                seen,
                wanted,
                ..
            } => match seen {
                Some(_) => format!("would do if it took {wanted} ms to {cluster} and back"),
                None => format!("would do if spec.latency said at most {wanted} ms to {cluster} and back"),
            },
            Self::OwnershipUnclear { .. } => {
                "would do if the facts about its owners were put right".to_owned()
            }
            Self::Seal { wanted, .. } => format!("would do at SEAL {wanted}"),
            Self::ObjectiveSeal {
                objective, wanted, ..
            } => format!("would do with {objective} at SEAL {wanted}"),
            Self::Region { policy, seen, .. } => format!("would do if {policy} named the region {seen}"),
            Self::NotNamed { policy, .. } => format!("would do if {policy} named it"),
            Self::NamespaceOutOfReach { namespace } => {
                format!("would do if its spec.namespaces held {namespace}")
            }
            Self::CapacityUnknown { .. } => "would do if its room could be seen, and were enough".to_owned(),
            Self::Capacity { demand, free } => {
                let short = shortages(demand, free)
                    .map(|s| format!("{} more", amount(s.unit, s.asked.saturating_sub(s.free))));
                format!("would do with {}", listed(&short.collect::<Vec<_>>(), "and"))
            }
        })
    }
}

impl Display for Refusal {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self {
            Self::NotReachable => f.write_str("does not answer"),
            Self::Barred { bar } => bar.fmt(f),
            Self::UnknownProvider { provider } => write!(f, "provider: there is no Provider {provider:?}"),
            Self::Category { policy, seen, wanted } => {
                let seen = seen.map_or_else(|| "none".to_owned(), |category| format!("{category:?}"));
                let wanted: Vec<String> = wanted.iter().map(|category| format!("{category:?}")).collect();
                write!(f, "{policy}: category {seen}, wanted {}", listed(&wanted, "or"))
            }
            Self::Jurisdiction {
                policy,
                country,
                through,
                wanted,
            } => {
                let (through, wanted) = (chain(through), listed(wanted, "or"));
                write!(
                    f,
                    "{policy}: law of {country} reaches it ({through}), wanted {wanted} only"
                )
            }
            Self::AwayFromData { data, seen, wanted } => {
                write!(
                    f,
                    "data: {data}, which it uses, stands in {wanted}, and this is {seen}"
                )
            }
            Self::SlowToData {
                data,
                cluster,
                seen,
                wanted,
            } => slow(
                f,
                &format!("{data}, which it uses, stands on {cluster}"),
                cluster,
                *seen,
                *wanted,
            ),
            Self::Lacks { policy, gap } => write!(f, "{policy}: {gap}"),
            Self::JurisdictionDenied {
                policy,
                country,
                through,
                denied,
            } => {
                let (through, denied) = (chain(through), listed(denied, "and"));
                write!(
                    f,
                    "{policy}: law of {country} reaches it ({through}); denied are {denied}"
                )
            }
            Self::Adverse {
                policy,
                country,
                through,
                reason,
            } => {
                let through = chain(through);
                write!(
                    f,
                    "{policy}: law of {country} reaches it ({through}), which is declared adverse: {reason}"
                )
            }
            Self::Announced { on, refusal } => write!(f, "from {on} on: {refusal}"),
            Self::OwnershipUnclear { why } => write!(f, "ownership is unclear: {why}"),
            Self::Seal { policy, seen, wanted } => {
                write!(f, "{policy}: SEAL {seen}, wanted at least {wanted}")
            }
            Self::ObjectiveSeal {
                policy,
                objective,
                seen,
                wanted,
            } => {
                write!(
                    f,
                    "{policy}: {objective} at SEAL {seen}, wanted at least {wanted}"
                )
            }
            Self::Region { policy, seen, wanted } => {
                write!(f, "{policy}: region {seen}, wanted {}", listed(wanted, "or"))
            }
            Self::NotNamed { policy, wanted } => {
                write!(
                    f,
                    "{policy}: not among the clusters that are named, wanted {}",
                    listed(wanted, "or")
                )
            }
            Self::NamespaceOutOfReach { namespace } => {
                write!(f, "credentials: namespace {namespace} is out of their reach")
            }
            Self::Capacity { demand, free } => full(f, demand, free),
            Self::CapacityUnknown { why } => write!(f, "capacity: cannot be seen ({why})"),
        }
    }
}

/// What there is too little of.
fn full(f: &mut Formatter<'_>, demand: &Demand, free: &Demand) -> Result {
    let short = shortages(demand, free).map(|s| {
        let asked = amount(s.unit, s.asked);
        if s.undeclared {
            return format!("needs {asked}, and spec.room.storage of its MemberCluster names none");
        }
        format!("needs {asked}, {} free", bare(s.unit, s.free))
    });
    write!(f, "capacity: {}", short.collect::<Vec<_>>().join("; "))
}

/// Why a bound on the way to data is not met.
fn slow(f: &mut Formatter<'_>, data: &str, cluster: &str, seen: Option<i64>, wanted: i64) -> Result {
    match seen {
        Some(seen) => write!(
            f,
            "data: {data}, {seen} ms there and back, wanted at most {wanted} ms"
        ),
        None => write!(
            f,
            "data: {data}, and nobody says how long it takes there and back, wanted at most {wanted} ms: declare it in \
             spec.latency of this MemberCluster or of {cluster}"
        ),
    }
}

impl Waiting {
    /// A word of a closed set.
    pub fn rule(&self) -> &'static str {
        match self {
            Self::Moving { .. } => "Moving",
            Self::NoClusterFits => "NoClusterFits",
            Self::Approval(_) => "ApprovalNeeded",
            Self::OnRoute { .. } => "OnRoute",
            Self::ManualMigration { .. } => "ManualMigration",
            Self::ManualFailover { .. } => "ManualFailover",
            Self::FailoverDelay { .. } => "FailoverDelay",
            Self::NotFenced { .. } => "NotFenced",
            Self::NotCaptured { .. } => "NotCaptured",
            Self::HomeUncertain { .. } => "HomeUncertain",
            Self::HubSuspectsItself { .. } => "HubSuspectsItself",
            Self::NotFound => "NotFound",
            Self::FactsUnclear { .. } => "FactsUnclear",
            Self::SeveralActive { .. } => "SeveralActive",
            Self::SharesNamespace { .. } => "SharesNamespace",
        }
    }
}

impl Display for Waiting {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self {
            Self::Moving { migration } => write!(f, "migration {migration} is under way"),
            Self::NoClusterFits => f.write_str("no cluster may take it"),
            Self::Approval(asked) => write!(f, "somebody must approve that it goes to {asked}"),
            Self::OnRoute { cluster, until } => write!(
                f,
                "{cluster} is a step of its route, until {until}; it goes on as soon as a cluster may take it"
            ),
            Self::ManualMigration { target, policy } => by_hand(f, "move", target, policy.as_deref()),
            Self::ManualFailover { target, policy } => by_hand(f, "failover", target, policy.as_deref()),
            Self::FailoverDelay { target, at } => {
                write!(
                    f,
                    "it goes to {target} at {at:.0}, unless its cluster answers before"
                )
            }
            Self::NotFenced { cluster } => {
                write!(
                    f,
                    "it is exclusive, and its copy on {cluster}, which is lost, cannot be fenced"
                )
            }
            Self::NotCaptured { cluster } => {
                write!(
                    f,
                    "{cluster} is lost, and there is no capture of it to start from"
                )
            }
            Self::HomeUncertain { cluster } => {
                write!(
                    f,
                    "what stands on {cluster} is not known: it does not answer, or was seen too long ago"
                )
            }
            Self::HubSuspectsItself { lost, of } => {
                write!(
                    f,
                    "{lost} of {of} clusters are lost: it may be this hub that is cut off"
                )
            }
            Self::NotFound => f.write_str("nothing of it is seen where it should stand"),
            Self::FactsUnclear { cluster, why } => {
                write!(
                    f,
                    "whether it may stay on {cluster} hangs on facts that are unclear: {why}"
                )
            }
            Self::SeveralActive { clusters } => write!(
                f,
                "it is exclusive and active on {}: a person must say which copy counts",
                listed(clusters, "and")
            ),
            Self::SharesNamespace { with } => {
                write!(f, "{with} lives in the same namespace, and its move goes first")
            }
        }
    }
}

impl Action {
    /// A word of a closed set.
    pub fn rule(&self) -> &'static str {
        match self {
            Self::Stay => "Stay",
            Self::Relocate { .. } => "Relocate",
            Self::FailOver { .. } => "FailOver",
            Self::Wait(waiting) => waiting.rule(),
        }
    }
}

impl Display for Action {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self {
            Self::Stay => f.write_str("it stays"),
            Self::Relocate { source, target } => write!(f, "it is moved from {source} to {target}"),
            Self::FailOver {
                source,
                target,
                last_heartbeat,
                ..
            } => {
                write!(
                    f,
                    "it is failed over from {source}, silent since {last_heartbeat:.0}, to {target}"
                )
            }
            Self::Wait(waiting) => write!(f, "it waits: {waiting}"),
        }
    }
}

impl Violation {
    /// A word of a closed set, the same as the Compliant condition's reason.
    pub fn rule(&self) -> &'static str {
        match self {
            Self::Placement { refusal, .. } => refusal.rule(),
            Self::SeveralActive { .. } => "SeveralActive",
            Self::NoStandby { .. } => "NoStandby",
            Self::StrayCopy { .. } => "StrayCopy",
        }
    }

    /// Whose policy; `None` for what holds without one.
    pub fn policy(&self) -> Option<&str> {
        match self {
            Self::Placement { refusal, .. } => refusal.policy(),
            Self::NoStandby { policy, .. } => Some(policy),
            Self::SeveralActive { .. } | Self::StrayCopy { .. } => None,
        }
    }
}

impl Display for Violation {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self {
            Self::Placement { cluster, refusal } => write!(f, "may not stand on {cluster}: {refusal}"),
            Self::SeveralActive { clusters } => {
                write!(f, "it is exclusive, and active on {}", listed(clusters, "and"))
            }
            Self::NoStandby {
                policy,
                apart,
                cluster,
            } => {
                let apart: Vec<String> = apart.iter().map(ToString::to_string).collect();
                write!(
                    f,
                    "{policy}: no cluster with room can take it over from {cluster} {}",
                    listed(&apart, "and")
                )
            }
            Self::StrayCopy { clusters } => {
                write!(f, "active away from its home, on {}", listed(clusters, "and"))
            }
        }
    }
}

fn by_hand(f: &mut Formatter<'_>, what: &str, target: &str, policy: Option<&str>) -> Result {
    match policy {
        Some(policy) => write!(f, "policy {policy} leaves the {what} to {target} to a person"),
        None => write!(
            f,
            "no policy starts the {what} to {target} by itself; a person may"
        ),
    }
}

/// `azure > microsoft, 100%`: from the entity outwards.
fn chain(because: &[Because]) -> String {
    let link = |b: &Because| {
        let entity = &b.entity;
        match (b.relation, b.share_basis_points) {
            (Relation::Owns, Some(share)) => format!("{entity}, {}", percent(share)),
            (Relation::Owns, None) => format!("{entity}, owner"),
            (Relation::Established, _) => entity.clone(),
            (Relation::Operates, _) => format!("{entity}, operator"),
            (Relation::HoldsKeys, _) => format!("{entity}, holds the keys"),
            (Relation::Votes, share) => {
                format!("{entity}, {} of the votes", percent(share.unwrap_or_default()))
            }
            (Relation::Vetoes, _) => format!("{entity}, has a veto"),
            (Relation::AppointsBoard, _) => format!("{entity}, appoints the board"),
            (Relation::Supports, _) => format!("support in {entity}"),
            (Relation::Hosts, _) => format!("hardware in {entity}"),
            (Relation::LeftOut, _) => format!("({entity} more)"),
        }
    };
    because.iter().map(link).collect::<Vec<_>>().join(" > ")
}

/// `24.5%`.
pub(crate) fn percent(basis_points: i32) -> String {
    decimals(i64::from(basis_points), 100) + "%"
}

/// One dimension in which something is short.
pub(crate) struct Shortage<'a> {
    pub(crate) unit: Unit<'a>,
    pub(crate) asked: i64,
    pub(crate) free: i64,
    /// No API tells how much storage there is: of this class nobody has said so.
    pub(crate) undeclared: bool,
}

/// In what room is counted.
#[derive(Clone, Copy)]
pub(crate) enum Unit<'a> {
    Cpu,
    Memory,
    Pods,
    Other(&'a Resource),
}

/// The dimensions in which something is short.
pub(crate) fn shortages<'a>(demand: &'a Demand, free: &'a Demand) -> impl Iterator<Item = Shortage<'a>> {
    let others = demand.others.iter().map(|(resource, asked)| {
        let known = free.others.get(resource).copied();
        (Unit::Other(resource), *asked, known)
    });
    [
        (Unit::Cpu, demand.cpu_milli, Some(free.cpu_milli)),
        (Unit::Memory, demand.memory_mib, Some(free.memory_mib)),
        (Unit::Pods, demand.pods, Some(free.pods)),
    ]
    .into_iter()
    .chain(others)
    .filter(|(_, asked, free)| *asked > 0 && *asked > free.unwrap_or(0))
    .map(|(unit, asked, free)| Shortage {
        unit,
        asked,
        free: free.unwrap_or(0),
        undeclared: free.is_none() && matches!(unit, Unit::Other(Resource::Storage(_))),
    })
}

fn amount(unit: Unit<'_>, value: i64) -> String {
    let name = match unit {
        Unit::Cpu => "cpu".to_owned(),
        Unit::Memory => "GiB".to_owned(),
        Unit::Pods => "pods".to_owned(),
        Unit::Other(Resource::Storage(class)) => format!("GiB of storage {class}"),
        Unit::Other(resource) => resource.to_string(),
    };
    format!("{} {name}", bare(unit, value))
}

/// A number without its unit.
pub(crate) fn bare(unit: Unit<'_>, value: i64) -> String {
    match unit {
        Unit::Cpu => decimals(value, 1000),
        Unit::Memory | Unit::Other(Resource::Storage(_)) => decimals(value.saturating_mul(1000) / 1024, 1000),
        Unit::Pods | Unit::Other(_) => value.to_string(),
    }
}

/// A whole number of small units as a number of large ones, without noughts at the end.
fn decimals(value: i64, per: i64) -> String {
    let sign = if value < 0 { "-" } else { "" };
    let (whole, rest) = ((value / per).unsigned_abs(), (value % per).unsigned_abs());
    let width = if per == 1000 { 3 } else { 2 };
    let text = format!("{sign}{whole}.{rest:0width$}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// `a, b or c`.
pub(crate) fn listed(words: &[String], before_last: &str) -> String {
    match words {
        [] => "nothing".to_owned(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} {before_last} {last}", first.join(", ")),
    }
}

#[cfg(test)]
mod tests;
