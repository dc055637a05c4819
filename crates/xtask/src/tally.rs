//! How many tests passed and failed, read from what the test harness prints.

#[cfg(test)]
mod tests;

use std::{fmt, ops::AddAssign};

/// Passed and failed tests.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) passed: u64,
    pub(crate) failed: u64,
}

impl Tally {
    /// Reads `test result: ok. 9 passed; 0 failed; ...`; none for any other line.
    pub(crate) fn parse(line: &str) -> Option<Self> {
        let result = line.strip_prefix("test result: ")?;
        let (_, counts) = result.split_once(". ")?;
        let count = |word: &str| {
            let part = counts.split("; ").find_map(|part| part.strip_suffix(word))?;
            part.trim().parse().ok()
        };
        Some(Self {
            passed: count(" passed")?,
            failed: count(" failed")?,
        })
    }

    /// One failure that no harness counted: a crash, or a check that is not a test.
    pub(crate) const ONE_FAILURE: Self = Self { passed: 0, failed: 1 };

    pub(crate) fn ran_something(self) -> bool {
        self.passed + self.failed > 0
    }
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} passed, {} failed", self.passed, self.failed)
    }
}
