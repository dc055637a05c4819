//! The live object with what is applied laid over it.

use serde_json::{Map, Value};

use super::{Shape, items, shape};
use crate::apiserver::schema::Schema;

/// What is stated in `applied` wins; what it does not mention stays.
pub(crate) fn merge(live: &Value, applied: &Value, schema: &Schema) -> Result<Value, String> {
    both(Some(live), Some(applied), schema)
}

fn both(live: Option<&Value>, applied: Option<&Value>, schema: &Schema) -> Result<Value, String> {
    let (Some(live), Some(applied)) = (live, applied) else {
        return Ok(applied.or(live).cloned().unwrap_or(Value::Null));
    };
    let anything = Schema::anything();
    match shape(schema, [Some(live), Some(applied)]) {
        Shape::Leaf => Ok(applied.clone()),
        Shape::Map => {
            let (Some(ours), Some(theirs)) = (live.as_object(), applied.as_object()) else {
                return Ok(applied.clone());
            };
            let mut merged: Map<String, Value> = ours.clone();
            for (name, each) in theirs {
                let field = schema.field(name).map_or(&anything, |f| f);
                merged.insert(name.clone(), both(ours.get(name), Some(each), field)?);
            }
            Ok(Value::Object(merged))
        }
        Shape::List => lists(live, applied, schema),
    }
}

/// The order of the applied list wins; items that only the live list has stay before the item they stood before.
fn lists(live: &Value, applied: &Value, schema: &Schema) -> Result<Value, String> {
    let anything = Schema::anything();
    let item_schema = schema.items.as_deref().unwrap_or(&anything);
    let ours = items(schema, Some(live))?;
    let theirs = items(schema, Some(applied))?;
    let in_theirs = |step: &str| theirs.iter().any(|(known, _)| known == step);
    let in_ours = |step: &str| {
        ours.iter()
            .find(|(known, _)| known == step)
            .map(|(_, value)| *value)
    };
    let mut shared = theirs
        .iter()
        .map(|(step, _)| step)
        .filter(|step| in_ours(step).is_some());
    let mut next_shared = shared.next();
    let mut merged = Vec::new();
    let (mut at_ours, mut at_theirs) = (0, 0);
    let mut done: Vec<&String> = Vec::new();
    while at_ours < ours.len() || at_theirs < theirs.len() {
        if let Some((step, value)) = ours.get(at_ours) {
            if let Some((theirs_step, theirs_value)) = theirs.get(at_theirs) {
                if step == theirs_step {
                    merged.push(both(Some(value), Some(theirs_value), item_schema)?);
                    done.push(step);
                    next_shared = shared.next();
                    at_ours += 1;
                    at_theirs += 1;
                    continue;
                }
                if in_theirs(step) && next_shared.is_some_and(|next| next != step) {
                    // Shared, but its turn comes later.
                    at_ours += 1;
                    continue;
                }
            }
            if !in_theirs(step) {
                merged.push((*value).clone());
                at_ours += 1;
                continue;
            }
            if done.contains(&step) {
                at_ours += 1;
            }
        }
        if let Some((step, value)) = theirs.get(at_theirs) {
            merged.push(both(in_ours(step), Some(value), item_schema)?);
            done.push(step);
            at_theirs += 1;
            if next_shared == Some(step) {
                next_shared = shared.next();
            }
        }
    }
    Ok(Value::Array(merged))
}
