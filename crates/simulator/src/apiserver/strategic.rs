//! Strategic merge patch: a merge patch that knows lists with keys.
//!
//! Directives: `$patch: delete|replace|merge`, `$deleteFromPrimitiveList/x`, `$setElementOrder/x` and `$retainKeys`, as
//! kubectl's apply, label, annotate and scale send them.

use serde_json::{Map, Value};

use super::error::ApiError;
use super::schema::Schema;

#[cfg(test)]
mod tests;

const DIRECTIVE: &str = "$patch";
const DELETE_FROM: &str = "$deleteFromPrimitiveList/";
const ORDER: &str = "$setElementOrder/";
const RETAIN: &str = "$retainKeys";

/// Merges `patch` into `value`, whose structure is `schema`.
pub(crate) fn merge(value: &mut Value, patch: &Value, schema: &Schema) -> Result<(), ApiError> {
    let Some(patch) = patch.as_object() else {
        return Err(ApiError::bad_request(
            "error decoding patch: a strategic merge patch must be an object",
        ));
    };
    merge_map(super::object::as_map(value), patch, schema)
}

fn merge_map(
    target: &mut Map<String, Value>,
    patch: &Map<String, Value>,
    schema: &Schema,
) -> Result<(), ApiError> {
    match patch.get(DIRECTIVE).and_then(Value::as_str) {
        Some("replace") => {
            *target = plain(patch);
            return Ok(());
        }
        Some("delete") => {
            target.clear();
            return Ok(());
        }
        Some("merge") | None => {}
        Some(other) => {
            return Err(ApiError::bad_request(format!(
                "Unknown patch type found: {other}"
            )));
        }
    }
    if let Some(Value::Array(kept)) = patch.get(RETAIN) {
        target.retain(|name, _| kept.iter().any(|k| k.as_str() == Some(name)));
    }
    // Only lists are looked at, and only where an order is asked for.
    let before: Map<String, Value> = patch
        .keys()
        .filter_map(|name| name.strip_prefix(ORDER))
        .filter_map(|list| Some((list.to_owned(), target.get(list)?.clone())))
        .collect();
    for (name, each) in patch {
        if let Some(list) = name.strip_prefix(DELETE_FROM) {
            if let (Some(Value::Array(items)), Some(gone)) = (target.get_mut(list), each.as_array()) {
                items.retain(|item| !gone.contains(item));
            }
        } else if !name.starts_with('$') {
            merge_field(target, name, each, schema)?;
        }
    }
    for (name, each) in patch {
        if let (Some(list), Some(order)) = (name.strip_prefix(ORDER), each.as_array())
            && let Some(Value::Array(items)) = target.get_mut(list)
        {
            let key = schema.field(list).and_then(|s| s.strategic.merge_key.clone());
            let live = before
                .get(list)
                .and_then(Value::as_array)
                .cloned()
                .unwrap_or_default();
            reorder(items, order, &live, key.as_deref());
        }
    }
    Ok(())
}

fn merge_field(
    target: &mut Map<String, Value>,
    name: &str,
    patch: &Value,
    schema: &Schema,
) -> Result<(), ApiError> {
    let anything = Schema::anything();
    let field = schema.field(name).map_or(&anything, |field| field);
    match patch {
        Value::Null => {
            target.remove(name);
        }
        Value::Object(map) => {
            if map.get(DIRECTIVE).and_then(Value::as_str) == Some("delete") {
                target.remove(name);
                return Ok(());
            }
            let slot = target
                .entry(name.to_owned())
                .or_insert_with(|| Value::Object(Map::new()));
            merge_map(super::object::as_map(slot), map, field)?;
        }
        Value::Array(items) if field.strategic.merge => {
            let slot = target
                .entry(name.to_owned())
                .or_insert_with(|| Value::Array(Vec::new()));
            if !slot.is_array() {
                *slot = Value::Array(Vec::new());
            }
            if let Value::Array(list) = slot {
                merge_list(list, items, field)?;
            }
        }
        Value::Array(_) | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            target.insert(name.to_owned(), patch.clone());
        }
    }
    Ok(())
}

fn merge_list(list: &mut Vec<Value>, patch: &[Value], field: &Schema) -> Result<(), ApiError> {
    let live = list.clone();
    let Some(key) = &field.strategic.merge_key else {
        for item in patch {
            if !list.contains(item) {
                list.push(item.clone());
            }
        }
        reorder(list, patch, &live, None);
        return Ok(());
    };
    let anything = Schema::anything();
    let item_schema = field.items.as_deref().unwrap_or(&anything);
    if patch.iter().any(|item| item[DIRECTIVE] == "replace") {
        list.clear();
    }
    for item in patch {
        let Some(map) = item.as_object() else { continue };
        let directive = map.get(DIRECTIVE).and_then(Value::as_str);
        if directive == Some("replace") && !map.contains_key(key) {
            continue;
        }
        let Some(id) = map.get(key) else {
            return Err(ApiError::bad_request(format!(
                "map: {item} does not contain declared merge key: {key}"
            )));
        };
        let at = list.iter().position(|existing| existing.get(key) == Some(id));
        match (at, directive) {
            (Some(at), Some("delete")) => {
                list.remove(at);
            }
            (None, Some("delete")) => {}
            (Some(at), _) => merge_map(super::object::as_map(&mut list[at]), map, item_schema)?,
            (None, _) => list.push(Value::Object(plain(map))),
        }
    }
    reorder(list, patch, &live, Some(key));
    Ok(())
}

/// The patch without its directives.
fn plain(patch: &Map<String, Value>) -> Map<String, Value> {
    patch
        .iter()
        .filter(|(name, value)| !name.starts_with('$') && !value.is_null())
        .map(|(name, value)| {
            let value = match value {
                Value::Object(map) => Value::Object(plain(map)),
                Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
                    value.clone()
                }
            };
            (name.clone(), value)
        })
        .collect()
}

/// Puts the items in the order of `wanted`; what it does not name keeps its place relative to the `live` list.
fn reorder(items: &mut Vec<Value>, wanted: &[Value], live: &[Value], key: Option<&str>) {
    let same = |one: &Value, other: &Value| match key {
        Some(key) => one.get(key).is_some() && one.get(key) == other.get(key),
        None => one == other,
    };
    let place = |list: &[Value], item: &Value| list.iter().position(|each| same(each, item));
    let (mut named, others): (Vec<Value>, Vec<Value>) =
        items.drain(..).partition(|item| place(wanted, item).is_some());
    named.sort_by_key(|item| place(wanted, item));
    let mut others = others.into_iter().peekable();
    for item in named {
        while let Some(other) = others.peek() {
            let (ours, theirs) = (place(live, other), place(live, &item));
            if ours.is_none() || theirs.is_none() || ours > theirs {
                break;
            }
            items.extend(others.next());
        }
        items.push(item);
    }
    items.extend(others);
}
