//! The levels of the EU Cloud Sovereignty Framework that an entity has shown, and the score that follows.
//!
//! The level gates, the score only ranks what passed the gate.
//! Invariant: a claim without evidence that counts today is no claim; the overall level is the minimum, never an
//! average.
use std::collections::BTreeMap;

use havenmeester_api::Date;
use havenmeester_api::provider::{Assessment, Objective, ObjectiveStatus, Standing};

use super::standard::Standard;

/// The highest SEAL level: full digital sovereignty.
pub const HIGHEST: i32 = 4;
/// All of the score, in basis points.
const WHOLE_SCORE: i64 = 10_000;

/// What counts of each of the eight objectives, and why. Of two assessments of one objective the lower counts.
pub(crate) fn standings(
    assessments: &[Assessment],
    standard: &Standard<'_>,
    today: Date,
) -> Vec<ObjectiveStatus> {
    let standing = |objective| {
        let of_it = assessments.iter().filter(|a| a.objective == objective);
        let judged = of_it.map(|assessment| judge(assessment, standard, today));
        judged
            .min_by_key(|status| status.seal)
            .unwrap_or(ObjectiveStatus {
                objective,
                seal: 0,
                claimed: None,
                reason: Standing::NotAssessed,
                valid_until: None,
            })
    };
    Objective::ALL.into_iter().map(standing).collect()
}

fn judge(assessment: &Assessment, standard: &Standard<'_>, today: Date) -> ObjectiveStatus {
    let until = assessment
        .evidence
        .as_ref()
        .map(|e| standard.evidence_until(e.date));
    let (seal, reason) = match (&assessment.evidence, until) {
        (Some(evidence), _) if evidence.date > today => (0, Standing::NotYet),
        (Some(_), Some(until)) if until < today => (0, Standing::Stale),
        (Some(_), _) => (assessment.seal.clamp(0, HIGHEST), Standing::Shown),
        (None, _) => (0, Standing::NoEvidence),
    };
    ObjectiveStatus {
        objective: assessment.objective,
        seal,
        claimed: Some(assessment.seal),
        reason,
        valid_until: until,
    }
}

/// The level on each objective.
pub(super) fn levels(standings: &[ObjectiveStatus]) -> BTreeMap<Objective, i32> {
    standings.iter().map(|s| (s.objective, s.seal)).collect()
}

/// The overall level.
pub(super) fn overall(objectives: &BTreeMap<Objective, i32>) -> i32 {
    let level = |o: &Objective| objectives.get(o).copied().unwrap_or(0);
    Objective::ALL.iter().map(level).min().unwrap_or(0)
}

/// The score in basis points: the sum over the objectives of (level / highest level) x weight, rounded down.
pub(super) fn score(objectives: &BTreeMap<Objective, i32>, standard: &Standard<'_>) -> i32 {
    let part = |o: &Objective| i64::from(objectives.get(o).copied().unwrap_or(0)) * standard.weight(*o);
    let weights: i64 = Objective::ALL.iter().map(|o| standard.weight(*o)).sum();
    let sum: i64 = Objective::ALL.iter().map(part).sum();
    let score = (WHOLE_SCORE * sum).checked_div(i64::from(HIGHEST) * weights);
    score.and_then(|score| i32::try_from(score).ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests;
