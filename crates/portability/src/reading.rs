//! Reads manifests with the line and column of every field, and goes on after what it cannot read.
//!
//! Read `read`, then `Manifest::place`. Not here: files and directories (the command line walks them), rules (`rules`).
//! Invariant: no input makes it panic or run without end, and no problem shows a value; it may be a Secret's.

mod build; // from the parser's events to values and places
mod place; // where a field stands
mod problem; // what is wrong with a text
mod scalar; // what a plain word means
mod stream; // JSON objects one after the other
mod template; // text that is no manifest yet
#[cfg(test)]
mod tests;
mod texts; // values that must be texts

use serde_json::{Map, Value};

pub use place::{FieldPath, Place, Step};
pub use problem::{Fault, Problem};

use crate::field::{group_of, text};
use crate::key::{KeyError, ObjectKey, names_are_texts};
use build::Document;
use place::Marks;
use texts::no_texts;

/// The largest text that is read, in bytes. 32 MiB = twenty times what an API server takes as one request (1.5 MiB),
/// so that a whole platform fits; a value of it takes some ten times as much memory.
pub const MAX_BYTES: u64 = 32 * 1024 * 1024;

/// One object of a text, with its places.
#[derive(Clone, Debug, PartialEq)]
pub struct Manifest {
    /// The object. Aliases and merge keys are resolved.
    pub object: Value,
    marks: Marks,
}

/// What a text holds: the objects that can be read, and what is wrong with the rest.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Reading {
    /// In the order of the text; lists are opened.
    pub manifests: Vec<Manifest>,
    /// In the order of the text.
    pub problems: Vec<Problem>,
}

impl Manifest {
    /// Where a field is: its key, or its element in a list. Of a path that is not there, its deepest part that is.
    pub fn place(&self, path: &[Step]) -> Place {
        self.marks.follow(path).key
    }

    /// Where in a text of several lines the line with this number (from 0) is: only a literal block keeps its lines.
    pub fn place_in_text(&self, path: &[Step], line: usize) -> Place {
        let marks = self.marks.follow(path);
        match marks.literal {
            Some(first) if line > 0 || first.line > marks.key.line => Place {
                line: first.line.saturating_add(u32::try_from(line).unwrap_or(u32::MAX)),
                column: first.column,
            },
            Some(_) | None => marks.key,
        }
    }

    /// Where the object begins.
    pub fn start(&self) -> Place {
        self.marks.key
    }

    /// What the object is called. Reading has checked `apiVersion` and `kind`; a name may be missing.
    pub fn key(&self) -> Result<ObjectKey, KeyError> {
        ObjectKey::from_value(&self.object)
    }
}

/// Reads bytes of YAML or JSON: one or several documents, lists opened.
///
/// A document that cannot be read is a problem with its place, and the documents after it are read all the same.
pub fn read(bytes: &[u8]) -> Reading {
    if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > MAX_BYTES {
        return Reading::only(Problem::whole(Fault::TooLarge));
    }
    match decode(bytes) {
        Ok(text) => read_text(text),
        Err(problem) => Reading::only(problem),
    }
}

fn decode(bytes: &[u8]) -> Result<&str, Problem> {
    if bytes.starts_with(&[0xFF, 0xFE]) || bytes.starts_with(&[0xFE, 0xFF]) {
        return Err(Problem::at(Place::START, Fault::Utf16));
    }
    std::str::from_utf8(bytes).map_err(|error| {
        let good = bytes.get(..error.valid_up_to()).unwrap_or_default();
        let good = std::str::from_utf8(good).unwrap_or_default();
        let line = good.matches('\n').count() + 1;
        let before = good.rsplit('\n').next().unwrap_or_default();
        Problem::at(Place::new(line, before.chars().count() + 1), Fault::NotUtf8)
    })
}

fn read_text(text: &str) -> Reading {
    let mut reading = Reading::default();
    let helm = template::helm(text);
    for document in stream::parts(text).into_iter().flat_map(stream::documents) {
        reading.problems.extend(document.notes);
        match document.read {
            Ok((object, marks)) => reading.take(object, marks),
            Err(problem) if template::explains(text, problem.place, helm) => {
                reading.problems.push(Problem {
                    fault: Fault::Template,
                    ..problem
                });
            }
            Err(problem) => reading.problems.push(problem),
        }
    }
    let said = reading
        .problems
        .iter()
        .any(|problem| problem.fault == Fault::Template);
    if let Some(place) = helm.filter(|_| !said) {
        reading.problems.push(Problem::at(place, Fault::TemplateInText));
    }
    reading
}

impl Reading {
    fn only(problem: Problem) -> Self {
        Self {
            manifests: Vec::new(),
            problems: vec![problem],
        }
    }

    /// Takes one document: opens a list, passes over nothing, and says what an object lacks.
    fn take(&mut self, object: Value, marks: Marks) {
        if object.is_null() {
            return;
        }
        if list_of(&object).is_some() {
            self.open(object, marks);
            return;
        }
        let start = marks.key;
        let problem = |path: FieldPath| {
            let place = marks.follow(&path.0).key;
            let path = path.to_string();
            Problem::at(place, Fault::ValueIsNoText { path })
        };
        let mut values: Vec<Problem> = no_texts(&object).into_iter().map(problem).collect();
        values.sort_by_key(|problem| problem.place);
        self.problems.extend(values);
        match lack(&object) {
            Some(Fault::NoName) => {
                self.problems.push(Problem::at(start, Fault::NoName));
                self.manifests.push(Manifest { object, marks });
            }
            Some(fault) => self.problems.push(Problem::at(start, fault)),
            None => self.manifests.push(Manifest { object, marks }),
        }
    }

    /// The elements of `ConfigMapList` say neither kind nor version: the list does for them.
    fn open(&mut self, mut list: Value, marks: Marks) {
        let version = text(&list, &["apiVersion"]).to_owned();
        let element = list_of(&list).unwrap_or_default().to_owned();
        let places = marks.into_items("items");
        let Some(Value::Array(items)) = list.get_mut("items").map(Value::take) else {
            return;
        };
        for (item, marks) in items.into_iter().zip(places) {
            self.take(with_kind(item, &version, &element), marks);
        }
    }
}

/// The kind of the elements of a list: empty for a `List`, which may hold any. None: no list.
pub(crate) fn list_of(object: &Value) -> Option<&str> {
    let element = text(object, &["kind"]).strip_suffix("List")?;
    object.get("items")?.is_array().then_some(element)
}

/// An element of a list, with the kind that the list gives it.
pub(crate) fn with_kind(mut item: Value, version: &str, element: &str) -> Value {
    if let Some(fields) = item.as_object_mut().filter(|_| !element.is_empty()) {
        default(fields, "apiVersion", version);
        default(fields, "kind", element);
    }
    item
}

fn default(fields: &mut Map<String, Value>, name: &str, value: &str) {
    fields
        .entry(name)
        .or_insert_with(|| Value::String(value.to_owned()));
}

/// What an object lacks to be one.
fn lack(object: &Value) -> Option<Fault> {
    let Some(fields) = object.as_object() else {
        return Some(Fault::NotAnObject);
    };
    let given = |field: &str| {
        let value = fields.get(field).and_then(Value::as_str);
        value.is_some_and(|text| !text.is_empty())
    };
    // What is there and no text was meant to be one.
    let meant = |field: &str| {
        fields
            .get(field)
            .is_some_and(|value| !value.is_null() && !value.is_string())
    };
    match (given("apiVersion"), given("kind")) {
        (false, false) if meant("apiVersion") => return Some(Fault::NoApiVersion),
        (false, false) => return Some(Fault::NotAManifest),
        (false, true) => return Some(Fault::NoApiVersion),
        (true, false) => return Some(Fault::NoKind),
        (true, true) => {}
    }
    if !names_are_texts(object) {
        return Some(Fault::NameIsNoText);
    }
    // A kustomization is told to a program, not to an API server: it has no name.
    let is_local = group_of(text(object, &["apiVersion"])) == "kustomize.config.k8s.io";
    let named = ["name", "generateName"]
        .iter()
        .any(|field| !text(object, &["metadata", field]).is_empty());
    (!named && !is_local).then_some(Fault::NoName)
}

/// The documents of a text, whatever they are: for rules, and for who wants all objects or none.
pub(crate) fn trees(text: &str) -> Vec<Result<Manifest, Problem>> {
    let own = |document: Document| document.read.map(|(object, marks)| Manifest { object, marks });
    stream::parts(text)
        .into_iter()
        .flat_map(stream::documents)
        .map(own)
        .collect()
}
