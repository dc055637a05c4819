//! A text as records of fields, as RFC 4180 has it.
//!
//! Not here: what the fields mean.
//! Invariant: the texts of all records together are the whole text.
/// One record, which may reach over several lines.
#[derive(Default)]
pub(super) struct Record<'t> {
    pub(super) line: usize,
    pub(super) text: &'t str,
    /// `None`: a quote in it is not closed, or stands where none may.
    pub(super) fields: Option<Vec<String>>,
}

/// Cuts a text in records. A quote that is never closed ends with its line, so that one slip spoils one line.
pub(super) fn records(text: &str) -> impl Iterator<Item = Record<'_>> {
    let (mut rest, mut line) = (text, 1);
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let first = rest.find('\n').map_or(rest.len(), |at| at + 1);
        let (end, fields) = match fields(rest) {
            Some((end, fields)) => (end, Some(fields)),
            None => (first, None),
        };
        let (record, after) = rest.split_at(end);
        let at = line;
        line += record.matches('\n').count();
        rest = after;
        Some(Record {
            line: at,
            text: record.trim_end_matches(['\r', '\n']),
            fields,
        })
    })
}

/// The fields of the first record, and where it ends.
fn fields(text: &str) -> Option<(usize, Vec<String>)> {
    let (mut fields, mut field, mut quoted) = (Vec::new(), String::new(), false);
    let mut chars = text.char_indices().peekable();
    let mut fresh = true; // nothing of the field was read yet
    let mut closed = false; // its quotes are closed: only a comma or the end may follow
    while let Some((at, c)) = chars.next() {
        match c {
            '"' if quoted && chars.peek().is_some_and(|(_, next)| *next == '"') => {
                chars.next();
                field.push('"');
            }
            '"' if quoted => (quoted, closed) = (false, true),
            '"' if fresh => (quoted, fresh) = (true, false),
            '"' => return None,
            _ if quoted => field.push(c),
            ',' => {
                fields.push(std::mem::take(&mut field));
                (fresh, closed) = (true, false);
            }
            '\n' => {
                fields.push(field);
                return Some((at + 1, fields));
            }
            '\r' if chars.peek().is_none_or(|(_, next)| *next == '\n') => {}
            _ if closed => return None,
            _ => {
                fresh = false;
                field.push(c);
            }
        }
    }
    fields.push(field);
    (!quoted).then_some((text.len(), fields))
}
