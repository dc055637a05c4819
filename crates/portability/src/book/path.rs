//! A field path with wildcards, as the data files write it: `spec.nodeSets[*].podTemplate`, `spec.provider.**.secretRef`.
//!
//! Invariant: a trail is the way in the object itself, with the places of items in lists in it.

use std::borrow::Cow;

use serde::{Deserialize, Deserializer, de::Error as _};
use serde_json::Value;

/// The way from an object to a value in it: field names, and places in lists as numbers.
pub(crate) type Trail<'o> = Vec<Cow<'o, str>>;

/// Why a text is no path.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no field path: write spec.items[*].name, or [a.b/c] for a name with dots")]
pub(crate) struct PathError(String);

/// A path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Path(Vec<Step>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Step {
    /// One field.
    Field(String),
    /// Each item of a list, each value of a map.
    Each,
    /// Here, or anywhere below.
    Deep,
}

impl Step {
    fn name(&self) -> Option<&str> {
        match self {
            Self::Field(name) => Some(name),
            Self::Each | Self::Deep => None,
        }
    }
}

impl<'de> Deserialize<'de> for Path {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

impl Path {
    /// Reads a path; the empty text is no path.
    pub(crate) fn parse(text: &str) -> Result<Self, PathError> {
        let wrong = || PathError(text.to_owned());
        let mut steps = Vec::new();
        let mut rest = text;
        while !rest.is_empty() {
            let (step, more) = if let Some(inner) = rest.strip_prefix('[') {
                inner.split_once(']').ok_or_else(wrong)?
            } else {
                rest.split_at(rest.find(['.', '[']).unwrap_or(rest.len()))
            };
            steps.push(match step {
                "" => return Err(wrong()),
                "*" => Step::Each,
                "**" => Step::Deep,
                name => Step::Field(name.to_owned()),
            });
            rest = match more.strip_prefix('.') {
                Some("") => return Err(wrong()),
                Some(next) => next,
                None if more.is_empty() || more.starts_with('[') => more,
                None => return Err(wrong()),
            };
        }
        if matches!(steps.last(), None | Some(Step::Deep)) {
            return Err(wrong());
        }
        Ok(Self(steps))
    }

    /// The field names, when it is nothing else.
    pub(crate) fn fields(&self) -> Option<Vec<&str>> {
        self.0.iter().map(Step::name).collect()
    }

    /// Calls back with every value that is there, and the way to it.
    pub(crate) fn walk<'o>(&'o self, value: &'o Value, found: &mut impl FnMut(&[Cow<'o, str>], &'o Value)) {
        walk(&self.0, value, &mut Vec::new(), found);
    }

    /// Every text that is there and not empty.
    pub(crate) fn texts<'o>(&self, value: &'o Value) -> Vec<&'o str> {
        let mut all = Vec::new();
        texts(&self.0, value, &mut all);
        all
    }

    /// The first text that is there, also an empty one.
    pub(crate) fn text<'o>(&self, value: &'o Value) -> Option<&'o str> {
        // Most paths within a place are one field.
        if let [Step::Field(name)] = self.0.as_slice() {
            return value.get(name).and_then(Value::as_str);
        }
        first(&self.0, value).and_then(Value::as_str)
    }

    /// Whether it leads to `true`.
    pub(crate) fn is_true(&self, value: &Value) -> bool {
        first(&self.0, value).and_then(Value::as_bool).unwrap_or(false)
    }

    /// Whether it leads to anything.
    pub(crate) fn is_there(&self, value: &Value) -> bool {
        first(&self.0, value).is_some()
    }

    /// The first value that is there.
    pub(crate) fn first<'o>(&self, value: &'o Value) -> Option<&'o Value> {
        first(&self.0, value)
    }
}

fn walk<'o>(
    steps: &'o [Step],
    value: &'o Value,
    trail: &mut Trail<'o>,
    found: &mut impl FnMut(&[Cow<'o, str>], &'o Value),
) {
    let Some((step, rest)) = steps.split_first() else {
        if !value.is_null() {
            found(trail, value);
        }
        return;
    };
    match step {
        Step::Field(name) => {
            if let Some(inner) = value.as_object().and_then(|map| map.get(name)) {
                trail.push(Cow::Borrowed(name));
                walk(rest, inner, trail, found);
                trail.pop();
            }
        }
        Step::Each => below(value, trail, &mut |inner, trail| walk(rest, inner, trail, found)),
        Step::Deep => {
            walk(rest, value, trail, found);
            below(value, trail, &mut |inner, trail| walk(steps, inner, trail, found));
        }
    }
}

fn below<'o>(value: &'o Value, trail: &mut Trail<'o>, into: &mut dyn FnMut(&'o Value, &mut Trail<'o>)) {
    if let Some(list) = value.as_array() {
        for (place, inner) in list.iter().enumerate() {
            trail.push(Cow::Owned(place.to_string()));
            into(inner, trail);
            trail.pop();
        }
    }
    for (name, inner) in value.as_object().into_iter().flatten() {
        trail.push(Cow::Borrowed(name));
        into(inner, trail);
        trail.pop();
    }
}

fn children(value: &Value) -> impl Iterator<Item = &Value> {
    let items = value.as_array().into_iter().flatten();
    items.chain(value.as_object().into_iter().flat_map(|map| map.values()))
}

fn texts<'o>(steps: &[Step], value: &'o Value, all: &mut Vec<&'o str>) {
    let Some((step, rest)) = steps.split_first() else {
        all.extend(value.as_str().filter(|text| !text.is_empty()));
        return;
    };
    match step {
        Step::Field(name) => {
            if let Some(inner) = value.get(name) {
                texts(rest, inner, all);
            }
        }
        Step::Each => children(value).for_each(|inner| texts(rest, inner, all)),
        Step::Deep => {
            texts(rest, value, all);
            children(value).for_each(|inner| texts(steps, inner, all));
        }
    }
}

fn first<'o>(steps: &[Step], value: &'o Value) -> Option<&'o Value> {
    let Some((step, rest)) = steps.split_first() else {
        return Some(value).filter(|value| !value.is_null());
    };
    match step {
        Step::Field(name) => first(rest, value.get(name)?),
        Step::Each => children(value).find_map(|inner| first(rest, inner)),
        Step::Deep => first(rest, value).or_else(|| children(value).find_map(|inner| first(steps, inner))),
    }
}
