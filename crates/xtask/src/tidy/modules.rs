//! Dead files: a `.rs` that no target reaches is not compiled, and looks as if it were.
//!
//! Reads `mod name;` by the layout that rustfmt gives; `#[path]` is not used here and not followed.

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
        let directory = directory_of_children(&path, is_root);
        for name in file.text.lines().filter_map(declared) {
            open.push((directory.join(format!("{name}.rs")), false));
            open.push((directory.join(name).join("mod.rs"), false));
        }
    }
    reached
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
