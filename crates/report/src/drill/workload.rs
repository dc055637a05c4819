//! One workload in a drill: its times, what it missed, and every step of its move.
use havenmeester_api::drill::{DrillMode, DrillWorkload};
use havenmeester_api::migration::Measured;
use havenmeester_api::{Criticality, Drill, Migration, Sensitivity, Workload, condition, labels};
use jiff::Timestamp;
use serde::Serialize;

use crate::length::Length;
use crate::step::StepReport;

/// What became of one workload. Lengths are seconds in JSON, counted from the loss of its cluster.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct WorkloadReport {
    /// The Workload's namespace and name on the hub.
    pub workload: String,
    /// How critical it is, when known.
    pub criticality: Option<Criticality>,
    /// How sensitive it is, when known.
    pub sensitivity: Option<Sensitivity>,
    /// What became of it.
    pub outcome: Outcome,
    /// What was not met.
    pub misses: Vec<Miss>,
    /// Why it was not failed over.
    pub not_executed: Option<String>,
    /// Why its move failed.
    pub failed: Option<String>,
    /// The lost cluster.
    pub source: Option<String>,
    /// Where it went, or would go.
    pub target: Option<String>,
    /// The Migration that failed it over.
    pub migration: Option<String>,
    /// Who or what asked for that move, and why.
    pub asked_by: Option<String>,
    /// The hash of what was planned.
    pub plan_hash: Option<String>,
    /// The capture that was moved.
    pub capture: Option<String>,
    /// The source was last seen to answer.
    pub down_at: Option<Timestamp>,
    /// The moment of which the state is with which it came back.
    pub state_of: Option<Timestamp>,
    /// Until the loss was seen.
    #[serde(rename = "detectedSeconds")]
    pub detected: Option<Length>,
    /// Until the move was decided.
    #[serde(rename = "decidedSeconds")]
    pub decided: Option<Length>,
    /// Until the last object was created on the target.
    #[serde(rename = "createdSeconds")]
    pub created: Option<Length>,
    /// Until the target served.
    #[serde(rename = "servingSeconds")]
    pub serving: Option<Length>,
    /// How old the state was with which it came back.
    #[serde(rename = "dataLossSeconds")]
    pub data_loss: Option<Length>,
    /// The recovery time that was allowed.
    #[serde(rename = "rtoSeconds")]
    pub rto: Option<Length>,
    /// The data loss that was allowed.
    #[serde(rename = "rpoSeconds")]
    pub rpo: Option<Length>,
    /// Every step, those not executed too.
    pub steps: Vec<StepReport>,
}

/// What became of a workload, the worst first.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd, Serialize)]
pub enum Outcome {
    /// An objective was not met, or the move failed.
    NotMet,
    /// It was not failed over.
    NotExecuted,
    /// Its move is under way, and not late.
    Running,
    /// The drill was simulated: it would go.
    Simulated,
    /// It serves elsewhere; no objective was set for it.
    NoObjective,
    /// It serves elsewhere, within its objectives.
    Met,
}

/// What a workload is measured against.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd, Serialize)]
pub enum Objective {
    /// Recovery time.
    Rto,
    /// Recovery point.
    Rpo,
}

/// One objective that was not met.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Miss {
    /// Which.
    pub objective: Objective,
    /// In which way.
    pub reason: MissReason,
    /// What was allowed; `null` when nothing was, and the move failed.
    #[serde(rename = "objectiveSeconds")]
    pub allowed: Option<Length>,
    /// What was measured; `null` when it could not be.
    #[serde(rename = "measuredSeconds")]
    pub measured: Option<Length>,
}

/// In which way an objective was not met.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
pub enum MissReason {
    /// It was measured, and is more than allowed.
    Exceeded,
    /// It does not serve, and the time that was allowed is over.
    NotServing,
    /// It serves, but this could not be measured.
    NotMeasured,
    /// The move failed.
    Failed,
}

/// What the report of each workload is made from.
pub(super) struct Part<'a> {
    pub(super) drill: &'a Drill,
    pub(super) migrations: &'a [Migration],
    pub(super) workloads: &'a [Workload],
    pub(super) started_at: Option<Timestamp>,
    /// The end of the drill, or now.
    pub(super) seen_until: Timestamp,
}

impl WorkloadReport {
    /// What is allowed to it.
    pub(super) fn objective(&self, objective: Objective) -> Option<Length> {
        match objective {
            Objective::Rto => self.rto,
            Objective::Rpo => self.rpo,
        }
    }

    /// The step that took longest.
    pub(super) fn longest_step(&self) -> Option<&StepReport> {
        self.steps
            .iter()
            .filter(|step| step.took.is_some())
            .max_by_key(|step| step.took)
    }
}

impl Part<'_> {
    pub(super) fn report(&self, taking: &DrillWorkload) -> WorkloadReport {
        let mut report = self.bare(taking);
        let Some(migration) = self.migration(taking) else {
            report.outcome = if taking.not_executed.is_some() || taking.target.is_none() {
                Outcome::NotExecuted
            } else if self.drill.spec.mode == DrillMode::Simulate {
                Outcome::Simulated
            } else {
                Outcome::Running
            };
            return report;
        };
        self.fill(&mut report, migration);
        self.judge(&mut report);
        report
    }

    fn bare(&self, taking: &DrillWorkload) -> WorkloadReport {
        let workload = self.workloads.iter().find(|w| is_called(w, &taking.workload));
        let status = workload.and_then(|w| w.status.as_ref());
        WorkloadReport {
            workload: taking.workload.clone(),
            criticality: status.and_then(|s| s.criticality),
            sensitivity: status.and_then(|s| s.sensitivity),
            outcome: Outcome::Running,
            misses: Vec::new(),
            not_executed: taking.not_executed.clone(),
            failed: None,
            source: None,
            target: taking.target.clone(),
            migration: taking.migration.clone(),
            asked_by: None,
            plan_hash: None,
            capture: None,
            down_at: None,
            state_of: None,
            detected: None,
            decided: None,
            created: None,
            serving: None,
            data_loss: None,
            rto: None,
            rpo: None,
            steps: Vec::new(),
        }
    }

    /// The move of a workload in this drill: the one that the drill names, else the one that carries its label.
    fn migration(&self, taking: &DrillWorkload) -> Option<&Migration> {
        let drill = self.drill.metadata.name.as_deref();
        self.migrations.iter().find(|migration| {
            let (metadata, namespace) = (&migration.metadata, migration.metadata.namespace.as_deref());
            let label = metadata
                .labels
                .as_ref()
                .and_then(|labels| labels.get(labels::DRILL));
            let of_it =
                format!("{}/{}", namespace.unwrap_or_default(), migration.spec.workload) == taking.workload;
            of_it
                && (taking.migration.is_some() && metadata.name == taking.migration
                    || taking.migration.is_none() && drill.is_some() && label.map(String::as_str) == drill)
        })
    }

    fn fill(&self, report: &mut WorkloadReport, migration: &Migration) {
        let status = migration.status.clone().unwrap_or_default();
        let Measured {
            down_at,
            detected_at,
            decided_at,
            created_at,
            serving_at,
            state_of,
        } = status.measured;
        let down_at = down_at.map(|t| t.0).or(self.started_at);
        let since = |at: Option<k8s_openapi::apimachinery::pkg::apis::meta::v1::Time>| {
            Some(Length::between(down_at?, at?.0))
        };
        report.detected = since(detected_at);
        report.decided = since(decided_at);
        report.created = since(created_at);
        report.serving = since(serving_at);
        report.state_of = state_of.map(|t| t.0);
        // What has not come back has no age.
        let came_back = report.serving.and(report.state_of).zip(down_at);
        report.data_loss = came_back.map(|(state, down)| Length::between(state, down));
        report.down_at = down_at;
        report.source.clone_from(&migration.spec.source);
        report.target = Some(migration.spec.target.clone());
        report.migration.clone_from(&migration.metadata.name);
        report.asked_by.clone_from(&migration.spec.reason);
        report.plan_hash = status.plan_hash;
        report.capture = status.capture;
        report.rto = migration.spec.rto.map(Length::from);
        report.rpo = migration.spec.rpo.map(Length::from);
        report.steps = StepReport::all(&status.steps);
        report.failed = condition::get(&status.conditions, condition::FAILED)
            .filter(|c| c.status == "True")
            .map(|c| c.message.clone());
    }

    fn judge(&self, report: &mut WorkloadReport) {
        report.misses.extend(self.late(report));
        report.misses.extend(lost_too_much(report));
        report.outcome = if report.misses.is_empty() {
            match (report.serving, report.rto, report.rpo) {
                (None, _, _) => Outcome::Running,
                (Some(_), None, None) => Outcome::NoObjective,
                (Some(_), _, _) => Outcome::Met,
            }
        } else {
            Outcome::NotMet
        };
    }

    fn late(&self, report: &WorkloadReport) -> Option<Miss> {
        let miss = |reason, measured| {
            Some(Miss {
                objective: Objective::Rto,
                reason,
                allowed: report.rto,
                measured,
            })
        };
        if report.failed.is_some() {
            return miss(MissReason::Failed, report.serving);
        }
        match (report.serving, report.rto) {
            (Some(serving), Some(rto)) if serving > rto => miss(MissReason::Exceeded, Some(serving)),
            (Some(_), _) => None,
            (None, rto) => {
                let so_far = report.down_at.map(|down| Length::between(down, self.seen_until));
                let ended = self.drill.status.as_ref().is_some_and(|s| s.ended_at.is_some());
                let over = rto.is_some_and(|rto| so_far.is_some_and(|so_far| so_far > rto));
                (ended || over)
                    .then(|| miss(MissReason::NotServing, None))
                    .flatten()
            }
        }
    }
}

/// Judged only once it serves: before that nothing has come back.
fn lost_too_much(report: &WorkloadReport) -> Option<Miss> {
    let (_, allowed) = (report.serving?, report.rpo?);
    let reason = match report.data_loss {
        None => MissReason::NotMeasured,
        Some(loss) if loss > allowed => MissReason::Exceeded,
        Some(_) => return None,
    };
    Some(Miss {
        objective: Objective::Rpo,
        reason,
        allowed: Some(allowed),
        measured: report.data_loss,
    })
}

fn is_called(workload: &Workload, id: &str) -> bool {
    id.split_once('/').is_some_and(|(namespace, name)| {
        workload.metadata.namespace.as_deref() == Some(namespace)
            && workload.metadata.name.as_deref() == Some(name)
    })
}
