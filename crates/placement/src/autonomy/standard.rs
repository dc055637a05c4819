//! The measure of an AutonomyStandard on one day, with its published defaults.
use havenmeester_api::Date;
use havenmeester_api::provider::Objective;
use havenmeester_api::standard::{AdverseJurisdiction, AutonomyStandardSpec, PublishedWeights};

use super::eea::is_eea;
use super::spread::parts_of_whole;

/// The share up to which one holder does not count, in basis points: 24% (SecNumCloud 3.2, section 19.6). Above it
/// its law reaches the entity.
pub const INDIVIDUAL_LIMIT: i32 = 2_400;
/// The share up to which all holders from outside the EEA together do not count, in basis points: 39% (the same).
pub const COLLECTIVE_LIMIT: i32 = 3_900;
/// What sets these limits.
pub const CONTROL_SOURCE: &str = "SecNumCloud 3.2, section 19.6";
/// How long evidence counts, in days: three years, the longest time between two reviews of a provider (BIO2, 5.23.01).
pub const EVIDENCE_DAYS: i32 = 1_095;
/// The overall SEAL below which nothing is called autonomous.
pub const MINIMUM_SEAL: i32 = 1;

/// Version 1.2.1 of October 2025, in per cent, in the order of the objectives.
const V121: [i32; 8] = [15, 10, 10, 15, 20, 15, 10, 5];
/// The calculator annex of June 2026.
const ANNEX_2026: [i32; 8] = [20, 10, 10, 15, 10, 15, 15, 5];

/// The measure on one day.
#[derive(Clone, Copy)]
pub(crate) struct Standard<'a> {
    spec: &'a AutonomyStandardSpec,
    today: Date,
}

impl<'a> Standard<'a> {
    pub(crate) fn on(spec: &'a AutonomyStandardSpec, today: Date) -> Self {
        Self { spec, today }
    }

    /// Above this one holder controls: parts of the whole.
    pub(super) fn individual(&self) -> u64 {
        parts_of_whole(
            self.spec
                .control
                .individual_basis_points
                .unwrap_or(INDIVIDUAL_LIMIT),
        )
    }

    /// Above this all holders from outside control together: parts of the whole.
    pub(super) fn collective(&self) -> u64 {
        parts_of_whole(
            self.spec
                .control
                .collective_basis_points
                .unwrap_or(COLLECTIVE_LIMIT),
        )
    }

    /// The countries that are adverse on the day.
    pub(crate) fn adverse(&self) -> impl Iterator<Item = &'a AdverseJurisdiction> {
        let today = self.today;
        self.spec.adverse.iter().filter(move |a| {
            a.since.is_none_or(|since| since <= today) && a.until.is_none_or(|until| today <= until)
        })
    }

    /// Whether a country counts as one outside the EEA.
    pub(super) fn is_outside(&self, country: &str) -> bool {
        !is_eea(country) || self.adverse().any(|a| a.country == country)
    }

    /// The last day on which evidence of a day counts.
    pub(super) fn evidence_until(&self, evidence: Date) -> Date {
        evidence.plus_days(i64::from(self.spec.evidence_valid_days.unwrap_or(EVIDENCE_DAYS)))
    }

    pub(super) fn minimum_seal(&self) -> i32 {
        self.spec.minimum_seal.unwrap_or(MINIMUM_SEAL)
    }

    /// The weight of an objective.
    pub(super) fn weight(&self, objective: Objective) -> i64 {
        let own = self.spec.weights.as_ref().and_then(|w| w.own.as_ref());
        if let Some(own) = own {
            let weights = own.objectives.iter().filter(|w| w.objective == objective);
            return weights.map(|w| i64::from(w.percent.clamp(0, 100))).sum();
        }
        let set = match self.published() {
            PublishedWeights::V121 => V121,
            PublishedWeights::Annex2026 => ANNEX_2026,
        };
        i64::from(set[objective as usize])
    }

    /// The version of the weights.
    pub(crate) fn weights_version(&self) -> String {
        match (
            self.spec.weights.as_ref().and_then(|w| w.own.as_ref()),
            self.published(),
        ) {
            (Some(own), _) => own.version.clone(),
            (None, PublishedWeights::V121) => "v1.2.1".to_owned(),
            (None, PublishedWeights::Annex2026) => "annex-2026".to_owned(),
        }
    }

    fn published(&self) -> PublishedWeights {
        let weights = self.spec.weights.as_ref();
        weights.and_then(|w| w.published).unwrap_or_default()
    }
}

/// The version of the weights that a standard says.
pub fn weights_version(spec: &AutonomyStandardSpec, today: Date) -> String {
    Standard::on(spec, today).weights_version()
}

#[cfg(test)]
mod tests;
