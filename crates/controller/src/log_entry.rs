//! What goes into the decision log: who decided what, on which grounds.
//!
//! Invariant: no secret, and nothing of an object but its name.
use havenmeester_api::drill::DrillStatus;
use havenmeester_api::{Contract, Drill, MemberCluster, Migration, Workload};
use havenmeester_ledger::{Entry, EntryKind};
use havenmeester_placement::{Decision, WorkloadId};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Condition;
use serde_json::json;

use crate::because::because;
use crate::turn::Turn;

pub(crate) fn discovered(turn: &Turn, workload: &Workload, cluster: &str) -> Entry {
    let name = workload.metadata.name.clone().unwrap_or_default();
    Entry {
        at: turn.scene.now,
        actor: turn.actor.to_owned(),
        kind: EntryKind::Discovered,
        subject: format!("Workload {}/{name}", turn.namespace),
        message: format!(
            "namespace {} on {cluster} is tagged",
            workload.spec.target.namespace
        ),
        data: json!({"cluster": cluster, "namespace": workload.spec.target.namespace}),
    }
}

pub(crate) fn decided(turn: &Turn, id: &WorkloadId, decision: &Decision, migration: &Migration) -> Entry {
    Entry {
        at: turn.scene.now,
        actor: turn.actor.to_owned(),
        kind: EntryKind::Decided,
        subject: format!("Workload {id}"),
        message: because(decision),
        data: json!({
            "migration": migration.metadata.name,
            "kind": migration.spec.kind,
            "source": migration.spec.source,
            "target": migration.spec.target,
            "policies": decision.rules.policies,
            "approval": decision.approval,
        }),
    }
}

pub(crate) fn member(turn: &Turn, member: &MemberCluster, reason: &str, condition: &Condition) -> Entry {
    let kind = match reason {
        "Reachable" => EntryKind::ClusterReturned,
        "Lost" => EntryKind::ClusterLost,
        "Admitted" => EntryKind::Admitted,
        _ => EntryKind::Quarantined,
    };
    Entry {
        at: turn.scene.now,
        actor: turn.actor.to_owned(),
        kind,
        subject: format!(
            "MemberCluster {}",
            member.metadata.name.as_deref().unwrap_or_default()
        ),
        message: format!("{}: {}", condition.reason, condition.message),
        data: json!({}),
    }
}

pub(crate) fn drill(turn: &Turn, drill: &Drill, status: &DrillStatus, ended: bool) -> Entry {
    Entry {
        at: turn.scene.now,
        actor: turn.actor.to_owned(),
        kind: if ended {
            EntryKind::DrillEnded
        } else {
            EntryKind::DrillStarted
        },
        subject: format!(
            "Drill {}/{}",
            drill.metadata.namespace.as_deref().unwrap_or_default(),
            drill.metadata.name.as_deref().unwrap_or_default()
        ),
        message: format!(
            "cut-off of {}: {} of {} workloads serve",
            drill.spec.scenario.cut_off.provider,
            status.serving.unwrap_or(0),
            status.total.unwrap_or(0)
        ),
        data: json!({"mode": drill.spec.mode, "clusters": status.clusters}),
    }
}

pub(crate) fn contract(turn: &Turn, contract: &Contract, lead_days: i32, made: usize) -> Entry {
    Entry {
        at: turn.scene.now,
        actor: turn.actor.to_owned(),
        kind: EntryKind::ContractDue,
        subject: format!(
            "Contract {}",
            contract.metadata.name.as_deref().unwrap_or_default()
        ),
        message: format!("{made} dry runs, {lead_days} days before the end"),
        data: json!({"leadDays": lead_days, "dryRuns": made}),
    }
}
