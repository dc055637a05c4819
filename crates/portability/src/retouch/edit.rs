//! Edits of a text, each of whole lines or of one scalar.
//!
//! Invariant: an edit that would take part of a line of something else is refused.

use std::{fmt::Write as _, ops::Range};

use serde_json::{Map, Value};

use super::flow;
use super::layout::{Entry, Layout};

/// Edits that were asked for, of one text.
pub(super) struct Edits<'t> {
    text: &'t str,
    all: Vec<(Range<usize>, String)>,
}

impl<'t> Edits<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self {
            text,
            all: Vec::new(),
        }
    }

    pub(super) fn len(&self) -> usize {
        self.all.len()
    }

    pub(super) fn forget_after(&mut self, length: usize) {
        self.all.truncate(length);
    }

    /// The text with all edits, their lines ended as its own; none when two of them touch the same bytes.
    pub(super) fn apply(mut self) -> Option<String> {
        let is_crlf = self.text.contains("\r\n");
        self.all.sort_by_key(|(range, _)| (range.start, range.end));
        // What an anchor names changes once, however many aliases lead to it.
        self.all.dedup();
        let mut out = String::with_capacity(self.text.len());
        let mut done = 0;
        for (range, new) in &self.all {
            out.push_str(self.text.get(done..range.start)?);
            if is_crlf {
                out.push_str(&new.replace('\n', "\r\n"));
            } else {
                out.push_str(new);
            }
            done = range.end;
        }
        out.push_str(self.text.get(done..)?);
        Some(out)
    }

    /// Another value in the place of a scalar, in quotes where there were quotes.
    pub(super) fn replace_scalar(&mut self, layout: &Layout, is: &Value) -> Option<()> {
        let (start, length) = layout.text;
        let range = start..start.checked_add(length)?;
        let was = self
            .text
            .get(range.clone())
            .filter(|was| !was.is_empty() && !was.contains('\n'))?;
        let new = match is.as_str() {
            Some(text) if was.starts_with('"') => Value::from(text).to_string(),
            Some(text) if was.starts_with('\'') => format!("'{}'", text.replace('\'', "''")),
            Some(text) => scalar(text),
            None => is.to_string(),
        };
        self.all.push((range, new));
        Some(())
    }

    /// Changes a map on one line between its braces.
    pub(super) fn replace_flow(
        &mut self,
        layout: &Layout,
        was: &Map<String, Value>,
        is: &Map<String, Value>,
    ) -> Option<()> {
        self.all.push(flow::map(self.text, layout, was, is)?);
        Some(())
    }

    /// The same of a list: items that stay as they stand, and new ones.
    pub(super) fn replace_flow_list(&mut self, layout: &Layout, kept: &[bool], new: &[&Value]) -> Option<()> {
        self.all.push(flow::list(self.text, layout, kept, new)?);
        Some(())
    }

    /// Adds items after the last one of a list, as deep as that.
    pub(super) fn add_items(&mut self, items: &[Layout], new: &[&Value]) -> Option<()> {
        if new.is_empty() {
            return Some(());
        }
        let last = items.last()?;
        let line = self.line_start(last.start)?;
        let before = self.text.get(line..last.start)?;
        let indent = before.trim_end().strip_suffix('-')?;
        if !indent.trim().is_empty() {
            return None; // a list within the line of another
        }
        let end = self.end_of_block(last.start, indent.len())?;
        let mut lines = String::new();
        for value in new {
            let text = serde_saphyr::to_string(value).ok()?;
            for (place, line) in text.lines().enumerate() {
                let mark = if place == 0 { "- " } else { "  " };
                let _ = writeln!(lines, "{indent}{mark}{line}");
            }
        }
        let lines = self.after_line(end, lines)?;
        self.all.push((end..end, lines));
        Some(())
    }

    /// Lines that come after the byte at which another ends: a text may end without a line feed.
    fn after_line(&self, end: usize, lines: String) -> Option<String> {
        if self.text.get(..end)?.ends_with('\n') {
            return Some(lines);
        }
        Some(format!("\n{}", lines.trim_end_matches('\n')))
    }

    /// Takes an entry of a map away, with all that is in it.
    pub(super) fn remove_entry(&mut self, entry: &Entry) -> Option<()> {
        let lines = self.lines_of(entry)?;
        self.all.push((lines, String::new()));
        Some(())
    }

    /// Writes an entry of a map anew.
    pub(super) fn rewrite(&mut self, entry: &Entry, is: &Value) -> Option<()> {
        let lines = self.lines_of(entry)?;
        let new = written(&entry.name, is, self.column(entry.start)?)?;
        self.all.push((lines, new));
        Some(())
    }

    /// Adds an entry after the last one of its map.
    pub(super) fn add_entry(&mut self, entries: &[Entry], name: &str, value: &Value) -> Option<()> {
        let (first, last) = (entries.first()?, entries.last()?);
        let column = self.column(first.start)?;
        if !self.begins_line(first.start, "- ") || self.column(last.start)? != column {
            return None; // a map on one line
        }
        let end = self.end_of_block(last.start, column)?;
        let new = self.after_line(end, written(name, value, column)?)?;
        self.all.push((end..end, new));
        Some(())
    }

    /// Takes an item of a list away.
    pub(super) fn remove_item(&mut self, item: &Layout) -> Option<()> {
        let line = self.line_start(item.start)?;
        let before = self.text.get(line..item.start)?;
        let dash = before.trim_end().strip_suffix('-')?;
        if !dash.trim().is_empty() {
            return None;
        }
        let end = self.end_of_block(item.start, dash.len())?;
        self.all.push((line..end, String::new()));
        Some(())
    }

    /// The lines of an entry that begins its first line.
    fn lines_of(&self, entry: &Entry) -> Option<Range<usize>> {
        if !self.begins_line(entry.start, "") {
            return None;
        }
        let end = self.end_of_block(entry.start, self.column(entry.start)?)?;
        Some(self.line_start(entry.start)?..end)
    }

    fn line_start(&self, at: usize) -> Option<usize> {
        let before = self.text.get(..at)?;
        Some(before.rfind('\n').map_or(0, |end| end + 1))
    }

    fn column(&self, at: usize) -> Option<usize> {
        Some(at - self.line_start(at)?)
    }

    /// Whether only spaces, or spaces and what may stand before it, come first on the line.
    fn begins_line(&self, at: usize, allowed: &str) -> bool {
        let before = self.line_start(at).and_then(|start| self.text.get(start..at));
        before.is_some_and(|before| {
            before.replace(allowed.trim(), "").trim().is_empty() || before.trim().is_empty()
        })
    }

    /// The end of the last line of what begins in this line at this column: lines that are deeper, and a list as deep as
    /// its name. Blank lines and comments after it are not part of it.
    fn end_of_block(&self, start: usize, column: usize) -> Option<usize> {
        let first = self.line_start(start)?;
        let rest = self.text.get(first..)?;
        let (mut end, mut at) = (first, first);
        for (place, line) in rest.split_inclusive('\n').enumerate() {
            let content = line.trim_end();
            let depth = content.len() - content.trim_start().len();
            let is_marker = content.starts_with("---") || content.starts_with("...");
            let of_list =
                depth == column && content.trim_start().starts_with("- ") && self.begins_line(start, "");
            let of_list = of_list && !content_is_item(self.text, first);
            if place > 0 && !content.is_empty() && (is_marker || (depth <= column && !of_list)) {
                break;
            }
            at += line.len();
            let comment = content.trim_start().starts_with('#') && depth <= column;
            if place == 0 || (!content.is_empty() && !comment) {
                end = at;
            }
        }
        Some(end)
    }
}

/// Whether the line itself is an item of a list: then the next item is not part of it.
fn content_is_item(text: &str, line: usize) -> bool {
    text.get(line..)
        .is_some_and(|rest| rest.trim_start_matches(' ').starts_with("- "))
}

/// An entry as lines at a column.
fn written(name: &str, value: &Value, column: usize) -> Option<String> {
    let name = scalar(name);
    let indent = " ".repeat(column);
    let flat = match value {
        Value::Object(map) => map.is_empty().then(|| "{}".to_owned()),
        Value::Array(list) => list.is_empty().then(|| "[]".to_owned()),
        Value::String(text) => Some(scalar(text)),
        Value::Null | Value::Bool(_) | Value::Number(_) => Some(value.to_string()),
    };
    if let Some(flat) = flat {
        return Some(format!("{indent}{name}: {flat}\n"));
    }
    let inner = serde_saphyr::to_string(value).ok()?;
    let lines = inner.lines().map(|line| format!("{indent}  {line}\n"));
    Some(format!("{indent}{name}:\n{}", lines.collect::<String>()))
}

/// A text as YAML: as it is where it can only be read as that text, else in quotes.
pub(super) fn scalar(text: &str) -> String {
    let plain = text
        .bytes()
        .all(|b| b.is_ascii_alphanumeric() || b"-_./:@".contains(&b))
        && text.starts_with(|c: char| c.is_ascii_alphabetic())
        && serde_saphyr::from_str::<Value>(text).is_ok_and(|read| read.as_str() == Some(text));
    if plain {
        text.to_owned()
    } else {
        Value::from(text).to_string()
    }
}
