//! An object without some fields.

use serde_json::{Map, Value};

use super::{Fields, Shape, item_step, shape};
use crate::apiserver::schema::Schema;

/// `None` when nothing is left.
pub(crate) fn remove(value: &Value, fields: &Fields, schema: &Schema) -> Option<Value> {
    let anything = Schema::anything();
    match shape(schema, [Some(value), None]) {
        Shape::Leaf if value.is_array() || value.is_object() => None,
        Shape::Leaf => Some(value.clone()),
        Shape::Map => {
            let mut left = Map::new();
            for (name, each) in value.as_object()? {
                let step = format!("f:{name}");
                if fields.has(&step) {
                    continue;
                }
                let Some(below) = fields.below(&step) else {
                    left.insert(name.clone(), each.clone());
                    continue;
                };
                // A field of which all is gone stays as a null, which is dropped later.
                let kept = remove(each, below, schema.field(name).map_or(&anything, |f| f));
                left.insert(name.clone(), kept.unwrap_or(Value::Null));
            }
            (!left.is_empty()).then_some(Value::Object(left))
        }
        Shape::List => {
            let item_schema = schema.items.as_deref().unwrap_or(&anything);
            let mut left = Vec::new();
            for each in value.as_array()? {
                let step = item_step(schema, each).unwrap_or_default();
                if fields.has(&step) {
                    continue;
                }
                left.push(match fields.below(&step) {
                    Some(below) => remove(each, below, item_schema).unwrap_or(Value::Null),
                    None => each.clone(),
                });
            }
            (!left.is_empty()).then_some(Value::Array(left))
        }
    }
}
