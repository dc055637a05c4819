//! The manifests for the target, and how they differ.
use std::collections::BTreeMap;
use std::fmt::Write as _;

use anyhow::Context as _;
use havenmeester_portability::{ObjectKey, Planned, retouch};
use similar::TextDiff;

use super::{Moved, called};
use crate::manifests::Manifest;

/// All objects in the order of creation.
pub(super) fn yaml(moved: &Moved, manifests: &[Manifest]) -> anyhow::Result<String> {
    let sources = by_key(manifests);
    let mut out = String::new();
    for planned in &moved.transformed.objects {
        if !out.is_empty() {
            // As the lines before it end.
            out.push_str(if out.ends_with("\r\n") { "---\r\n" } else { "---\n" });
        }
        out.push_str(&text(planned, sources.get(&planned.key).copied())?);
    }
    Ok(out)
}

/// What changes, as `diff -u` shows it.
pub(super) fn diff(moved: &Moved, manifests: &[Manifest]) -> anyhow::Result<String> {
    let sources = by_key(manifests);
    let mut out = String::new();
    for planned in moved
        .transformed
        .objects
        .iter()
        .filter(|planned| !planned.changes.is_empty())
    {
        let Some(source) = sources.get(&planned.key).copied() else {
            continue;
        };
        let file = source.file.display().to_string();
        let place = format!("{}:{}", file.trim_start_matches('/'), source.line);
        if planned.key.kind == "Secret" {
            for change in &planned.changes {
                let _ = writeln!(
                    out,
                    "# {place} {}: {}: {}",
                    called(&planned.key),
                    change.path,
                    change.why
                );
            }
            continue;
        }
        let before = match &source.text {
            Some(text) => text.clone(),
            None => serde_saphyr::to_string(&source.object).context("writing YAML")?,
        };
        let after = text(planned, Some(source))?;
        let changed = TextDiff::from_lines(before.as_str(), after.as_str());
        let heads = (
            format!("{}/{place}", moved.from),
            format!("{}/{place} {}", moved.to, called(&planned.key)),
        );
        let mut shown = changed.unified_diff();
        out.push_str(&shown.header(&heads.0, &heads.1).to_string());
    }
    Ok(out)
}

/// The first of each name: the one that is sent.
fn by_key(manifests: &[Manifest]) -> BTreeMap<&ObjectKey, &Manifest> {
    let mut sources = BTreeMap::new();
    for one in manifests {
        sources.entry(&one.key).or_insert(one);
    }
    sources
}

/// The text of the source with only what must change changed; written anew where there is no such text.
fn text(planned: &Planned, source: Option<&Manifest>) -> anyhow::Result<String> {
    let kept = source.and_then(|source| source.text.as_deref());
    let mut text = match kept.and_then(|text| retouch(text, &planned.object)) {
        Some(text) => text,
        None => serde_saphyr::to_string(&planned.object).context("writing YAML")?,
    };
    if !text.ends_with('\n') {
        text.push('\n');
    }
    Ok(text)
}
