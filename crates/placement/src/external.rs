//! Applications that are not on Kubernetes (SaaS), as they come from a register: a CSV file with a line for each.
//!
//! The format is that of RFC 4180: commas, and double quotes round what holds a comma, a quote or an end of line. The
//! first line names the columns, in any order: `name`, `supplier` (a Provider), and if wished `criticality`,
//! `sensitivity` and `storageGib`. Other columns are left alone.
//! Not here: what they are counted for (`kpi`).
//! Invariant: no line is lost. Each is either an application or kept aside as it stood, with what is wrong with it.
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::{Display, Formatter};

use havenmeester_api::level::Read;
use havenmeester_api::{Criticality, Sensitivity};
use serde::Serialize;

/// The most storage that one application may be said to take: 1 EiB. More is a slip of the pen.
const MOST_GIB: i64 = 1 << 30;

/// An application that is not on Kubernetes.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct External {
    /// What it is called; once only.
    pub name: String,
    /// The Provider that supplies it.
    pub supplier: String,
    /// How critical it is; `None`: nobody has said so.
    pub criticality: Option<Criticality>,
    /// How sensitive its data is; `None`: nobody has said so.
    pub sensitivity: Option<Sensitivity>,
    /// How much it stores, in GiB.
    pub storage_gib: i64,
}

/// What a file holds.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Import {
    /// The good lines.
    pub applications: Vec<External>,
    /// The bad ones.
    pub aside: Vec<Aside>,
    /// The first line, as it stood: a file of what is kept aside begins with it.
    pub heads: String,
}

/// A line that is kept aside.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Aside {
    /// On which line of the file it begins; the first is 1.
    pub line: usize,
    /// As it stood.
    pub text: String,
    /// What is wrong with it.
    pub fault: LineFault,
}

/// What is wrong with a line.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum LineFault {
    /// More or fewer fields than the first line has columns.
    #[error("{found} fields, and the first line has {expected}")]
    Fields {
        /// As many as there are columns.
        expected: usize,
        /// As many as there are.
        found: usize,
    },
    /// A quote that is not closed, or stands where none may.
    #[error("a double quote is not closed, or stands in a field that is not quoted")]
    Quote,
    /// A field that must not be empty.
    #[error("{0} is empty")]
    Empty(&'static str),
    /// A name that another line has.
    #[error("name {name:?} stands on line {first} already")]
    Twice {
        /// That name.
        name: String,
        /// That line.
        first: usize,
    },
    /// A level that nobody understands.
    #[error("{column} {value:?} is no level, expected {expected}")]
    Level {
        /// In which column.
        column: &'static str,
        /// What stands there.
        value: String,
        /// What may stand there.
        expected: &'static str,
    },
    /// An amount that is none.
    #[error("storageGib {0:?} is not a whole number from 0 to {MOST_GIB}")]
    Storage(String),
}

/// Why a file cannot be read at all.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum CsvError {
    /// A column that must be there is not.
    #[error("the first line has no column {0}")]
    NoColumn(&'static str),
    /// Two columns have one name.
    #[error("the first line names the column {0} twice")]
    ColumnTwice(String),
    /// The first line itself cannot be read.
    #[error("the first line: {0}")]
    Heads(LineFault),
}

impl Display for Aside {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        write!(f, "line {}: {}", self.line, self.fault)
    }
}

/// Reads a register of applications.
pub fn import(text: &str) -> Result<Import, CsvError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut records = records(text);
    let heads = records.next().unwrap_or_default();
    let columns = Columns::of(&heads)?;
    let mut import = Import {
        heads: heads.text.to_owned(),
        ..Import::default()
    };
    let mut lines: BTreeMap<String, usize> = BTreeMap::new();
    for record in records.filter(|record| !record.text.trim().is_empty()) {
        let read = columns
            .read(&record)
            .and_then(|application| match lines.get(&application.name) {
                Some(first) => Err(LineFault::Twice {
                    name: application.name,
                    first: *first,
                }),
                None => Ok(application),
            });
        match read {
            Ok(application) => {
                lines.insert(application.name.clone(), record.line);
                import.applications.push(application);
            }
            Err(fault) => import.aside.push(Aside {
                line: record.line,
                text: record.text.to_owned(),
                fault,
            }),
        }
    }
    Ok(import)
}

/// One record, which may reach over several lines.
#[derive(Default)]
struct Record<'t> {
    line: usize,
    text: &'t str,
    fields: Option<Vec<String>>,
}

/// Cuts a text in records. A quote that is never closed ends with its line, so that one slip spoils one line.
fn records(text: &str) -> impl Iterator<Item = Record<'_>> {
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

/// Where each column stands.
struct Columns {
    count: usize,
    name: usize,
    supplier: usize,
    criticality: Option<usize>,
    sensitivity: Option<usize>,
    storage: Option<usize>,
}

impl Columns {
    fn of(heads: &Record<'_>) -> Result<Self, CsvError> {
        let heads = heads.fields.as_ref().ok_or(CsvError::Heads(LineFault::Quote))?;
        let heads: Vec<&str> = heads.iter().map(|head| head.trim()).collect();
        let mut seen = BTreeSet::new();
        if let Some(twice) = heads.iter().find(|head| !seen.insert(**head)) {
            return Err(CsvError::ColumnTwice((*twice).to_owned()));
        }
        let at = |name: &str| heads.iter().position(|head| *head == name);
        Ok(Self {
            count: heads.len(),
            name: at("name").ok_or(CsvError::NoColumn("name"))?,
            supplier: at("supplier").ok_or(CsvError::NoColumn("supplier"))?,
            criticality: at("criticality"),
            sensitivity: at("sensitivity"),
            storage: at("storageGib"),
        })
    }

    fn read(&self, record: &Record<'_>) -> Result<External, LineFault> {
        let fields = record.fields.as_ref().ok_or(LineFault::Quote)?;
        if fields.len() != self.count {
            return Err(LineFault::Fields {
                expected: self.count,
                found: fields.len(),
            });
        }
        let field = |at: usize| fields.get(at).map_or("", |field| field.trim());
        let filled = |at: usize, name| match field(at) {
            "" => Err(LineFault::Empty(name)),
            text => Ok(text.to_owned()),
        };
        let wished = |at: Option<usize>| at.map(field).filter(|text| !text.is_empty());
        let storage = wished(self.storage).map(|text| {
            let amount = text.parse().ok().filter(|gib| (0..=MOST_GIB).contains(gib));
            amount.ok_or_else(|| LineFault::Storage(text.to_owned()))
        });
        let criticality = wished(self.criticality)
            .map(|text| level("criticality", Criticality::read(text), Criticality::LABEL_VALUES));
        let sensitivity = wished(self.sensitivity)
            .map(|text| level("sensitivity", Sensitivity::read(text), Sensitivity::LABEL_VALUES));
        Ok(External {
            name: filled(self.name, "name")?,
            supplier: filled(self.supplier, "supplier")?,
            criticality: criticality.transpose()?,
            sensitivity: sensitivity.transpose()?,
            storage_gib: storage.transpose()?.unwrap_or(0),
        })
    }
}

fn level<T>(column: &'static str, read: Read<T>, expected: &'static str) -> Result<T, LineFault> {
    match read {
        Read::Known(level) => Ok(level),
        Read::Unknown { value, .. } => Err(LineFault::Level {
            column,
            value,
            expected,
        }),
    }
}

#[cfg(test)]
mod tests;
