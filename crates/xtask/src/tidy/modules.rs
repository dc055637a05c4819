//! Dead files: a `.rs` that no target reaches is not compiled, and looks as if it were.
//!
//! Reads `mod name;`, and a `#[path = "..."]` on the line before it, by the layout that rustfmt gives.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

use super::{Finding, source::SourceFile};
use crate::workspace::Workspace;

pub(super) fn check(workspace: &Workspace, files: &[SourceFile]) -> Vec<Finding> {
    let roots = workspace
        .targets()
        .map(|(_, target)| target.src_path.as_std_path().to_owned());
    let roots = roots.map(|path| {
        path.strip_prefix(workspace.root())
            .map(Path::to_owned)
            .unwrap_or(path)
    });
    let reached = reached(&roots.collect::<Vec<_>>(), files);
    files
        .iter()
        .filter(|file| !reached.contains(&file.path))
        .map(|file| {
            Finding::new(
                file.path.display(),
                "no `mod` leads to it: add one, or remove the file",
            )
        })
        .collect()
}

/// Every file that one of `roots` leads to.
pub(super) fn reached(roots: &[PathBuf], files: &[SourceFile]) -> BTreeSet<PathBuf> {
    let mut reached = BTreeSet::new();
    let mut open: Vec<(PathBuf, bool)> = roots.iter().map(|root| (root.clone(), true)).collect();
    while let Some((path, is_root)) = open.pop() {
        let Some(file) = files.iter().find(|file| file.path == path) else {
            continue;
        };
        if !reached.insert(path.clone()) {
            continue;
        }
        open.extend(children(file, is_root).into_iter().map(|child| (child, false)));
    }
    reached
}

/// Where the modules that `file` declares may be.
fn children(file: &SourceFile, is_root: bool) -> Vec<PathBuf> {
    let directory = directory_of_children(&file.path, is_root);
    let beside = file.path.parent().unwrap_or(Path::new(""));
    let mut children = Vec::new();
    let mut given = None;
    for line in file.text.lines() {
        if let Some(name) = declared(line) {
            if let Some(path) = given {
                children.push(beside.join(path));
            } else {
                children.push(directory.join(format!("{name}.rs")));
                children.push(directory.join(name).join("mod.rs"));
            }
        }
        given = line
            .trim_start()
            .strip_prefix("#[path = \"")
            .and_then(|rest| rest.strip_suffix("\"]"));
    }
    children
}

fn directory_of_children(path: &Path, is_root: bool) -> PathBuf {
    let directory = path.parent().unwrap_or(Path::new(""));
    if is_root || path.file_name().is_some_and(|name| name == "mod.rs") {
        return directory.to_owned();
    }
    path.with_extension("")
}

/// The name in `mod name;`, `pub mod name;`, `pub(crate) mod name; // why`.
fn declared(line: &str) -> Option<&str> {
    let line = line.trim_start();
    let line = match line.strip_prefix("pub") {
        None => line,
        Some(rest) if rest.starts_with('(') => rest.split_once(") ")?.1,
        Some(rest) => rest.trim_start(),
    };
    let (name, _) = line.strip_prefix("mod ")?.split_once(';')?;
    Some(name)
}
