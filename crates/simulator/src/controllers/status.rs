//! Conditions, and whether a status differs from the one that is there.

use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Map, Value, json};

/// One condition as a controller wants it.
pub(super) struct Wanted<'a> {
    pub(super) kind: &'a str,
    pub(super) holds: bool,
    pub(super) reason: &'a str,
    pub(super) message: &'a str,
}

/// A status in the making: what is there, and what is wanted.
pub(super) struct Draft {
    current: Value,
    wanted: Map<String, Value>,
}

impl Draft {
    pub(super) fn over(current: Option<&impl Serialize>) -> Self {
        let current = current
            .and_then(|status| serde_json::to_value(status).ok())
            .unwrap_or_else(|| json!({}));
        Self {
            current,
            wanted: Map::new(),
        }
    }

    /// A field with its value; `null` means absent.
    pub(super) fn set(&mut self, field: &str, value: impl Into<Value>) {
        self.wanted.insert(field.to_owned(), value.into());
    }

    /// A count, absent when it is zero, as Kubernetes writes most of them.
    pub(super) fn count(&mut self, field: &str, count: i32) {
        self.set(field, if count == 0 { Value::Null } else { count.into() });
    }

    /// A count that is written even when it is zero.
    pub(super) fn number(&mut self, field: &str, count: i32) {
        self.set(field, count);
    }

    /// Sets one condition among the others; its transition time moves only when its status does.
    pub(super) fn condition(&mut self, wanted: &Wanted<'_>, now: Timestamp, updated: bool) {
        let kept = self
            .wanted
            .get("conditions")
            .or_else(|| self.current.get("conditions"));
        let mut all = kept.and_then(Value::as_array).cloned().unwrap_or_default();
        let now = json!(format!("{now:.0}"));
        let status = if wanted.holds { "True" } else { "False" };
        let old = all.iter().position(|condition| condition["type"] == wanted.kind);
        let same = |at: usize, field: &str, value: &str| all[at][field] == value;
        if old.is_some_and(|at| same(at, "status", status) && same(at, "reason", wanted.reason)) {
            return;
        }
        let since = old
            .filter(|at| same(*at, "status", status))
            .map(|at| all[at]["lastTransitionTime"].clone());
        let mut condition = json!({
            "type": wanted.kind, "status": status, "reason": wanted.reason, "message": wanted.message,
            "lastTransitionTime": since.unwrap_or_else(|| now.clone()),
        });
        if updated {
            condition["lastUpdateTime"] = now;
        }
        match old {
            Some(at) => all[at] = condition,
            None => all.push(condition),
        }
        self.set("conditions", all);
    }

    /// The merge patch that makes the difference; `None` where there is none.
    pub(super) fn difference(self) -> Option<Value> {
        let Self { current, wanted } = self;
        let differs = |(field, value): &(String, Value)| current.get(field).unwrap_or(&Value::Null) != value;
        let changed: Map<String, Value> = wanted.into_iter().filter(differs).collect();
        (!changed.is_empty()).then_some(Value::Object(changed))
    }
}
