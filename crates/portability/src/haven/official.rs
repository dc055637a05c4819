//! Results of the official checker: the `Compliancy` objects in a cluster, and the output of `haven check --output=json`.
//!
//! The two are written differently (`CompliancyChecks` and `compliancyChecks`), so that names are read without regard to
//! case. Invariant: a result that is no YES or NO is Unknown, and a file without results is refused.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{CheckName, OFFICIAL_LASTS, Outcome, facts::day};

/// Why a file is no result of the official checker.
#[derive(Debug, thiserror::Error)]
pub enum OfficialError {
    /// It is no JSON.
    #[error("it is no JSON")]
    NoJson(#[source] serde_json::Error),
    /// It holds no results of checks.
    #[error("it holds no CompliancyChecks.Results: write it with `haven check --output=json`")]
    NoResults,
}

/// One run of the official checker.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Official {
    /// The checker's version.
    pub version: String,
    /// When it ran; none where the result does not say.
    pub created: Option<Timestamp>,
    /// Its own verdict.
    pub compliant: bool,
    /// By check. Checks that we do not know are left out.
    pub results: BTreeMap<CheckName, Outcome>,
}

impl Official {
    /// What it says of a check.
    pub fn outcome(&self, name: CheckName) -> Option<Outcome> {
        self.results.get(&name).copied()
    }

    /// Whether it still counts. One without a date cannot be placed in time.
    pub fn lasts(&self, now: Timestamp) -> bool {
        self.created
            .is_some_and(|created| now.duration_since(created) <= OFFICIAL_LASTS)
    }

    /// `12.8.0 of 2026-04-01`.
    pub(super) fn told(&self) -> String {
        let when = self.created.map_or("an unknown day".to_owned(), day);
        format!("{} of {when}", self.version)
    }
}

/// Reads the output of `haven check --output=json`.
pub fn read_official(text: &str) -> Result<Official, OfficialError> {
    let value: Value = serde_json::from_str(text).map_err(OfficialError::NoJson)?;
    official(value.as_object(), "StopTS").ok_or(OfficialError::NoResults)
}

/// The newest of the `Compliancy` objects of a cluster; those that hold no results are passed over.
pub fn newest_official(objects: &[Value]) -> Option<Official> {
    let runs = objects.iter().filter_map(|object| {
        let spec = object.get("spec")?.as_object()?;
        let mut run = official(get(spec, "output")?.as_object(), "stopTS")?;
        run.created = get(spec, "created").and_then(time).or(run.created);
        Some(run)
    });
    runs.max_by_key(|run| run.created)
}

fn official(output: Option<&Map<String, Value>>, stopped: &str) -> Option<Official> {
    let output = output?;
    let mut results = BTreeMap::new();
    let mut any = false;
    for part in ["CompliancyChecks", "SuggestedChecks"] {
        let list = get(output, part)
            .and_then(Value::as_object)
            .and_then(|part| get(part, "Results"));
        for one in list.and_then(Value::as_array).into_iter().flatten() {
            any = true;
            let Some(one) = one.as_object() else { continue };
            let name = get(one, "Name").and_then(Value::as_str).unwrap_or_default();
            if let Some(name) = CheckName::ALL
                .into_iter()
                .find(|known| known.name().eq_ignore_ascii_case(name))
            {
                results.insert(name, outcome(get(one, "Result")));
            }
        }
    }
    any.then(|| Official {
        version: get(output, "Version")
            .and_then(Value::as_str)
            .unwrap_or("unknown")
            .to_owned(),
        created: get(output, stopped)
            .or_else(|| get(output, "StartTS"))
            .and_then(time),
        compliant: get(output, "HavenCompliant")
            .and_then(Value::as_bool)
            .unwrap_or(false),
        results,
    })
}

fn outcome(result: Option<&Value>) -> Outcome {
    match result
        .and_then(Value::as_str)
        .map(str::to_ascii_uppercase)
        .as_deref()
    {
        Some("YES") => Outcome::Yes,
        Some("NO") => Outcome::No,
        Some(_) | None => Outcome::Unknown, // SKIPPED, UNKNOWN and what may come
    }
}

fn get<'v>(map: &'v Map<String, Value>, name: &str) -> Option<&'v Value> {
    map.get(name).or_else(|| {
        let mut entries = map.iter();
        entries
            .find(|(other, _)| other.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
    })
}

fn time(value: &Value) -> Option<Timestamp> {
    value.as_str()?.parse().ok()
}
