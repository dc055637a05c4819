//! Rules of the user, beside those that come with it.
//!
//! What is wrong with them is bad use: a check with half of its rules would say too little.
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use havenmeester_portability::{OWN, Rule, RuleErrors, RuleSet};

use super::sources::is_manifest;
use crate::failure::BadUse;

/// The rules that come with it and those in some files and directories.
pub(crate) fn rules(paths: &[PathBuf]) -> anyhow::Result<RuleSet> {
    let builtin = RuleSet::builtin().context("reading the rules that come with it")?;
    let (mut rules, mut wrong) = (Vec::new(), Vec::new());
    for path in paths {
        for (file, provider) in files(path)? {
            let text = fs::read_to_string(&file).with_context(|| format!("reading {}", file.display()))?;
            match Rule::read(&file.display().to_string(), &provider, &text) {
                Ok(more) => rules.extend(more),
                Err(errors) => wrong.extend(errors.0),
            }
        }
    }
    if !wrong.is_empty() {
        return Err(BadUse(RuleErrors(wrong).to_string()).into());
    }
    let set = builtin.with(rules).map_err(|errors| BadUse(errors.to_string()))?;
    proved(&set)?;
    Ok(set)
}

/// The files of rules at a path, each with the provider that they are about: the directory in the path that it is in.
fn files(path: &Path) -> anyhow::Result<Vec<(PathBuf, String)>> {
    if !path.is_dir() {
        if path.is_file() {
            return Ok(vec![(path.to_owned(), OWN.to_owned())]);
        }
        return Err(BadUse(format!("there is no file or directory {}", path.display())).into());
    }
    let mut found = Vec::new();
    for entry in entries(path)? {
        if entry.is_dir() {
            let provider = entry
                .file_name()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned();
            let of_rules = |file: &PathBuf| file.is_file() && file.extension().is_some_and(is_manifest);
            let files = entries(&entry)?.into_iter().filter(of_rules);
            found.extend(files.map(|file| (file, provider.clone())));
        } else if entry.extension().is_some_and(is_manifest) {
            found.push((entry, OWN.to_owned()));
        }
    }
    if found.is_empty() {
        return Err(BadUse(format!(
            "there are no rules in {}: no .yaml, .yml or .json file",
            path.display()
        ))
        .into());
    }
    Ok(found)
}

/// In order, without hidden ones: a mounted ConfigMap has its versions in those.
fn entries(path: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let reading = || format!("reading the directory {}", path.display());
    let entries = fs::read_dir(path).with_context(reading)?;
    let mut found = entries
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<Vec<_>, _>>()
        .with_context(reading)?;
    let is_hidden = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default();
        name.as_encoded_bytes().starts_with(b".")
    };
    found.retain(|path| !is_hidden(path));
    found.sort();
    Ok(found)
}

/// Rules with examples must do what these say.
fn proved(set: &RuleSet) -> anyhow::Result<()> {
    let wrong: Vec<String> = set
        .unproven()
        .iter()
        .map(|one| {
            let (list, happened) = if one.wanted {
                ("hit", "does not match")
            } else {
                ("miss", "matches")
            };
            format!(
                "the rule {} {happened} the object {} of its test.{list}",
                one.rule.id,
                one.place + 1
            )
        })
        .collect();
    if wrong.is_empty() {
        return Ok(());
    }
    Err(BadUse(wrong.join("\n  ")).into())
}
