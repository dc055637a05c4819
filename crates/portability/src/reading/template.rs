//! Text that is no manifest yet: the sources of a Helm chart.
//!
//! Invariant: braces alone prove nothing in a text that can be read: alert rules and dashboards have them too. Only what
//! Helm alone puts between them does.

use super::place::Place;

/// What stands only between the braces of a chart: its own objects, and the functions that Helm adds to Go's.
const HELM: &[&str] = &[
    ".Values.",
    ".Release.",
    ".Chart.",
    ".Capabilities.",
    "include \"",
    "template \"",
];

/// Where the first expression of a chart stands.
pub(super) fn helm(text: &str) -> Option<Place> {
    let mut from = 0;
    while let Some(found) = text.get(from..)?.find("{{") {
        let start = from + found;
        let inside = text.get(start + 2..)?;
        let inside = inside
            .find("}}")
            .and_then(|end| inside.get(..end))
            .unwrap_or_default();
        if HELM.iter().any(|word| inside.contains(word)) {
            return Some(place(text, start));
        }
        from = start + 2;
    }
    None
}

/// Whether templates are why a text cannot be read: it is of a chart, or the line at fault has braces.
pub(super) fn explains(text: &str, at: Option<Place>, helm: Option<Place>) -> bool {
    if helm.is_some() {
        return true;
    }
    let Some(at) = at else { return false };
    let number = usize::try_from(at.line).unwrap_or_default();
    // A parser sees some errors only on the line after.
    text.lines()
        .skip(number.saturating_sub(2))
        .take(2)
        .any(|line| line.contains("{{") && line.contains("}}"))
}

fn place(text: &str, at: usize) -> Place {
    let before = text.get(..at).unwrap_or_default();
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().map_or(0, |last| last.chars().count()) + 1;
    Place::new(line, column)
}
