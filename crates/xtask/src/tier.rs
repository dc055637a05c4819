//! Which tests belong together, by the name of their target, so that none is forgotten.
//!
//! Invariant: every target that has tests is in exactly one tier; a target's name alone decides, but for
//! the crates that exist to run real API servers.

#[cfg(test)]
mod tests;

use std::fmt;

use cargo_metadata::TargetKind;

/// Crates whose integration tests all need real API servers.
const REAL_PACKAGES: [&str; 2] = ["havenmeester-testenv", "havenmeester-tests"];

/// Tests that are run, and counted, together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, clap::ValueEnum)]
pub(crate) enum Tier {
    /// Beside the code, and in the documentation
    Unit,
    /// Scripts in the simulator against recorded answers: targets `golden*`
    Golden,
    /// Random faults in the simulator, by seed: targets `seeds*`
    Seeds,
    /// The simulator against a real API server: targets `conformance*`
    Conformance,
    /// Real API servers: targets `real*`, and all of `testenv` and `tests`
    Real,
}

impl Tier {
    /// Cheapest first: a plain mistake shows before an hour of clusters.
    pub(crate) const ALL: [Self; 5] = [
        Self::Unit,
        Self::Golden,
        Self::Seeds,
        Self::Conformance,
        Self::Real,
    ];

    /// The tier of a target, or none if it has no tests.
    pub(crate) fn of(package: &str, kinds: &[TargetKind], target: &str) -> Option<Self> {
        if kinds.contains(&TargetKind::Test) {
            return Some(Self::of_integration(package, target));
        }
        let unit = [TargetKind::Lib, TargetKind::Bin, TargetKind::ProcMacro];
        unit.iter().any(|kind| kinds.contains(kind)).then_some(Self::Unit)
    }

    fn of_integration(package: &str, target: &str) -> Self {
        if REAL_PACKAGES.contains(&package) {
            return Self::Real;
        }
        let prefixes = [
            ("golden", Self::Golden),
            ("seeds", Self::Seeds),
            ("conformance", Self::Conformance),
            ("real", Self::Real),
        ];
        let found = prefixes.iter().find(|(prefix, _)| target.starts_with(prefix));
        found.map_or(Self::Unit, |(_, tier)| *tier)
    }

    /// Whether its tests start real processes.
    pub(crate) fn needs_clusters(self) -> bool {
        match self {
            Self::Conformance | Self::Real => true,
            Self::Unit | Self::Golden | Self::Seeds => false,
        }
    }
}

impl fmt::Display for Tier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unit => "unit",
            Self::Golden => "golden",
            Self::Seeds => "seeds",
            Self::Conformance => "conformance",
            Self::Real => "real",
        })
    }
}
