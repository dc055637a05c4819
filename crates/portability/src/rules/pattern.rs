//! Paths and keys with wildcards.
//!
//! Invariant: a path is compared from its end, where paths differ most; nothing allocates.

use std::collections::HashMap;

use super::index::Id;

/// One step of a path on the way through an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum At<'v> {
    Key(&'v str),
    Item(usize),
}

/// One piece of a pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Piece {
    Key(String),
    /// `*` or `[*]`: one key or element.
    Any,
    /// `**`: any number of steps, none included.
    Deep,
}

/// A pattern of a path. What is wrong with a text that is none is said in words.
pub(super) fn path(text: &str) -> Result<Vec<Piece>, &'static str> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        if let Some(quoted) = rest.strip_prefix("[\"") {
            let (key, after) = quoted.split_once("\"]").ok_or("a quoted key ends with \"]")?;
            pieces.push(Piece::Key(key.to_owned()));
            rest = after;
        } else if let Some(after) = rest.strip_prefix("[*]") {
            pieces.push(Piece::Any);
            rest = after;
        } else {
            let rest_of = rest
                .strip_prefix('.')
                .filter(|_| !pieces.is_empty())
                .unwrap_or(rest);
            let end = rest_of.find(['.', '[']).unwrap_or(rest_of.len());
            let (key, after) = rest_of.split_at(end);
            pieces.push(match key {
                "" => return Err("a step is empty"),
                "*" => Piece::Any,
                "**" => Piece::Deep,
                key if key.contains(['*', ']', '"']) => {
                    return Err("a wildcard is a step of its own: `*`, `[*]` or `**`");
                }
                key => Piece::Key(key.to_owned()),
            });
            rest = after;
        }
    }
    match pieces.last() {
        None => Err("it is empty"),
        Some(Piece::Deep) => Err("it ends in `**`, which says nothing: end in a key or in `*`"),
        Some(Piece::Key(_) | Piece::Any) => Ok(pieces),
    }
}

/// Whether a path is as the pattern says.
pub(super) fn matches(pattern: &[Piece], path: &[At<'_>]) -> bool {
    let Some((last, before)) = pattern.split_last() else {
        return path.is_empty();
    };
    match (last, path.split_last()) {
        (Piece::Deep, _) => {
            (0..=path.len()).any(|kept| path.get(..kept).is_some_and(|kept| matches(before, kept)))
        }
        (Piece::Any, Some((_, rest))) => matches(before, rest),
        (Piece::Key(key), Some((At::Key(seen), rest))) => key == seen && matches(before, rest),
        (Piece::Any | Piece::Key(_), _) => false,
    }
}

/// Patterns of keys: `a.b/c`, or `a.b/*` for everything that begins so.
#[derive(Debug, Default)]
pub(super) struct Keys {
    exact: HashMap<String, Vec<Id>>,
    begins: Vec<(String, Id)>,
}

impl Keys {
    pub(super) fn add(&mut self, pattern: &str, id: Id) {
        match pattern.strip_suffix('*') {
            Some(start) => self.begins.push((start.to_owned(), id)),
            None => self.exact.entry(pattern.to_owned()).or_default().push(id),
        }
    }

    pub(super) fn find<'k>(&'k self, key: &'k str) -> impl Iterator<Item = Id> + 'k {
        let exact = self.exact.get(key).into_iter().flatten().copied();
        let begins = self
            .begins
            .iter()
            .filter(|(start, _)| key.starts_with(start.as_str()));
        exact.chain(begins.map(|(_, id)| *id))
    }
}
