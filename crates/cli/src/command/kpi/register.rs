//! Registers of applications that are not on Kubernetes: CSV files, and what of them cannot be read.
//!
//! Invariant: no line is lost: it is an application, or it is told and kept aside as it stood.
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use havenmeester_api::Language;
use havenmeester_placement::{Aside, External, Import, LineFault, Say as _, import};
use tracing::warn;

/// What the files hold.
#[derive(Debug, Default)]
pub(super) struct Registers {
    /// The good lines.
    pub(super) applications: Vec<External>,
    /// The bad ones, each with its file.
    pub(super) aside: Vec<(PathBuf, Aside)>,
    /// The bad ones as they stood, beneath the first line of their file.
    kept: String,
}

impl Registers {
    /// Reads every file. An application that stands in an earlier one is kept aside.
    pub(super) fn read(paths: &[PathBuf]) -> anyhow::Result<Self> {
        let (mut all, mut names) = (Self::default(), BTreeSet::new());
        for path in paths {
            let mut register = read(path)?;
            register.set_aside(|application| {
                let twice = names.contains(&application.name);
                twice.then(|| LineFault::Elsewhere(application.name.clone()))
            });
            names.extend(register.applications.iter().map(|a| a.name.clone()));
            all.keep(path, &register);
            all.applications.extend(register.applications);
        }
        for line in all.told(Language::En) {
            warn!("not counted: {line}");
        }
        Ok(all)
    }

    /// Bad lines, under the first line of their file, so that they can be put right and read again.
    fn keep(&mut self, path: &Path, register: &Import) {
        if register.aside.is_empty() {
            return;
        }
        if self.kept.is_empty() {
            self.kept = format!("{}\n", register.heads);
        }
        for line in &register.aside {
            self.aside.push((path.to_owned(), line.clone()));
            self.kept += &line.text;
            self.kept.push('\n');
        }
    }

    /// The bad lines: file, line, and what is wrong.
    pub(super) fn told(&self, language: Language) -> Vec<String> {
        let told = |(path, line): &(PathBuf, Aside)| format!("{}, {}", path.display(), line.say(language));
        self.aside.iter().map(told).collect()
    }

    /// Writes what is kept aside.
    pub(super) fn write_aside(&self, path: &Path) -> anyhow::Result<()> {
        std::fs::write(path, &self.kept).with_context(|| format!("writing {}", path.display()))
    }
}

fn read(path: &Path) -> anyhow::Result<Import> {
    let text = std::fs::read_to_string(path).with_context(|| format!("reading {}", path.display()))?;
    import(&text).with_context(|| format!("{}", path.display()))
}
