//! One measure over all workloads: objective, median, worst.
use serde::Serialize;

use super::workload::{Miss, Objective, WorkloadReport};
use crate::length::Length;

/// Objective, median and worst. Lengths are seconds in JSON.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Figure {
    /// The strictest objective of all workloads; `null` = none was set for this measure.
    #[serde(rename = "objectiveSeconds")]
    pub objective: Option<Length>,
    /// How many workloads were measured.
    pub measured: usize,
    /// How many missed their own objective.
    pub missed: usize,
    /// The median: half of the measured workloads were no later (nearest rank).
    #[serde(rename = "p50Seconds")]
    pub p50: Option<Length>,
    /// The worst.
    #[serde(rename = "maxSeconds")]
    pub max: Option<Length>,
    /// Whose the worst is.
    pub max_workload: Option<String>,
}

impl Figure {
    pub(super) fn of(
        rows: &[WorkloadReport],
        measured: impl Fn(&WorkloadReport) -> Option<Length>,
        objective: Option<Objective>,
    ) -> Self {
        let mut lengths: Vec<(Length, &str)> = rows
            .iter()
            .filter_map(|row| Some((measured(row)?, row.workload.as_str())))
            .collect();
        lengths.sort_by(|a, b| a.0.cmp(&b.0).then(b.1.cmp(a.1))); // of equals the first by name is named
        let worst = lengths.last();
        let is_of_it = |miss: &Miss| Some(miss.objective) == objective;
        Self {
            objective: objective.and_then(|of| rows.iter().filter_map(|row| row.objective(of)).min()),
            measured: lengths.len(),
            missed: rows.iter().filter(|row| row.misses.iter().any(is_of_it)).count(),
            p50: lengths
                .get(lengths.len().div_ceil(2).saturating_sub(1))
                .map(|(length, _)| *length),
            max: worst.map(|(length, _)| *length),
            max_workload: worst.map(|(_, workload)| (*workload).to_owned()),
        }
    }
}
