//! A length of time: seconds for programs, `9 min 12 s` for people.
//!
//! Invariant: whole milliseconds inside, so that sums and comparisons are exact.
use jiff::{SignedDuration, Timestamp};
use serde::{Serialize, Serializer};

use crate::words::{Language, Word};

/// A length of time in milliseconds; in JSON a number of seconds.
#[derive(Clone, Copy, Debug, Default, Eq, Ord, PartialEq, PartialOrd)]
pub struct Length {
    millis: i64,
}

impl Length {
    /// So many milliseconds.
    pub const fn from_millis(millis: i64) -> Self {
        Self { millis }
    }

    /// From one moment to a later one; nothing when it is not later.
    pub fn between(from: Timestamp, to: Timestamp) -> Self {
        Self::from(to.duration_since(from)).max(Self::default())
    }

    /// The number of milliseconds.
    pub const fn as_millis(self) -> i64 {
        self.millis
    }

    /// For people: the two largest units, as in `9 min 12 s`; below ten seconds with a tenth.
    pub fn say(self, language: Language) -> String {
        let (tenths, seconds) = (
            self.millis.saturating_add(50) / 100,
            self.millis.saturating_add(500) / 1000,
        );
        if tenths < 100 && tenths % 10 != 0 {
            let mark = Word::DecimalMark.say(language);
            return format!("{}{mark}{} s", tenths / 10, tenths % 10);
        }
        let (hours, minutes, rest) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
        let hour = Word::HourSign.say(language);
        match (hours, minutes, rest) {
            (0, 0, s) => format!("{s} s"),
            (0, m, 0) => format!("{m} min"),
            (0, m, s) => format!("{m} min {s} s"),
            (h, 0, _) => format!("{h} {hour}"),
            (h, m, _) => format!("{h} {hour} {m} min"),
        }
    }
}

impl From<SignedDuration> for Length {
    fn from(duration: SignedDuration) -> Self {
        Self::from_millis(i64::try_from(duration.as_millis()).unwrap_or(i64::MAX))
    }
}

impl From<havenmeester_api::Span> for Length {
    fn from(span: havenmeester_api::Span) -> Self {
        Self::from(span.to_signed())
    }
}

impl Serialize for Length {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.millis % 1000 == 0 {
            serializer.serialize_i64(self.millis / 1000)
        } else {
            let whole = SignedDuration::from_millis(self.millis);
            serializer.serialize_f64(whole.as_secs_f64())
        }
    }
}

#[cfg(test)]
mod tests;
