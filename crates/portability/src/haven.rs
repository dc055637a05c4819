//! The Haven standard: the 15 required and 2 suggested checks of a cluster, from facts; and the components of Haven+.
//!
//! Not here: finding the facts (`fleet`), conditions on applications (`haven_app`). Invariant: what cannot be seen is
//! Unknown, never passed; facts that are too old count as not seen.

mod checks;
mod component;
mod facts;
mod known;
mod official;
#[cfg(test)]
mod tests;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

pub use component::{Component, components};
pub use facts::{HavenFacts, NodeFact, StorageFact, WorkloadFact};
pub use official::{Official, OfficialError, newest_official, read_official};

/// Facts that are older say nothing of the cluster as it is now. A day: nodes and components change by the hand of people.
pub const FACTS_LAST: SignedDuration = SignedDuration::from_hours(24);

/// A result of the official checker that is older counts no more: the upgrade window of the checker itself, 3 months.
pub const OFFICIAL_LASTS: SignedDuration = SignedDuration::from_hours(92 * 24);

/// The checks, in the order of the official checker.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CheckName {
    /// Self test: the checker is recent.
    HavenVersion,
    /// Self test: the checker has all rights.
    ClusterAdmin,
    /// Several availability zones.
    MultiAz,
    /// At least 3 control-plane nodes.
    HaMasters,
    /// At least 3 workers.
    HaWorkers,
    /// Hardened nodes.
    NodeHardening,
    /// No node has a public address.
    PrivateNetworking,
    /// A recent minor of Kubernetes.
    KubernetesVersion,
    /// Role based access control.
    Rbac,
    /// Volumes for many writers.
    RwxVolumes,
    /// Conformant by the CNCF's list.
    Cncf,
    /// Certificates by themselves.
    AutoCerts,
    /// Logs are gathered.
    Logs,
    /// A metrics server.
    Metrics,
    /// The checker's own program is the right one.
    ShaValidation,
    /// Suggested: CIS benchmark.
    Cis,
    /// Suggested: Kubescape.
    Kubescape,
}

impl CheckName {
    /// All seventeen, the required ones first.
    pub const ALL: [Self; 17] = [
        Self::HavenVersion,
        Self::ClusterAdmin,
        Self::MultiAz,
        Self::HaMasters,
        Self::HaWorkers,
        Self::NodeHardening,
        Self::PrivateNetworking,
        Self::KubernetesVersion,
        Self::Rbac,
        Self::RwxVolumes,
        Self::Cncf,
        Self::AutoCerts,
        Self::Logs,
        Self::Metrics,
        Self::ShaValidation,
        Self::Cis,
        Self::Kubescape,
    ];

    /// The name, as the official checker has it.
    pub fn name(self) -> &'static str {
        match self {
            Self::HavenVersion => "havenversion",
            Self::ClusterAdmin => "clusteradmin",
            Self::MultiAz => "multiaz",
            Self::HaMasters => "hamasters",
            Self::HaWorkers => "haworkers",
            Self::NodeHardening => "nodehardening",
            Self::PrivateNetworking => "privatenetworking",
            Self::KubernetesVersion => "kubernetesversion",
            Self::Rbac => "rbac",
            Self::RwxVolumes => "rwxvolumes",
            Self::Cncf => "cncf",
            Self::AutoCerts => "autocerts",
            Self::Logs => "logs",
            Self::Metrics => "metrics",
            Self::ShaValidation => "shavalidation",
            Self::Cis => "cis",
            Self::Kubescape => "kubescape",
        }
    }

    /// The label, as the official checker has it.
    pub fn label(self) -> &'static str {
        match self {
            Self::HavenVersion => "Self test: HCC version is latest major or within 3 months upgrade window",
            Self::ClusterAdmin => "Self test: does HCC have cluster-admin",
            Self::MultiAz => "Multiple availability zones in use",
            Self::HaMasters => "Running at least 3 master nodes",
            Self::HaWorkers => "Running at least 3 worker nodes",
            Self::NodeHardening => "Nodes have SELinux, Grsecurity, AppArmor, LKRG, Talos or Flatcar enabled",
            Self::PrivateNetworking => "Private networking topology",
            Self::KubernetesVersion => "Kubernetes version is latest stable or max 3 minor versions behind",
            Self::Rbac => "Role Based Access Control is enabled",
            Self::RwxVolumes => "ReadWriteMany persistent volumes support",
            Self::Cncf => "CNCF Kubernetes Conformance",
            Self::AutoCerts => "Automated HTTPS certificate provisioning",
            Self::Logs => "Log aggregation is running",
            Self::Metrics => "Metrics-server is running",
            Self::ShaValidation => "SHA has been validated",
            Self::Cis => "CIS Kubernetes Security Benchmark",
            Self::Kubescape => "Kubescape",
        }
    }

    /// The category, as the official checker has it.
    pub fn category(self) -> &'static str {
        match self {
            Self::HavenVersion | Self::ClusterAdmin => "Fundamental",
            Self::MultiAz
            | Self::HaMasters
            | Self::HaWorkers
            | Self::NodeHardening
            | Self::PrivateNetworking => "Infrastructure",
            Self::KubernetesVersion | Self::Rbac | Self::RwxVolumes => "Cluster",
            Self::Cncf | Self::Cis | Self::Kubescape => "External",
            Self::AutoCerts | Self::Logs | Self::Metrics => "Haven+",
            Self::ShaValidation => "Validation",
        }
    }

    /// Whether a cluster must pass it to be compliant.
    pub fn is_required(self) -> bool {
        !matches!(self, Self::Cis | Self::Kubescape)
    }

    /// Whether only the official checker can tell: it is about its own program, or about lists that it has.
    pub fn is_official_only(self) -> bool {
        matches!(
            self,
            Self::HavenVersion | Self::ShaValidation | Self::Cncf | Self::Cis | Self::Kubescape
        )
    }
}

/// What a check came to. The order is that of the whole: the worst counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Outcome {
    /// It holds.
    Yes,
    /// It cannot be seen.
    Unknown,
    /// It does not hold.
    No,
}

/// One check.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Check {
    /// Which.
    pub name: CheckName,
    /// What it came to.
    pub outcome: Outcome,
    /// On what that rests, one sentence.
    pub evidence: String,
}

/// Where the official checker and we differ. What one of the two does not know is no difference.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Difference {
    /// Which check.
    pub name: CheckName,
    /// What we find.
    pub ours: Outcome,
    /// What the official checker said.
    pub official: Outcome,
}

/// What a cluster is by the Haven standard.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Haven {
    /// Whether all required checks hold: No as soon as one does not, else Unknown while one cannot be seen.
    pub compliant: Outcome,
    /// All seventeen, the required ones first.
    pub checks: Vec<Check>,
    /// Where the official result differs.
    pub differences: Vec<Difference>,
    /// The components of Haven+ that were found, and those that cannot be seen.
    pub components: Vec<Component>,
}

impl Haven {
    /// How many checks, suggested ones included, came to this.
    pub fn count(&self, outcome: Outcome) -> usize {
        self.checks
            .iter()
            .filter(|check| check.outcome == outcome)
            .count()
    }
}

/// Evaluates a cluster. `official`: the newest result of the official checker, where there is one.
pub fn evaluate(facts: &HavenFacts, official: Option<&Official>, now: Timestamp) -> Haven {
    let facts = facts.as_of(now);
    let official_now = official.filter(|official| official.lasts(now));
    let mut checks = Vec::new();
    let mut differences = Vec::new();
    for name in CheckName::ALL {
        let said = official_now.and_then(|official| official.outcome(name));
        let (outcome, evidence) = if name.is_official_only() {
            by_official(official, official_now, said)
        } else {
            match (checks::check(name, &facts, now), said) {
                ((Outcome::Unknown, why), Some(said)) if said != Outcome::Unknown => {
                    let (said, evidence) = by_official(official, official_now, Some(said));
                    (said, format!("{evidence}; our own look: {why}"))
                }
                (seen, _) => seen,
            }
        };
        if let Some(said) = said
            && said != outcome
            && ![said, outcome].contains(&Outcome::Unknown)
        {
            differences.push(Difference {
                name,
                ours: outcome,
                official: said,
            });
        }
        checks.push(Check {
            name,
            outcome,
            evidence,
        });
    }
    let required = checks.iter().filter(|check| check.name.is_required());
    Haven {
        compliant: required
            .map(|check| check.outcome)
            .max()
            .unwrap_or(Outcome::Unknown),
        checks,
        differences,
        components: components(&facts),
    }
}

fn by_official(
    all: Option<&Official>,
    recent: Option<&Official>,
    said: Option<Outcome>,
) -> (Outcome, String) {
    match (all, recent, said) {
        (_, Some(official), Some(said)) => {
            (said, format!("the official checker {} said so", official.told()))
        }
        (_, Some(official), None) => (
            Outcome::Unknown,
            format!("the official checker {} does not say", official.told()),
        ),
        (Some(official), None, _) => (
            Outcome::Unknown,
            format!("the official result is too old: {}", official.told()),
        ),
        (None, ..) => (
            Outcome::Unknown,
            "only the official checker can tell, and no result of it is there".to_owned(),
        ),
    }
}
