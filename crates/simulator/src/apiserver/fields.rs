//! Sets of fields, as `managedFields` has them (`FieldsV1`).
//!
//! A step of a path is kept as it is written there: `f:name` a field, `k:{..}` an item by key, `v:..` an item by value.
//! The algebra is that of Kubernetes' structured-merge-diff: a member and its children are kept apart, so that
//! owning `labels` is not owning `labels.a`.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::schema::{ListType, Schema};

pub(crate) mod compare;
pub(crate) mod merge;
pub(crate) mod remove;
pub(crate) mod walk;

#[cfg(test)]
mod tests;

/// A set of fields.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Fields {
    members: BTreeSet<String>,
    children: BTreeMap<String, Fields>,
}

impl Fields {
    pub(crate) fn is_empty(&self) -> bool {
        self.members.is_empty() && self.children.is_empty()
    }

    /// Adds the field at `path`; the whole object is no field.
    pub(crate) fn insert(&mut self, path: &[String]) {
        match path {
            [] => {}
            [last] => {
                self.members.insert(last.clone());
            }
            [first, rest @ ..] => self.children.entry(first.clone()).or_default().insert(rest),
        }
    }

    pub(crate) fn has(&self, step: &str) -> bool {
        self.members.contains(step)
    }

    /// What is known below `step`.
    pub(crate) fn below(&self, step: &str) -> Option<&Self> {
        self.children.get(step)
    }

    pub(crate) fn union(&self, other: &Self) -> Self {
        let mut all = self.clone();
        all.members.extend(other.members.iter().cloned());
        for (step, theirs) in &other.children {
            let ours = all.children.entry(step.clone()).or_default();
            *ours = ours.union(theirs);
        }
        all
    }

    pub(crate) fn intersection(&self, other: &Self) -> Self {
        let below = |(step, ours): (&String, &Self)| {
            let both = ours.intersection(other.children.get(step)?);
            (!both.is_empty()).then(|| (step.clone(), both))
        };
        Self {
            members: self.members.intersection(&other.members).cloned().collect(),
            children: self.children.iter().filter_map(below).collect(),
        }
    }

    /// The fields that `other` has not; a parent in `other` takes no children away.
    pub(crate) fn difference(&self, other: &Self) -> Self {
        let below = |(step, ours): (&String, &Self)| {
            let left = other
                .children
                .get(step)
                .map_or_else(|| ours.clone(), |theirs| ours.difference(theirs));
            (!left.is_empty()).then(|| (step.clone(), left))
        };
        Self {
            members: self.members.difference(&other.members).cloned().collect(),
            children: self.children.iter().filter_map(below).collect(),
        }
    }

    /// The fields that neither `other` nor a parent in `other` has.
    pub(crate) fn without(&self, other: &Self) -> Self {
        let below = |(step, ours): (&String, &Self)| {
            if other.members.contains(step) {
                return None;
            }
            let left = other
                .children
                .get(step)
                .map_or_else(|| ours.clone(), |theirs| ours.without(theirs));
            (!left.is_empty()).then(|| (step.clone(), left))
        };
        Self {
            members: self.members.difference(&other.members).cloned().collect(),
            children: self.children.iter().filter_map(below).collect(),
        }
    }

    /// With the named fields on the way to each member added: owning `a.b` means owning `a`.
    pub(crate) fn with_parents(&self, schema: &Schema) -> Self {
        let anything = Schema::anything();
        let mut all = self.clone();
        for (step, ours) in &self.children {
            let child = child_schema(schema, step).unwrap_or(&anything);
            if step
                .strip_prefix("f:")
                .is_some_and(|name| schema.fields.contains_key(name))
            {
                all.members.insert(step.clone());
            }
            all.children.insert(step.clone(), ours.with_parents(child));
        }
        all
    }

    /// Each path, as it stands in messages: `.spec.containers[name="app"].image`.
    pub(crate) fn paths(&self) -> Vec<String> {
        let mut paths = Vec::new();
        self.list("", &mut paths);
        paths
    }

    fn list(&self, prefix: &str, paths: &mut Vec<String>) {
        paths.extend(self.members.iter().map(|step| format!("{prefix}{}", shown(step))));
        for (step, below) in &self.children {
            below.list(&format!("{prefix}{}", shown(step)), paths);
        }
    }

    /// `FieldsV1`.
    pub(crate) fn to_json(&self) -> Value {
        self.write(false)
    }

    fn write(&self, itself: bool) -> Value {
        let mut map = Map::new();
        if itself && !self.is_empty() {
            map.insert(".".into(), Value::Object(Map::new()));
        }
        for step in &self.members {
            map.insert(step.clone(), Value::Object(Map::new()));
        }
        for (step, below) in &self.children {
            map.insert(step.clone(), below.write(self.members.contains(step)));
        }
        Value::Object(map)
    }

    pub(crate) fn from_json(json: &Value) -> Self {
        let mut fields = Self::default();
        for (step, value) in json.as_object().into_iter().flatten() {
            if step == "." {
                continue;
            }
            let below = Self::from_json(value);
            if below.is_empty() || value.get(".").is_some() {
                fields.members.insert(step.clone());
            }
            if !below.is_empty() {
                fields.children.insert(step.clone(), below);
            }
        }
        fields
    }
}

fn child_schema<'a>(schema: &'a Schema, step: &str) -> Option<&'a Schema> {
    match step.strip_prefix("f:") {
        Some(name) => schema.field(name).map(|field| &**field),
        None => schema.items.as_deref(),
    }
}

fn shown(step: &str) -> String {
    if let Some(name) = step.strip_prefix("f:") {
        return format!(".{name}");
    }
    if let Some(value) = step.strip_prefix("v:") {
        return format!("[={value}]");
    }
    let key: Map<String, Value> = step
        .strip_prefix("k:")
        .and_then(|key| serde_json::from_str(key).ok())
        .unwrap_or_default();
    let parts: Vec<_> = key
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    format!("[{}]", parts.join(","))
}

/// How a value takes part in merging.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    /// One thing, whatever is in it.
    Leaf,
    Map,
    List,
}

/// The shape of a field with these values.
pub(crate) fn shape(schema: &Schema, values: [Option<&Value>; 2]) -> Shape {
    let is = |test: fn(&Value) -> bool| {
        let mut given = values.iter().flatten().filter(|v| !v.is_null()).peekable();
        given.peek().is_some() && given.all(|v| test(v))
    };
    if is(Value::is_object) {
        return if schema.atomic_map {
            Shape::Leaf
        } else {
            Shape::Map
        };
    }
    if is(Value::is_array) && schema.list != ListType::Atomic {
        return Shape::List;
    }
    Shape::Leaf
}

/// The step that names an item of a list.
pub(crate) fn item_step(schema: &Schema, item: &Value) -> Option<String> {
    match &schema.list {
        ListType::Atomic => None,
        ListType::Set => Some(format!("v:{item}")),
        ListType::Map(keys) => {
            let default = |key: &str| schema.items.as_ref()?.fields.get(key)?.default.clone();
            let mut sorted: Vec<_> = keys.iter().collect();
            sorted.sort();
            let parts: Vec<_> = sorted
                .into_iter()
                .filter_map(|key| {
                    let value = item.get(key).cloned().or_else(|| default(key))?;
                    Some(format!("{}:{value}", Value::from(key.as_str())))
                })
                .collect();
            (!parts.is_empty()).then(|| format!("k:{{{}}}", parts.join(",")))
        }
    }
}

/// A path, as it stands in messages.
pub(crate) fn shown_path(path: &[String]) -> String {
    path.iter().map(|step| shown(step)).collect()
}

/// The items of a list by their steps, in order. An item that cannot be named, or is there twice, is `Err`.
pub(crate) fn items<'a>(
    schema: &Schema,
    list: Option<&'a Value>,
) -> Result<Vec<(String, &'a Value)>, String> {
    let mut found: Vec<(String, &Value)> = Vec::new();
    for (at, item) in list.and_then(Value::as_array).into_iter().flatten().enumerate() {
        let step = item_step(schema, item).ok_or_else(|| {
            format!("element {at}: associative list with keys has an element that omits all key fields")
        })?;
        if found.iter().any(|(known, _)| *known == step) {
            return Err(format!("duplicate entries for key {}", shown(&step)));
        }
        found.push((step, item));
    }
    Ok(found)
}
