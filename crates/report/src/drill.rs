//! A rehearsed cut-off: per workload, when its loss was seen, decided, repaired, and objective against measured.
//!
//! Not here: how it looks (`page`); one workload (`workload`).
//! Invariant: what could not be measured is never counted as met. What was not met stands first.
use std::collections::BTreeMap;

use havenmeester_api::drill::DrillMode;
use havenmeester_api::{Drill, Migration, Workload, condition};
use jiff::Timestamp;
use serde::Serialize;

use crate::length::Length;
use crate::words::Language;
use crate::{html, markdown, text};

mod figure; // objective, median and worst of one measure
mod page; // as blocks
mod workload; // one workload's times and verdict

pub use figure::Figure;
pub use workload::{Miss, MissReason, Objective, Outcome, WorkloadReport};

/// What became of a drill. Serialised as `havenmeester drill report -o json`.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DrillReport {
    /// The Drill's namespace and name on the hub.
    pub drill: String,
    /// The Provider that was cut off.
    pub provider: String,
    /// How real it was.
    pub mode: DrillMode,
    /// How far it is.
    pub state: DrillState,
    /// Why it failed, or what it waits for.
    pub message: Option<String>,
    /// Which clusters were cut off.
    pub clusters: Vec<String>,
    /// When contact was broken (live) or the decision taken (simulated).
    pub started_at: Option<Timestamp>,
    /// When the daemon saw the loss.
    pub detected_at: Option<Timestamp>,
    /// When contact was restored.
    pub ended_at: Option<Timestamp>,
    /// How many workloads took part.
    pub total: usize,
    /// How many of them have which outcome; outcomes that none has are left out.
    pub outcomes: BTreeMap<Outcome, usize>,
    /// From the loss until it was seen.
    pub detected: Figure,
    /// From the loss until the move was decided.
    pub decided: Figure,
    /// From the loss until the last object was created on the target.
    pub created: Figure,
    /// From the loss until the target served; against the recovery time objective.
    pub serving: Figure,
    /// How old the state was with which it came back; against the recovery point objective.
    pub data_loss: Figure,
    /// Each workload: not met first, then not executed, under way, and the rest; by name.
    pub workloads: Vec<WorkloadReport>,
}

/// How far a drill is.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
pub enum DrillState {
    /// Not begun.
    Pending,
    /// Begun and not ended.
    Running,
    /// Ended.
    Complete,
    /// It could not be held, or was ended by a guard.
    Failed,
}

impl DrillReport {
    /// From a Drill, the Migrations that carry its label, and the Workloads of the hub.
    ///
    /// `now` is only used while the drill is under way: a workload that does not serve by then, later than its
    /// objective allows, is not met already.
    pub fn new(drill: &Drill, migrations: &[Migration], workloads: &[Workload], now: Timestamp) -> Self {
        let status = drill.status.clone().unwrap_or_default();
        let (started_at, ended_at) = (status.started_at.map(|t| t.0), status.ended_at.map(|t| t.0));
        let part = workload::Part {
            drill,
            migrations,
            workloads,
            started_at,
            seen_until: ended_at.unwrap_or(now),
        };
        let mut rows: Vec<WorkloadReport> = status
            .workloads
            .iter()
            .map(|taking| part.report(taking))
            .collect();
        rows.sort_by(|a, b| (a.outcome, &a.workload).cmp(&(b.outcome, &b.workload)));
        let mut outcomes = BTreeMap::new();
        for row in &rows {
            *outcomes.entry(row.outcome).or_insert(0) += 1;
        }
        let (state, message) = state(&status.conditions, started_at);
        let measure = |measured: fn(&WorkloadReport) -> Option<Length>, objective| {
            Figure::of(&rows, measured, objective)
        };
        Self {
            drill: format!(
                "{}/{}",
                text_of(drill.metadata.namespace.as_ref()),
                text_of(drill.metadata.name.as_ref())
            ),
            provider: drill.spec.scenario.cut_off.provider.clone(),
            mode: drill.spec.mode,
            state,
            message,
            clusters: status.clusters,
            started_at,
            detected_at: status.detected_at.map(|t| t.0),
            ended_at,
            total: rows.len(),
            outcomes,
            detected: measure(|w| w.detected, None),
            decided: measure(|w| w.decided, None),
            created: measure(|w| w.created, None),
            serving: measure(|w| w.serving, Some(Objective::Rto)),
            data_loss: measure(|w| w.data_loss, Some(Objective::Rpo)),
            workloads: rows,
        }
    }

    /// How many workloads have an outcome.
    pub fn count(&self, outcome: Outcome) -> usize {
        self.outcomes.get(&outcome).copied().unwrap_or(0)
    }

    /// For a terminal.
    pub fn text(&self, language: Language) -> String {
        text::render(&page::brief(self, language))
    }

    /// For a wiki or an issue: also every step of every workload.
    pub fn markdown(&self, language: Language) -> String {
        markdown::render(&page::full(self, language))
    }

    /// The same as a page that stands by itself.
    pub fn html(&self, language: Language) -> String {
        html::render(&page::full(self, language), language)
    }

    /// For programs.
    pub fn json(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string_pretty(self)
    }
}

fn state(
    conditions: &[k8s_openapi::apimachinery::pkg::apis::meta::v1::Condition],
    started_at: Option<Timestamp>,
) -> (DrillState, Option<String>) {
    let message_of = |kind| {
        condition::get(conditions, kind)
            .map(|c| c.message.clone())
            .filter(|m| !m.is_empty())
    };
    if condition::is_true(conditions, condition::FAILED) {
        (DrillState::Failed, message_of(condition::FAILED))
    } else if condition::is_true(conditions, condition::COMPLETE) {
        (DrillState::Complete, message_of(condition::COMPLETE))
    } else if started_at.is_some() {
        (DrillState::Running, message_of(condition::COMPLETE))
    } else {
        (DrillState::Pending, message_of(condition::COMPLETE))
    }
}

fn text_of(name: Option<&String>) -> &str {
    name.map_or("", String::as_str)
}
