//! A length of time as the API carries it: `30s`, `15m`, `1h30m`, `24h`, `14d`.
use std::{borrow::Cow, fmt, str::FromStr, time::Duration};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

/// A length of time, in whole seconds.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(try_from = "String", into = "String")]
pub struct Span {
    seconds: u64,
}

/// The text is no length of time.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{0:?} is not a duration; write whole numbers with s, m, h or d, as in 15m or 1h30m")]
pub struct SpanError(String);

impl Span {
    /// So many seconds.
    pub const fn seconds(seconds: u64) -> Self {
        Self { seconds }
    }

    /// So many minutes.
    pub const fn minutes(minutes: u64) -> Self {
        Self::seconds(minutes * 60)
    }

    /// So many hours.
    pub const fn hours(hours: u64) -> Self {
        Self::minutes(hours * 60)
    }

    /// The number of seconds.
    pub const fn as_seconds(self) -> u64 {
        self.seconds
    }

    /// The same for timers.
    pub const fn to_std(self) -> Duration {
        Duration::from_secs(self.seconds)
    }

    /// The same for arithmetic with timestamps.
    pub fn to_signed(self) -> jiff::SignedDuration {
        jiff::SignedDuration::from_secs(i64::try_from(self.seconds).unwrap_or(i64::MAX))
    }
}

impl FromStr for Span {
    type Err = SpanError;
    fn from_str(text: &str) -> Result<Self, SpanError> {
        let bad = || SpanError(text.to_owned());
        let mut seconds: u64 = 0;
        let mut number: Option<u64> = None;
        for c in text.chars() {
            if let Some(digit) = c.to_digit(10) {
                let so_far = number.unwrap_or(0).checked_mul(10).ok_or_else(bad)?;
                number = Some(so_far.checked_add(u64::from(digit)).ok_or_else(bad)?);
                continue;
            }
            let unit = match c {
                's' => 1,
                'm' => 60,
                'h' => 3_600,
                'd' => 86_400,
                _ => return Err(bad()),
            };
            let part = number.take().and_then(|n| n.checked_mul(unit)).ok_or_else(bad)?;
            seconds = seconds.checked_add(part).ok_or_else(bad)?;
        }
        if text.is_empty() || number.is_some() {
            return Err(bad()); // a number without its unit
        }
        Ok(Self { seconds })
    }
}

impl TryFrom<String> for Span {
    type Error = SpanError;
    fn try_from(text: String) -> Result<Self, SpanError> {
        text.parse()
    }
}

impl From<Span> for String {
    fn from(span: Span) -> Self {
        span.to_string()
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (hours, minutes, seconds) = (self.seconds / 3_600, self.seconds / 60 % 60, self.seconds % 60);
        if hours > 0 {
            write!(f, "{hours}h")?;
        }
        if minutes > 0 {
            write!(f, "{minutes}m")?;
        }
        if seconds > 0 || self.seconds == 0 {
            write!(f, "{seconds}s")?;
        }
        Ok(())
    }
}

impl JsonSchema for Span {
    fn schema_name() -> Cow<'static, str> {
        "Span".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "pattern": "^([0-9]{1,9}[smhd])+$",
            "maxLength": 32,
            "description": "A length of time: whole numbers with s, m, h or d, as in 15m or 1h30m.",
        })
    }
    fn inline_schema() -> bool {
        true
    }
}

#[cfg(test)]
mod tests;
