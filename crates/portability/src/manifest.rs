//! Reads manifests as kubectl reads them: several documents, lists, the YAML of old.
//!
//! Not here: files and streams. Invariant: no error shows the text that it is about; it may be a Secret.

#[cfg(test)]
mod tests;

use serde_json::Value;

use crate::field::{items, text};

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
    pub source: Box<serde_saphyr::Error>,
}

/// The objects in a text of YAML or JSON documents, in order. Empty documents are passed over, a `List` is
/// opened. Whether each is an object with a name is told by [`crate::ObjectKey::from_value`].
///
/// Numbers that begin with 0 are octal (`defaultMode: 0755` is 493), as the API server's own reader has it.
pub fn manifests(text: &str) -> Result<Vec<Value>, ManifestError> {
    let options = serde_saphyr::options! { legacy_octal_numbers: true, with_snippet: false };
    let documents: Vec<Value> =
        serde_saphyr::from_multiple_with_options(text, options).map_err(|source| {
            let (line, column) = source
                .location()
                .map_or((0, 0), |place| (place.line(), place.column()));
            ManifestError {
                line,
                column,
                source: Box::new(source),
            }
        })?;
    Ok(documents.into_iter().flat_map(open).collect())
}

fn open(document: Value) -> Vec<Value> {
    if document.is_null() {
        return Vec::new();
    }
    if text(&document, &["kind"]) == "List" {
        return items(&document, &["items"]).to_vec();
    }
    vec![document]
}
