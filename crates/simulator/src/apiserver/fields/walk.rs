//! The fields that an object states: what an apply of it would own.

use serde_json::Value;

use super::{Fields, Shape, items, shape, shown_path};
use crate::apiserver::schema::Schema;

pub(crate) fn of(value: &Value, schema: &Schema) -> Result<Fields, String> {
    let mut fields = Fields::default();
    walk(value, schema, &mut Vec::new(), &mut fields)?;
    Ok(fields)
}

fn walk(value: &Value, schema: &Schema, path: &mut Vec<String>, fields: &mut Fields) -> Result<(), String> {
    let anything = Schema::anything();
    match shape(schema, [Some(value), None]) {
        Shape::Leaf => fields.insert(path),
        Shape::Map => {
            for (name, each) in value.as_object().into_iter().flatten() {
                path.push(format!("f:{name}"));
                walk(each, schema.field(name).map_or(&anything, |f| f), path, fields)?;
                let empty = each.is_null() || each.as_object().is_some_and(serde_json::Map::is_empty);
                if empty || !schema.fields.contains_key(name) {
                    fields.insert(path);
                }
                path.pop();
            }
        }
        Shape::List => {
            for (step, each) in
                items(schema, Some(value)).map_err(|why| format!("{}: {why}", shown_path(path)))?
            {
                path.push(step);
                walk(each, schema.items.as_deref().unwrap_or(&anything), path, fields)?;
                fields.insert(path);
                path.pop();
            }
        }
    }
    Ok(())
}
