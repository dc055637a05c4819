//! What differs between two states of an object, as sets of fields.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{Fields, Shape, items, shape};
use crate::apiserver::schema::Schema;

#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Difference {
    pub(crate) added: Fields,
    pub(crate) modified: Fields,
    pub(crate) removed: Fields,
}

impl Difference {
    /// Without these fields and all below them.
    pub(crate) fn without(&self, fields: &Fields) -> Self {
        Self {
            added: self.added.without(fields),
            modified: self.modified.without(fields),
            removed: self.removed.without(fields),
        }
    }
}

pub(crate) fn compare(old: &Value, new: &Value, schema: &Schema) -> Difference {
    let mut found = Difference::default();
    walk([Some(old), Some(new)], schema, &mut Vec::new(), &mut found);
    found
}

fn walk(sides: [Option<&Value>; 2], schema: &Schema, path: &mut Vec<String>, found: &mut Difference) {
    let [old, new] = sides;
    let anything = Schema::anything();
    let is_empty = |side: Option<&Value>| {
        side.is_none_or(|v| {
            v.is_null()
                || v.as_object().is_some_and(serde_json::Map::is_empty)
                || v.as_array().is_some_and(Vec::is_empty)
        })
    };
    let shape = shape(schema, sides);
    if shape == Shape::Leaf || (is_empty(old) && is_empty(new)) {
        note(sides, path, found, true);
        return;
    }
    if shape == Shape::Map {
        let keys = |side: Option<&Value>| -> BTreeSet<String> {
            side.and_then(Value::as_object)
                .map(|map| map.keys().cloned().collect())
                .unwrap_or_default()
        };
        for name in keys(old).union(&keys(new)) {
            path.push(format!("f:{name}"));
            let field = schema.field(name).map_or(&anything, |f| f);
            walk(
                sides.map(|side| side.and_then(|v| v.get(name))),
                field,
                path,
                found,
            );
            path.pop();
        }
    } else {
        let lists = sides.map(|side| items(schema, side).unwrap_or_default());
        let steps: BTreeSet<&String> = lists.iter().flatten().map(|(step, _)| step).collect();
        for step in steps {
            path.push(step.clone());
            let item = schema.items.as_deref().unwrap_or(&anything);
            let [old, new] = &lists;
            let found_items = [at_of(old, step), at_of(new, step)];
            walk(found_items, item, path, found);
            path.pop();
        }
    }
    note(sides, path, found, false);
}

fn at_of<'a>(list: &[(String, &'a Value)], step: &str) -> Option<&'a Value> {
    list.iter()
        .find(|(known, _)| known == step)
        .map(|(_, value)| *value)
}

fn note(sides: [Option<&Value>; 2], path: &[String], found: &mut Difference, leaf: bool) {
    match sides {
        [None, Some(_)] => found.added.insert(path),
        [Some(_), None] => found.removed.insert(path),
        [Some(old), Some(new)] if leaf && old != new => found.modified.insert(path),
        [Some(_), Some(_)] | [None, None] => {}
    }
}
