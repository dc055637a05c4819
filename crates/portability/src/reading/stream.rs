//! JSON objects one after the other, as `kubectl get -o json` gives for several, and as kubectl reads them.
//!
//! YAML has no such thing: it wants `---` between documents. Invariant: the parts and what is between them are the text.

use super::build::{self, Document};
use super::place::Place;

/// A part of a text, and where it begins.
#[derive(Clone, Copy)]
pub(super) struct Part<'t> {
    text: &'t str,
    start: Place,
}

/// The objects of a text that is nothing but objects of JSON; else the text as a whole.
pub(super) fn parts(text: &str) -> Vec<Part<'_>> {
    let whole = || {
        let start = Place::START;
        vec![Part { text, start }]
    };
    let mut found = Vec::new();
    let mut start = Place::START;
    let mut rest = text;
    loop {
        let blank = rest.len() - rest.trim_start().len();
        let (before, object) = rest.split_at(blank);
        start = after(start, before);
        let Some(length) = object_length(object) else {
            return if object.is_empty() && found.len() > 1 {
                found
            } else {
                whole()
            };
        };
        let (object, behind) = object.split_at(length);
        found.push(Part { text: object, start });
        start = after(start, object);
        rest = behind;
    }
}

/// How long the object is that a text begins with. Braces in strings do not count.
fn object_length(text: &str) -> Option<usize> {
    if !text.starts_with('{') {
        return None;
    }
    let (mut depth, mut quoted, mut escaped) = (0_usize, false, false);
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            b'{' if !quoted => depth += 1,
            b'}' if !quoted => {
                depth -= 1;
                if depth == 0 {
                    return Some(at + 1);
                }
            }
            _ => {}
        }
    }
    None
}

fn after(start: Place, text: &str) -> Place {
    let fit = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    let lines = fit(text.matches('\n').count());
    let last = fit(text.rsplit('\n').next().map_or(0, |last| last.chars().count()));
    Place {
        line: start.line.saturating_add(lines),
        column: if lines == 0 {
            start.column.saturating_add(last)
        } else {
            last + 1
        },
    }
}

/// The documents of a part, with their places in the whole text.
pub(super) fn documents(part: Part<'_>) -> Vec<Document> {
    let Part { text, start } = part;
    let mut documents = build::documents(text);
    if start == Place::START {
        return documents;
    }
    let by = |place: Place| Place {
        line: place.line + start.line - 1,
        column: if place.line == 1 {
            place.column + start.column - 1
        } else {
            place.column
        },
    };
    for document in &mut documents {
        let problem = match &mut document.read {
            Ok((_, marks)) => {
                marks.shift(&by);
                None
            }
            Err(problem) => Some(problem),
        };
        for problem in document.notes.iter_mut().chain(problem) {
            problem.place = problem.place.map(by);
        }
    }
    documents
}
