//! `cargo xtask tidy`: the rules of the house that no compiler checks. Also a test.
//!
//! Each check gives findings; a finding says what to do. Sizes are listed, not judged: a person decides.

mod architecture; // a paragraph per crate
mod dependencies; // who may know whom
mod manifests; // versions in one place
mod modules; // dead files
mod sizes; // long files and functions
mod source; // the files, and what each must have
#[cfg(test)]
mod tests;
mod writers; // who may change a member cluster

use std::fmt;

use source::SourceFile;

use crate::workspace::Workspace;

/// A rule that is broken, and the way out.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Finding {
    /// File, crate or section.
    place: String,
    /// What to do.
    remedy: String,
}

impl Finding {
    fn new(place: impl fmt::Display, remedy: impl Into<String>) -> Self {
        Self {
            place: place.to_string(),
            remedy: remedy.into(),
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.remedy)
    }
}

/// Prints findings and sizes; whether there are no findings.
pub(crate) fn run() -> anyhow::Result<bool> {
    let workspace = Workspace::load()?;
    let files = source::read(&workspace)?;
    for size in sizes::list(&files) {
        println!("long: {size}");
    }
    let findings = findings(&workspace, &files)?;
    for finding in &findings {
        println!("{finding}");
    }
    println!("{} files, {} findings", files.len(), findings.len());
    Ok(findings.is_empty())
}

fn findings(workspace: &Workspace, files: &[SourceFile]) -> anyhow::Result<Vec<Finding>> {
    let mut findings = source::check(files);
    findings.extend(writers::check(files));
    findings.extend(modules::check(workspace, files));
    findings.extend(manifests::check(workspace)?);
    findings.extend(dependencies::check(workspace)?);
    findings.extend(architecture::check(workspace));
    Ok(findings)
}
