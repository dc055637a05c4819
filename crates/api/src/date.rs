//! A civil date as the API carries it: `2028-03-31`, without a time or a zone.
use std::{borrow::Cow, fmt, str::FromStr};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

/// A day of the calendar. It begins at midnight UTC.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(try_from = "String", into = "String")]
pub struct Date(jiff::civil::Date);

/// The text is no date of the calendar.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{0:?} is not a date; write YYYY-MM-DD")]
pub struct DateError(String);

impl Date {
    /// The day on which `at` falls, in UTC.
    pub fn of(at: jiff::Timestamp) -> Self {
        Self(at.to_zoned(jiff::tz::TimeZone::UTC).date())
    }

    /// The day as a civil date.
    pub fn civil(self) -> jiff::civil::Date {
        self.0
    }

    /// Whole days from `self` to `later`; negative when `later` is earlier.
    pub fn days_until(self, later: Self) -> i64 {
        later.0.duration_since(self.0).as_hours() / 24
    }

    /// The first moment of the day, in UTC.
    pub fn midnight(self) -> jiff::Timestamp {
        self.0
            .at(0, 0, 0, 0)
            .to_zoned(jiff::tz::TimeZone::UTC)
            .map_or(jiff::Timestamp::MIN, |zoned| zoned.timestamp())
    }

    /// The day that lies `days` later (earlier when negative); stops at the ends of the calendar.
    pub fn plus_days(self, days: i64) -> Self {
        Self(
            self.0
                .saturating_add(jiff::SignedDuration::from_hours(days.saturating_mul(24))),
        )
    }
}

impl FromStr for Date {
    type Err = DateError;
    fn from_str(text: &str) -> Result<Self, DateError> {
        let bad = || DateError(text.to_owned());
        if text.len() != 10 {
            return Err(bad()); // jiff also reads datetimes; the API does not
        }
        text.parse().map(Self).map_err(|_| bad())
    }
}

impl TryFrom<String> for Date {
    type Error = DateError;
    fn try_from(text: String) -> Result<Self, DateError> {
        text.parse()
    }
}

impl From<Date> for String {
    fn from(date: Date) -> Self {
        date.to_string()
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl JsonSchema for Date {
    fn schema_name() -> Cow<'static, str> {
        "Date".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "string", "format": "date", "description": "A date, YYYY-MM-DD."})
    }
    fn inline_schema() -> bool {
        true
    }
}

#[cfg(test)]
mod tests;
