//! Manifests of an application from files, each with its text.
//!
//! Not here: our own kinds (`files`), and kustomizations, which no API server takes. Invariant: the text of a document is as it stands in the file, byte for byte.
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use havenmeester_portability::{ObjectKey, manifests};
use serde_json::Value;

use crate::checking;
use crate::files::{Fault, Faults, texts};

/// One object of a file.
pub(crate) struct Manifest {
    pub(crate) file: PathBuf,
    /// The line at which its document begins, from 1.
    pub(crate) line: usize,
    /// Its document; none where that holds several objects.
    pub(crate) text: Option<String>,
    pub(crate) object: Value,
    pub(crate) key: ObjectKey,
}

/// Every object in the files that is not of our own kinds. A directory gives its `.yaml`, `.yml` and `.json` files
/// and those of the directories in it, as for `check`.
pub(crate) fn read(paths: &[PathBuf]) -> anyhow::Result<Vec<Manifest>> {
    let (mut found, mut faults) = (Vec::new(), Vec::new());
    for path in paths {
        let mut files = vec![path.clone()];
        if path.is_dir() {
            let (met, bad) = checking::sources(std::slice::from_ref(path))?.into_files();
            files = met;
            faults.extend(bad.into_iter().map(|(file, why)| fault(&file, None, None, why)));
        }
        for (file, text) in files
            .iter()
            .map(|file| texts(file))
            .collect::<Result<Vec<_>, _>>()?
            .concat()
        {
            for (line, document) in documents(&text) {
                match objects(&file, line, document) {
                    Ok(objects) => found.extend(objects),
                    Err(fault) => faults.push(fault),
                }
            }
        }
    }
    if faults.is_empty() {
        return Ok(found);
    }
    Err(Faults(faults)).context("reading manifests")
}

/// The documents of a text, each with its first line. A line that begins with `---` ends one, also in a block of text.
fn documents(text: &str) -> Vec<(usize, &str)> {
    // What marks a file as Unicode is of the file, and no document of it.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let (mut found, mut start, mut first) = (Vec::new(), 0, 1);
    let mut at = 0;
    for (place, line) in text.split_inclusive('\n').enumerate() {
        at += line.len();
        let marker = line.trim_end();
        if marker == "---" || marker.starts_with("--- ") || marker == "..." {
            found.push((first, &text[start..at - line.len()]));
            // What stands behind the marker on its line belongs to the document.
            start = if marker.len() > 3 { at - line.len() + 4 } else { at };
            first = if marker.len() > 3 { place + 1 } else { place + 2 };
        }
    }
    found.push((first, &text[start..]));
    found.retain(|(_, document)| !document.trim().is_empty());
    found
}

fn fault(file: &Path, line: Option<u64>, object: Option<String>, message: String) -> Fault {
    Fault {
        file: file.to_owned(),
        line,
        object,
        field: None,
        message,
    }
}

fn objects(file: &Path, line: usize, document: &str) -> Result<Vec<Manifest>, Fault> {
    let fault = |at: Option<u64>, object: Option<String>, message: String| fault(file, at, object, message);
    if is_kustomization(file) {
        return Ok(Vec::new());
    }
    let first = u64::try_from(line).unwrap_or(u64::MAX);
    let read = manifests(document).map_err(|error| {
        let message = if document.contains("{{") {
            "it is a template of Helm; give what Helm makes of it: `helm template NAME CHART`, with `-f -` here".to_owned()
        } else {
            format!("it is no YAML (column {})", error.column)
        };
        fault(Some(first + error.line.max(1) - 1), None, message)
    })?;
    let alone = read.len() == 1;
    let mut found = Vec::new();
    for object in read {
        let key = ObjectKey::from_value(&object).map_err(|why| {
            let kind = object.get("kind").and_then(Value::as_str).map(str::to_owned);
            fault(Some(first), kind, why.to_string())
        })?;
        if key.group == havenmeester_api::GROUP {
            continue;
        }
        found.push(Manifest {
            file: file.to_owned(),
            line,
            text: alone.then(|| document.to_owned()),
            object,
            key,
        });
    }
    Ok(found)
}

/// Whether a file is told to kustomize, not to an API server. Nothing else reads files of these names.
fn is_kustomization(file: &Path) -> bool {
    let name = file.file_name().and_then(std::ffi::OsStr::to_str);
    matches!(name, Some("kustomization.yaml" | "kustomization.yml"))
}

#[cfg(test)]
mod tests;
