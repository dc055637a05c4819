//! Maps and lists that stand on one line: written anew between their own brackets, what stays as it stands.
//!
//! Invariant: nothing outside of the brackets changes; what spreads over lines, or has a comment in it, is refused.

use serde_json::{Map, Value};

use super::edit::scalar;
use super::layout::{Entry, Layout, Shape};

/// The bytes of a map on one line, and what stands there when it reads as `after`.
pub(super) fn map(
    text: &str,
    layout: &Layout,
    before: &Map<String, Value>,
    after: &Map<String, Value>,
) -> Option<(std::ops::Range<usize>, String)> {
    let Shape::Map(entries) = &layout.shape else {
        return None;
    };
    let (range, _) = on_one_line(text, layout, '{')?;
    let first = entries.first()?;
    let pad = text.get(layout.start + 1..first.start)?;
    let quoted = text.get(first.start..)?.starts_with('"');
    let mut parts = Vec::new();
    for entry in entries {
        match after.get(&entry.name) {
            None => {}
            Some(is) if before.get(&entry.name) == Some(is) => parts.push(stands(text, entry)?.to_owned()),
            Some(is) => {
                let name = text.get(entry.start..entry.value.start)?;
                parts.push(format!("{name}{}", written(is, quoted)));
            }
        }
    }
    let new = after.iter().filter(|(name, _)| !before.contains_key(*name));
    for (name, value) in new {
        let name = written(&Value::from(name.as_str()), quoted);
        parts.push(format!("{name}: {}", written(value, quoted)));
    }
    Some((range, format!("{{{pad}{}{pad}}}", parts.join(", "))))
}

/// The same of a list, of which some items stay and new ones come behind them.
pub(super) fn list(
    text: &str,
    layout: &Layout,
    kept: &[bool],
    new: &[&Value],
) -> Option<(std::ops::Range<usize>, String)> {
    let Shape::List(items) = &layout.shape else {
        return None;
    };
    let (range, was) = on_one_line(text, layout, '[')?;
    let pad = text.get(layout.start + 1..items.first()?.start)?;
    let quoted = was.contains('"');
    let mut parts = Vec::new();
    for (item, kept) in items.iter().zip(kept) {
        if *kept {
            parts.push(text.get(item.start..end(text, item)?)?.to_owned());
        }
    }
    parts.extend(new.iter().map(|value| written(value, quoted)));
    Some((range, format!("[{pad}{}{pad}]", parts.join(", "))))
}

/// The bytes between brackets and what they are; none for what spreads over lines, or has a comment in it.
fn on_one_line<'t>(
    text: &'t str,
    layout: &Layout,
    bracket: char,
) -> Option<(std::ops::Range<usize>, &'t str)> {
    let range = layout.start..end(text, layout)?;
    let was = text.get(range.clone())?;
    (was.starts_with(bracket) && !was.contains(['\n', '#'])).then_some((range, was))
}

/// An entry as it stands.
fn stands<'t>(text: &'t str, entry: &Entry) -> Option<&'t str> {
    text.get(entry.start..end(text, &entry.value)?)
}

/// The first byte after a node on one line. A layout knows the length of scalars only.
fn end(text: &str, layout: &Layout) -> Option<usize> {
    let (inner, bracket) = match &layout.shape {
        Shape::Scalar => return layout.start.checked_add(layout.length),
        Shape::List(items) => (items.last(), ']'),
        Shape::Map(entries) => (entries.last().map(|entry| &entry.value), '}'),
    };
    let inside = inner.map_or(layout.start.checked_add(1), |inner| end(text, inner))?;
    let rest = text.get(inside..)?;
    let place = rest.find(bracket)?;
    let between = rest.get(..place)?;
    between
        .trim_matches(|c: char| c == ',' || c == ' ')
        .is_empty()
        .then_some(inside + place + 1)
}

/// A value within brackets: JSON is YAML there, and a plain word needs no quotes where its neighbours have none.
fn written(value: &Value, quoted: bool) -> String {
    if quoted {
        return value.to_string();
    }
    match value {
        Value::String(text) => scalar(text),
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(|item| written(item, quoted)).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Object(map) => {
            let entries = map
                .iter()
                .map(|(name, value)| format!("{}: {}", scalar(name), written(value, quoted)));
            format!("{{{}}}", entries.collect::<Vec<_>>().join(", "))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => value.to_string(),
    }
}
