//! From paths to the files that are read, and what is said of those that are not.
//!
//! A directory gives its `.yaml`, `.yml` and `.json` files and those of the directories in it, hidden ones left out. A
//! directory or file that links lead to is read once. Of a Helm chart only `crds` is: its templates are no manifests.
use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use havenmeester_portability::{Level, MAX_BYTES};

use super::finding::Finding;
use crate::failure::BadUse;

/// What stands for the name of standard input.
const STDIN: &str = "(stdin)";

/// What to read, and what is wrong before reading.
#[derive(Debug, Default)]
pub(crate) struct Sources {
    pub(super) files: Vec<Source>,
    pub(super) findings: Vec<Finding>,
    /// What was read, by its real path, and files as they were named.
    visited: BTreeSet<PathBuf>,
    named: BTreeSet<PathBuf>,
}

/// One thing to read.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Source {
    Stdin,
    File(PathBuf),
}

impl Source {
    pub(super) fn name(&self) -> String {
        match self {
            Self::Stdin => STDIN.to_owned(),
            Self::File(path) => path.display().to_string(),
        }
    }

    /// The bytes; one more than the most that is read, where there are more.
    pub(super) fn read(&self) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        match self {
            Self::Stdin => io::stdin().lock().take(MAX_BYTES + 1).read_to_end(&mut bytes)?,
            Self::File(path) => fs::File::open(path)?
                .take(MAX_BYTES + 1)
                .read_to_end(&mut bytes)?,
        };
        Ok(bytes)
    }
}

/// The files of some paths. That a path is not there, or holds nothing to check, is bad use.
pub(crate) fn sources(paths: &[PathBuf]) -> anyhow::Result<Sources> {
    let mut sources = Sources::default();
    for path in paths {
        if path == Path::new("-") {
            if !sources.files.contains(&Source::Stdin) {
                sources.files.push(Source::Stdin);
            }
        } else if path.is_dir() {
            sources.directory(path);
        } else if path.symlink_metadata().is_ok() {
            sources.file(path);
        } else {
            return Err(BadUse(format!("there is no file or directory {}", path.display())).into());
        }
    }
    if sources.files.is_empty() && sources.findings.is_empty() {
        let named: Vec<String> = paths.iter().map(|path| path.display().to_string()).collect();
        let message = format!("there is no .yaml, .yml or .json file in {}", named.join(", "));
        return Err(BadUse(message).into());
    }
    Ok(sources)
}

impl Sources {
    /// The files, and why others that were met could not be among them.
    pub(crate) fn into_files(self) -> (Vec<PathBuf>, Vec<(PathBuf, String)>) {
        let files = self.files.into_iter().filter_map(|source| match source {
            Source::File(path) => Some(path),
            Source::Stdin => None,
        });
        let bad = self
            .findings
            .into_iter()
            .filter(|finding| finding.severity == Level::Block);
        let bad = bad.map(|finding| {
            let why = format!("{}; {}", finding.why, finding.replacement);
            (PathBuf::from(finding.file), why)
        });
        (files.collect(), bad.collect())
    }

    /// A file that is not a plain one is never opened: a pipe would be waited for without end.
    fn file(&mut self, path: &Path) {
        if !self.named.insert(path.to_owned()) {
            return;
        }
        match fs::metadata(path) {
            Ok(about) if about.is_file() => {
                let real = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
                if self.visited.insert(real.clone()) {
                    self.files.push(Source::File(path.to_owned()));
                } else {
                    self.linked(path, &real);
                }
            }
            Ok(_) => self.unreadable(path, "it is no plain file"),
            Err(error) => self.unreadable(path, &error.to_string()),
        }
    }

    fn directory(&mut self, path: &Path) {
        let real = match fs::canonicalize(path) {
            Ok(real) => real,
            Err(error) => return self.unreadable(path, &error.to_string()),
        };
        if !self.visited.insert(real.clone()) {
            return self.linked(path, &real);
        }
        let mut names: Vec<PathBuf> = match fs::read_dir(path) {
            Ok(entries) => entries.filter_map(Result::ok).map(|entry| entry.path()).collect(),
            Err(error) => return self.unreadable(path, &error.to_string()),
        };
        names.sort();
        let is_chart = path.join("Chart.yaml").is_file() && path.join("templates").is_dir();
        if is_chart {
            self.chart(path);
        }
        for entry in names {
            let name = entry.file_name().unwrap_or_default();
            if is_hidden(name) || is_chart && is_of_chart(name) {
                continue;
            }
            if entry.is_dir() {
                self.directory(&entry);
            } else if entry.extension().is_some_and(is_manifest) {
                self.file(&entry);
            }
        }
    }

    fn linked(&mut self, path: &Path, real: &Path) {
        let why = format!("it leads to {}, which was read already", real.display());
        let remedy = "nothing; it is not read a second time";
        let what = "A link to what was read";
        self.findings
            .push(about(path, "manifest-link", Level::Info, what, why, remedy));
    }

    fn chart(&mut self, path: &Path) {
        let why = "its templates are no manifests before Helm has filled them in, so they were not checked";
        let remedy = format!(
            "check what it renders: `helm template NAME {} | havenmeester check -`",
            path.display()
        );
        let chart = path.join("Chart.yaml");
        let finding = about(
            &chart,
            "manifest-template",
            Level::Block,
            "A Helm chart",
            why.to_owned(),
            &remedy,
        );
        self.findings.push(finding);
    }

    fn unreadable(&mut self, path: &Path, why: &str) {
        self.findings.push(unreadable(&path.display().to_string(), why));
    }
}

/// That a file cannot be read at all.
pub(super) fn unreadable(file: &str, why: &str) -> Finding {
    let remedy = "make it readable, or leave it out";
    about(
        Path::new(file),
        "manifest-unreadable",
        Level::Block,
        "A file that cannot be read",
        why.to_owned(),
        remedy,
    )
}

fn about(file: &Path, rule: &str, severity: Level, what: &str, why: String, remedy: &str) -> Finding {
    Finding {
        file: file.display().to_string(),
        line: None,
        column: None,
        rule: rule.to_owned(),
        severity,
        object: None,
        field: None,
        seen: None,
        what: what.to_owned(),
        why,
        replacement: remedy.to_owned(),
        source: None,
    }
}

fn is_hidden(name: &OsStr) -> bool {
    name.as_encoded_bytes().starts_with(b".")
}

/// What of a chart's directory is not for an API server.
fn is_of_chart(name: &OsStr) -> bool {
    let name = name.to_string_lossy();
    name == "templates" || name == "Chart.yaml" || name == "Chart.lock" || name.starts_with("values")
}

pub(super) fn is_manifest(extension: &OsStr) -> bool {
    ["yaml", "yml", "json"].iter().any(|known| extension == *known)
}
