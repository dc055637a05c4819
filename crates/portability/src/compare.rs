//! Is what stands on the target what was sent?
//!
//! Every field that was sent must be there and mean the same. What the target added (defaults, allocations,
//! status, sidecars) is its own. Invariant: no value of a Secret is in a difference.

#[cfg(test)]
mod tests;

use base64::{Engine, engine::general_purpose::STANDARD};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{
    draft::spell,
    field::{at, text},
    quantity,
};

/// One field that did not arrive as it was sent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Difference {
    /// Field path: `spec.template.spec.containers[0].image`.
    pub path: String,
    /// What was sent; none for what a Secret holds.
    pub sent: Option<Value>,
    /// What is there; none when it is gone, and for what a Secret holds.
    pub live: Option<Value>,
}

/// Compares what was sent with what the API server of the target shows. Empty: nothing lost, nothing changed.
///
/// The caller sends what it last asked for: after `start_patch`, the object with that patch applied.
pub fn faithful(sent: &Value, live: &Value) -> Vec<Difference> {
    let mut look = Look {
        differences: Vec::new(),
        discreet: text(sent, &["kind"]) == "Secret",
    };
    let mut path = Vec::new();
    for (name, value) in sent.as_object().into_iter().flatten() {
        match name.as_str() {
            "status" => {}
            "stringData" if look.discreet => look.string_data(value, live),
            _ => {
                path.push(name.clone());
                look.field(value, live.get(name), &mut path);
                path.pop();
            }
        }
    }
    look.differences
}

struct Look {
    differences: Vec<Difference>,
    discreet: bool,
}

impl Look {
    fn field(&mut self, sent: &Value, live: Option<&Value>, path: &mut Vec<String>) {
        let Some(live) = live.filter(|live| !live.is_null()) else {
            if !may_be_dropped(sent, path.last().map(String::as_str).unwrap_or_default()) {
                self.note(sent, None, path);
            }
            return;
        };
        match (sent, live) {
            (Value::Object(sent), Value::Object(live)) => self.map(sent, live, path),
            (Value::Array(sent), Value::Array(live)) => self.list(sent, live, path),
            (Value::Null, _) => {}
            _ if sent == live || same_amount(sent, live, path) => {}
            _ => self.note(sent, Some(live), path),
        }
    }

    fn map(&mut self, sent: &Map<String, Value>, live: &Map<String, Value>, path: &mut Vec<String>) {
        for (name, value) in sent {
            path.push(name.clone());
            self.field(value, live.get(name), path);
            path.pop();
        }
    }

    /// Lists of the same length by place. In a longer one the target has put something in: what was sent is
    /// looked for by what names an item, in the order in which it was sent, for order can mean something.
    fn list(&mut self, sent: &[Value], live: &[Value], path: &mut Vec<String>) {
        let mut next = 0;
        for (place, item) in sent.iter().enumerate() {
            let found = if live.len() == sent.len() {
                live.get(place)
            } else {
                let ahead = live.get(next..).unwrap_or_default();
                ahead
                    .iter()
                    .position(|there| same_item(item, there))
                    .and_then(|skipped| {
                        next += skipped + 1;
                        live.get(next - 1)
                    })
            };
            path.push(place.to_string());
            self.field(item, found, path);
            path.pop();
        }
    }

    /// The API server keeps `stringData` as `data`.
    fn string_data(&mut self, sent: &Value, live: &Value) {
        for (name, value) in sent.as_object().into_iter().flatten() {
            let wanted = STANDARD.encode(value.as_str().unwrap_or_default());
            if text(live, &["data", name]) != wanted {
                self.note(value, None, &["data".to_owned(), name.clone()]);
            }
        }
    }

    fn note(&mut self, sent: &Value, live: Option<&Value>, path: &[String]) {
        let steps: Vec<&str> = path.iter().map(String::as_str).collect();
        let show = |value: &Value| (!self.discreet).then(|| value.clone());
        let (sent, live) = (show(sent), live.and_then(show));
        self.differences.push(Difference {
            path: spell(&steps),
            sent,
            live,
        });
    }
}

/// Fields in which nothing, `false` or 0 is a wish of its own, which the API server keeps: absent, the default
/// is another.
const ZERO_MATTERS: &[&str] = &[
    "allocateLoadBalancerNodePorts",
    "allowPrivilegeEscalation",
    "automountServiceAccountToken",
    "backoffLimit",
    "completions",
    "defaultMode",
    "enableServiceLinks",
    "failedJobsHistoryLimit",
    "fsGroup",
    "maxSurge",
    "maxUnavailable",
    "minAvailable",
    "mode",
    "nodePort",
    "parallelism",
    "replicas",
    "revisionHistoryLimit",
    "runAsGroup",
    "runAsUser",
    "storageClassName",
    "successfulJobsHistoryLimit",
    "terminationGracePeriodSeconds",
    "ttlSecondsAfterFinished",
    "weight",
];

/// Whether the API server leaves such a value out when it writes the object.
fn may_be_dropped(sent: &Value, name: &str) -> bool {
    match sent {
        Value::Null => true,
        Value::Bool(yes) => !yes && !ZERO_MATTERS.contains(&name),
        Value::Number(number) => number.as_i64() == Some(0) && !ZERO_MATTERS.contains(&name),
        Value::String(text) => text.is_empty() && !ZERO_MATTERS.contains(&name),
        Value::Array(list) => list.is_empty(),
        Value::Object(map) => map.iter().all(|(name, value)| may_be_dropped(value, name)),
    }
}

/// Maps whose values are quantities.
const AMOUNTS: &[&str] = &[
    "requests",
    "limits",
    "hard",
    "capacity",
    "default",
    "defaultRequest",
    "min",
    "max",
    "maxLimitRequestRatio",
];

/// Single fields that are quantities.
const AMOUNT_FIELDS: &[&str] = &["sizeLimit", "averageValue", "divisor"];

fn same_amount(sent: &Value, live: &Value, path: &[String]) -> bool {
    let name = |back: usize| {
        path.len()
            .checked_sub(back)
            .and_then(|at| path.get(at))
            .map_or("", String::as_str)
    };
    if !AMOUNTS.contains(&name(2)) && !AMOUNT_FIELDS.contains(&name(1)) {
        return false;
    }
    quantity::parse(sent).is_some_and(|amount| quantity::parse(live) == Some(amount))
}

/// Fields by which items of lists are told apart.
const NAMES: &[&str] = &[
    "name",
    "mountPath",
    "devicePath",
    "containerPort",
    "port",
    "key",
    "type",
    "ip",
    "uid",
];

/// Whether an item of a longer list is the one that was sent: what names it is the same.
fn same_item(sent: &Value, live: &Value) -> bool {
    if sent == live {
        return true;
    }
    let mut named = false;
    for name in NAMES {
        if let (Some(sent), Some(live)) = (at(sent, &[name]), at(live, &[name])) {
            if sent != live {
                return false;
            }
            named = true;
        }
    }
    named
}
