//! `Table`: what `kubectl get` prints.
//!
//! Not here: the many columns that the real server prints for its own kinds; these have NAME, AGE and where it is
//! cheap what people look for (`columns`).

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::clock;
use super::kinds::Kind;
use super::object::{self, str_at};
use super::read::metadata_only;
use super::store::Stored;

mod columns;
mod jsonpath;
#[cfg(test)]
mod tests;

/// The table of some objects of one kind.
pub(crate) fn of(kind: &Kind, items: &[Arc<Stored>], meta: &Value, now: Timestamp) -> Value {
    let rows: Vec<_> = items
        .iter()
        .map(|item| {
            json!({
                "cells": cells(kind, &item.value, now),
                "object": metadata_only(&item.value, "PartialObjectMetadata"),
            })
        })
        .collect();
    json!({
        "kind": "Table", "apiVersion": "meta.k8s.io/v1", "metadata": meta,
        "columnDefinitions": definitions(kind), "rows": rows,
    })
}

fn definition(name: &str, kind: &str, format: &str, description: &str, priority: i64) -> Value {
    json!({"name": name, "type": kind, "format": format, "description": description, "priority": priority})
}

/// A definition shows the time at which it was made, and custom columns say themselves whether there is an age.
fn has_age(kind: &Kind) -> bool {
    kind.columns.is_empty() && !kind.is(super::crd::GROUP, super::crd::PLURAL)
}

fn definitions(kind: &Kind) -> Vec<Value> {
    let name = "Name must be unique within a namespace.";
    let mut columns = vec![definition("Name", "string", "name", name, 0)];
    for column in &kind.columns {
        let description = if column.description.is_empty() {
            format!(
                "Custom resource definition column (in JSONPath format): {}",
                column.path
            )
        } else {
            column.description.clone()
        };
        columns.push(definition(
            &column.name,
            &column.kind,
            &column.format,
            &description,
            column.priority,
        ));
    }
    for name in columns::names(kind) {
        columns.push(definition(name, "string", "", "", 0));
    }
    if has_age(kind) {
        let format = if kind.custom { "date" } else { "" };
        let kind = if kind.custom { "date" } else { "string" };
        columns.push(definition(
            "Age",
            kind,
            format,
            "Time since the object was made.",
            0,
        ));
    }
    columns
}

fn cells(kind: &Kind, object: &Value, now: Timestamp) -> Vec<Value> {
    let mut cells = vec![json!(object::name(object))];
    for column in &kind.columns {
        cells.push(custom_cell(
            &column.kind,
            jsonpath::find(object, &column.path).as_ref(),
            now,
        ));
    }
    cells.extend(columns::cells(kind, object));
    if has_age(kind) {
        let created = str_at(object, &["metadata", "creationTimestamp"]);
        // For a custom kind the client makes an age of the date itself.
        cells.push(if kind.custom {
            json!(created)
        } else {
            json!(age(created, now))
        });
    }
    cells
}

/// A cell of a custom column, in the type that the column states; what does not fit is empty.
fn custom_cell(kind: &str, found: Option<&Value>, now: Timestamp) -> Value {
    let Some(found) = found.filter(|v| !v.is_null()) else {
        return Value::Null;
    };
    match kind {
        "integer" => found.as_i64().map_or(Value::Null, Value::from),
        "number" => found.as_f64().map_or(Value::Null, Value::from),
        "boolean" => found.as_bool().map_or(Value::Null, Value::from),
        "date" => found.as_str().map_or(Value::Null, |text| json!(age(text, now))),
        _ => json!(found.as_str().map_or_else(|| found.to_string(), str::to_owned)),
    }
}

/// `5s`, `3m20s`, `7h`, `12d`: as kubectl shows ages.
fn age(since: &str, now: Timestamp) -> String {
    let Some(since) = clock::parse(since) else {
        return "<unknown>".into();
    };
    human(now.duration_since(since).as_secs().max(0))
}

fn human(seconds: i64) -> String {
    let (minutes, hours, days) = (seconds / 60, seconds / 3600, seconds / 86_400);
    let two = |big: i64, unit: char, small: i64, small_unit: char| {
        if small == 0 {
            format!("{big}{unit}")
        } else {
            format!("{big}{unit}{small}{small_unit}")
        }
    };
    match seconds {
        0..120 => format!("{seconds}s"),
        120..600 => two(minutes, 'm', seconds % 60, 's'),
        600..10_800 => format!("{minutes}m"),
        10_800..28_800 => two(hours, 'h', minutes % 60, 'm'),
        28_800..172_800 => format!("{hours}h"),
        172_800..691_200 => two(days, 'd', hours % 24, 'h'),
        691_200..63_072_000 => format!("{days}d"),
        63_072_000..252_288_000 => two(days / 365, 'y', days % 365, 'd'),
        _ => format!("{}y", days / 365),
    }
}
