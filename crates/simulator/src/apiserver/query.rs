//! The query parameters of a request, read once.
//!
//! Invariant: an unknown parameter is ignored, an unreadable one is a 400.

use super::error::ApiError;

/// What the query of a request asks for.
#[derive(Debug, Default, Clone)]
pub(crate) struct Query {
    pub(crate) label_selector: String,
    pub(crate) field_selector: String,
    pub(crate) limit: usize,
    pub(crate) continue_token: String,
    pub(crate) resource_version: String,
    pub(crate) resource_version_match: String,
    pub(crate) watch: bool,
    pub(crate) allow_bookmarks: bool,
    pub(crate) send_initial_events: Option<bool>,
    pub(crate) timeout_seconds: Option<u64>,
    pub(crate) dry_run: Vec<String>,
    pub(crate) field_manager: String,
    pub(crate) field_validation: String,
    pub(crate) force: Option<bool>,
    pub(crate) propagation_policy: String,
    pub(crate) orphan_dependents: Option<bool>,
    pub(crate) grace_period_seconds: Option<i64>,
}

impl Query {
    pub(crate) fn parse(text: &str) -> Result<Self, ApiError> {
        let mut query = Self::default();
        for (key, value) in form_urlencoded::parse(text.as_bytes()) {
            query.set(&key, &value)?;
        }
        Ok(query)
    }

    fn set(&mut self, key: &str, value: &str) -> Result<(), ApiError> {
        match key {
            "labelSelector" => value.clone_into(&mut self.label_selector),
            "fieldSelector" => value.clone_into(&mut self.field_selector),
            "limit" => self.limit = number(key, value)?,
            "continue" => value.clone_into(&mut self.continue_token),
            "resourceVersion" => value.clone_into(&mut self.resource_version),
            "resourceVersionMatch" => value.clone_into(&mut self.resource_version_match),
            "watch" => self.watch = flag(value),
            "allowWatchBookmarks" => self.allow_bookmarks = flag(value),
            "sendInitialEvents" => self.send_initial_events = Some(flag(value)),
            "timeoutSeconds" => self.timeout_seconds = Some(number(key, value)?),
            "dryRun" => self.dry_run.push(value.to_owned()),
            "fieldManager" => value.clone_into(&mut self.field_manager),
            "fieldValidation" => value.clone_into(&mut self.field_validation),
            "force" => self.force = Some(flag(value)),
            "propagationPolicy" => value.clone_into(&mut self.propagation_policy),
            "orphanDependents" => self.orphan_dependents = Some(flag(value)),
            "gracePeriodSeconds" => self.grace_period_seconds = Some(number(key, value)?),
            _ => {}
        }
        Ok(())
    }

    /// True if the write must leave no trace; an unknown directive is refused.
    pub(crate) fn is_dry_run(&self) -> bool {
        !self.dry_run.is_empty()
    }
}

fn flag(value: &str) -> bool {
    !matches!(value, "false" | "0")
}

fn number<T: std::str::FromStr>(key: &str, value: &str) -> Result<T, ApiError>
where
    T::Err: std::fmt::Display,
{
    value
        .parse()
        .map_err(|error| ApiError::bad_request(format!("invalid value {value:?} for {key}: {error}")))
}
