//! The levels of the EU Cloud Sovereignty Framework that an entity has shown.
//!
//! Invariant: a claim without evidence is no claim; the overall level is the minimum, never an average.
use std::collections::BTreeMap;

use havenmeester_api::Date;
use havenmeester_api::provider::{Assessment, Objective};

/// The highest SEAL level: full digital sovereignty.
pub const HIGHEST: i32 = 4;

/// The level on each of the eight objectives: 0 where nothing is assessed, where the evidence is missing, and
/// where it bears a date that is yet to come. Of two assessments of one objective the lower counts.
pub(super) fn objectives(assessments: &[Assessment], today: Date) -> BTreeMap<Objective, i32> {
    let shown = |objective| {
        assessments
            .iter()
            .filter(|a| a.objective == objective)
            .map(|a| match &a.evidence {
                Some(evidence) if evidence.date <= today => a.seal.clamp(0, HIGHEST),
                Some(_) | None => 0,
            })
            .min()
            .unwrap_or(0)
    };
    Objective::ALL.into_iter().map(|o| (o, shown(o))).collect()
}

/// The overall level.
pub(super) fn overall(objectives: &BTreeMap<Objective, i32>) -> i32 {
    let level = |o: &Objective| objectives.get(o).copied().unwrap_or(0);
    Objective::ALL.iter().map(level).min().unwrap_or(0)
}
