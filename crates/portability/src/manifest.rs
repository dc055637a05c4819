//! Manifests as a list of objects, for who wants all of a text or none of it.
//!
//! Not here: files and streams; reading with places, which goes on after an error (`reading`; the parser is the same).
//! Invariant: no error shows the text that it is about; it may be a Secret.

#[cfg(test)]
mod tests;

use serde_json::Value;

use crate::field::{items, text};
use crate::reading::{Fault, list_of, trees, with_kind};

/// A text that is not YAML.
#[derive(Debug, thiserror::Error)]
#[error("not valid YAML at line {line}, column {column}")]
pub struct ManifestError {
    /// Line, from 1; 0 when the reader does not say.
    pub line: u64,
    /// Column, from 1; 0 when the reader does not say.
    pub column: u64,
    /// What is wrong there.
    #[source]
    pub source: Fault,
}

/// The objects in a text of YAML or JSON documents, in order. Empty documents are passed over, a `List` is
/// opened. Whether each is an object with a name is told by [`crate::ObjectKey::from_value`].
///
/// Numbers that begin with 0 are octal (`defaultMode: 0755` is 493), as the API server's own reader has it.
pub fn manifests(text: &str) -> Result<Vec<Value>, ManifestError> {
    let mut objects = Vec::new();
    for document in trees(text) {
        let document = document.map_err(|problem| ManifestError {
            line: problem.place.map_or(0, |place| place.line.into()),
            column: problem.place.map_or(0, |place| place.column.into()),
            source: problem.fault,
        })?;
        objects.extend(open(document.object));
    }
    Ok(objects)
}

/// Lists may hold lists; the elements of a typed one (`ServiceList`) say neither kind nor version.
fn open(document: Value) -> Vec<Value> {
    if document.is_null() {
        return Vec::new();
    }
    match list_of(&document) {
        Some(element) => items(&document, &["items"])
            .iter()
            .flat_map(|item| open(with_kind(item.clone(), text(&document, &["apiVersion"]), element)))
            .collect(),
        None => vec![document],
    }
}
