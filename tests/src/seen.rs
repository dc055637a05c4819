//! What the hub says at one moment.

use std::collections::BTreeMap;
use std::fmt::{self, Debug};

use havenmeester_api::condition;
use havenmeester_api::member::ReachabilityState;
use havenmeester_api::migration::{MoveKind, Step, StepState};
use havenmeester_api::{Contract, Drill, MemberCluster, Migration, Workload};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Condition;
use kube::api::ListParams;
use kube::{Api, Client, Resource, ResourceExt};
use serde::de::DeserializeOwned;

/// Every object of ours, by name.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    /// The workloads.
    pub workloads: BTreeMap<String, Workload>,
    /// Moves and dry runs.
    pub migrations: BTreeMap<String, Migration>,
    /// The fleet.
    pub members: BTreeMap<String, MemberCluster>,
    /// The contracts.
    pub contracts: BTreeMap<String, Contract>,
    /// The drills.
    pub drills: BTreeMap<String, Drill>,
}

impl Seen {
    pub(crate) async fn read(hub: &Client) -> Result<Self, kube::Error> {
        Ok(Self {
            workloads: all(hub).await?,
            migrations: all(hub).await?,
            members: all(hub).await?,
            contracts: all(hub).await?,
            drills: all(hub).await?,
        })
    }

    /// Where a workload stands.
    pub fn home(&self, workload: &str) -> Option<&str> {
        self.workloads.get(workload)?.status.as_ref()?.cluster.as_deref()
    }

    /// Where a workload must stand.
    pub fn desired(&self, workload: &str) -> Option<&str> {
        let status = self.workloads.get(workload)?.status.as_ref()?;
        Some(status.desired.as_ref()?.cluster.as_str())
    }

    /// Status and reason of a workload's condition, as in `False CategoryForbidden`.
    pub fn of_workload(&self, workload: &str, kind: &str) -> String {
        let status = self.workloads.get(workload).and_then(|w| w.status.as_ref());
        said(status.map_or(&[], |s| &s.conditions), kind)
    }

    /// The same of a member.
    pub fn of_member(&self, member: &str, kind: &str) -> String {
        let status = self.members.get(member).and_then(|m| m.status.as_ref());
        said(status.map_or(&[], |s| &s.conditions), kind)
    }

    /// The same of a move.
    pub fn of_move(&self, migration: &str, kind: &str) -> String {
        let status = self.migrations.get(migration).and_then(|m| m.status.as_ref());
        said(status.map_or(&[], |s| &s.conditions), kind)
    }

    /// Whether a member answers, and why not.
    pub fn reachability(&self, member: &str) -> Option<ReachabilityState> {
        let status = self.members.get(member)?.status.as_ref()?;
        Some(status.reachability.as_ref()?.state)
    }

    /// The moves of a workload, dry runs left out.
    pub fn moves<'a>(&'a self, workload: &'a str) -> impl Iterator<Item = &'a Migration> {
        let of = move |m: &&Migration| m.spec.workload == workload && !m.spec.dry_run;
        self.migrations.values().filter(of)
    }

    /// The failovers that have not ended, and those that have.
    pub fn failovers(&self) -> impl Iterator<Item = &Migration> {
        self.migrations
            .values()
            .filter(|m| m.spec.kind == MoveKind::Failover)
    }
}

/// How a step of a move stands.
pub fn step(migration: &Migration, step: Step) -> Option<StepState> {
    let status = migration.status.as_ref()?;
    status.steps.iter().find(|s| s.name == step).map(|s| s.state)
}

/// `STATUS REASON` of a condition; empty when it is not there.
pub(crate) fn said(conditions: &[Condition], kind: &str) -> String {
    condition::get(conditions, kind).map_or_else(String::new, |c| format!("{} {}", c.status, c.reason))
}

async fn all<K>(hub: &Client) -> Result<BTreeMap<String, K>, kube::Error>
where
    K: Resource<DynamicType = ()> + Clone + Debug + DeserializeOwned,
{
    let found = Api::<K>::all(hub.clone()).list(&ListParams::default()).await?;
    Ok(found.items.into_iter().map(|one| (one.name_any(), one)).collect())
}

/// One line per object: what a person would ask for when a test fails.
impl fmt::Display for Seen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, member) in &self.members {
            write!(f, "MemberCluster {name}:")?;
            tell(f, member.status.as_ref().map(|s| s.conditions.as_slice()))?;
        }
        for (name, workload) in &self.workloads {
            let status = workload.status.as_ref();
            let desired = self.desired(name).unwrap_or("-");
            write!(
                f,
                "Workload {name}: on {} must be {desired};",
                self.home(name).unwrap_or("-")
            )?;
            for rejected in status.iter().flat_map(|s| &s.rejected) {
                write!(f, " not {} ({});", rejected.cluster, rejected.because.join(", "))?;
            }
            tell(f, status.map(|s| s.conditions.as_slice()))?;
        }
        for (name, migration) in &self.migrations {
            let spec = &migration.spec;
            let source = spec.source.as_deref().unwrap_or("-");
            write!(f, "Migration {name}: {:?} {source} -> {}", spec.kind, spec.target)?;
            let Some(status) = &migration.status else {
                writeln!(f, " not begun")?;
                continue;
            };
            write!(f, " {:?} {:?}", status.step, status.verdict)?;
            if let Some(what) = &status.waiting_for {
                write!(f, " waits for {what}")?;
            }
            for finding in status.findings.iter().filter(|one| one.severity != "Pass") {
                write!(
                    f,
                    " [{} {:?}: {}]",
                    finding.severity, finding.object, finding.message
                )?;
            }
            tell(f, Some(&status.conditions))?;
        }
        for (name, drill) in &self.drills {
            write!(f, "Drill {name}:")?;
            tell(f, drill.status.as_ref().map(|s| s.conditions.as_slice()))?;
        }
        for (name, contract) in &self.contracts {
            let readiness = contract.status.as_ref().and_then(|s| s.exit_readiness);
            write!(f, "Contract {name}: {readiness:?}")?;
            tell(f, contract.status.as_ref().map(|s| s.conditions.as_slice()))?;
        }
        Ok(())
    }
}

fn tell(f: &mut fmt::Formatter<'_>, conditions: Option<&[Condition]>) -> fmt::Result {
    for condition in conditions.unwrap_or_default() {
        write!(
            f,
            " {}={} {} {:?};",
            condition.type_, condition.status, condition.reason, condition.message
        )?;
    }
    writeln!(f)
}
