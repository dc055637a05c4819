//! Applications that are not on Kubernetes (SaaS), as they come from a register: a CSV file with a line for each.
//!
//! The format is that of RFC 4180: commas, and double quotes round what holds a comma, a quote or an end of line. The
//! first line names the columns, in any order: `name`, `supplier` (a Provider), and if wished `criticality`,
//! `sensitivity`, `storageGib`, `contractEnd` and `owner`. Other columns are left alone.
//! Not here: what they are counted for (`kpi`).
//! Invariant: no line is lost. Each is either an application or kept aside as it stood, with what is wrong with it.
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::{Display, Formatter};

use havenmeester_api::external::MOST_GIB;
use havenmeester_api::level::Read;
use havenmeester_api::{Criticality, Date, Sensitivity};
use serde::Serialize;

mod csv; // a text as records of fields
mod object; // the same as objects on the hub

pub use object::manifests;

use csv::{Record, records};

/// The longest name of an application and of a provider, and of an owner: as the definition of `ExternalApplication`
/// has them.
const NAME_MOST: usize = 253;
const OWNER_MOST: usize = 200;

/// An application that is not on Kubernetes.
#[derive(Clone, Debug, Default, Eq, PartialEq, Serialize)]
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
    /// How much it stores, in GiB; `None`: not known.
    pub storage_gib: Option<i64>,
    /// The last day of its contract; `None`: not known, or without an end.
    pub contract_end: Option<Date>,
    /// Who answers for it in the organisation.
    pub owner: Option<String>,
}

/// What a file holds.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Import {
    /// The good lines.
    pub applications: Vec<External>,
    /// Each of them as it stood, should it be kept aside after all.
    lines: Vec<Line>,
    /// The bad ones.
    pub aside: Vec<Aside>,
    /// The first line, as it stood: a file of what is kept aside begins with it.
    pub heads: String,
}

impl Import {
    /// Keeps good lines aside for which a reason is given, too.
    pub fn set_aside(&mut self, why: impl Fn(&External) -> Option<LineFault>) {
        let (mut good, mut lines) = (Vec::new(), Vec::new());
        for (application, line) in self.applications.drain(..).zip(self.lines.drain(..)) {
            match why(&application) {
                None => {
                    good.push(application);
                    lines.push(line);
                }
                Some(fault) => self.aside.push(Aside {
                    line: line.line,
                    text: line.text,
                    fault,
                }),
            }
        }
        self.aside.sort_by_key(|aside| aside.line);
        (self.applications, self.lines) = (good, lines);
    }
}

/// A good line as it stood.
#[derive(Clone, Debug, Eq, PartialEq)]
struct Line {
    line: usize,
    text: String,
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
    /// A name that another register has.
    #[error("name {0:?} stands in another register already")]
    Elsewhere(String),
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
    /// A day that is none.
    #[error("contractEnd {0:?} is not a date; write YYYY-MM-DD")]
    Day(String),
    /// A text that is longer than its field on the hub may be.
    #[error("{column} has {length} characters, at most {most} fit")]
    Long {
        /// In which column.
        column: &'static str,
        /// As many as there are.
        length: usize,
        /// As many as fit.
        most: usize,
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
    let mut first: BTreeMap<String, usize> = BTreeMap::new();
    for record in records.filter(|record| !record.text.trim().is_empty()) {
        let read = columns
            .read(&record)
            .and_then(|application| match first.get(&application.name) {
                Some(first) => Err(LineFault::Twice {
                    name: application.name,
                    first: *first,
                }),
                None => Ok(application),
            });
        let (line, text) = (record.line, record.text.to_owned());
        match read {
            Ok(application) => {
                first.insert(application.name.clone(), line);
                import.applications.push(application);
                import.lines.push(Line { line, text });
            }
            Err(fault) => import.aside.push(Aside { line, text, fault }),
        }
    }
    Ok(import)
}

/// Where each column stands.
struct Columns {
    count: usize,
    name: usize,
    supplier: usize,
    criticality: Option<usize>,
    sensitivity: Option<usize>,
    storage: Option<usize>,
    contract_end: Option<usize>,
    owner: Option<usize>,
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
            contract_end: at("contractEnd"),
            owner: at("owner"),
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
            text => fits(name, text, NAME_MOST),
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
        let end =
            wished(self.contract_end).map(|text| text.parse().map_err(|_| LineFault::Day(text.to_owned())));
        let owner = wished(self.owner).map(|text| fits("owner", text, OWNER_MOST));
        Ok(External {
            name: filled(self.name, "name")?,
            supplier: filled(self.supplier, "supplier")?,
            criticality: criticality.transpose()?,
            sensitivity: sensitivity.transpose()?,
            storage_gib: storage.transpose()?,
            contract_end: end.transpose()?,
            owner: owner.transpose()?,
        })
    }
}

/// A text that fits in its field on the hub.
fn fits(column: &'static str, text: &str, most: usize) -> Result<String, LineFault> {
    match text.chars().count() {
        length if length > most => Err(LineFault::Long { column, length, most }),
        _ => Ok(text.to_owned()),
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
