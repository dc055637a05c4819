//! ARCHITECTURE.md has a paragraph with an **Invariant** for every crate.

use super::Finding;
use crate::workspace::Workspace;

const FILE: &str = "ARCHITECTURE.md";

pub(super) fn check(workspace: &Workspace) -> Vec<Finding> {
    let Ok(text) = std::fs::read_to_string(workspace.root().join(FILE)) else {
        return vec![Finding::new(
            FILE,
            "write it: bird's eye, entry points, a paragraph per crate",
        )];
    };
    let directories = workspace.packages().into_iter().filter_map(|package| {
        let directory = package.manifest_path.parent()?.file_name()?;
        Some(directory.to_owned())
    });
    directories.filter_map(|name| check_crate(&text, &name)).collect()
}

/// The crate's name in backquotes (alone or as the end of a path), and an **Invariant** before the next
/// crate's paragraph or heading ends.
pub(super) fn check_crate(text: &str, name: &str) -> Option<Finding> {
    let named = [
        format!("`{name}`"),
        format!("/{name}`"),
        format!("`{name}/`"),
        format!("/{name}/`"),
    ];
    let described = sections(text)
        .any(|section| named.iter().any(|name| section.contains(name)) && section.contains("**Invariant"));
    (!described).then(|| {
        let remedy = format!("add a paragraph for `{name}` with an **Invariant** that names what is absent");
        Finding::new(FILE, remedy)
    })
}

/// Paragraphs, each also together with what follows it up to the next heading: an invariant may stand in a
/// paragraph of its own below the heading that names the crate.
fn sections(text: &str) -> impl Iterator<Item = &str> {
    let below_headings = text
        .split("\n#")
        .filter(|section| section.matches("**Invariant").count() == 1);
    text.split("\n\n").chain(below_headings)
}
