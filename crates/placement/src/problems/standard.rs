//! What is wrong with the measure of autonomy.
use std::collections::BTreeSet;

use havenmeester_api::standard::{AutonomyStandardSpec, NAME};

use super::{Object, Problem, Wrong, problem};

/// The weights of a set of one's own, in per cent.
const ALL: i64 = 100;

/// Everything that is wrong with it. The API server refuses most of this; an object from an older definition or a file
/// may still have it.
pub(super) fn of_standard(standard: &AutonomyStandardSpec) -> Vec<Problem> {
    let wrong =
        |field: String, wrong: Wrong| problem(Object::AutonomyStandard(NAME.to_owned()), field, wrong);
    let mut found = Vec::new();
    for (i, adverse) in standard.adverse.iter().enumerate() {
        if let (Some(since), Some(until)) = (adverse.since, adverse.until)
            && until < since
        {
            found.push(wrong(
                format!("spec.adverse[{i}].until"),
                Wrong::NeverHolds { since, until },
            ));
        }
    }
    let own = standard.weights.as_ref().and_then(|weights| weights.own.as_ref());
    if let Some(own) = own {
        let sum: i64 = own.objectives.iter().map(|w| i64::from(w.percent)).sum();
        if sum != ALL {
            found.push(wrong(
                "spec.weights.own.objectives".to_owned(),
                Wrong::Weights { sum },
            ));
        }
        let mut seen = BTreeSet::new();
        for (i, weight) in own.objectives.iter().enumerate() {
            if !seen.insert(weight.objective) {
                let objective = weight.objective;
                found.push(wrong(
                    format!("spec.weights.own.objectives[{i}]"),
                    Wrong::Twice { objective },
                ));
            }
        }
    }
    found
}
