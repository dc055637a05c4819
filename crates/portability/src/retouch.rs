//! The text of one manifest with only those lines changed that must be: comments, order and quotes stay as they are.
//!
//! Not here: what must change (`transform`). Invariant: the outcome reads as the object that was asked for, else there is
//! none; bytes of what is equal in both objects are the same.

mod edit;
mod flow;
mod layout;
#[cfg(test)]
mod tests;

use serde_json::{Map, Value};

use crate::manifest::manifests;
use edit::Edits;
use layout::{Layout, Shape};

/// The text of one YAML document, changed so that it reads as `after`; none when that takes writing it anew (a `List`,
/// JSON at its top), which is then left to the caller.
pub fn retouch(text: &str, after: &Value) -> Option<String> {
    let [before] = <[Value; 1]>::try_from(manifests(text).ok()?).ok()?;
    if before == *after {
        return Some(text.to_owned());
    }
    let layout = Layout::read(text)?;
    let mut edits = Edits::new(text);
    object(&mut edits, &layout, before.as_object()?, after.as_object()?)?;
    let changed = edits.apply()?;
    let read = manifests(&changed).ok()?;
    (read.as_slice() == std::slice::from_ref(after)).then_some(changed)
}

/// The same map with other entries.
fn object(
    edits: &mut Edits<'_>,
    layout: &Layout,
    before: &Map<String, Value>,
    after: &Map<String, Value>,
) -> Option<()> {
    let Shape::Map(entries) = &layout.shape else {
        return None;
    };
    for (name, was) in before {
        let entry = entries.iter().find(|entry| entry.name == *name)?;
        match after.get(name) {
            Some(is) if is == was => {}
            Some(is) => {
                if value(edits, &entry.value, was, is).is_none() {
                    edits.rewrite(entry, is)?;
                }
            }
            None => edits.remove_entry(entry)?,
        }
    }
    let new = after.iter().filter(|(name, _)| !before.contains_key(*name));
    for (name, value) in new {
        edits.add_entry(entries, name, value)?;
    }
    Some(())
}

/// Tries to change a value within itself. Makes no edit when it cannot.
fn value(edits: &mut Edits<'_>, layout: &Layout, was: &Value, is: &Value) -> Option<()> {
    let begun = edits.len();
    let done = match (was, is) {
        (Value::Object(was), Value::Object(is)) if !is.is_empty() => {
            // Within its entries first: a scalar that changes in its place keeps its quotes.
            object(edits, layout, was, is).or_else(|| {
                edits.forget_after(begun);
                edits.replace_flow(layout, was, is)
            })
        }
        (Value::Array(was), Value::Array(is)) if !is.is_empty() => list(edits, layout, was, is),
        (Value::Object(_) | Value::Array(_), _) | (_, Value::Object(_) | Value::Array(_)) => None,
        _ => edits.replace_scalar(layout, is),
    };
    if done.is_none() {
        edits.forget_after(begun);
    }
    done
}

/// Items changed in place, or items left out and others put behind them; anything else is written anew.
fn list(edits: &mut Edits<'_>, layout: &Layout, was: &[Value], is: &[Value]) -> Option<()> {
    let Shape::List(items) = &layout.shape else {
        return None;
    };
    if was.len() == is.len() {
        let begun = edits.len();
        let mut pairs = items.iter().zip(was).zip(is);
        let changed = pairs.try_for_each(|((item, was), is)| {
            if was == is {
                return Some(());
            }
            value(edits, item, was, is)
        });
        if changed.is_some() {
            return changed;
        }
        edits.forget_after(begun);
    }
    let mut left = is.iter().peekable();
    let kept: Vec<bool> = was
        .iter()
        .map(|was| left.next_if(|is| *is == was).is_some())
        .collect();
    let new: Vec<&Value> = left.collect();
    if edits.replace_flow_list(layout, &kept, &new).is_some() {
        return Some(());
    }
    for (item, kept) in items.iter().zip(&kept) {
        if !kept {
            edits.remove_item(item)?;
        }
    }
    edits.add_items(items, &new)
}
