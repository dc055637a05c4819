//! Where a field stands, and what it is called.
//!
//! Invariant: lines and columns count from 1; columns count characters, not bytes.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A place in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Place {
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
}

impl Place {
    /// The first character.
    pub(crate) const START: Self = Self { line: 1, column: 1 };

    /// Both from 1. What does not fit is the last number that does.
    pub(crate) fn new(line: usize, column: usize) -> Self {
        let fit = |number| u32::try_from(number).unwrap_or(u32::MAX);
        Self {
            line: fit(line),
            column: fit(column),
        }
    }
}

/// One step into an object.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Step {
    /// Into a list, from 0.
    Item(usize),
    /// Into a map.
    Key(String),
}

/// The path of a field. Prints as `spec.containers[0].image`; a key with a dot in it as `annotations["a.b/c"]`.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FieldPath(pub Vec<Step>);

impl FieldPath {
    /// Of field names; numbers are places in lists.
    pub(crate) fn of(path: &[&str]) -> Self {
        let step = |step: &&str| {
            step.parse()
                .map_or_else(|_| Step::Key((*step).to_owned()), Step::Item)
        };
        Self(path.iter().map(step).collect())
    }
}

impl fmt::Display for FieldPath {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, step) in self.0.iter().enumerate() {
            match step {
                Step::Item(item) => write!(out, "[{item}]")?,
                Step::Key(key) if is_word(key) && place == 0 => out.write_str(key)?,
                Step::Key(key) if is_word(key) => write!(out, ".{key}")?,
                Step::Key(key) => write!(out, "[{key:?}]")?,
            }
        }
        Ok(())
    }
}

fn is_word(key: &str) -> bool {
    !key.is_empty()
        && key
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'$'))
}

/// The places in one value, in its shape.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Marks {
    /// Where the key is that leads here, or the value itself in a list and at the top.
    pub(crate) key: Place,
    /// Of a literal block (`|`): where its first line is.
    pub(crate) literal: Option<Place>,
    pub(crate) inner: Inner,
}

/// What is in it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Inner {
    Leaf,
    List(Vec<Marks>),
    /// In the order of the keys, so that one is found soon in a large map.
    Map(Vec<(String, Marks)>),
}

impl Marks {
    pub(crate) fn leaf(key: Place) -> Self {
        Self {
            key,
            literal: None,
            inner: Inner::Leaf,
        }
    }

    /// The marks at a path, or of its deepest part that is there.
    pub(crate) fn follow(&self, path: &[Step]) -> &Self {
        let mut at = self;
        for step in path {
            let next = match (&at.inner, step) {
                (Inner::List(items), Step::Item(item)) => items.get(*item),
                (Inner::Map(pairs), Step::Key(key)) => {
                    let found = pairs.binary_search_by(|(name, _)| name.as_str().cmp(key));
                    found
                        .ok()
                        .and_then(|place| pairs.get(place))
                        .map(|(_, marks)| marks)
                }
                (Inner::Leaf | Inner::List(_) | Inner::Map(_), _) => None,
            };
            let Some(next) = next else { break };
            at = next;
        }
        at
    }

    /// Moves every place, for a text that begins somewhere in another.
    pub(crate) fn shift(&mut self, by: &impl Fn(Place) -> Place) {
        self.key = by(self.key);
        self.literal = self.literal.map(by);
        match &mut self.inner {
            Inner::Leaf => {}
            Inner::List(items) => items.iter_mut().for_each(|item| item.shift(by)),
            Inner::Map(pairs) => pairs.iter_mut().for_each(|(_, marks)| marks.shift(by)),
        }
    }

    /// The marks of the elements of a list in a map.
    pub(crate) fn into_items(self, field: &str) -> Vec<Self> {
        let Inner::Map(pairs) = self.inner else {
            return Vec::new();
        };
        let list = pairs.into_iter().find(|(name, _)| name == field);
        match list.map(|(_, marks)| marks.inner) {
            Some(Inner::List(items)) => items,
            Some(Inner::Leaf | Inner::Map(_)) | None => Vec::new(),
        }
    }
}
